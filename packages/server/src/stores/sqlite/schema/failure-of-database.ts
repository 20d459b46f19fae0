import { S3Error, StoreFailure } from '@tidegate/protocol';

const busy = 5;
const ioError = 10;
const damaged = new Set([11, 26]);
const full = 13;
/** SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN. */
const notWritable = new Set([3, 8, 14]);
/** Extended codes of a failed sync: of the database, of a folder, of the log that is being restarted. */
const syncCodes = new Set([1034, 1290, 4106]);

/** SQLite's extended result code of an error; undefined when it comes from elsewhere. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode;
}

/** Another connection holds the write lock for a moment. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code & 0xff) === busy;
}

/** A file that this user may not open or write to: another user's, or on a file system that is only read. */
export function isNotWritable(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && notWritable.has(code & 0xff);
}

/** A sync that failed, or a database that is damaged: no later write can be trusted (REL-15). */
export function isFinal(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (syncCodes.has(code) || damaged.has(code & 0xff));
}

/** An error of SQLite as a failure of the store; refusals and failures stay what they are, bugs too. */
export function failureOfDatabase(what: string, error: unknown): unknown {
  if (error instanceof S3Error || error instanceof StoreFailure) return error;
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const primary = code & 0xff;
  const kind = primary === full ? 'full' : primary === busy || primary === ioError ? 'unavailable' : 'broken';
  return new StoreFailure({ what: `${what} (SQLite ${code})`, kind: isFinal(error) ? 'broken' : kind, cause: error });
}
