import type { Settings } from '../settings/list.ts';
import { type LocalStore, type LocalStoreOptions, openLocalStore } from '../stores/local/open-local-store.ts';
import { type StartFailureKind, StoreStartFailure } from '../stores/upkeep/start-failures.ts';
import { type Disk, systemDisk } from '../world/disk.ts';
import type { World } from '../world/world.ts';
import { StartFailure, type StartFailureCode } from './failure.ts';

const dayMs = 86_400_000;

const failures: Readonly<Record<StartFailureKind, readonly [code: StartFailureCode, hint: string]>> = {
  FolderNotWritable: ['FolderNotWritable', 'Give a folder that you may write to, or change its owner.'],
  FolderInUse: ['FolderInUse', 'Stop the other server, or give each its own folder.'],
  NetworkFolder: ['FolderNotWritable', 'Use a folder on a disk of this machine.'],
  DataNewerThanServer: ['DataNewerThanServer', 'Use the newer version again, or another folder.'],
  DataDamaged: ['StoreBroken', 'Put the folder back from a backup.'],
  MasterKeyMissing: ['MasterKeyUnusable', 'Put the key back, or name its file in TIDEGATE_MASTER_KEY_FILE.'],
  MasterKeyWrong: ['MasterKeyUnusable', 'Give the master key that the folder was made with.'],
  UnsafeFileMode: ['InsecureFile', 'Make it private, or set allow_insecure_file_modes = true.'],
};

/** Opens the store of the data folder. @throws StartFailure */
export async function openStore(
  settings: Settings,
  world: World,
  onFatal: (failure: Error) => void,
  disk: Disk = systemDisk,
  sharing?: LocalStoreOptions['sharing'],
): Promise<LocalStore> {
  try {
    return await openLocalStore({
      folder: settings.data,
      disk,
      clock: world.clock,
      random: world.random,
      masterKey: parseMasterKey(settings.masterKey),
      inlineMaxBytes: settings.inlineMaxBytes,
      freeSpaceReserveBytes: settings.freeSpaceReserveBytes,
      maxOpenUploadsPerBucket: settings.maxOpenUploadsPerBucket,
      linkRetention: () => ({
        keptAfterEndMs: settings.linkLedgerDays * dayMs,
        eventsKeptMs: settings.linkLedgerDays * dayMs,
        refusalsKeptMs: settings.linkLedgerDays * dayMs,
        maxLinks: settings.linkLedgerMaxLinks,
      }),
      insecureModes: settings.allowInsecureFileModes ? 'allow' : 'refuse',
      onFatal,
      sharing,
      // Only this process changes the folder (SEC-704), so what it has read of buckets stays true until it changes them itself.
      keepsBuckets: sharing === undefined,
    });
  } catch (error) {
    throw error instanceof StoreStartFailure ? asStartFailure(error) : error;
  }
}

/** Why a store does not open, with what to do about it. */
export function asStartFailure(error: StoreStartFailure): StartFailure {
  const [code, hint] = failures[error.kind];
  return new StartFailure(code, error.message, hint, error);
}

/** @throws StartFailure when the setting is no key */
export function parseMasterKey(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  const key = /^[0-9A-Fa-f]{64}$/.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.byteLength === 32) return key;
  throw new StartFailure(
    'BadSetting',
    'TIDEGATE_MASTER_KEY is not a key of 32 bytes.',
    'Make one: openssl rand -base64 32',
  );
}
