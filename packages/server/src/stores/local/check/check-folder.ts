import { join } from 'node:path';
import type { Disk, FileFacts } from '../../../world/disk.ts';
import type { CheckedDatabase } from '../../sqlite/check/check-database.ts';
import type { Finding } from '../../upkeep/check-report.ts';

export type FolderCheckParts = {
  readonly folder: string;
  readonly disk: Disk;
  readonly database: CheckedDatabase;
  /** With a server at work a file without a row may be one that is just coming in. */
  readonly online: boolean;
  readonly nowMs: number;
};

/** Files that a data folder may hold besides bodies. */
const ownFiles =
  /^(?:(?:LOCK|HOLD|BACKUP|meta|snapshot)\.db(?:-wal|-shm|-journal)?|meta\.db\.v\d+\.bak(?:\.new)?|meta\.db\.restored|last-backup\.json(?:\.new)?|first-key\.env)$/;
/** What others may put there: the settings, what a repair set aside, what the file system keeps for itself. */
const letBe: ReadonlySet<string> = new Set(['tidegate.toml', 'quarantine', 'lost+found']);
const dayMs = 86_400_000;

/** Looks through the files of a folder for those that nothing names, that are not ours, or that others may read. */
export class FolderCheck {
  readonly #parts: FolderCheckParts;

  constructor(parts: FolderCheckParts) {
    this.#parts = parts;
  }

  async *run(): AsyncIterable<Finding> {
    const { folder, disk } = this.#parts;
    for (const name of await disk.listFolder(folder)) {
      if (letBe.has(name) || name === 'blobs' || name === 'keys') continue;
      if (ownFiles.test(name)) yield* this.#modeOf(name);
      else yield foreign(name);
    }
    yield* this.#keys();
    for (const shard of await this.#list('blobs')) {
      if (/^[0-9a-f]{2}$/.test(shard)) yield* this.#shard(shard);
      else yield foreign(`blobs/${shard}`);
    }
  }

  async *#keys(): AsyncIterable<Finding> {
    for (const name of await this.#list('keys')) {
      if (name === 'master.key') yield* this.#modeOf(`keys/${name}`);
      else yield foreign(`keys/${name}`);
    }
  }

  async *#shard(shard: string): AsyncIterable<Finding> {
    for (const name of await this.#list(`blobs/${shard}`)) {
      const path = `blobs/${shard}/${name}`;
      if (!/^[0-9a-f]{32}$/.test(name) || !name.startsWith(shard)) {
        yield foreign(path);
        continue;
      }
      if (this.#parts.database.isKnown(name)) {
        yield* this.#modeOf(path);
        continue;
      }
      const facts = await this.#facts(path);
      const isOld = facts !== undefined && (!this.#parts.online || facts.modifiedAtMs < this.#parts.nowMs - dayMs);
      // Asked again: it may have come in, or gone, since the folder was read.
      if (!isOld || this.#parts.database.isKnown(name)) continue;
      yield { kind: 'orphan-file', subject: path, detail: 'nothing names it', holders: [], file: name };
    }
  }

  async *#modeOf(path: string): AsyncIterable<Finding> {
    const facts = await this.#facts(path);
    if (facts?.kind !== 'file' || (facts.mode & 0o077) === 0) return;
    const mode = facts.mode.toString(8).padStart(4, '0');
    yield { kind: 'wrong-mode', subject: path, detail: `others may use it (mode ${mode})`, holders: [] };
  }

  #facts(path: string): Promise<FileFacts | undefined> {
    return this.#parts.disk.facts(join(this.#parts.folder, path));
  }

  async #list(path: string): Promise<readonly string[]> {
    const facts = await this.#facts(path);
    return facts?.kind === 'folder' ? this.#parts.disk.listFolder(join(this.#parts.folder, path)) : [];
  }
}

function foreign(subject: string): Finding {
  return { kind: 'foreign-file', subject, detail: 'it is not ours', holders: [] };
}
