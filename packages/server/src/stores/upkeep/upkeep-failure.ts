/** Why a data folder could not be checked, copied or put back. */
export type UpkeepFailureKind =
  /** There is no data folder of ours at the path. */
  | 'NoData'
  /** There is no backup of ours at the path, or of a format that is not known. */
  | 'NoBackup'
  /** The backup is not what was written. */
  | 'BackupDamaged'
  /** The place holds something else already. */
  | 'NotEmpty'
  /** The backup there is one of another store. */
  | 'OtherStore'
  /** The bucket that the backup should go to is in the store that it should be a copy of. */
  | 'OwnBucket'
  /** Another process is at work there. */
  | 'InUse'
  /** Written by a newer version. */
  | 'TooNew'
  /** The master key of the folder is not the one that the backup was made under. */
  | 'MasterKeyWrong';

/** A check, a backup or a restore could not be done; what stood in the way was left as it is. */
export class UpkeepFailure extends Error {
  override readonly name = 'UpkeepFailure';
  readonly kind: UpkeepFailureKind;
  /** The folder or file that is in the way. */
  readonly path: string;

  constructor(kind: UpkeepFailureKind, path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.path = path;
  }
}
