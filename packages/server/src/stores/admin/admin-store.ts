import type { Page } from '../links/link-store.ts';

/** One administrative act. */
export type AuditEntry = {
  /** ULID: sorts by time. */
  readonly id: string;
  readonly atMs: number;
  /** `key.created`, `link.revoked`. */
  readonly event: string;
  /** Access key that asked for it. */
  readonly actor: string;
  /** Account of that key. */
  readonly accountId: string;
  readonly requestId: string;
  /** What it was about. Never a secret, a signature or a URL. */
  readonly fields: Readonly<Record<string, string>>;
};

export type AuditQuery = {
  /** undefined: every account. */
  readonly accountId: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly order: 'asc' | 'desc';
};

/** A request that may be sent again and is done once (`Idempotency-Key`). */
export type OnceRequest = {
  /** Hash of actor, endpoint and key. */
  readonly name: string;
  /** Hash of what was asked. */
  readonly asked: string;
};

/** An answer that is given again. */
export type OnceAnswer = { readonly status: number; readonly document: string };

/** How long an answer is kept, and how long a request may take before it counts as lost in a crash (ADM-6). */
export const onceKeptMs = 24 * 3_600_000;
export const onceRunsMs = 60_000;
/** Bounds: past them the oldest go (ADM-6, ADM-8). */
export const mostOnce = 10_000;
export const mostAudit = 1_000_000;
export const auditKeptMs = 400 * 86_400_000;

/** What the admin API itself keeps: who changed what, and answers that may be asked for again. Durable when it resolves. */
export interface AdminStore {
  appendAudit(entries: readonly Omit<AuditEntry, 'id'>[]): Promise<void>;
  listAudit(query: AuditQuery): Promise<Page<AuditEntry>>;
  /** One transaction: of requests with one name at the same time exactly one begins. */
  beginOnce(request: OnceRequest): Promise<'begun' | 'running' | 'other-request' | OnceAnswer>;
  /** Answers hold secrets that are shown once: they rest sealed. */
  finishOnce(name: string, answer: OnceAnswer): Promise<void>;
  /** The request was refused: nothing was done, and it may be sent again. */
  forgetOnce(name: string): Promise<void>;
  /** What was changed of the settings, by path (ADM-46). */
  readSettings(): Promise<Readonly<Record<string, unknown>>>;
  /** One transaction: null takes a value away. @returns all that are stored then */
  changeSettings(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Removes what is past its time or over its number. */
  sweep(nowMs: number): Promise<void>;
}

/** A merge patch of values: null takes one away. */
export function withChange(
  values: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries({ ...values, ...change }).filter(([, value]) => value !== null));
}
