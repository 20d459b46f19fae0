import { join } from 'node:path';
import { StoreFailure } from '@tidegate/protocol';
import type { Disk, DiskFile, FileFacts } from '../../world/disk.ts';
import type { Random } from '../../world/random.ts';
import type { BlobReader, BlobWriter } from '../objects/blob-store.ts';
import type { FrameOpener } from '../objects/body-cipher.ts';
import { failureOfWorld } from '../upkeep/failure-of-world.ts';
import { FileReader } from './file-reader.ts';
import { FileWriter } from './file-writer.ts';

export type BlobFilesOptions = {
  /** The folder `blobs`. */
  readonly folder: string;
  readonly disk: Disk;
  readonly random: Random;
  /** Told once when a sync failed: nothing that was written after the last good sync can be trusted (REL-15). */
  readonly onSyncFailure: (failure: StoreFailure) => void;
  /** Whether blocks of big bodies are compared with their checksums while they are read (REL-12). */
  readonly verifyReads: boolean;
};

const shardCount = 256;

/** Bodies as immutable files, one for each, named by 128 random bits (SEC-701) and spread over 256 folders. */
export class BlobFiles {
  readonly #options: BlobFilesOptions;
  readonly #folderSyncs = new Map<string, SharedSync>();
  /** Ids whose file is being written or not yet in the ledger: never orphans. */
  readonly #unfinished = new Set<string>();

  constructor(options: BlobFilesOptions) {
    this.#options = options;
  }

  /** Makes and syncs the folders that are missing. */
  async prepare(): Promise<void> {
    const { disk, folder } = this.#options;
    await disk.makeFolder(folder);
    const there = new Set(await disk.listFolder(folder));
    const missing = this.shards().filter((shard) => !there.has(shard));
    if (missing.length === 0) return;
    await Promise.all(missing.map((shard) => disk.makeFolder(join(folder, shard))));
    await disk.syncFolder(folder);
  }

  /** The names of the folders, `00` to `ff`. */
  shards(): readonly string[] {
    return Array.from({ length: shardCount }, (_, shard) => shard.toString(16).padStart(2, '0'));
  }

  /** Begins a new file. */
  async create(): Promise<BlobWriter> {
    const { disk, random } = this.#options;
    const id = Buffer.from(random.bytes(16)).toString('hex');
    this.#unfinished.add(id);
    try {
      const file = await disk.createFile(this.#pathOf(id));
      return new FileWriter({
        id,
        file,
        syncFolder: () => this.#syncFolderOf(id),
        remove: () => this.remove(id),
        settled: () => this.#unfinished.delete(id),
        onSyncFailure: this.#options.onSyncFailure,
      });
    } catch (error) {
      this.#unfinished.delete(id);
      throw failureOfWorld('making a file for a body', error);
    }
  }

  /**
   * Opens a file for reading; it stays readable when it is removed meanwhile.
   * @returns undefined when there is no such file (any more)
   * @throws StoreFailure when something else than a file of that size has the name (SEC-702, SEC-708)
   */
  async open(id: string, sizeBytes: number, blocks: Uint8Array, frames?: FrameOpener): Promise<BlobReader | undefined> {
    let file: DiskFile;
    try {
      file = await this.#options.disk.openFile(this.#pathOf(id), 'read');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw failureOfWorld(`opening the body ${id}`, error);
    }
    const facts = await readFacts(file, id);
    if (facts.kind === 'file' && facts.sizeBytes === sizeBytes) {
      const isCompared = this.#options.verifyReads && frames === undefined;
      return new FileReader({ id, file, sizeBytes, blocks: isCompared ? blocks : undefined, frames });
    }
    await file.close().catch(ignoreClose);
    const what =
      facts.kind === 'file'
        ? `storage.corrupt: the body ${id} has ${facts.sizeBytes} bytes instead of ${sizeBytes}`
        : `storage.not_a_file: the body ${id} is no file`;
    throw new StoreFailure({ what, kind: 'broken' });
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#options.disk.removeFile(this.#pathOf(id));
    } catch (error) {
      throw failureOfWorld(`removing the body ${id}`, error);
    }
  }

  /** Ids of a folder's files that nobody is writing, each with the time of its last change. Foreign names are left out. */
  async list(shard: string): Promise<readonly { readonly id: string; readonly modifiedAtMs: number }[]> {
    const { disk, folder } = this.#options;
    const found: { id: string; modifiedAtMs: number }[] = [];
    for (const name of await disk.listFolder(join(folder, shard))) {
      if (!/^[0-9a-f]{32}$/.test(name) || !name.startsWith(shard) || this.#unfinished.has(name)) continue;
      const facts = await disk.facts(join(folder, shard, name));
      if (facts !== undefined) found.push({ id: name, modifiedAtMs: facts.modifiedAtMs });
    }
    return found;
  }

  isUnfinished(id: string): boolean {
    return this.#unfinished.has(id);
  }

  #pathOf(id: string): string {
    return join(this.#options.folder, id.slice(0, 2), id);
  }

  #syncFolderOf(id: string): Promise<void> {
    const shard = id.slice(0, 2);
    const path = join(this.#options.folder, shard);
    let sync = this.#folderSyncs.get(shard);
    if (sync === undefined) {
      sync = new SharedSync(() => this.#options.disk.syncFolder(path));
      this.#folderSyncs.set(shard, sync);
    }
    return sync.request();
  }
}

/** Looks at an opened file, and closes it when that fails. */
async function readFacts(file: DiskFile, id: string): Promise<FileFacts> {
  try {
    return await file.facts();
  } catch (error) {
    await file.close().catch(ignoreClose);
    throw failureOfWorld(`looking at the body ${id}`, error);
  }
}

function ignoreClose(): void {
  // The body is refused for a better reason already.
}

/**
 * One sync for all who wait: a sync that begins after a request covers it; requests that come while one runs share the next.
 */
class SharedSync {
  readonly #sync: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** Resolves when a sync that began after this call has ended. */
  request(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<void> {
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<void> {
    const running = this.#sync();
    this.#running = running;
    const ended = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(ended, ended);
    return running;
  }
}
