import type { Writable } from 'node:stream';
import { type ByteRange, crc32c, StoreFailure } from '@tidegate/protocol';
import type { DiskFile } from '../../world/disk.ts';
import type { BlobReader } from '../objects/blob-store.ts';
import type { FrameOpener } from '../objects/body-cipher.ts';
import { blockBytes } from '../objects/body-intake.ts';
import { sendChunk } from '../objects/send-bytes.ts';
import { failureOfWorld } from '../upkeep/failure-of-world.ts';

export type FileReaderParts = {
  readonly id: string;
  readonly file: DiskFile;
  readonly sizeBytes: number;
  /** CRC32C of each block; undefined: not compared. */
  readonly blocks: Uint8Array | undefined;
  /** Decrypts an encrypted body. */
  readonly frames: FrameOpener | undefined;
};

/** A chunk of the file in a pooled buffer. */
type Filled = { readonly buffer: Buffer; readonly bytes: Uint8Array };

/** Reads one body: the next chunk comes from the disk while the last one goes out. */
export class FileReader implements BlobReader {
  readonly #parts: FileReaderParts;
  #closing: Promise<void> | undefined;
  /** Reads under way: the file may not be closed under them. */
  readonly #reads = new Set<Promise<unknown>>();

  constructor(parts: FileReaderParts) {
    this.#parts = parts;
  }

  async send(range: ByteRange, sink: Writable, signal: AbortSignal): Promise<void> {
    for await (const { buffer, bytes } of this.#checked(range)) {
      await sendChunk(bytes, sink, signal);
      // Had it failed, the sink might still hold the chunk.
      giveBackReadBuffer(buffer);
    }
  }

  async *chunks(range: ByteRange): AsyncIterable<Uint8Array> {
    for await (const { buffer, bytes } of this.#checked(range)) {
      const copy = Uint8Array.from(bytes);
      giveBackReadBuffer(buffer);
      yield copy;
    }
  }

  /**
   * The bytes of a range in order, each chunk in a buffer that is the taker's. Read is more: whole frames of an encrypted body, else
   * whole blocks, so that every byte that is asked for was compared with a checksum. What ends a block goes out behind its
   * comparison, and what ends the range too: a receiver never gets the whole of what was damaged.
   */
  async *#checked(range: ByteRange): AsyncIterable<Filled> {
    const { frames, blocks, sizeBytes } = this.#parts;
    const { start, end } = frames?.widen(range) ?? (blocks === undefined ? range : wholeBlocks(range, sizeBytes));
    const check = new BlockCheck(this.#parts);
    let position = start;
    let next: Promise<Filled> | undefined = this.#fill(position, end);
    let held: Filled | undefined;
    try {
      while (next !== undefined) {
        const { buffer, bytes } = await next;
        const from = position;
        position += bytes.byteLength;
        next = position <= end ? this.#fill(position, end) : undefined;
        const isCompared = check.take(bytes, from);
        const asked = this.#decrypted(bytes, from, range);
        const isLast = from + bytes.byteLength > range.end;
        if (asked.byteLength === 0) giveBackReadBuffer(buffer);
        else if (isLast && !isCompared) held = { buffer, bytes: asked };
        else yield { buffer, bytes: asked };
        if (!isCompared || held === undefined) continue;
        const last = held;
        held = undefined;
        yield last;
      }
    } finally {
      if (held !== undefined) giveBackReadBuffer(held.buffer);
      await next?.then(
        ({ buffer }) => giveBackReadBuffer(buffer),
        () => undefined,
      );
    }
  }

  /** What of the bytes that begin at `from` was asked for, in the clear. */
  #decrypted(bytes: Uint8Array, from: number, range: ByteRange): Uint8Array {
    this.#parts.frames?.open(bytes, from);
    return bytes.subarray(Math.max(range.start - from, 0), Math.max(range.end + 1 - from, 0));
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeFile();
    return this.#closing;
  }

  async #closeFile(): Promise<void> {
    await Promise.allSettled(this.#reads);
    try {
      await this.#parts.file.close();
    } catch (error) {
      throw failureOfWorld(`closing the body ${this.#parts.id}`, error);
    }
  }

  #fill(position: number, end: number): Promise<Filled> {
    const filled = this.#read(position, end);
    this.#reads.add(filled);
    const ended = (): void => {
      this.#reads.delete(filled);
    };
    filled.then(ended, ended);
    return filled;
  }

  async #read(position: number, end: number): Promise<Filled> {
    const buffer = takeReadBuffer();
    // Reads end on multiples of their size, so that they never straddle a block.
    const wanted = Math.min(readBytes - (position % readBytes), end - position + 1);
    let done = 0;
    while (done < wanted) {
      let got: number;
      try {
        got = await this.#parts.file.read(buffer.subarray(done, wanted), position + done);
      } catch (error) {
        throw failureOfWorld(`reading the body ${this.#parts.id}`, error);
      }
      if (got === 0) throw corrupt(this.#parts.id, 'it ends too early');
      done += got;
    }
    return { buffer, bytes: buffer.subarray(0, wanted) };
  }
}

function corrupt(id: string, why: string): StoreFailure {
  return new StoreFailure({ what: `storage.corrupt: the body ${id} was damaged: ${why}`, kind: 'broken' });
}

/** The blocks that a range touches, whole. */
function wholeBlocks({ start, end }: ByteRange, sizeBytes: number): ByteRange {
  const behind = (Math.floor(end / blockBytes) + 1) * blockBytes;
  return { start: start - (start % blockBytes), end: Math.min(behind, sizeBytes) - 1 };
}

/** Compares blocks with their checksums, as they pass from their beginnings on (REL-12, SEC-708). */
class BlockCheck {
  readonly #id: string;
  readonly #sizeBytes: number;
  readonly #blocks: Buffer | undefined;
  #sum = 0;

  constructor({ id, sizeBytes, blocks }: FileReaderParts) {
    this.#id = id;
    this.#sizeBytes = sizeBytes;
    this.#blocks = blocks && Buffer.from(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  }

  /** @returns whether all that was taken was compared; also true where there is nothing to compare with */
  take(bytes: Uint8Array, from: number): boolean {
    if (this.#blocks === undefined) return true;
    this.#sum = crc32c(bytes, this.#sum);
    const behind = from + bytes.byteLength;
    if (behind % blockBytes !== 0 && behind !== this.#sizeBytes) return false;
    const block = Math.floor(from / blockBytes);
    if (this.#sum !== this.#blocks.readUInt32BE(block * 4)) {
      throw corrupt(this.#id, `block ${block} is not what was stored`);
    }
    this.#sum = 0;
    return true;
  }
}

/** Bytes of one read of a big body: 512 KiB measured best against nginx (0.93 of its sendfile; 1 MiB 0.75, 256 KiB 0.70). */
const readBytes = 524_288;

/** Buffers that are kept for the next reader. More are made when more readers are at work, and let go afterwards. */
const keptBuffers = 32;

const free: Buffer[] = [];

/** A buffer of `readBytes`, its content whatever was in it. */
function takeReadBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(readBytes);
}

/** Gives a buffer back that nobody looks at any more. */
function giveBackReadBuffer(buffer: Buffer): void {
  if (free.length < keptBuffers) free.push(buffer);
}
