/** Codes of `PresignError`. */
export type PresignErrorCode =
  | 'CredentialsMissing'
  | 'CredentialsInvalid'
  | 'CredentialsEndSooner'
  | 'ExpiryOutOfRange'
  | 'DurationInvalid'
  | 'SizeInvalid'
  | 'DateInvalid'
  | 'EndpointInvalid'
  | 'BucketInvalid'
  | 'KeyInvalid'
  | 'OptionInvalid'
  | 'LimitNotEnforced'
  | 'LimitInvalid'
  | 'LimitNotForOperation'
  | 'StableWithLimits'
  | 'QueryReserved'
  | 'HeaderReserved'
  | 'ProfileInvalid'
  | 'RequestFailed';

/** What is known beside the message. */
export type PresignErrorDetail = {
  readonly hint?: string;
  readonly option?: string | undefined;
  readonly cause?: unknown;
  /** HTTP status of an answer (`RequestFailed`); absent when there was none. */
  readonly status?: number | undefined;
  /** The store's own `<Code>` (`RequestFailed`). */
  readonly storeCode?: string | undefined;
  /** Tidegate's `<Reason>` (`RequestFailed`). */
  readonly reason?: string | undefined;
};

/**
 * Thrown when something cannot be signed, before any URL exists. Never contains a secret or a signature.
 * @example
 * ```js
 * import { bucket, PresignError } from '@tidegate/presign';
 *
 * try {
 *   bucket('files', { credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' } }).presignGet('');
 * } catch (error) {
 *   if (!(error instanceof PresignError)) throw error;
 *   console.log(error.code, error.option, error.hint);
 * }
 * ```
 */
export class PresignError extends Error {
  override readonly name = 'PresignError';
  declare readonly code: PresignErrorCode;
  /** What to do. May be empty. */
  declare readonly hint: string;
  /** Which argument or option is wrong, as the caller writes it: `key`, `expiresIn`, `limits.uses`, `credentials`. */
  declare readonly option: string | undefined;
  /** HTTP status, only with `RequestFailed`. */
  declare readonly status: number | undefined;
  /** The store's `<Code>`, only with `RequestFailed`. */
  declare readonly storeCode: string | undefined;
  /** The store's `<Reason>`, only with `RequestFailed`. */
  declare readonly reason: string | undefined;

  constructor(code: PresignErrorCode, message: string, detail: PresignErrorDetail = {}) {
    super(message);
    Object.assign(this, { code, hint: '' }, detail);
  }
}

/** Throws a `PresignError`. Each hint is written where it is needed, so that a bundle contains only those that its code can give. */
export function fail(code: PresignErrorCode, message: string, option?: string, hint = ''): never {
  throw new PresignError(code, message, { hint, option });
}
