import { S3Error } from './s3-error.ts';

/** What the world refused to do, as the answer depends on it. */
export type StoreFailureKind = 'unavailable' | 'full' | 'broken';

/** How a failure is described to `StoreFailure`. */
export type StoreFailureParts = {
  /** What was tried, in words for the log: `sync of the write-ahead log`. Never a secret or a whole URL. */
  readonly what: string;
  readonly kind: StoreFailureKind;
  readonly cause?: unknown;
};

/**
 * A failure of the world (disk, database, upstream), not of the caller and not of the code (WIRE-3).
 * `unavailable` may pass by itself and is worth a retry; `full` ends when space returns; `broken` is neither.
 */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  readonly what: string;
  readonly kind: StoreFailureKind;

  constructor(parts: StoreFailureParts) {
    super(`the store failed: ${parts.what}`, { cause: parts.cause });
    this.what = parts.what;
    this.kind = parts.kind;
  }

  /** Whether the same call may succeed later without anybody doing anything. */
  get retryable(): boolean {
    return this.kind === 'unavailable';
  }

  /** The answer that a caller gets: 503 `SlowDown`, 507 `InsufficientStorage` or 500 `InternalError`. */
  toRefusal(): S3Error {
    if (this.kind === 'unavailable') return new S3Error({ code: 'SlowDown', headers: { 'retry-after': '1' } });
    return new S3Error({ code: this.kind === 'full' ? 'InsufficientStorage' : 'InternalError' });
  }
}
