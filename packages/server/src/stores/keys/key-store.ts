import type { LimitName, ReadLimits } from '@tidegate/presign/internal';
import type { Owner } from '../objects/object-store.ts';
import type { Secret } from './secret.ts';

/** What a key may do. `link-only` is valid only in presigned URLs. */
export type KeyRole = 'owner' | 'read' | 'write' | 'link-only';

export type AccountRecord = Owner & {
  /** Unique name, as `keys create --owner NAME` gives it. */
  readonly name: string;
};

/** What a key lets the links be that are signed with it, whatever the code that signs them asks for. */
export type Governance = {
  /** A link made for longer is refused (`LinkTooLong`). */
  readonly maxExpirySeconds?: number | undefined;
  /** Names of operations (`GetObject`) that its links may do; absent: all that its role may. */
  readonly operations?: readonly string[] | undefined;
  /** What it signed with Signature Version 2 is refused. */
  readonly requireV4?: boolean | undefined;
  /** Only links that were registered before. */
  readonly registeredOnly?: boolean | undefined;
  /** Limits that every link must carry itself. */
  readonly require?: readonly LimitName[] | undefined;
  /** Limits for links that do not carry them. */
  readonly defaults?: ReadLimits | undefined;
  /** Limits for every link; the stricter of these and its own counts. */
  readonly caps?: ReadLimits | undefined;
};

/** What a key may do, and where. */
export type KeyRights = {
  readonly role: KeyRole;
  /** Reach: empty means all. A key or prefix outside is refused (SEC-305). */
  readonly buckets: readonly string[];
  readonly prefixes: readonly string[];
  readonly governance?: Governance | undefined;
  /** The key whose link policies the governance names; undefined: the key itself. */
  readonly policiesOf?: string | undefined;
};

/** An access key without its secrets. */
export type KeyRecord = KeyRights & {
  readonly accessKeyId: string;
  readonly account: AccountRecord;
  readonly note: string | undefined;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | undefined;
  /** The key that made it, while that exists. */
  readonly madeBy?: string | undefined;
  /** What the keys above it may do as of now, and what those that are gone could: it may nothing beyond any (STO-86, SEC-310). */
  readonly bounds?: readonly KeyRights[] | undefined;
};

/** One secret of a key, without its text. */
export type SecretRecord = {
  /** 1 for the first; each rotation counts on. */
  readonly generation: number;
  readonly createdAtMs: number;
  /** From then on it signs nothing. undefined: the newest, which stays. */
  readonly retireAtMs: number | undefined;
  /** To within a minute. */
  readonly lastUsedAtMs: number | undefined;
};

/** A key as its owner sees it. */
export type KeyDetails = KeyRecord & {
  /** Those that sign, the newest first. */
  readonly secrets: readonly SecretRecord[];
};

/** A secret that signs. */
export type LiveSecret = {
  readonly secret: Secret;
  readonly generation: number;
  /** Never given to another secret of any key, so that what hangs on this one dies with it. */
  readonly serial: number;
};

/** A key as the verifier needs it. */
export type KeyWithSecret = {
  readonly record: KeyRecord;
  /** The newest. */
  readonly secret: Secret;
  /** All that sign, the newest first: more than one while it is being rotated (SEC-144). */
  readonly secrets: readonly LiveSecret[];
};

export type KeyQuery = {
  /** Undefined: of every account. */
  readonly accountId: string | undefined;
  readonly cursor: string | undefined;
  readonly limit: number;
};

/** `total`: how many keys of that account, or of all, there are. */
export type KeyPage = {
  readonly items: readonly KeyDetails[];
  readonly next: string | undefined;
  readonly total: number;
};

export type NewKey = Pick<KeyRecord, 'accessKeyId' | 'role' | 'buckets' | 'prefixes' | 'note' | 'governance'> & {
  readonly secret: Secret;
  /** Account that owns it; made when new. */
  readonly accountName: string;
  /** The key that makes it; undefined: the operator. */
  readonly madeBy?: string | undefined;
};

/** A member that is there replaces what was; `undefined` takes it away. */
export type KeyChange = {
  readonly role?: KeyRole;
  readonly buckets?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly note?: string | undefined;
  readonly governance?: Governance | undefined;
};

/** Access keys and their accounts. Secrets rest sealed under the master key (SEC-801). Changes are durable when they resolve. */
export interface KeyStore {
  /** STO-80. Account ids are random, 64 hex digits; the display name is the account's name.
   *  `account` fixes the id and display name of an account that is new (import, tests). @throws KeyExists */
  createKey(key: NewKey, account?: Owner): Promise<KeyRecord>;
  /** STO-81. On the path of every request: the row is read anew each time, so that a change holds from the next request on. */
  readKey(accessKeyId: string): KeyWithSecret | undefined | Promise<KeyWithSecret | undefined>;
  /** With its secrets' times, last use included. */
  describeKey(accessKeyId: string): Promise<KeyDetails | undefined>;
  listKeys(): Promise<readonly KeyDetails[]>;
  /** Keys of an account, or of all, the oldest first; the order is of what never changes. Damaged ones are left out. */
  pageKeys(query: KeyQuery): Promise<KeyPage>;
  accessKeyIds(accountId: string): Promise<readonly string[]>;
  /** @returns undefined when there is no such key. */
  setKeyEnabled(accessKeyId: string, state: 'enabled' | 'disabled'): Promise<KeyRecord | undefined>;
  /** STO-87. @returns undefined when there is no such key. */
  editKey(accessKeyId: string, change: KeyChange): Promise<KeyRecord | undefined>;
  /** STO-85. Another secret beside the newest, which signs until `retireAtMs`. `two-live`: one of them has to be retired first. */
  rotateKey(
    accessKeyId: string,
    rotation: { readonly secret: Secret; readonly retireAtMs: number },
  ): Promise<KeyDetails | 'missing' | 'two-live'>;
  /** STO-85. All secrets but the newest sign nothing from now on. @returns undefined when there is no such key. */
  retireSecrets(accessKeyId: string): Promise<KeyDetails | undefined>;
  /** STO-86. What it made stays, within the rights that it had. */
  deleteKey(accessKeyId: string): Promise<'deleted' | 'missing'>;
  /** STO-88. A secret has signed. Cheap: kept in memory and written in batches. */
  noteUse(serial: number): void;
  /** Everything told by `noteUse` is written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** A key id that exists already. */
export class KeyExists extends Error {
  readonly accessKeyId: string;

  constructor(accessKeyId: string) {
    super(`The access key ${accessKeyId} exists already.`);
    this.accessKeyId = accessKeyId;
  }
}
