/** What can go wrong with an upload, as few words as an application tells apart. */
export type UploadErrorCode =
  | 'Refused'
  | 'TypeNotAllowed'
  | 'TooLarge'
  | 'TooSmall'
  | 'Cors'
  | 'HostUnreachable'
  | 'Offline'
  | 'LinkExpired'
  | 'StoreRefused'
  | 'Aborted'
  | 'FileChanged';

/** What is known beside code and message. */
export type UploadErrorDetail = {
  readonly hint?: string | undefined;
  readonly retryable?: boolean;
  readonly reason?: string | undefined;
  readonly status?: number;
};

/** Why an upload failed. No member holds a URL, so that no log gets a signature (SEC-517). */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  readonly code: UploadErrorCode;
  /** What to do, for the one who reads the message. May be empty. */
  readonly hint: string;
  /** The same upload may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The store's own code or reason. */
  readonly reason?: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;

  constructor(code: UploadErrorCode, message: string, detail: UploadErrorDetail = {}) {
    super(message);
    this.code = code;
    this.hint = detail.hint ?? '';
    this.retryable = detail.retryable ?? false;
    if (detail.reason !== undefined) this.reason = detail.reason;
    if (detail.status !== undefined) this.status = detail.status;
  }
}
