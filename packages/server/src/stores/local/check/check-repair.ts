import { join } from 'node:path';
import { S3Error, StoreFailure } from '@tidegate/protocol';
import type { Disk } from '../../../world/disk.ts';
import {
  dropDamagedVersions,
  type HolderRecord,
  recordOfHolder,
  repairCounts,
} from '../../sqlite/check/check-repairs.ts';
import { dropDamagedKeys } from '../../sqlite/check/repair-keys.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import { type BodyHolder, type CheckReport, type Finding, lostKinds } from '../../upkeep/check-report.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { bodyPath, writeText } from '../backup/backup-files.ts';
import { readMasterKey } from '../folder/master-key.ts';
import { type LocalStoreOptions, openLocalStore } from '../open-local-store.ts';

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
  /** Access keys of which something was set aside; undefined: they and their indexes were not written anew. */
  readonly accessKeys: readonly string[] | undefined;
  /** What prevents setting others aside. */
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
  for (const { subject } of of('wrong-mode')) await disk.setMode(join(folder, subject), 0o600);
  const path = join(folder, databaseName);
  const damaged = new Map<string, BodyHolder>();
  const lost = new Map<string, BodyHolder>();
  for (const { kind, version, holders } of report.findings) {
    const into = version === 'damaged' ? damaged : lost;
    if (lostKinds.has(kind)) for (const holder of holders) into.set(JSON.stringify(holder), holder);
  }
  const hasDamaged = report.findings.some(({ version }) => version === 'damaged');
  // What a damaged version named has the look of an orphan, and may be the last copy: the next repair may remove it.
  const removed = hasDamaged ? 0 : await removeOrphans(options, report);
  const counts = hasDamaged ? [] : of('wrong-count');
  if (removed + counts.length > 0) repairCounts(path, namesOf(report.findings));
  const hasDamagedKeys = report.findings.some(({ accessKey }) => accessKey !== undefined);
  const done = { removed, counts: counts.length, modes: of('wrong-mode').length };
  if (lost.size === 0 && !hasDamaged && !hasDamagedKeys) {
    return { ...done, quarantined: [], accessKeys: undefined, refused: [], place: undefined };
  }
  const aside = new Quarantine(options);
  const accessKeys = hasDamagedKeys ? await takeOutKeys(options, aside) : undefined;
  const [kept, refused]: [BodyHolder[], (BodyHolder & { why: string })[]] = [[], []];
  for (const holder of lost.values()) {
    const unable = await aside.keep(recordOfHolder(path, holder));
    if (unable === undefined) kept.push(holder);
    else refused.push({ ...holder, why: unable });
  }
  if (kept.length + refused.length > 0) await aside.sync();
  const quarantined = [...(await takeOut(options, kept, refused))];
  if (hasDamaged) {
    await dropDamagedVersions(path, async (records) => {
      for (const record of records) await aside.keep(record);
      if (records.length > 0) await aside.sync();
    });
    quarantined.push(...damaged.values());
  }
  return { ...done, quarantined, accessKeys, refused, place: aside.isEmpty ? undefined : aside.place };
}

/** Sets access keys aside that are not what was written. @returns their ids */
async function takeOutKeys(options: LocalStoreOptions, aside: Quarantine): Promise<readonly string[]> {
  const { folder, disk, random, masterKey: given, insecureModes = 'refuse' } = options;
  // It opens under the master key of its secrets alone, and with the tables of this program.
  await (await openLocalStore(options)).close();
  const masterKey = await readMasterKey({ disk, folder, random, given, hasData: true, insecureModes });
  return dropDamagedKeys(join(folder, databaseName), masterKey, async (records) => {
    for (const json of records) await aside.keep({ json, files: [], inline: [] });
    if (records.length > 0) await aside.sync();
  });
}

/** Removes what nothing names. @returns how many there were */
async function removeOrphans({ folder, disk }: LocalStoreOptions, { findings }: CheckReport): Promise<number> {
  const orphans = findings.filter(({ kind }) => orphanKinds.has(kind));
  for (const { kind, file } of orphans) {
    if (kind === 'orphan-file' && file !== undefined) await disk.removeFile(bodyPath(folder, file));
  }
  return orphans.length;
}

const orphanKinds: ReadonlySet<Finding['kind']> = new Set(['orphan-file', 'orphan-body', 'orphan-headers']);

function namesOf(findings: readonly Finding[]): Parameters<typeof repairCounts>[1] {
  const of = <Name>(kind: Finding['kind'], name: (finding: Finding) => Name | undefined): readonly Name[] =>
    findings.flatMap((finding) => {
      const named = finding.kind === kind ? name(finding) : undefined;
      return named === undefined ? [] : [named];
    });
  return {
    files: of('wrong-count', ({ file }) => file),
    lists: of('wrong-count', ({ list }) => list),
    inline: of('orphan-body', ({ inline }) => inline),
    headers: of('orphan-headers', ({ headers }) => headers),
  };
}

/** A folder for what is set aside. */
class Quarantine {
  readonly place: string;
  readonly #options: LocalStoreOptions;
  readonly #parent: string;
  readonly #lines: string[] = [];

  constructor(options: LocalStoreOptions) {
    this.#options = options;
    this.#parent = join(options.folder, 'quarantine');
    this.place = join(this.#parent, new Date(options.clock.nowMs()).toISOString().replace(/[-:.]/g, ''));
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** @returns why that cannot be done */
  async keep({ json, inline, files }: HolderRecord): Promise<string | undefined> {
    const { disk, folder } = this.#options;
    if (this.isEmpty) {
      await disk.makeFolder(this.#parent);
      await disk.makeFolder(this.place);
    }
    this.#lines.push(json);
    for (const { name, bytes } of inline) await writeOnce(disk, join(this.place, name), bytes);
    return linkAll(disk, folder, this.place, files);
  }

  async sync(): Promise<void> {
    const { disk, folder } = this.#options;
    await disk.removeFile(join(this.place, 'records.ndjson'));
    await writeText(disk, join(this.place, 'records.ndjson'), `${this.#lines.join('\n')}\n`);
    for (const made of [this.place, this.#parent, folder]) await disk.syncFolder(made);
  }
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
          const failed = outcome?.refused ?? outcome?.damaged;
          if (failed !== undefined) throw failed;
        }
        gone.push(holder);
      } catch (error) {
        const refusal = error instanceof StoreFailure ? error.toRefusal() : error;
        if (!(refusal instanceof S3Error)) throw error;
        refused.push({ ...holder, why: refusal.code });
      }
    }
    while ((await store.housekeeping.emptyTrash()) === 'more');
  } finally {
    await store.close();
  }
  return gone;
}
