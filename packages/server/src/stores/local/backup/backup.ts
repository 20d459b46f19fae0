import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Clock } from '../../../world/clock.ts';
import type { Disk } from '../../../world/disk.ts';
import { holdFiles, holdName } from '../../sqlite/check/backup-hold.ts';
import { type LedgerBody, Snapshot, takeSnapshot } from '../../sqlite/check/backup-snapshot.ts';
import { lockFolder } from '../../sqlite/schema/folder-lock.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import {
  type BackupManifest,
  formatBody,
  formatManifest,
  type ListedBody,
  parseBodies,
  parseManifest,
} from '../../upkeep/backup-manifest.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { ensureFile } from '../folder/open-folder.ts';
import {
  bodyPath,
  copyWhole,
  type Found,
  forEachFew,
  makeShards,
  readText,
  readWhole,
  replaceText,
  syncShards,
  writeText,
} from './backup-files.ts';
import { noteBackup } from './last-backup.ts';

/** The file of a backup that says what is in it. */
export const manifestName = 'manifest.json';

export type BackupOptions = {
  /** The data folder. A server may be at work on it. */
  readonly folder: string;
  /** Where the backup goes: a new or empty folder, or an earlier backup of the same store, which it takes the place of. */
  readonly target: string;
  /** An earlier backup on the same disk as `target`: bodies that it has are linked instead of copied. */
  readonly since?: string | undefined;
  /** `all`: bodies that earlier backups have are read and compared again. */
  readonly verify: 'new' | 'all';
  /** Whether bodies may be hard links to those of the data folder, where that is on the same disk. */
  readonly links: 'use' | 'never';
  /** Version of the program. */
  readonly madeBy: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Told of bytes that were read. Ends the backup by throwing; an earlier one in its place stays good. */
  readonly onBytes?: ((count: number) => void) | undefined;
};

export type BackupReport = BackupManifest & {
  /** Hash of the manifest: who keeps it elsewhere can tell that nobody changed the backup. */
  readonly manifestSha256: string;
  readonly copied: number;
  readonly linked: number;
  /** Bodies that were there from before. */
  readonly kept: number;
};

type Counts = { copied: number; linked: number; kept: number };

/**
 * Copies a store as it is at one moment, while its server goes on (REL-11): the metadata first, then every body that they name.
 * The manifest is written last, in one step: until then an earlier backup in the same place is the one that counts.
 * @throws UpkeepFailure NoData, NotEmpty, OtherStore, InUse, TooNew
 */
export async function backUp(options: BackupOptions): Promise<BackupReport> {
  const { folder, target, disk } = options;
  await refuseNoData(disk, folder);
  if (`${resolve(target)}/`.startsWith(`${resolve(folder)}/`)) {
    throw new UpkeepFailure('NotEmpty', target, `${target} lies in the data that it should be a copy of.`);
  }
  await disk.makeFolder(target);
  const earlier = await readEarlier(disk, target);
  if (earlier === undefined) await refuseOthers(disk, target);
  await ensureFile(disk, target, 'LOCK.db');
  const lock = lockFolder(join(target, 'LOCK.db'));
  if (lock === undefined) throw new UpkeepFailure('InUse', target, `Another backup is being made at ${target}.`);
  try {
    await ensureFile(disk, folder, holdName);
    const letGo = holdFiles(join(folder, holdName));
    try {
      return await writeBackup(options, earlier);
    } finally {
      letGo();
    }
  } finally {
    lock.release();
  }
}

/** @throws UpkeepFailure NoData */
export async function refuseNoData(disk: Disk, folder: string): Promise<void> {
  const facts = await disk.facts(join(folder, databaseName));
  if (facts?.kind === 'file' && facts.sizeBytes > 0) return;
  throw new UpkeepFailure('NoData', folder, `There is no data folder of Tidegate at ${folder}.`);
}

type Earlier = { readonly manifest: BackupManifest; readonly bodies: ReadonlyMap<string, ListedBody> };

async function writeBackup(options: BackupOptions, earlier: Earlier | undefined): Promise<BackupReport> {
  const { folder, target, disk, clock } = options;
  const madeAtMs = clock.nowMs();
  const stamp = stampOf(madeAtMs);
  const name = `meta-${stamp}.db`;
  await disk.removeFile(join(target, name));
  // SQLite would make it readable for others (SEC-809).
  await (await disk.createFile(join(target, name))).close();
  takeSnapshot(join(folder, databaseName), join(target, name));
  const { facts, listed, fresh, damaged, counts } = await readSnapshot(options, name, earlier);
  const database = await hashSynced(disk, target, name);
  const list = await writeList(disk, target, `bodies-${stamp}.list`, listed);
  await syncShards(disk, target, fresh);
  await disk.syncFolder(target);
  const bodyBytes = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { madeBy } = options;
  const manifest = { ...facts, madeAtMs, madeBy, database, list, bodies: listed.length, bodyBytes, damaged };
  const text = formatManifest(manifest);
  await replaceText(disk, target, manifestName, text);
  await removeOld(disk, target, manifest, new Set(listed.map(({ id }) => id)));
  const manifestSha256 = createHash('sha256').update(text).digest('hex');
  await noteBackup(disk, folder, { madeAtMs, target: resolve(target), manifestSha256 });
  return { ...manifest, manifestSha256, ...counts };
}

/** `20261201T101500000Z`, as names of files have it. */
export function stampOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:.]/g, '');
}

async function readSnapshot(options: BackupOptions, name: string, earlier: Earlier | undefined) {
  const { target, disk } = options;
  const snapshot = new Snapshot(join(target, name));
  try {
    const facts = snapshot.facts();
    if (earlier !== undefined && earlier.manifest.store !== facts.store) {
      throw new UpkeepFailure('OtherStore', target, `The backup at ${target} is one of another store.`);
    }
    await makeShards(disk, target);
    return { facts, ...(await placeBodies(options, snapshot, earlier)) };
  } finally {
    snapshot.close();
  }
}

async function placeBodies(options: BackupOptions, snapshot: Snapshot, earlier: Earlier | undefined) {
  const { disk, since } = options;
  const before = since === undefined ? undefined : await readEarlier(disk, since);
  if (since !== undefined && before === undefined) {
    throw new UpkeepFailure('NoBackup', since, `There is no backup at ${since}.`);
  }
  const counts: Counts = { copied: 0, linked: 0, kept: 0 };
  const listed: ListedBody[] = [];
  const fresh: string[] = [];
  const damaged: string[] = [];
  await forEachFew(snapshot.bodies(), async (body) => {
    // Names that a backup left which was broken off may not be durable yet.
    if (options.verify === 'all' || earlier?.bodies.has(body.id) !== true) fresh.push(body.id);
    const sha256 = await placeBody(options, body, earlier, before, counts);
    if (sha256 === undefined) damaged.push(body.id);
    else listed.push({ id: body.id, sizeBytes: body.sizeBytes, sha256 });
  });
  listed.sort((left, right) => (left.id < right.id ? -1 : 1));
  return { listed, fresh, damaged: damaged.sort(), counts };
}

/** Brings one body into the backup. @returns its hash; undefined when the store itself has it no more as it was */
async function placeBody(
  options: BackupOptions,
  { id, sizeBytes, blocks }: LedgerBody,
  earlier: Earlier | undefined,
  before: Earlier | undefined,
  counts: Counts,
): Promise<string | undefined> {
  const { disk, folder, target, since, verify, links, onBytes } = options;
  const path = bodyPath(target, id);
  const expected = { sizeBytes, blocks };
  const there = await disk.facts(path);
  if (there !== undefined) {
    const known = earlier?.bodies.get(id);
    const isTrusted = verify === 'new' && known !== undefined && there.kind === 'file';
    const found: Found =
      isTrusted && there.sizeBytes === known.sizeBytes && known.sizeBytes === sizeBytes
        ? { kind: 'good', sha256: known.sha256 }
        : await readWhole(disk, path, expected, onBytes);
    if (found.kind === 'good') {
      counts.kept += 1;
      return found.sha256;
    }
    // Left by a backup that did not come to its end, or damaged since.
    await disk.removeFile(path);
  }
  const known = before?.bodies.get(id);
  if (since !== undefined && known?.sizeBytes === sizeBytes) {
    const linked = await linkGood(options, bodyPath(since, id), path, { ...expected, sha256: known.sha256 });
    if (linked !== undefined) {
      counts.linked += 1;
      return linked;
    }
  }
  if (links === 'use') {
    const linked = await linkGood(options, bodyPath(folder, id), path, expected);
    if (linked !== undefined) {
      counts.linked += 1;
      return linked;
    }
  }
  const copied = await copyWhole(disk, bodyPath(folder, id), path, expected, onBytes);
  if (copied.kind !== 'good') return undefined;
  counts.copied += 1;
  return copied.sha256;
}

async function linkGood(
  { disk, onBytes }: BackupOptions,
  from: string,
  path: string,
  expected: Parameters<typeof readWhole>[2],
): Promise<string | undefined> {
  if ((await disk.facts(from))?.kind !== 'file' || (await disk.linkFile(from, path)) !== 'linked') return undefined;
  const found = await readWhole(disk, path, expected, onBytes);
  if (found.kind === 'good') return found.sha256;
  await disk.removeFile(path);
  return undefined;
}

async function hashSynced(disk: Disk, target: string, name: string): Promise<BackupManifest['database']> {
  const path = join(target, name);
  const file = await disk.openFile(path, 'write');
  let sizeBytes: number;
  try {
    await file.sync();
    ({ sizeBytes } = await file.facts());
  } finally {
    await file.close();
  }
  const found = await readWhole(disk, path, { sizeBytes });
  if (found.kind !== 'good') throw new UpkeepFailure('BackupDamaged', path, `${path} cannot be read back.`);
  return { name, sizeBytes, sha256: found.sha256 };
}

async function writeList(
  disk: Disk,
  target: string,
  name: string,
  listed: readonly ListedBody[],
): Promise<BackupManifest['list']> {
  const text = listed.map(formatBody).join('');
  await disk.removeFile(join(target, name));
  await writeText(disk, join(target, name), text);
  return { name, sizeBytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

/** The backup that is at a place; undefined: none that is known. */
async function readEarlier(disk: Disk, target: string): Promise<Earlier | undefined> {
  const text = await readText(disk, join(target, manifestName));
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest === 'newer') {
    throw new UpkeepFailure('TooNew', target, `The backup at ${target} was made by a newer Tidegate.`);
  }
  if (manifest === undefined) return undefined;
  const list = (await readText(disk, join(target, manifest.list.name))) ?? '';
  const isList = createHash('sha256').update(list).digest('hex') === manifest.list.sha256;
  const bodies = (isList ? parseBodies(list) : undefined) ?? [];
  return { manifest, bodies: new Map(bodies.map((body) => [body.id, body])) };
}

/** What a backup that was broken off before its end leaves may be there, and nothing else. */
const leftovers = /^(?:LOCK\.db|blobs|lost\+found|meta-\w+\.db|bodies-\w+\.list|manifest\.json\.new)$/;

async function refuseOthers(disk: Disk, target: string): Promise<void> {
  const foreign = (await disk.listFolder(target)).find((name) => !leftovers.test(name));
  if (foreign === undefined) return;
  const text = `${target} holds something else than a backup: ${foreign}.`;
  throw new UpkeepFailure('NotEmpty', target, text);
}

/** Removes what only earlier backups in the same place needed. */
async function removeOld(
  disk: Disk,
  target: string,
  { database, list }: BackupManifest,
  bodies: ReadonlySet<string>,
): Promise<void> {
  for (const name of await disk.listFolder(target)) {
    if (!/^(?:meta-\w+\.db|bodies-\w+\.list)$/.test(name) || name === database.name || name === list.name) continue;
    await disk.removeFile(join(target, name));
  }
  for (const shard of await disk.listFolder(join(target, 'blobs'))) {
    for (const id of await disk.listFolder(join(target, 'blobs', shard))) {
      if (/^[0-9a-f]{32}$/.test(id) && !bodies.has(id)) await disk.removeFile(bodyPath(target, id));
    }
  }
}
