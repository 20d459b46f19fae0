/** Why a data folder cannot be opened. Each has its own exit code and text at the command line. */
export type StartFailureKind =
  | 'FolderNotWritable'
  | 'FolderInUse'
  | 'NetworkFolder'
  | 'DataNewerThanServer'
  | 'DataDamaged'
  | 'MasterKeyMissing'
  | 'MasterKeyWrong'
  | 'UnsafeFileMode';

/** The data folder cannot be opened; nothing in it was changed. */
export class StoreStartFailure extends Error {
  override readonly name = 'StoreStartFailure';
  readonly kind: StartFailureKind;
  /** The folder or file that is in the way. */
  readonly path: string;

  constructor(kind: StartFailureKind, path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.path = path;
  }
}
