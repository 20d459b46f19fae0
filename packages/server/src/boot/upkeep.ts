import { ReceiptSigner } from '../pages/receipt.ts';
import type { Settings } from '../settings/list.ts';
import type { BackupReport } from '../stores/local/backup/backup.ts';
import type { BucketBackupReport } from '../stores/local/backup/backup-to-bucket.ts';
import type { RestoreReport } from '../stores/local/backup/restore-backup.ts';
import type { RepairReport } from '../stores/local/check/check-repair.ts';
import type { Resealed } from '../stores/sqlite/sealing/reseal.ts';
import type { BackupBucket } from '../stores/upkeep/backup-bucket.ts';
import type { CheckReport } from '../stores/upkeep/check-report.ts';
import { StoreStartFailure } from '../stores/upkeep/start-failures.ts';
import { systemDisk } from '../world/disk.ts';
import type { World } from '../world/world.ts';
import { asStartFailure, parseMasterKey } from './store.ts';
import { version } from './version.ts';

/*
 * What these do is loaded when it is asked for: a server comes by this file on its start and does none of it.
 */

/** Told of bytes that were read. Ends the work by throwing. */
type OnBytes = (count: number) => void;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks the data folder of the settings through; a server may be at work on it (REL-10). @throws UpkeepFailure */
export async function checkData(
  settings: Settings,
  world: World,
  how: { readonly depth: 'fast' | 'deep'; readonly bucket?: string | undefined; readonly onBytes?: OnBytes },
): Promise<CheckReport> {
  const { checkStore } = await import('../stores/local/check/check-store.ts');
  const masterKey = parseMasterKey(settings.masterKey);
  return checkStore({ folder: settings.data, disk: systemDisk, clock: world.clock, pause, masterKey, ...how });
}

/** Repairs what a check found; no server may be at work (REL-10). @throws UpkeepFailure, StartFailure */
export function repairData(settings: Settings, world: World, report: CheckReport): Promise<RepairReport> {
  const { clock, random } = world;
  const options = {
    folder: settings.data,
    disk: systemDisk,
    clock,
    random,
    masterKey: parseMasterKey(settings.masterKey),
    insecureModes: settings.allowInsecureFileModes ? ('allow' as const) : ('refuse' as const),
    onFatal: (failure: Error) => {
      throw failure;
    },
  };
  return starting(async () => (await import('../stores/local/check/check-repair.ts')).repairStore(options, report));
}

/** Copies the data folder of the settings while a server goes on (REL-11). @throws UpkeepFailure */
export function backUpData(
  settings: Settings,
  world: World,
  how: {
    readonly target: string;
    readonly since?: string | undefined;
    readonly verify: 'new' | 'all';
    readonly links: 'use' | 'never';
    readonly onBytes?: OnBytes;
  },
): Promise<BackupReport> {
  const options = { folder: settings.data, disk: systemDisk, clock: world.clock, madeBy: version, ...how };
  return starting(async () => (await import('../stores/local/backup/backup.ts')).backUp(options));
}

/** Copies the data folder of the settings to a bucket of another store (REL-11). @throws UpkeepFailure */
export function backUpDataToBucket(
  settings: Settings,
  { clock, random }: World,
  how: {
    readonly target: BackupBucket;
    readonly since?: BackupBucket | undefined;
    readonly verify: 'new' | 'all';
    readonly onBytes?: OnBytes;
  },
): Promise<BucketBackupReport> {
  const options = { folder: settings.data, disk: systemDisk, clock, random, madeBy: version, ...how };
  return starting(async () => (await import('../stores/local/backup/backup-to-bucket.ts')).backUpToBucket(options));
}

/**
 * Puts a backup, of a folder or of a bucket, in place of the data folder of the settings (REL-11, SEC-221).
 * @throws UpkeepFailure, StartFailure
 */
export function restoreData(
  settings: Settings,
  world: World,
  how: {
    readonly from: string | BackupBucket;
    readonly present: 'refuse' | 'replace';
    readonly olderLinks: 'refuse' | 'accept';
    readonly onBytes?: OnBytes;
  },
): Promise<RestoreReport> {
  const { clock, random } = world;
  const masterKey = parseMasterKey(settings.masterKey);
  const { from, ...rest } = how;
  const options = { folder: settings.data, disk: systemDisk, clock, random, pause, masterKey, ...rest };
  return starting(async () =>
    typeof from === 'string'
      ? (await import('../stores/local/backup/restore-backup.ts')).restoreBackup({ from, ...options })
      : (await import('../stores/local/backup/restore-from-bucket.ts')).restoreFromBucket({ from, ...options }),
  );
}

/**
 * Puts another master key in place of the one of the settings; no server may be at work (SEC-804). Receipts that were signed
 * before stay good: the public half of their key is kept.
 * @throws UpkeepFailure, StartFailure
 */
export function rotateKeyOfData(
  settings: Settings,
  world: Pick<World, 'random'>,
  newKey: Uint8Array | undefined,
): Promise<Resealed> {
  return starting(async () => {
    const { rotateMasterKey } = await import('../stores/local/folder/rotate-master-key.ts');
    return rotateMasterKey({
      folder: settings.data,
      masterKey: parseMasterKey(settings.masterKey),
      newKey,
      insecureModes: settings.allowInsecureFileModes ? 'allow' : 'refuse',
      receiptKeyOf: (seed) => new ReceiptSigner(seed).publicKey.x,
      disk: systemDisk,
      random: world.random,
    });
  });
}

/** Accepts links again that are refused since a restore; no server may be at work (SEC-221). @throws UpkeepFailure */
export function acceptOlderLinks(settings: Settings): Promise<number> {
  return starting(async () =>
    (await import('../stores/local/backup/restore-backup.ts')).acceptOlder(systemDisk, settings.data),
  );
}

async function starting<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StoreStartFailure ? asStartFailure(error) : error;
  }
}
