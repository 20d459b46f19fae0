import { join } from 'node:path';
import { S3Error } from '@tidegate/protocol';
import type { Disk } from '../../world/disk.ts';
import { type BodyHolder, type CheckReport, type Finding, lostKinds } from '../check-report.ts';
import { recordOfHolder, repairCounts } from '../sqlite/check-repairs.ts';
import { databaseName } from '../sqlite/open-metadata.ts';
import { UpkeepFailure } from '../upkeep-failure.ts';
import { bodyPath, writeText } from './backup-files.ts';
import { type LocalStoreOptions, openLocalStore } from './open-local-store.ts';

/** What a repair did. */
export type RepairReport = {
  /** Files and small bodies that nothing named. */
  readonly removed: number;
  /** Counts of holders that were set right. */
  readonly counts: number;
  /** Files that only we may read now. */
  readonly modes: number;
  /** Objects and uploads that cannot be delivered, taken out of their buckets. */
  readonly quarantined: readonly BodyHolder[];
  /** What stands in the way of setting others aside. */
  readonly refused: readonly (BodyHolder & { readonly why: string })[];
  /** The folder that what was set aside lies in; undefined: nothing was. */
  readonly place: string | undefined;
};

/**
 * Mends what a check found (REL-10). Files that nothing names go. An object whose bytes are not what was stored is taken out of
 * its bucket, and all that is left of it, with what the metadata know of it, is kept in the folder `quarantine`.
 * @throws UpkeepFailure InUse
 * @throws StoreStartFailure when the store does not open
 */
export async function repairStore(options: LocalStoreOptions, report: CheckReport): Promise<RepairReport> {
  const { folder, disk } = options;
  if (report.online) throw new UpkeepFailure('InUse', folder, `A server is using ${folder}.`);
  const of = (kind: Finding['kind']): readonly Finding[] => report.findings.filter((finding) => finding.kind === kind);
  for (const { file } of of('orphan-file')) if (file !== undefined) await disk.removeFile(bodyPath(folder, file));
  for (const { subject } of of('wrong-mode')) await disk.setMode(join(folder, subject), 0o600);
  const counts = of('wrong-count');
  const orphans = of('orphan-body').flatMap(({ inline }) => (inline === undefined ? [] : [inline]));
  if (counts.length + orphans.length > 0) {
    const files = counts.flatMap(({ file }) => (file === undefined ? [] : [file]));
    const lists = counts.flatMap(({ list }) => (list === undefined ? [] : [list]));
    repairCounts(join(folder, databaseName), { files, lists, inline: orphans });
  }
  const lost = new Map<string, BodyHolder>();
  for (const { kind, holders } of report.findings) {
    if (lostKinds.has(kind)) for (const holder of holders) lost.set(JSON.stringify(holder), holder);
  }
  const removed = of('orphan-file').length + orphans.length;
  const done = { removed, counts: counts.length, modes: of('wrong-mode').length };
  if (lost.size === 0) return { ...done, quarantined: [], refused: [], place: undefined };
  return { ...done, ...(await quarantine(options, [...lost.values()])) };
}

async function quarantine(options: LocalStoreOptions, lost: readonly BodyHolder[]) {
  const { folder, disk, clock } = options;
  const parent = join(folder, 'quarantine');
  await disk.makeFolder(parent);
  const place = join(parent, new Date(clock.nowMs()).toISOString().replace(/[-:.]/g, ''));
  await disk.makeFolder(place);
  const [kept, refused]: [BodyHolder[], (BodyHolder & { why: string })[]] = [[], []];
  const lines: string[] = [];
  for (const holder of lost) {
    const record = recordOfHolder(join(folder, databaseName), holder);
    lines.push(record.json);
    for (const { name, bytes } of record.inline) await writeOnce(disk, join(place, name), bytes);
    const unable = await linkAll(disk, folder, place, record.files);
    if (unable === undefined) kept.push(holder);
    else refused.push({ ...holder, why: unable });
  }
  await writeText(disk, join(place, 'records.ndjson'), `${lines.join('\n')}\n`);
  for (const made of [place, parent, folder]) await disk.syncFolder(made);
  const quarantined = await takeOut(options, kept, refused);
  return { quarantined, refused, place };
}

/** Other names for what is left of the bodies. @returns why that cannot be done */
async function linkAll(
  disk: Disk,
  folder: string,
  place: string,
  files: readonly string[],
): Promise<string | undefined> {
  for (const id of files) {
    const facts = await disk.facts(bodyPath(folder, id));
    if (facts?.kind !== 'file' || (await disk.facts(join(place, id))) !== undefined) continue;
    if ((await disk.linkFile(bodyPath(folder, id), join(place, id))) === 'unable') {
      return 'the file system makes no hard links';
    }
  }
  return undefined;
}

async function writeOnce(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  if ((await disk.facts(path)) !== undefined) return;
  const file = await disk.createFile(path);
  try {
    for (let done = 0; done < bytes.byteLength; ) done += await file.write(bytes.subarray(done), done);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Takes objects and uploads out of their buckets, as a deletion of that version does. */
async function takeOut(
  options: LocalStoreOptions,
  lost: readonly BodyHolder[],
  refused: (BodyHolder & { why: string })[],
): Promise<readonly BodyHolder[]> {
  const store = await openLocalStore(options);
  const gone: BodyHolder[] = [];
  try {
    for (const holder of lost) {
      const { bucket, key, versionId = 'null', uploadId } = holder;
      try {
        if (uploadId !== undefined) await store.objects.abortUpload({ bucket, key, uploadId });
        else {
          const [outcome] = await store.objects.deleteObjects(bucket, [{ key, versionId, bypassGovernance: true }]);
          if (outcome?.refused !== undefined) throw outcome.refused;
        }
        gone.push(holder);
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        refused.push({ ...holder, why: error.code });
      }
    }
    while ((await store.housekeeping.emptyTrash()) === 'more');
  } finally {
    await store.close();
  }
  return gone;
}
