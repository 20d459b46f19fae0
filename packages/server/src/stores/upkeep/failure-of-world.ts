import { StoreFailure } from '@tidegate/protocol';

/** Codes of a disk without space: quota and file size limits are the same to a writer. */
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Codes that pass by themselves. */
const passingCodes = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR']);

/** An error of the file system as a failure of the store; what is a failure already stays as it is (REL-14, REL-15). */
export function failureOfWorld(what: string, error: unknown): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const kind = fullCodes.has(code) ? 'full' : passingCodes.has(code) ? 'unavailable' : 'broken';
  return new StoreFailure({ what, kind, cause: error });
}
