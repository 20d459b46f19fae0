import { crc32c, StoreFailure } from '@tidegate/protocol';
import type { DiskFile } from '../../world/disk.ts';
import type { BlobWriter } from '../objects/blob-store.ts';
import { blockBytes } from '../objects/body-intake.ts';
import { failureOfWorld } from '../upkeep/failure-of-world.ts';
import { giveBack } from '../upkeep/own-memory.ts';
import { HeldChunks } from './held-chunks.ts';

export type FileWriterParts = {
  readonly id: string;
  readonly file: DiskFile;
  readonly syncFolder: () => Promise<void>;
  readonly remove: () => Promise<void>;
  readonly settled: () => void;
  readonly onSyncFailure: (failure: StoreFailure) => void;
};

/** Bytes that are worth a call of the system. */
const writeBytes = 524_288;

/** Bytes of one body that may wait for the disk. More, and the sender is held back. */
const mostHeldBytes = 3_145_728;

/** Bytes after which the disk is set to work while more come in, so that little is left to wait for at the end. */
const earlySyncBytes = 33_554_432;

/**
 * Writes one body into its file, at its final name: ids are random, so nothing is renamed. Chunks are written from where they lie,
 * while more come in. One write is under way at a time: a file takes no two at once, and the second would only keep a thread waiting.
 */
export class FileWriter implements BlobWriter {
  readonly id: string;
  readonly #parts: FileWriterParts;
  readonly #sums = new BlockSums();
  readonly #held = new HeldChunks();
  /** Bytes of the write that is under way. */
  #underWay = 0;
  #isWriting = false;
  #writing: Promise<void> | undefined;
  /** Bytes that are in the file. */
  #position = 0;
  #failure: Error | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #syncedUpTo = 0;
  #earlySync: Promise<void> | undefined;

  constructor(parts: FileWriterParts) {
    this.id = parts.id;
    this.#parts = parts;
  }

  write(chunk: Uint8Array, memory: ArrayBuffer | undefined): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#sums.take(chunk);
    this.#held.add(chunk, memory);
    if (this.#held.sizeBytes >= writeBytes && !this.#isWriting) this.#writing = this.#writeOut();
  }

  room(): Promise<void> | undefined {
    return this.#held.sizeBytes + this.#underWay < mostHeldBytes ? undefined : this.#written();
  }

  async finish(): Promise<Uint8Array> {
    this.#state = 'ending';
    if (!this.#isWriting) this.#writing = this.#writeOut();
    await this.#written();
    try {
      await this.#earlySync;
      // The name may reach the disk while the bytes do: both are there before the ledger hears of them.
      await Promise.all([this.#parts.file.sync(), this.#parts.syncFolder()]);
    } catch (error) {
      const failure = new StoreFailure({ what: `sync of the body ${this.id}`, kind: 'broken', cause: error });
      this.#parts.onSyncFailure(failure);
      throw failure;
    }
    await this.#close();
    return this.#sums.finish();
  }

  async abort(): Promise<void> {
    this.#held.takeAll().memories.forEach(giveBack);
    await Promise.allSettled([this.#writing, this.#earlySync]);
    // What cannot be removed now is an orphan, which the sweep finds; why the body was given up is told by others.
    await this.#close().catch(leaveToSweep);
    await this.#parts.remove().catch(leaveToSweep);
    this.settle();
  }

  settle(): void {
    this.#parts.settled();
  }

  /** Writes what is held until too little is; at the end, all of it. Never rejects: whoever waits is told by `#written`. */
  async #writeOut(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#held.sizeBytes >= (this.#state === 'ending' ? 1 : writeBytes)) {
        const { pieces, sizeBytes, memories } = this.#held.takeAll();
        this.#underWay = sizeBytes;
        await this.#writeAll(pieces, sizeBytes);
        memories.forEach(giveBack);
        this.#syncEarly();
      }
    } catch (error) {
      this.#failure = failureOfWorld(`writing the body ${this.id}`, error);
    } finally {
      this.#underWay = 0;
      this.#isWriting = false;
    }
  }

  async #written(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #writeAll(pieces: readonly Uint8Array[], sizeBytes: number): Promise<void> {
    let left = pieces;
    for (let done = 0; done < sizeBytes; ) {
      const written = await this.#parts.file.writeMany(left, this.#position);
      if (written <= 0) throw new Error('The disk took no byte.');
      done += written;
      this.#position += written;
      if (done < sizeBytes) left = behind(left, written);
    }
  }

  /** Begins a sync of what was written so far. It counts for nothing but time: `finish` makes the one that does. */
  #syncEarly(): void {
    if (this.#earlySync !== undefined || this.#position - this.#syncedUpTo < earlySyncBytes) return;
    this.#syncedUpTo = this.#position;
    this.#earlySync = this.#parts.file.sync().then(() => {
      this.#earlySync = undefined;
    });
    // Its failure is final as any; `finish` meets it, since a failed one stays.
    this.#earlySync.catch(leaveToFinish);
  }

  async #close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    try {
      await this.#parts.file.close();
    } catch (error) {
      throw failureOfWorld(`closing the body ${this.id}`, error);
    }
  }
}

/** The CRC32C of each block (REL-12), made while a chunk is still in the processor's cache from being hashed. */
class BlockSums {
  readonly #sums: number[] = [];
  #sum = 0;
  #filled = 0;

  take(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.byteLength; ) {
      const bytes = chunk.subarray(start, start + blockBytes - this.#filled);
      this.#sum = crc32c(bytes, this.#sum);
      this.#filled += bytes.byteLength;
      start += bytes.byteLength;
      if (this.#filled === blockBytes) this.#end();
    }
  }

  finish(): Uint8Array {
    if (this.#filled > 0) this.#end();
    const blocks = Buffer.alloc(this.#sums.length * 4);
    for (const [index, sum] of this.#sums.entries()) blocks.writeUInt32BE(sum, index * 4);
    return blocks;
  }

  #end(): void {
    this.#sums.push(this.#sum);
    this.#sum = 0;
    this.#filled = 0;
  }
}

/** What of the pieces stands behind so many bytes. */
function behind(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (left < piece.byteLength) rest.push(left === 0 ? piece : piece.subarray(left));
    left = Math.max(0, left - piece.byteLength);
  }
  return rest;
}

function leaveToSweep(): void {
  // Files without a row are removed in the background.
}

function leaveToFinish(): void {
  // A sync that failed is waited for again when the body is finished.
}
