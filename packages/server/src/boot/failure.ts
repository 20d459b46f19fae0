/** Why a start failed, as programs tell it apart; the command line turns it into its exit code. */
export type StartFailureCode =
  | 'BadSetting'
  | 'InsecureFile'
  | 'UnsafeEnvironment'
  | 'AddressTaken'
  | 'AddressNotAllowed'
  | 'FolderNotWritable'
  | 'FolderInUse'
  | 'DataNewerThanServer'
  | 'StoreBroken'
  | 'MasterKeyUnusable';

const exitCodes: Readonly<Record<StartFailureCode, 2 | 4 | 5>> = {
  BadSetting: 2,
  InsecureFile: 2,
  UnsafeEnvironment: 2,
  AddressNotAllowed: 2,
  MasterKeyUnusable: 2,
  FolderNotWritable: 4,
  FolderInUse: 4,
  DataNewerThanServer: 4,
  AddressTaken: 5,
  StoreBroken: 5,
};

/** Whether a text from another process is one of the codes. */
export function isStartFailureCode(text: string): text is StartFailureCode {
  return Object.hasOwn(exitCodes, text);
}

/** A start that failed for a reason outside the code. `message` says what happened, `hint` what to do about it. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly code: StartFailureCode;
  readonly hint: string;
  readonly exitCode: 2 | 4 | 5;

  constructor(code: StartFailureCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCodes[code];
  }
}
