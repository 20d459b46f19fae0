/** Why a share or file request refuses, where S3 has no word for it. */
export type ShareRefusalReason =
  | 'NoSuchShare'
  | 'ShareClosed'
  | 'SharePassword'
  | 'PasswordTries'
  | 'ShareMethod'
  | 'ShareName'
  | 'ShareBusy';

const statuses: Readonly<Record<ShareRefusalReason, readonly [status: number, text: string]>> = {
  NoSuchShare: [404, 'Link not found. Check that you copied the whole address.'],
  ShareClosed: [403, 'No more files are accepted here.'],
  SharePassword: [401, 'This link is password-protected. Send the password by HTTP Basic, with any user name.'],
  PasswordTries: [429, 'Too many attempts. Wait 15 minutes, then try again.'],
  ShareMethod: [405, 'This link does not accept this method.'],
  ShareName: [400, 'This name cannot be used for a file.'],
  ShareBusy: [503, 'The server is busy. Try again in a few seconds.'],
};

/** A refusal of a share. */
export class ShareRefusal extends Error {
  override readonly name = 'ShareRefusal';
  readonly reason: ShareRefusalReason;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** SharePassword: tries that are left, when one was wrong. */
  readonly triesLeft: number | undefined;

  constructor(reason: ShareRefusalReason, headers: Readonly<Record<string, string>> = {}, triesLeft?: number) {
    const [status, text] = statuses[reason];
    super(text);
    this.reason = reason;
    this.status = status;
    this.headers = headers;
    this.triesLeft = triesLeft;
  }
}
