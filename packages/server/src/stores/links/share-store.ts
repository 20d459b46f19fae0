import type { ReadLimits } from '@tidegate/presign/internal';
import { linkIdOf } from '@tidegate/presign/internal';
import type { Random } from '../../world/random.ts';
import type { LinkFacts, LinkId, Page } from './link-store.ts';

/** What a share leads to, or what a file request takes files into (a prefix). */
export type ShareTarget =
  | {
      readonly kind: 'keys';
      readonly bucket: string;
      readonly keys: readonly string[];
      /** Of the only key; undefined: whichever is the current one. */
      readonly versionId?: string | undefined;
    }
  | { readonly kind: 'prefix'; readonly bucket: string; readonly prefix: string };

/** A share or a file request. The link store holds its counts and whether it is revoked (SHR-3). */
export type ShareRecord = {
  readonly linkId: LinkId;
  readonly kind: 'share' | 'request';
  /** 22 base62 characters: who knows them may use it. Rests sealed. */
  readonly token: string;
  readonly accountId: string;
  /** The key that made it, with whose rights it acts (SHR-4). */
  readonly accessKeyId: string;
  readonly target: ShareTarget;
  readonly limits: ReadLimits;
  /** Of the password; undefined: none. */
  readonly passwordHash: string | undefined;
  readonly title: string | undefined;
  /** A request's note is for those who send files; a share's for its owner. */
  readonly note: string | undefined;
  readonly createdAtMs: number;
  /** undefined: never. */
  readonly expiresAtMs: number | undefined;
  /** A file request that takes no more. */
  readonly closedAtMs: number | undefined;
  /** Webhooks that are told of what comes through a request, by id, whatever types they name (SHR-29). */
  readonly notify: readonly string[];
};

/** A member that is there replaces what was; `undefined` takes it away. */
export type ShareChange = Partial<
  Pick<ShareRecord, 'limits' | 'passwordHash' | 'title' | 'note' | 'expiresAtMs' | 'closedAtMs' | 'notify'>
>;

export type ShareQuery = {
  readonly kind: ShareRecord['kind'];
  readonly accountId: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly cursor: string | undefined;
  readonly limit: number;
};

/** A file that came through a file request. */
export type ReceivedFile = {
  /** As the sender called it. */
  readonly name: string;
  /** Where it lies: another name where that one was taken. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly atMs: number;
  /** The receipt that names it. */
  readonly receiptId: string;
  readonly client: string;
};

/** Tries of a password by one client in one window of time. */
export const passwordTries = 10;
export const passwordWindowMs = 15 * 60_000;

/** A reservation that nobody has kept up for so long, by the monotonic clock, is given up. */
export const reservedMs = 10 * 60_000;

/** Most that a file request takes in all; undefined: no limit. */
export type FileCaps = { readonly files: number | undefined; readonly bytes: number | undefined };

/** A file that is about to come. */
export type FilePlan = {
  readonly linkId: LinkId;
  readonly bucket: string;
  readonly key: string;
  /** undefined: known only when it is whole. It reserves all bytes that are left. */
  readonly sizeBytes: number | undefined;
  readonly caps: FileCaps;
  readonly nowMs: number;
};

/** What became of a plan. */
export type Reservation =
  /** `bytes`: the most that the file may have, where the request limits bytes. */
  | { readonly kind: 'reserved'; readonly bytes: number | undefined }
  /** Another sender has the key. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'full'; readonly what: keyof FileCaps };

/** Files of a request: those that came, and those that are on their way. */
export type FileCounts = { readonly files: number; readonly bytes: number; readonly open: number };

/** Shares and file requests. Durable when a promise resolves. The numbered rules are in spec/shares.md. */
export interface ShareStore {
  create(share: ShareRecord): Promise<void>;
  find(linkId: LinkId): Promise<ShareRecord | undefined>;
  /** By the 16 characters that people see. */
  findShown(shown: string): Promise<ShareRecord | undefined>;
  /** The newest first. */
  list(query: ShareQuery): Promise<Page<ShareRecord>>;
  edit(linkId: LinkId, change: ShareChange): Promise<ShareRecord | undefined>;

  /** SHR-12. Takes one try of a password. @returns tries that are left after it; undefined: there was none left */
  takeTry(linkId: LinkId, client: string, nowMs: number): Promise<number | undefined>;
  /** The password was right: tries of this client are forgotten. */
  forgiveTries(linkId: LinkId, client: string): Promise<void>;

  /**
   * SHR-22, SHR-26. Reserves a key, a place among the files and the bytes of one, in one transaction with every other reservation
   * and every file of the request. Of all that want a key at once exactly one gets it, until its file came or it was released.
   */
  reserveFile(plan: FilePlan): Promise<Reservation>;
  /** Its sender is still there. */
  keepFile(bucket: string, key: string, nowMs: number): Promise<void>;
  /** Nothing came under the key: name, place and bytes are free again. */
  releaseFile(bucket: string, key: string): Promise<void>;
  /**
   * Synchronous, for the guard of the write that makes the file visible: in its transaction the file is counted.
   * @returns undefined, with nothing changed, when the reservation is gone
   */
  finishFile(link: LinkFacts, bucket: string, file: ReceivedFile): FileCounts | undefined;
  countFiles(linkId: LinkId): Promise<FileCounts>;
  /** The newest first. */
  listFiles(query: {
    readonly linkId: LinkId;
    readonly cursor: string | undefined;
    readonly limit: number;
  }): Promise<Page<ReceivedFile>>;

  /** Forgets tries whose window is over, and reservations whose sender is gone. An upload in pieces holds its own while it is open. */
  sweep(nowMs: number): Promise<void>;
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const tokenLength = 22;
const tokenForm = /^[0-9A-Za-z]{22}$/;

/** A new token: 131 bits of randomness. */
export function newShareToken(random: Random): string {
  let token = '';
  while (token.length < tokenLength) {
    // Values from 248 on would make the first letters likelier.
    for (const byte of random.bytes(32)) {
      if (byte < 248 && token.length < tokenLength) token += letters[byte % 62] ?? '';
    }
  }
  return token;
}

/** Whether a text can be a token. */
export function isShareToken(text: string): boolean {
  return tokenForm.test(text);
}

/** SHR-2: the identity of a share, made of its token; the token cannot be had from it. */
export function shareLinkId(token: string): LinkId {
  return linkIdOf(token);
}

/** The bucket and the path that the names of a share are relative to (SHR-6). */
export function shareFolder(target: ShareTarget): string {
  if (target.kind === 'prefix') return target.prefix;
  const [first = '', ...others] = target.keys;
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  for (const key of others) {
    while (!key.startsWith(folder)) folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}

/** SHR-2: a share as the ledger, claims and revocations know it. */
export function shareFacts(share: ShareRecord, host: string): LinkFacts {
  const { target, kind } = share;
  const [only = '', ...others] = target.kind === 'keys' ? target.keys : [];
  const isOne = target.kind === 'keys' && others.length === 0;
  return {
    id: share.linkId,
    kind,
    accessKeyId: share.accessKeyId,
    accountId: share.accountId,
    label: share.limits.id,
    method: kind === 'share' ? 'GET' : 'PUT',
    operation: kind === 'share' ? 'GetObject' : 'PutObject',
    bucket: target.bucket,
    key: isOne ? only : shareFolder(target),
    keyIsPrefix: !isOne,
    versionId: target.kind === 'keys' ? target.versionId : undefined,
    signature: 'none',
    host,
    signedAtMs: share.createdAtMs,
    expiresAtMs: share.expiresAtMs,
    limits: share.limits,
    sessionTokenHash: undefined,
  };
}
