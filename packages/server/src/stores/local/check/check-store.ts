import { join } from 'node:path';
import type { Clock } from '../../../world/clock.ts';
import type { Disk } from '../../../world/disk.ts';
import { CheckedDatabase } from '../../sqlite/check/check-database.ts';
import { type FolderLock, lockFolder } from '../../sqlite/schema/folder-lock.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import { type CheckReport, type Finding, mostFindings } from '../../upkeep/check-report.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { bodyPath, forEachFew, readWhole } from '../backup/backup-files.ts';
import { findMasterKey } from '../folder/master-key.ts';
import { FolderCheck } from './check-folder.ts';

export type CheckOptions = {
  readonly folder: string;
  /** `fast`: only sizes and counts; `deep`: every byte. */
  readonly depth: 'fast' | 'deep';
  /** Bytes of only this bucket's objects. */
  readonly bucket?: string | undefined;
  /** The key that is given from outside; undefined: `keys/master.key` in the folder, where it is. */
  readonly masterKey?: Uint8Array | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Waits, and keeps the process alive meanwhile. */
  readonly pause: (ms: number) => Promise<void>;
  readonly onBytes?: ((count: number) => void) | undefined;
};

/**
 * Looks a data folder through and changes nothing (REL-10). With a server at work on it, it reads half of the time and waits the
 * other half, and lets be what may be under way.
 * @throws UpkeepFailure NoData, TooNew
 */
export async function checkStore(options: CheckOptions): Promise<CheckReport> {
  const { folder, disk } = options;
  const facts = await disk.facts(join(folder, databaseName));
  if (facts?.kind !== 'file' || facts.sizeBytes === 0) {
    throw new UpkeepFailure('NoData', folder, `There is no data folder of Tidegate at ${folder}.`);
  }
  const lockPath = join(folder, 'LOCK.db');
  // Held while it is free: a server that starts in between would change what is being compared.
  const lock = (await disk.facts(lockPath)) === undefined ? undefined : lockFolder(lockPath);
  try {
    return await new Check(options, lock).run();
  } finally {
    lock?.release();
  }
}

class Check {
  readonly #options: CheckOptions;
  readonly #online: boolean;
  readonly #findings: Finding[] = [];
  #isCut = false;
  #files = 0;
  #readBytes = 0;
  #readSinceMs: number;

  constructor(options: CheckOptions, lock: FolderLock | undefined) {
    this.#options = options;
    this.#online = lock === undefined;
    this.#readSinceMs = options.clock.monotonicMs();
  }

  async run(): Promise<CheckReport> {
    const { folder, depth, disk, clock, bucket } = this.#options;
    const database = this.#open(join(folder, databaseName));
    let objects = 0;
    if (database !== undefined) {
      try {
        if (bucket !== undefined && !database.hasBucket(bucket)) {
          throw new UpkeepFailure('NoData', folder, `There is no bucket ${bucket} in ${folder}.`);
        }
        objects = await this.#checkAll(database);
        const check = { folder, disk, database, online: this.#online, nowMs: clock.nowMs() };
        for await (const found of new FolderCheck(check).run()) {
          this.#tell(found);
          await this.#rest();
        }
      } catch (error) {
        if (!isOfDatabase(error)) throw error;
        this.#tell(damagedDatabase(error));
      } finally {
        database.close();
      }
    }
    const { findings, cut } = { findings: this.#findings, cut: this.#isCut };
    return { online: this.#online, depth, objects, files: this.#files, readBytes: this.#readBytes, findings, cut };
  }

  #open(path: string): CheckedDatabase | undefined {
    try {
      return new CheckedDatabase(path);
    } catch (error) {
      if (!isOfDatabase(error)) throw error;
      this.#tell(damagedDatabase(error));
      return undefined;
    }
  }

  async #checkAll(database: CheckedDatabase): Promise<number> {
    for (const text of database.integrity(this.#options.depth)) this.#tell(damagedDatabase(new Error(text)));
    const objects = database.countObjects();
    for (const findings of database.brokenRules()) {
      for (const finding of findings) this.#tell(finding);
      await this.#rest();
    }
    const { folder, disk } = this.#options;
    const masterKey = this.#options.masterKey ?? (await findMasterKey(disk, folder));
    for (const findings of database.brokenKeys(masterKey)) {
      for (const finding of findings) this.#tell(finding);
      await this.#rest();
    }
    if (this.#options.depth === 'deep') await this.#checkInline(database);
    await this.#checkFiles(database);
    return objects;
  }

  async #checkInline(database: CheckedDatabase): Promise<void> {
    for (let after = 0; ; ) {
      const bodies = database.inlineAfter(after, this.#options.bucket);
      const last = bodies.at(-1);
      if (last !== undefined && !(last.inline > after)) {
        this.#tell(outOfOrder('inline_bodies'));
        return;
      }
      for (const { inline, sizeBytes, isGood } of bodies) {
        after = inline;
        this.#readBytes += sizeBytes;
        this.#options.onBytes?.(sizeBytes);
        if (isGood) continue;
        const holders = database.holdersOf('inline', inline);
        const detail = 'its bytes are not what was stored';
        this.#tell({ kind: 'damaged-body', subject: `inline_bodies ${inline}`, detail, holders, inline });
      }
      if (bodies.length === 0) return;
      await this.#rest();
    }
  }

  async #checkFiles(database: CheckedDatabase): Promise<void> {
    for (let after = ''; ; ) {
      const bodies = database.bodiesAfter(after, this.#options.bucket);
      const last = bodies.at(-1);
      if (last === undefined) return;
      if (!(last.id > after)) {
        this.#tell(outOfOrder('blobs'));
        return;
      }
      after = last.id;
      await forEachFew(bodies, async ({ id, sizeBytes, blocks }) => {
        const found = await this.#checkFile(id, sizeBytes, blocks);
        this.#files += 1;
        // One that was removed meanwhile, because nothing named it any more, is no finding.
        if (found === undefined || !database.isNamed(id)) return;
        this.#tell({ ...found, subject: nameOf(id), holders: database.holdersOf('file', id), file: id });
      });
      await this.#rest();
    }
  }

  async #checkFile(
    id: string,
    sizeBytes: number,
    blocks: Uint8Array,
  ): Promise<Pick<Finding, 'kind' | 'detail'> | undefined> {
    const { folder, disk, depth } = this.#options;
    const path = bodyPath(folder, id);
    if (depth === 'fast') {
      const facts = await disk.facts(path);
      if (facts === undefined) return { kind: 'missing-file', detail: 'it is not there' };
      if (facts.kind !== 'file') return { kind: 'not-a-file', detail: 'it is not a file' };
      return facts.sizeBytes === sizeBytes ? undefined : wrongSize(facts.sizeBytes, sizeBytes);
    }
    const found = await readWhole(disk, path, { sizeBytes, blocks }, async (count) => {
      this.#readBytes += count;
      this.#options.onBytes?.(count);
      await this.#rest();
    });
    switch (found.kind) {
      case 'good':
        return undefined;
      case 'missing':
        return { kind: 'missing-file', detail: 'it is not there' };
      case 'not-a-file':
        return { kind: 'not-a-file', detail: 'it is not a file' };
      case 'wrong-size':
        return wrongSize(found.sizeBytes, sizeBytes);
      case 'damaged':
        return { kind: 'damaged-file', detail: found.why };
    }
  }

  /** Beside a server: waits as long as was worked since the last wait. Its requests come first. */
  async #rest(): Promise<void> {
    const { clock, pause } = this.#options;
    const workedMs = clock.monotonicMs() - this.#readSinceMs;
    if (!this.#online || workedMs < restAfterMs) return;
    await pause(Math.min(workedMs, longestRestMs));
    this.#readSinceMs = clock.monotonicMs();
  }

  #tell(finding: Finding): void {
    if (this.#findings.length >= mostFindings) this.#isCut = true;
    else this.#findings.push(finding);
  }
}

const restAfterMs = 20;
const longestRestMs = 200;

function wrongSize(has: number, should: number): Pick<Finding, 'kind' | 'detail'> {
  return { kind: 'wrong-size', detail: `it has ${has} bytes instead of ${should}` };
}

function nameOf(id: string): string {
  return `blobs/${id.slice(0, 2)}/${id}`;
}

/** Whether the database could not be read, for what is wrong with it. */
function isOfDatabase(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error;
}

/** A tree whose names do not rise has no end to be walked to. */
function outOfOrder(table: string): Finding {
  return damagedDatabase(new Error(`the names in ${table} are out of order: what is behind was not looked at`));
}

function damagedDatabase(error: Error): Finding {
  return { kind: 'damaged-database', subject: databaseName, detail: error.message, holders: [] };
}
