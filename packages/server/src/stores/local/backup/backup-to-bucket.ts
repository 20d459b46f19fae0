import { join } from 'node:path';
import type { Random } from '../../../world/random.ts';
import { holdFiles, holdName } from '../../sqlite/check/backup-hold.ts';
import { type LedgerBody, Snapshot, takeSnapshot } from '../../sqlite/check/backup-snapshot.ts';
import { lockFolder } from '../../sqlite/schema/folder-lock.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import type { BackupBucket, OpenUpload, PutCondition } from '../../upkeep/backup-bucket.ts';
import { type BackupManifest, formatBody, formatManifest, type ListedBody } from '../../upkeep/backup-manifest.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { ensureFile } from '../folder/open-folder.ts';
import { type BackupOptions, type BackupReport, manifestName, refuseNoData, stampOf } from './backup.ts';
import { bodyPath, forEachFew, readRange, readWhole } from './backup-files.ts';
import {
  bodyName,
  compareObject,
  hashText,
  readBucketList,
  readBucketManifest,
  textContent,
} from './backup-in-bucket.ts';
import { noteBackup } from './last-backup.ts';

export type BucketBackupOptions = Pick<BackupOptions, 'folder' | 'verify' | 'madeBy' | 'disk' | 'clock' | 'onBytes'> & {
  /** Where it goes: an empty prefix, or an earlier backup of the same store, which it takes the place of. */
  readonly target: BackupBucket;
  /** An earlier backup in the same store as `target`: what it has is copied there by the store itself. */
  readonly since?: BackupBucket | undefined;
  readonly random: Random;
};

/** `linked`: bodies that the store of the target copied from the earlier backup. */
export type BucketBackupReport = BackupReport & {
  /** Why what only earlier backups needed is still there; undefined: it is gone. */
  readonly leftBehind: unknown;
};

/** What a backup finds where it goes. */
type Target = {
  readonly earlier: BackupManifest | undefined;
  /** Under which condition the manifest is put: that it is still the one which was found. */
  readonly condition: PutCondition;
  readonly bodies: ReadonlyMap<string, ListedBody>;
  /** Sizes of all objects, by name. */
  readonly there: ReadonlyMap<string, number>;
  readonly uploads: readonly OpenUpload[];
};

/** Names that backups give. */
const ownNames =
  /^(?:manifest\.json|writing-\w+\.json|meta-\w+\.db|bodies-\w+\.list|blobs\/[0-9a-f]{2}\/[0-9a-f]{32})$/;

/**
 * Copies a store to a bucket as it is at one moment, while its server goes on (REL-11). The manifest is put last, and only if the
 * one that was found at the beginning is still there: of two backups that go to the same place at once, one fails. What is removed
 * then was there before the cut and is not in it, so nobody who began later can have counted on it.
 * @throws UpkeepFailure NoData, NoBackup, NotEmpty, OtherStore, OwnBucket, InUse, TooNew; and what the bucket throws
 */
export async function backUpToBucket(options: BucketBackupOptions): Promise<BucketBackupReport> {
  const { folder, disk } = options;
  await refuseNoData(disk, folder);
  await ensureFile(disk, folder, 'BACKUP.db');
  const lock = lockFolder(join(folder, 'BACKUP.db'));
  if (lock === undefined) {
    throw new UpkeepFailure('InUse', folder, `Another backup of ${folder} to a bucket is being made.`);
  }
  try {
    await ensureFile(disk, folder, holdName);
    const letGo = holdFiles(join(folder, holdName));
    try {
      return await writeBackup(options);
    } finally {
      letGo();
      await disk.removeFile(join(folder, snapshotName));
    }
  } finally {
    lock.release();
  }
}

/** The copy of the metadata, in the data folder while it is sent: what it holds must not lie where others may read (SEC-809). */
const snapshotName = 'snapshot.db';

async function writeBackup(options: BucketBackupOptions): Promise<BucketBackupReport> {
  const { folder, target, disk, clock, random } = options;
  const found = await inspectTarget(target);
  const before = options.since === undefined ? undefined : await bodiesOf(options.since);
  const mark = Buffer.from(random.bytes(8)).toString('hex');
  const writing = `writing-${mark}.json`;
  await target.put(writing, textContent('{}\n'));
  const madeAtMs = clock.nowMs();
  const path = join(folder, snapshotName);
  await disk.removeFile(path);
  // SQLite would make it readable for others (SEC-809).
  await (await disk.createFile(path)).close();
  takeSnapshot(join(folder, databaseName), path);
  const { facts, listed, damaged, counts } = await readSnapshot(options, writing, found, before);
  const database = await putSnapshot(options, path, `meta-${stampOf(madeAtMs)}_${mark}.db`);
  const text = listed.map(formatBody).join('');
  const listName = `bodies-${stampOf(madeAtMs)}_${mark}.list`;
  const list = { name: listName, sizeBytes: Buffer.byteLength(text), sha256: hashText(text) };
  await target.put(listName, textContent(text));
  const bodyBytes = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { madeBy } = options;
  const manifest = { ...facts, madeAtMs, madeBy, database, list, bodies: listed.length, bodyBytes, damaged };
  const manifestSha256 = await putManifest(target, manifest, found.condition);
  const needed = new Set([manifestName, database.name, listName, ...listed.map(({ id }) => bodyName(id))]);
  const old = [...found.there.keys()].filter((name) => ownNames.test(name) && !needed.has(name));
  let leftBehind: unknown;
  try {
    await target.remove([...old, writing], found.uploads);
  } catch (error) {
    // The backup is made. A key that may not remove anything is a good one for backups.
    leftBehind = error;
  }
  await noteBackup(disk, folder, { madeAtMs, target: target.address, manifestSha256 });
  return { ...manifest, manifestSha256, ...counts, leftBehind };
}

async function inspectTarget(target: BackupBucket): Promise<Target> {
  const backup = await readBucketManifest(target);
  const there = new Map<string, number>();
  for await (const { name, sizeBytes } of target.list()) {
    const isKnown = ownNames.test(name) && (backup !== undefined || name !== manifestName);
    if (!isKnown && backup === undefined) {
      const text = `${target.address} holds something else than a backup: ${name}.`;
      throw new UpkeepFailure('NotEmpty', target.address, text);
    }
    there.set(name, sizeBytes);
  }
  const uploads: OpenUpload[] = [];
  for await (const upload of target.listUploads()) if (ownNames.test(upload.name)) uploads.push(upload);
  const bodies = backup === undefined ? [] : ((await readBucketList(target, backup.manifest)) ?? []);
  return {
    earlier: backup?.manifest,
    condition: backup === undefined ? { kind: 'absent' } : { kind: 'etag', etag: backup.etag },
    bodies: new Map(bodies.map((body) => [body.id, body])),
    there,
    uploads,
  };
}

async function bodiesOf(since: BackupBucket): Promise<ReadonlyMap<string, ListedBody>> {
  const backup = await readBucketManifest(since);
  const bodies = backup === undefined ? undefined : await readBucketList(since, backup.manifest);
  if (bodies === undefined) {
    throw new UpkeepFailure('NoBackup', since.address, `There is no backup at ${since.address}.`);
  }
  return new Map(bodies.map((body) => [body.id, body]));
}

async function readSnapshot(
  options: BucketBackupOptions,
  writing: string,
  found: Target,
  before: ReadonlyMap<string, ListedBody> | undefined,
) {
  const { folder, target } = options;
  const snapshot = new Snapshot(join(folder, snapshotName));
  try {
    const facts = snapshot.facts();
    // A backup would hold the one before it, and that one the one before.
    const isOwn = snapshot.hasObject(target.bucket, `${target.prefix}${writing}`);
    if (isOwn || (found.earlier !== undefined && found.earlier.store !== facts.store)) {
      await target.remove([writing], []);
      const { address } = target;
      throw isOwn
        ? new UpkeepFailure('OwnBucket', address, `${address} is in the store that is to be copied.`)
        : new UpkeepFailure('OtherStore', address, `The backup at ${address} is one of another store.`);
    }
    const counts = { copied: 0, linked: 0, kept: 0 };
    const listed: ListedBody[] = [];
    const damaged: string[] = [];
    await forEachFew(snapshot.bodies(), async (body) => {
      const placed = await placeBody(options, body, found, before);
      if (placed === undefined) {
        damaged.push(body.id);
        return;
      }
      counts[placed.by] += 1;
      listed.push({ id: body.id, sizeBytes: body.sizeBytes, sha256: placed.sha256 });
    });
    listed.sort((left, right) => (left.id < right.id ? -1 : 1));
    return { facts, listed, damaged: damaged.sort(), counts };
  } finally {
    snapshot.close();
  }
}

type Placed = { readonly by: 'copied' | 'linked' | 'kept'; readonly sha256: string };

/** Brings one body into the bucket. @returns undefined when the store itself has it no more as it was */
async function placeBody(
  options: BucketBackupOptions,
  { id, sizeBytes, blocks }: LedgerBody,
  { bodies, there }: Target,
  before: ReadonlyMap<string, ListedBody> | undefined,
): Promise<Placed | undefined> {
  const { disk, folder, target, since, verify, onBytes } = options;
  const name = bodyName(id);
  const isGood = async (sha256: string): Promise<boolean> =>
    verify === 'new' || (await compareObject(target, name, { sizeBytes, sha256 }, onBytes)).kind === 'good';
  const known = bodies.get(id);
  const isThere = there.get(name) === sizeBytes;
  if (isThere && known?.sizeBytes === sizeBytes && (await isGood(known.sha256))) {
    return { by: 'kept', sha256: known.sha256 };
  }
  const earlier = before?.get(id);
  if (since !== undefined && earlier?.sizeBytes === sizeBytes) {
    const isCopied = (await target.copyFrom(since, name)) === sizeBytes;
    if (isCopied && (await isGood(earlier.sha256))) return { by: 'linked', sha256: earlier.sha256 };
  }
  const path = bodyPath(folder, id);
  // What is counted is what is sent; whoever wants it ended is asked here too.
  const found = await readWhole(disk, path, { sizeBytes, blocks }, () => onBytes?.(0));
  if (found.kind !== 'good') return undefined;
  const { sha256 } = found;
  // Left by a backup that did not come to its end: an object is put whole, with its hash, or not at all.
  if (isThere && known === undefined && (await target.hashOf(name)) === sha256 && (await isGood(sha256))) {
    return { by: 'kept', sha256 };
  }
  await target.put(name, {
    sizeBytes,
    sha256,
    read: (start, end) => counted(readRange(disk, path, start, end), onBytes),
  });
  return { by: 'copied', sha256 };
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: BucketBackupOptions['onBytes'],
): AsyncIterable<Uint8Array> {
  for await (const bytes of source) {
    onBytes?.(bytes.byteLength);
    yield bytes;
  }
}

async function putSnapshot(
  { disk, target, onBytes }: BucketBackupOptions,
  path: string,
  name: string,
): Promise<BackupManifest['database']> {
  const sizeBytes = (await disk.facts(path))?.sizeBytes ?? 0;
  const found = await readWhole(disk, path, { sizeBytes });
  if (found.kind !== 'good') throw new UpkeepFailure('BackupDamaged', path, `${path} cannot be read back.`);
  const { sha256 } = found;
  await target.put(name, {
    sizeBytes,
    sha256,
    read: (start, end) => counted(readRange(disk, path, start, end), onBytes),
  });
  return { name, sizeBytes, sha256 };
}

/** @returns its hash. @throws UpkeepFailure InUse when another backup was made there in the meantime */
async function putManifest(target: BackupBucket, manifest: BackupManifest, condition: PutCondition): Promise<string> {
  const text = formatManifest(manifest);
  const content = textContent(text);
  const outcome = await target.put(manifestName, content, condition);
  // An answer may have been lost: then it is ours that stands in the way.
  const isOurs = outcome === 'stored' || (await compareObject(target, manifestName, content)).kind === 'good';
  if (isOurs) return content.sha256;
  throw new UpkeepFailure('InUse', target.address, `Another backup was made at ${target.address} in the meantime.`);
}
