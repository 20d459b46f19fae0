import { createHash } from 'node:crypto';
import { S3Error } from '@tidegate/protocol';
import { type BodyChecksum, ProtocolRefusal } from './dialect.ts';
import type { Sha256State } from './sha256-state.ts';

const mebibyte = 1024 ** 2;
/** Least size of a piece: what is lost of an upload when the server is killed, together with the rate at which pieces grow. */
const leastPieceBytes = 16 * mebibyte;
/** A piece is at most so large a part of what is there already: a kill loses less than a hundredth. */
const growth = 128;
const mostGrownBytes = 1024 * mebibyte;

/** How many bytes the next piece takes: the whole fits into as many as an object has parts, and a crash loses little (LNK-52). */
export function nextPieceBytes(
  at: { readonly offsetBytes: number; readonly pieces: number; readonly lengthBytes: number | undefined },
  limits: { readonly maxParts: number; readonly maxPartBytes: number; readonly maxObjectBytes: number },
): number {
  const { offsetBytes, pieces, lengthBytes } = at;
  const grown = Math.min(mostGrownBytes, Math.max(leastPieceBytes, Math.ceil(offsetBytes / growth)));
  const restBytes = Math.max(0, (lengthBytes ?? limits.maxObjectBytes) - offsetBytes);
  const needed = Math.ceil(restBytes / Math.max(1, limits.maxParts - pieces));
  return Math.min(limits.maxPartBytes, Math.max(grown, needed));
}

export type PieceSourceOptions = {
  /** Told of each chunk before it counts; throws when it may not come. */
  readonly admit: (chunkBytes: number, soFarBytes: number) => Promise<void> | undefined;
  /** Told of everything that is taken. */
  readonly hash: Sha256State | undefined;
  /** Of the whole body: then it is one piece, or nothing. */
  readonly checksum: BodyChecksum | undefined;
};

/** The body of an append, cut into pieces. One that breaks off ends there, and what came of it is kept (LNK-52). */
export class PieceSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #options: PieceSourceOptions;
  #chunk: Uint8Array | undefined;
  #takenBytes = 0;
  #brokeOff: S3Error | undefined;

  constructor(body: AsyncIterable<Uint8Array>, options: PieceSourceOptions) {
    this.#iterator = body[Symbol.asyncIterator]();
    this.#options = options;
  }

  /** Bytes that were taken into pieces. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Why the body ended before its end; undefined: it did not. */
  get brokeOff(): S3Error | undefined {
    return this.#brokeOff;
  }

  /** Whether there is a further byte. */
  async hasMore(): Promise<boolean> {
    while (this.#chunk === undefined || this.#chunk.byteLength === 0) {
      const chunk = await this.#next();
      if (chunk === undefined) return false;
      this.#chunk = chunk;
    }
    return true;
  }

  /** The next bytes, at most so many. */
  async *piece(mostBytes: number): AsyncGenerator<Uint8Array> {
    const { admit, hash, checksum } = this.#options;
    const own = checksum === undefined ? undefined : createHash(checksum.algorithm);
    let leftBytes = checksum === undefined ? mostBytes : Number.POSITIVE_INFINITY;
    while (leftBytes > 0 && (await this.hasMore())) {
      const chunk = this.#chunk ?? new Uint8Array();
      const taken = chunk.byteLength <= leftBytes ? chunk : chunk.subarray(0, leftBytes);
      this.#chunk = taken.byteLength === chunk.byteLength ? undefined : chunk.subarray(taken.byteLength);
      const wait = admit(taken.byteLength, this.#takenBytes + taken.byteLength);
      if (wait !== undefined && !(await this.#goesOn(wait))) break;
      this.#takenBytes += taken.byteLength;
      leftBytes -= taken.byteLength;
      hash?.update(taken);
      own?.update(taken);
      yield taken;
    }
    // What cannot be checked is not kept.
    if (own === undefined) return;
    if (this.#brokeOff !== undefined) throw this.#brokeOff;
    if (own.digest('base64') !== checksum?.base64) {
      throw new ProtocolRefusal(460, 'The body does not have the checksum that was said.');
    }
  }

  /** Waits for the rate. @returns false when the sender left meanwhile: what was taken before is kept (LNK-52) */
  async #goesOn(wait: Promise<void>): Promise<boolean> {
    try {
      await wait;
      return true;
    } catch (error) {
      if (!isBreak(error)) throw error;
      this.#chunk = undefined;
      this.#brokeOff = error;
      return false;
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#brokeOff !== undefined) return undefined;
    try {
      const next = await this.#iterator.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (!isBreak(error)) throw error;
      this.#brokeOff = error;
      return undefined;
    }
  }
}

/** Thrown into a body whose writer is asked to end. */
export function haltRefusal(): S3Error {
  return new ProtocolRefusal(409, 'The upload goes on with another request.');
}

/** Whether the sender, the network or another request of the same sender ended the body: no reason to forget what came. */
function isBreak(error: unknown): error is S3Error {
  if (!(error instanceof S3Error)) return false;
  return error.code === 'IncompleteBody' || error.code === 'RequestTimeout' || error.status === 409;
}
