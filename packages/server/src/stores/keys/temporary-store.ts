import type { Page, Revocation } from '../links/link-store.ts';

/**
 * `revoked`: no longer accepted, by request; `inactive`: the key they were made from is deleted or disabled, or its secret that
 * signed for them is retired (STS-12).
 */
export type TemporaryState = 'active' | 'revoked' | 'expired' | 'inactive';

/** Temporary credentials as they are given out. Their secret and their token are with who asked for them alone. */
export type NewTemporary = {
  /** Their own id, `TGTS…`. */
  readonly accessKeyId: string;
  /** SHA-256 of the token, as revocations and links name it. */
  readonly tokenHash: string;
  /** The key that asked. */
  readonly parent: string;
  /** Which of its secrets signed for them. */
  readonly parentSerial: number;
  readonly accountId: string;
  /** Name of the role that was assumed; undefined: a plain session. */
  readonly role: string | undefined;
  /** As who took the role called it. */
  readonly name: string | undefined;
  /** JSON of the policy that narrows them. */
  readonly policy: string | undefined;
  /** Address that asked, as the operator's configuration keeps it: whole, shortened or empty. */
  readonly client: string;
  readonly issuedAtMs: number;
  readonly endsAtMs: number;
};

/** Temporary credentials that were given out, as they stand now. */
export type TemporaryRecord = NewTemporary & {
  readonly state: TemporaryState;
  /** The earliest that takes them back whole: one of links until a time does not. */
  readonly revocation: Revocation | undefined;
};

export type TemporaryQuery = {
  /** undefined: every account. */
  readonly accountId: string | undefined;
  readonly parent?: string | undefined;
  readonly states?: readonly TemporaryState[] | undefined;
  readonly cursor: string | undefined;
  readonly limit: number;
};

/** How long they are listed after their end. */
export const temporaryKeptMs = 86_400_000;
/** Of one key at once (STS-31). */
export const mostTemporary = 10_000;

/** STS-30 to STS-33: what is known of temporary credentials beside their token. Durable when it resolves. */
export interface TemporaryStore {
  /**
   * Where a key has `mostTemporary`, those of it that work no more make room, the first to end first.
   * @returns how many of the key are on record then; `full`: all of them work, and nothing was recorded
   */
  record(issued: NewTemporary): Promise<number | 'full'>;
  find(accessKeyId: string): Promise<TemporaryRecord | undefined>;
  /** The newest first. */
  list(query: TemporaryQuery): Promise<Page<TemporaryRecord>>;
  /** Removes those that ended `temporaryKeptMs` ago. */
  sweep(nowMs: number): Promise<void>;
}

/** STS-32: whether a revocation of a session takes its credentials back whole, with all that they may still sign. */
export function coversWhole({ beforeMs }: Pick<Revocation, 'beforeMs'>, endsAtMs: number): boolean {
  return beforeMs >= endsAtMs;
}

/** STS-33: the one state that temporary credentials are shown in. */
export function temporaryStateOf(
  {
    isRevoked,
    isAlive,
    endsAtMs,
  }: { readonly isRevoked: boolean; readonly isAlive: boolean; readonly endsAtMs: number },
  nowMs: number,
): TemporaryState {
  if (isRevoked) return 'revoked';
  if (endsAtMs <= nowMs) return 'expired';
  return isAlive ? 'active' : 'inactive';
}
