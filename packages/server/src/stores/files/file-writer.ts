import { crc32c, StoreFailure } from '@tidegate/protocol';
import type { DiskFile } from '../../world/disk.ts';
import type { BlobWriter } from '../blob-store.ts';
import { blockBytes } from '../body-intake.ts';
import { failureOfWorld } from '../failure-of-world.ts';

export type FileWriterParts = {
  readonly id: string;
  readonly file: DiskFile;
  readonly syncFolder: () => Promise<void>;
  readonly remove: () => Promise<void>;
  readonly settled: () => void;
  readonly onSyncFailure: (failure: StoreFailure) => void;
};

/** Bytes after which the disk is set to work while more come in, so that little is left to wait for at the end. */
const earlySyncBytes = 33_554_432;

/** Writes one body into its file, at its final name: ids are random, so nothing is renamed. */
export class FileWriter implements BlobWriter {
  readonly id: string;
  readonly #parts: FileWriterParts;
  #position = 0;
  #sums: number[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #state: 'open' | 'closed' = 'open';
  #syncedUpTo = 0;
  #earlySync: Promise<void> | undefined;

  constructor(parts: FileWriterParts) {
    this.id = parts.id;
    this.#parts = parts;
  }

  async write(block: Uint8Array): Promise<void> {
    if (this.#position % blockBytes !== 0) throw new Error('A block may only follow whole blocks.');
    const position = this.#position;
    this.#position += block.byteLength;
    this.#sums.push(crc32c(block, 0));
    const written = this.#writeAll(block, position);
    this.#inFlight.add(written);
    try {
      await written;
      this.#syncEarly();
    } catch (error) {
      throw failureOfWorld(`writing the body ${this.id}`, error);
    } finally {
      this.#inFlight.delete(written);
    }
  }

  async finish(): Promise<Uint8Array> {
    await Promise.all(this.#inFlight);
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
    const blocks = Buffer.alloc(this.#sums.length * 4);
    for (const [index, sum] of this.#sums.entries()) blocks.writeUInt32BE(sum, index * 4);
    return blocks;
  }

  async abort(): Promise<void> {
    await Promise.allSettled([...this.#inFlight, this.#earlySync]);
    // What cannot be removed now is an orphan, which the sweep finds; why the body was given up is told by others.
    await this.#close().catch(leaveToSweep);
    await this.#parts.remove().catch(leaveToSweep);
    this.settle();
  }

  settle(): void {
    this.#parts.settled();
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

  async #writeAll(block: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < block.byteLength) {
      const written = await this.#parts.file.write(done === 0 ? block : block.subarray(done), position + done);
      if (written <= 0) throw new Error('The disk took no byte.');
      done += written;
    }
  }
}

function leaveToSweep(): void {
  // Files without a row are removed in the background.
}

function leaveToFinish(): void {
  // A sync that failed is waited for again when the body is finished.
}
