import { type ReadSettings, systemWorld, UpkeepFailure, type UpkeepFailureKind } from '@tidegate/server';
import type { Call } from '../core/command.ts';
import { CliError, type ExitCode, exitCodes, Interrupted } from '../core/errors.ts';
import { Progress } from '../terminal/progress.ts';
import { settingsOrRefuse } from './server-settings.ts';

/** What a command needs that works on a data folder itself. */
export type Upkeep = {
  readonly settings: ReadSettings['settings'];
  readonly world: ReturnType<typeof systemWorld>;
  /** Shows how far it is, and ends the work after Ctrl-C. */
  readonly onBytes: (count: number) => void;
};

const exits: Readonly<Record<UpkeepFailureKind, ExitCode>> = {
  NoData: exitCodes.notFound,
  NoBackup: exitCodes.notFound,
  BackupDamaged: exitCodes.fault,
  NotEmpty: exitCodes.refused,
  OtherStore: exitCodes.refused,
  OwnBucket: exitCodes.refused,
  InUse: exitCodes.refused,
  TooNew: exitCodes.refused,
  MasterKeyWrong: exitCodes.wrongUse,
};

const fixes: Readonly<Partial<Record<UpkeepFailureKind, string>>> = {
  NoData: 'Name the folder that the server was started with:  --data DIR',
  BackupDamaged: 'Take an earlier backup.',
  NotEmpty: 'Take another place.',
  OtherStore: 'Take another place for this store.',
  OwnBucket: 'Take a bucket of another store:  --profile NAME  or  --endpoint-url URL',
  InUse: 'Wait for it, or stop the server first.',
  TooNew: 'Use the version that wrote it, or a later one.',
  MasterKeyWrong: 'Put the right one into DATA/keys/master.key, or give it by TIDEGATE_MASTER_KEY_FILE.',
};

/**
 * Runs work on the data folder of the settings: the argument, `--data`, the environment, or `./data`.
 * @throws CliError if the folder cannot be used
 */
export async function onData<Value>(
  call: Call,
  name: string,
  folder: string | undefined,
  work: (upkeep: Upkeep) => Promise<Value>,
): Promise<Value> {
  const { settings } = settingsOrRefuse(folder === undefined ? {} : { data: folder }, call, 'tidegate config check');
  const progress = new Progress(call.world, call.output, name, undefined);
  const onBytes = (count: number): void => {
    if (call.world.interrupt.aborted) throw new Interrupted();
    progress.moved(count);
  };
  try {
    return await work({ settings, world: systemWorld(), onBytes });
  } catch (error) {
    throw asCliError(error);
  } finally {
    progress.end();
  }
}

function asCliError(error: unknown): unknown {
  if (error instanceof UpkeepFailure) {
    const { kind, message } = error;
    return new CliError({ exit: exits[kind], what: message, fix: fixes[kind], code: kind, cause: error });
  }
  if (error instanceof Error && error.name === 'StartFailure' && 'exitCode' in error && 'hint' in error) {
    const exit =
      error.exitCode === 4 ? exitCodes.refused : error.exitCode === 5 ? exitCodes.unreachable : exitCodes.wrongUse;
    return new CliError({ exit, what: error.message, fix: String(error.hint), cause: error });
  }
  if (!(error instanceof Error)) return error;
  // What the disk says: full, read-only, not there.
  if ('syscall' in error && 'code' in error) {
    return new CliError({
      exit: exitCodes.refused,
      what: `Disk error: ${error.message}.`,
      code: String(error.code),
      cause: error,
    });
  }
  if ('errcode' in error) {
    const fix = 'tidegate check  says what is wrong with it.';
    return new CliError({
      exit: exitCodes.fault,
      what: `The metadata could not be read or copied: ${error.message}.`,
      fix,
      cause: error,
    });
  }
  return error;
}
