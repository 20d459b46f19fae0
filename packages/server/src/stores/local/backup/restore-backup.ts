import { join } from 'node:path';
import type { Clock } from '../../../world/clock.ts';
import type { Disk } from '../../../world/disk.ts';
import type { Random } from '../../../world/random.ts';
import { acceptOlderLinks, markRestored, settleDatabase } from '../../sqlite/check/backup-rules.ts';
import { Snapshot } from '../../sqlite/check/backup-snapshot.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import { openSecret } from '../../sqlite/sealing/sealing.ts';
import { type BackupManifest, type ListedBody, parseBodies, parseManifest } from '../../upkeep/backup-manifest.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { underLock } from '../folder/folder-use.ts';
import { masterKeyLabel, masterKeyPath, readMasterKey } from '../folder/master-key.ts';
import { openFolder } from '../folder/open-folder.ts';
import { manifestName } from './backup.ts';
import {
  bodyPath,
  copyWhole,
  forEachFew,
  makeShards,
  type OnBytes,
  readText,
  readWhole,
  sayFound,
  syncShards,
} from './backup-files.ts';

export type RestoreOptions = {
  /** The folder of the backup. */
  readonly from: string;
  /** The data folder; made when it is new. No server may be at work on it. */
  readonly folder: string;
  /** What happens to data that are there already. */
  readonly present: 'refuse' | 'replace';
  /** Whether links that were signed before now are refused until they are accepted (SEC-221). */
  readonly olderLinks: 'refuse' | 'accept';
  /** The master key, when it does not lie in the folder. */
  readonly masterKey?: Uint8Array | undefined;
  readonly networkFolders?: 'refuse' | 'allow' | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly pause: (ms: number) => Promise<void>;
  /** Told of bytes that were read; every body is read twice. Ends the restore by throwing. */
  readonly onBytes?: OnBytes | undefined;
};

/** What both ways of putting a backup in place need, from a folder and from a bucket. */
export type Settling = Omit<RestoreOptions, 'from'>;

/** The name of a restored database until it takes the place of the old one. */
export const restoredName = `${databaseName}.restored`;

export type RestoreReport = Pick<
  BackupManifest,
  'madeAtMs' | 'madeBy' | 'objects' | 'bodies' | 'bodyBytes' | 'damaged'
> & {
  /** Whether data that were there were replaced. */
  readonly replaced: boolean;
  /** Whether the master key still has to be put in place before the server starts. */
  readonly needsMasterKey: boolean;
  /** Rules that refuse links signed before now. */
  readonly rules: number;
};

/**
 * Puts a backup in place of a data folder's data. All of it is read and compared before anything is written, and again as it is
 * copied; the database comes last, by one renaming: before it the old data are there, after it the new (REL-11).
 * @throws UpkeepFailure NoBackup, BackupDamaged, TooNew, NotEmpty, InUse, MasterKeyWrong
 * @throws StoreStartFailure when the folder cannot be used
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { from, folder, disk } = options;
  const { manifest, bodies } = await verifyBackup(options);
  await openFolder(disk, folder, options.networkFolders ?? 'refuse');
  return await underLock(disk, folder, async () => {
    const replaced = await refusePresent(options);
    const database = join(from, manifest.database.name);
    const needsMasterKey = !(await fitsMasterKey(options, database));
    await makeShards(disk, folder);
    await forEachFew(bodies, (body) => placeBody(options, body));
    await syncBodies(options, bodies);
    await copyDatabase(options, manifest);
    return { replaced, needsMasterKey, ...(await putInPlace(options, manifest)) };
  });
}

/** @returns whether there are data that are to be replaced. @throws UpkeepFailure NotEmpty */
export async function refusePresent({ disk, folder, present }: Settling): Promise<boolean> {
  const replaced = await hasData(disk, folder);
  if (replaced && present === 'refuse') {
    throw new UpkeepFailure('NotEmpty', folder, `There are data in ${folder} already.`);
  }
  return replaced;
}

/** Makes the names of bodies durable that were put into a data folder. */
export async function syncBodies({ disk, folder }: Settling, bodies: readonly ListedBody[]): Promise<void> {
  await syncShards(
    disk,
    folder,
    bodies.map(({ id }) => id),
  );
}

/** Accepts links again that are refused since a restore (SEC-221). @throws UpkeepFailure NoData, InUse */
export async function acceptOlder(disk: Disk, folder: string): Promise<number> {
  const path = join(folder, databaseName);
  if ((await disk.facts(path))?.kind !== 'file') {
    throw new UpkeepFailure('NoData', folder, `There is no data folder of Tidegate at ${folder}.`);
  }
  return await underLock(disk, folder, () => {
    new Snapshot(path).close();
    return acceptOlderLinks(path);
  });
}

/** Reads all of a backup. */
async function verifyBackup({ from, disk, onBytes }: RestoreOptions) {
  const text = await readText(disk, join(from, manifestName));
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest === undefined) throw new UpkeepFailure('NoBackup', from, `There is no backup of Tidegate at ${from}.`);
  if (manifest === 'newer') {
    throw new UpkeepFailure('TooNew', from, `The backup at ${from} was made by a newer Tidegate.`);
  }
  const bad: string[] = [];
  for (const file of [manifest.database, manifest.list]) {
    const found = await readWhole(disk, join(from, file.name), file, onBytes);
    if (found.kind !== 'good') bad.push(`${file.name} ${sayFound(found)}`);
  }
  const bodies = parseBodies((await readText(disk, join(from, manifest.list.name))) ?? '');
  if (bodies === undefined) bad.push(`${manifest.list.name} is no list`);
  await forEachFew(bodies ?? [], async ({ id, sizeBytes, sha256 }) => {
    const found = await readWhole(disk, bodyPath(from, id), { sizeBytes, sha256 }, onBytes);
    if (found.kind !== 'good') bad.push(`${id} ${sayFound(found)}`);
  });
  if (bad.length > 0 || bodies === undefined) throw damagedBackup(from, bad);
  // A schema that this program does not know is found here, before anything is written.
  new Snapshot(join(from, manifest.database.name)).close();
  return { manifest, bodies };
}

/** The failure that names the first few files that are not what was written. */
export function damagedBackup(from: string, bad: readonly string[]): UpkeepFailure {
  const shown = bad.slice(0, 5).join('; ');
  const more = bad.length > 5 ? `; and ${bad.length - 5} more` : '';
  return new UpkeepFailure('BackupDamaged', from, `The backup at ${from} is damaged: ${shown}${more}.`);
}

/** What may lie in a folder into which data are put back without asking. */
const harmless: ReadonlySet<string> = new Set(['LOCK.db', 'HOLD.db', 'keys', 'blobs', 'lost+found', 'tidegate.toml']);

async function hasData(disk: Disk, folder: string): Promise<boolean> {
  // What a restore that was broken off has left is not data: no database names it.
  return (await disk.listFolder(folder)).some((name) => !harmless.has(name) && name !== restoredName);
}

/** @returns false when there is no master key to be seen yet. @throws UpkeepFailure when it is another one */
export async function fitsMasterKey(options: Settling, database: string): Promise<boolean> {
  const { disk, folder, random } = options;
  if (options.masterKey === undefined && (await disk.facts(masterKeyPath(folder))) === undefined) return false;
  // `hasData`: never make one.
  const key = await readMasterKey({
    disk,
    folder,
    random,
    given: options.masterKey,
    hasData: true,
    insecureModes: 'allow',
  });
  const snapshot = new Snapshot(database);
  try {
    const sealed = snapshot.meta('master_key_check');
    if (sealed === undefined || openSecret(key, masterKeyLabel, Buffer.from(sealed, 'base64')) !== undefined)
      return true;
  } finally {
    snapshot.close();
  }
  const text = `The access keys in the backup are sealed under another master key than the one of ${folder}.`;
  throw new UpkeepFailure('MasterKeyWrong', folder, text);
}

async function placeBody(options: RestoreOptions, { id, sizeBytes, sha256 }: ListedBody): Promise<void> {
  const { from, folder, disk, onBytes } = options;
  const path = bodyPath(folder, id);
  const expected = { sizeBytes, sha256 };
  const there = await readWhole(disk, path, expected, onBytes);
  if (there.kind === 'good') return;
  if (there.kind !== 'missing') await disk.removeFile(path);
  const copied = await copyWhole(disk, bodyPath(from, id), path, expected, onBytes);
  if (copied.kind === 'good') return;
  throw new UpkeepFailure(
    'BackupDamaged',
    from,
    `The backup at ${from} changed while it was read: ${id} ${sayFound(copied)}.`,
  );
}

async function copyDatabase(
  { from, folder, disk, onBytes }: RestoreOptions,
  { database }: BackupManifest,
): Promise<void> {
  const fresh = join(folder, restoredName);
  await disk.removeFile(fresh);
  const copied = await copyWhole(disk, join(from, database.name), fresh, database, onBytes);
  if (copied.kind === 'good') return;
  throw new UpkeepFailure(
    'BackupDamaged',
    from,
    `The backup at ${from} changed while it was read: ${database.name} ${sayFound(copied)}.`,
  );
}

/** Gives the restored database the name of the old one, when all bodies are there: the one step that a restore is. */
export async function putInPlace(
  options: Settling,
  manifest: BackupManifest,
): Promise<Omit<RestoreReport, 'replaced' | 'needsMasterKey'>> {
  const { folder, disk, clock, random, olderLinks } = options;
  const fresh = join(folder, restoredName);
  const madeAt = new Date(manifest.madeAtMs).toISOString();
  const reason = `The data were put back from a backup of ${madeAt}: what was taken back since is not known.`;
  const atMs = clock.nowMs();
  const rules = markRestored(fresh, { atMs, random, reason, olderLinks });
  await syncFile(disk, fresh);
  const path = join(folder, databaseName);
  if ((await disk.facts(path)) !== undefined) settleDatabase(path);
  // A log beside it belongs to the old one. Its content is in that one now, or it could not be read.
  await disk.removeFile(`${path}-wal`);
  await disk.removeFile(`${path}-shm`);
  await disk.moveFile(fresh, path);
  await disk.syncFolder(folder);
  if (rules > 0) await passSecond(options, atMs);
  const { madeAtMs, madeBy, objects, bodies, bodyBytes, damaged } = manifest;
  return { madeAtMs, madeBy, objects, bodies, bodyBytes, damaged, rules };
}

/**
 * Waits until the second of the cut is over. A link says in whole seconds when it was signed: one of the same second is
 * refused, because it may be older, so the first that is signed after a restore must not be of that second (SEC-221).
 */
async function passSecond({ clock, pause }: Settling, atMs: number): Promise<void> {
  const nextSecondMs = (Math.floor(atMs / 1000) + 1) * 1000;
  // A timer may ring a little early. A clock that was set back in the meantime is not waited for.
  for (let tries = 0; tries < 10; tries += 1) {
    const restMs = nextSecondMs - clock.nowMs();
    if (restMs <= 0 || restMs > 1000) return;
    await pause(restMs);
  }
}

async function syncFile(disk: Disk, path: string): Promise<void> {
  const file = await disk.openFile(path, 'write');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
