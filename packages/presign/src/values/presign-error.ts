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

/** Thrown at once when something cannot be signed, before any URL exists. Never holds a secret or a signature. */
export class PresignError extends Error {
  override readonly name = 'PresignError';
  declare readonly code: PresignErrorCode;
  /** What to do. May be empty. */
  declare readonly hint: string;
  /** Which argument or option is wrong, as the caller writes it: `key`, `expiresIn`, `limits.uses`, `credentials`. */
  declare readonly option: string | undefined;
  /** HTTP status, with `RequestFailed` alone. */
  declare readonly status: number | undefined;
  /** The store's `<Code>`, with `RequestFailed` alone. */
  declare readonly storeCode: string | undefined;
  /** The store's `<Reason>`, with `RequestFailed` alone. */
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
