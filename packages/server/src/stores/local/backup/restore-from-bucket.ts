import { join } from 'node:path';
import { Snapshot } from '../../sqlite/check/backup-snapshot.ts';
import type { BackupBucket } from '../../upkeep/backup-bucket.ts';
import type { BackupManifest, ListedBody } from '../../upkeep/backup-manifest.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { underLock } from '../folder/folder-use.ts';
import { openFolder } from '../folder/open-folder.ts';
import { bodyPath, type Found, forEachFew, makeShards, readWhole, receiveWhole, sayFound } from './backup-files.ts';
import { bodyName, compareObject, readBucketList, readBucketManifest } from './backup-in-bucket.ts';
import {
  damagedBackup,
  fitsMasterKey,
  putInPlace,
  type RestoreReport,
  refusePresent,
  restoredName,
  type Settling,
  syncBodies,
} from './restore-backup.ts';

export type BucketRestoreOptions = Settling & { readonly from: BackupBucket };

/**
 * Puts a backup out of a bucket in place of a data folder's data. Each body is compared as it comes; it lies under a random name
 * that nothing of the old data has, where the next restore finds it and a server that starts instead removes it. Until all of the
 * backup was compared nothing of the old data is touched, and the database comes last, by one renaming (REL-11).
 * @throws UpkeepFailure NoBackup, BackupDamaged, TooNew, NotEmpty, InUse, MasterKeyWrong; and what the bucket throws
 * @throws StoreStartFailure when the folder cannot be used
 */
export async function restoreFromBucket(options: BucketRestoreOptions): Promise<RestoreReport> {
  const { from, folder, disk } = options;
  const backup = await readBucketManifest(from);
  if (backup === undefined) {
    throw new UpkeepFailure('NoBackup', from.address, `There is no backup of Tidegate at ${from.address}.`);
  }
  const { manifest } = backup;
  await openFolder(disk, folder, options.networkFolders ?? 'refuse');
  return await underLock(disk, folder, async () => {
    const replaced = await refusePresent(options);
    await receiveDatabase(options, manifest);
    // A schema that this program does not know, and another master key, are found before the bodies come.
    new Snapshot(join(folder, restoredName)).close();
    const needsMasterKey = !(await fitsMasterKey(options, join(folder, restoredName)));
    const bodies = await readBucketList(from, manifest);
    if (bodies === undefined) throw damagedBackup(from.address, [`${manifest.list.name} is missing or was changed`]);
    await makeShards(disk, folder);
    const damaged = await receiveBodies(options, bodies);
    await forEachFew(damaged, (body) => repairBody(options, body));
    await syncBodies(options, bodies);
    return { replaced, needsMasterKey, ...(await putInPlace(options, manifest)) };
  });
}

async function receiveDatabase({ from, folder, disk, onBytes }: BucketRestoreOptions, { database }: BackupManifest) {
  const fresh = join(folder, restoredName);
  await disk.removeFile(fresh);
  const found = await receive({ from, disk, onBytes }, database.name, fresh, database);
  if (found.kind !== 'good') throw damagedBackup(from.address, [`${database.name} ${sayFound(found)}`]);
}

/** Brings every body that is not in the folder. @returns those of the folder that are damaged there, and good in the backup */
async function receiveBodies(
  options: BucketRestoreOptions,
  bodies: readonly ListedBody[],
): Promise<readonly ListedBody[]> {
  const { from, folder, disk, onBytes } = options;
  const bad: string[] = [];
  const damaged: ListedBody[] = [];
  await forEachFew(bodies, async (body) => {
    const { id, sizeBytes, sha256 } = body;
    const path = bodyPath(folder, id);
    const there = await readWhole(disk, path, { sizeBytes, sha256 }, onBytes);
    if (there.kind === 'good') return;
    // What stands there may be what is left of a body of the old data: it stays until all else is known to be good.
    if (there.kind !== 'missing') damaged.push(body);
    const found =
      there.kind === 'missing'
        ? await receive(options, bodyName(id), path, body)
        : await compareObject(from, bodyName(id), body, onBytes);
    if (found.kind !== 'good') bad.push(`${id} ${sayFound(found)}`);
  });
  if (bad.length > 0) throw damagedBackup(from.address, bad);
  return damaged;
}

async function repairBody(options: BucketRestoreOptions, body: ListedBody): Promise<void> {
  const path = bodyPath(options.folder, body.id);
  await options.disk.removeFile(path);
  const found = await receive(options, bodyName(body.id), path, body);
  if (found.kind !== 'good') throw damagedBackup(options.from.address, [`${body.id} ${sayFound(found)}`]);
}

async function receive(
  { from, disk, onBytes }: Pick<BucketRestoreOptions, 'from' | 'disk' | 'onBytes'>,
  name: string,
  to: string,
  expected: { readonly sizeBytes: number; readonly sha256: string },
): Promise<Found> {
  const opened = await from.get(name);
  if (opened === undefined) return { kind: 'missing' };
  const { sizeBytes, bytes } = opened;
  return sizeBytes === expected.sizeBytes
    ? await receiveWhole(disk, bytes, to, expected, onBytes)
    : { kind: 'wrong-size', sizeBytes };
}
