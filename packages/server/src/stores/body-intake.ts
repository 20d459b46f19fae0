import { createHash, type Hash, hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type ChecksumAlgorithm, checksumAlgorithmNames, createChecksum, refusal, S3Error } from '@tidegate/protocol';
import type { BodyExpectation, StoredChecksums } from './object-store.ts';

/** Size of the blocks that a big body is cut into, on its way and for its block checksums (REL-12). */
export const blockBytes = 1_048_576;

/** Blocks of one upload that may wait for the disk. More, and the sender is held back. */
const maxBlocksInFlight = 3;

/** Where a body goes that is too big to be held: blocks of `blockBytes`, the last one smaller, in order. */
export interface BlockSink {
  /** Takes the block until the promise settles. */
  write(block: Uint8Array): Promise<void>;
  /** Forgets all that was written. */
  abort(): Promise<void>;
}

/** A body that has arrived whole and is what its sender said. */
export type TakenBody<Sink extends BlockSink> = {
  readonly sizeBytes: number;
  /** MD5 in 32 hex digits: the ETag of a body sent in one piece. */
  readonly md5: string;
  readonly checksums: StoredChecksums['values'];
  /** The bytes, when they are few. */
  readonly inline: Uint8Array | undefined;
  /** Where the bytes went, when they are many. */
  readonly sink: Sink | undefined;
};

export type IntakeOptions<Sink extends BlockSink> = {
  readonly inlineMaxBytes: number;
  readonly openSink: () => Promise<Sink>;
};

/**
 * Reads `body` to its end, hashing as it flows, and compares with what was expected (STO-21, STO-22, STO-23).
 * Holds at most three blocks. The body is never destroyed: it is a request that still waits for its answer.
 * A small one that is there already is taken without waiting for anything.
 * @throws S3Error IncompleteBody, BadDigest; whatever the body or the sink fails with. The sink is aborted then.
 */
export function takeBody<Sink extends BlockSink>(
  body: Readable,
  expect: BodyExpectation,
  options: IntakeOptions<Sink>,
): TakenBody<Sink> | Promise<TakenBody<Sink>> {
  const arrived = readArrived(body, expect, options.inlineMaxBytes);
  return arrived === undefined ? readToEnd(body, expect, options) : takenInline(arrived, expect);
}

/** The bytes of a small body that came whole with its head, as most do; undefined: its end has to be waited for. */
function readArrived(
  body: Readable,
  { sizeBytes, endsAtSize }: BodyExpectation,
  mostBytes: number,
): Uint8Array | undefined {
  if (endsAtSize !== true || sizeBytes === undefined || sizeBytes === 0 || sizeBytes > mostBytes) return undefined;
  if (body.readableLength !== sizeBytes || body.destroyed || body.readableFlowing === true) return undefined;
  const bytes: unknown = body.read();
  if (bytes instanceof Uint8Array && bytes.byteLength === sizeBytes) return bytes;
  throw new Error('A body that had arrived could not be read.');
}

function takenInline(inline: Uint8Array, expect: BodyExpectation): TakenBody<never> {
  const { md5, checksums } = hashAll(inline, expect);
  compare(md5, checksums, expect);
  return { sizeBytes: inline.byteLength, md5: md5.toString('hex'), checksums, inline, sink: undefined };
}

async function readToEnd<Sink extends BlockSink>(
  body: Readable,
  expect: BodyExpectation,
  options: IntakeOptions<Sink>,
): Promise<TakenBody<Sink>> {
  const intake = new BodyIntake(body, expect, options);
  try {
    return await intake.run();
  } catch (error) {
    await intake.abort();
    throw error;
  }
}

/** Listens for errors of a body that nobody reads any more; without a listener they would end the process. */
function ignoreLateError(): void {
  // The request was answered by its first error.
}

class BodyIntake<Sink extends BlockSink> {
  readonly #body: Readable;
  readonly #expect: BodyExpectation;
  readonly #options: IntakeOptions<Sink>;
  #sizeBytes = 0;
  /** Chunks while the body may still turn out small. */
  #small: Uint8Array[] = [];
  #hashes: BodyHashes | undefined;
  #opening: Promise<Sink> | undefined;
  #sink: Sink | undefined;
  #free: Uint8Array[] = [];
  #blocks = 0;
  #block: Uint8Array | undefined;
  #filled = 0;
  /** What did not fit into the free blocks yet. */
  #rest: Uint8Array | undefined;
  /** The memory of `#rest`, where nobody else has it. */
  #restMemory: ArrayBuffer | undefined;
  #ended = false;
  #settle: ((error?: unknown) => void) | undefined;

  constructor(body: Readable, expect: BodyExpectation, options: IntakeOptions<Sink>) {
    this.#body = body;
    this.#expect = expect;
    this.#options = options;
  }

  async run(): Promise<TakenBody<Sink>> {
    if ((this.#expect.sizeBytes ?? 0) > this.#options.inlineMaxBytes) await this.#becomeBig();
    await this.#read();
    const sizeBytes = this.#sizeBytes;
    this.#checkSize();
    if (this.#sink === undefined) {
      const inline = this.#small.length === 1 ? (this.#small[0] ?? empty) : Buffer.concat(this.#small, sizeBytes);
      return takenInline(inline, this.#expect);
    }
    const { md5, checksums } = (this.#hashes ?? new BodyHashes(this.#expect)).digest();
    compare(md5, checksums, this.#expect);
    return { sizeBytes, md5: md5.toString('hex'), checksums, inline: undefined, sink: this.#sink };
  }

  async abort(): Promise<void> {
    // A sink that is still being opened must be forgotten too; why it could not be opened is told by `run`.
    const sink = await this.#opening?.catch(() => undefined);
    await sink?.abort();
  }

  #read(): Promise<void> {
    const body = this.#body;
    return new Promise((resolve, reject) => {
      if (body.errored !== null && body.errored !== undefined) {
        reject(brokenBody(body.errored));
        return;
      }
      const onData = (chunk: Uint8Array): void => this.#take(chunk);
      const onEnd = (): void => {
        this.#ended = true;
        this.#pump();
      };
      const onError = (error: Error): void => this.#settle?.(brokenBody(error));
      const onClose = (): void => {
        if (!this.#ended) this.#settle?.(refusal('IncompleteBody', {}));
      };
      this.#settle = (error?: unknown) => {
        this.#settle = undefined;
        body.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
        body.on('error', ignoreLateError);
        if (error === undefined) resolve();
        else {
          body.pause();
          reject(error);
        }
      };
      body.on('error', onError).on('end', onEnd).on('close', onClose).on('data', onData);
      // A body whose end came before anybody listened tells it no more.
      if (body.readableEnded) onEnd();
      else if (body.destroyed) onClose();
    });
  }

  #take(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.byteLength;
    const declared = this.#expect.sizeBytes;
    if (declared !== undefined && this.#sizeBytes > declared) {
      this.#settle?.(wrongSize(declared, this.#sizeBytes));
      return;
    }
    if (this.#sink !== undefined) {
      this.#hashes?.update(chunk);
      this.#keep(chunk);
      this.#pump();
      return;
    }
    this.#small.push(chunk);
    if (this.#sizeBytes <= this.#options.inlineMaxBytes) return;
    this.#body.pause();
    this.#becomeBig().then(
      () => this.#pump(),
      (error: unknown) => this.#settle?.(error),
    );
  }

  #keep(chunk: Uint8Array): void {
    const before = this.#rest;
    if (before === undefined) {
      this.#rest = chunk;
      this.#restMemory = this.#memoryOf(chunk);
      return;
    }
    const joined = Buffer.concat([before, chunk]);
    free(this.#restMemory);
    free(this.#memoryOf(chunk));
    this.#rest = joined;
    this.#restMemory = this.#memoryOf(joined);
  }

  /** Of a body that comes straight from the connection each chunk is a copy that the parser made for us alone. */
  #memoryOf({ buffer, byteLength }: Uint8Array): ArrayBuffer | undefined {
    const isOurs = this.#expect.endsAtSize === true && buffer.byteLength === byteLength;
    return isOurs && buffer instanceof ArrayBuffer ? buffer : undefined;
  }

  async #becomeBig(): Promise<void> {
    this.#opening = this.#options.openSink();
    this.#sink = await this.#opening;
    this.#hashes = new BodyHashes(this.#expect);
    // All that came while the sink was being opened.
    const held = this.#small;
    this.#small = [];
    for (const chunk of held) this.#hashes.update(chunk);
    if (held.length > 0) this.#rest = held.length === 1 ? held[0] : Buffer.concat(held);
  }

  /** Moves bytes into blocks and blocks to the sink; holds the sender back when all blocks are under way. */
  #pump(): void {
    // While the sink is being opened nothing can move, and an end that comes meanwhile is not the end of a small body.
    if (this.#settle === undefined || (this.#opening !== undefined && this.#sink === undefined)) return;
    while (this.#rest !== undefined) {
      const block = this.#block ?? this.#nextBlock();
      if (block === undefined) {
        this.#body.pause();
        return;
      }
      this.#block = block;
      const moved = this.#rest.subarray(0, block.byteLength - this.#filled);
      block.set(moved, this.#filled);
      this.#filled += moved.byteLength;
      this.#rest = moved.byteLength === this.#rest.byteLength ? undefined : this.#rest.subarray(moved.byteLength);
      if (this.#rest === undefined) {
        free(this.#restMemory);
        this.#restMemory = undefined;
      }
      if (this.#filled === block.byteLength) this.#send();
    }
    if (!this.#ended) {
      if (this.#body.isPaused()) this.#body.resume();
      return;
    }
    if (this.#filled > 0) this.#send();
    if (this.#blocks === this.#free.length) this.#settle();
  }

  #nextBlock(): Uint8Array | undefined {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#blocks === maxBlocksInFlight) return undefined;
    this.#blocks += 1;
    return Buffer.allocUnsafeSlow(blockBytes);
  }

  #send(): void {
    const block = this.#block;
    if (block === undefined || this.#sink === undefined) return;
    const bytes = block.subarray(0, this.#filled);
    this.#block = undefined;
    this.#filled = 0;
    this.#sink.write(bytes).then(
      () => {
        this.#free.push(block);
        this.#pump();
      },
      (error: unknown) => this.#settle?.(error),
    );
  }

  #checkSize(): void {
    const declared = this.#expect.sizeBytes;
    if (declared !== undefined && declared !== this.#sizeBytes) throw wrongSize(declared, this.#sizeBytes);
  }
}

/**
 * Gives memory back at once. Left to the collector, up to 64 MB of chunks that were copied into blocks would lie about: it looks at
 * how many objects there are, and these are few and large.
 */
function free(memory: ArrayBuffer | undefined): void {
  memory?.transfer(0);
}

const empty = new Uint8Array(0);

type Digests = { readonly md5: Buffer; readonly checksums: StoredChecksums['values'] };

/** Everything that a body is hashed with while it flows. */
export class BodyHashes {
  readonly #md5: Hash = createHash('md5');
  readonly #checksums: [ChecksumAlgorithm, ReturnType<typeof createChecksum>][];

  constructor(expect: Pick<BodyExpectation, 'checksums' | 'compute'>) {
    this.#checksums = algorithmsOf(expect).map((algorithm) => [algorithm, createChecksum(algorithm)]);
  }

  update(chunk: Uint8Array): void {
    this.#md5.update(chunk);
    for (const [, checksum] of this.#checksums) checksum.update(chunk);
  }

  digest(): Digests {
    const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
    for (const [algorithm, checksum] of this.#checksums) checksums[algorithm] = checksum.digest();
    return { md5: this.#md5.digest(), checksums };
  }
}

function hashAll(bytes: Uint8Array, expect: BodyExpectation): Digests {
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const algorithm of algorithmsOf(expect)) {
    const checksum = createChecksum(algorithm);
    checksum.update(bytes);
    checksums[algorithm] = checksum.digest();
  }
  return { md5: hash('md5', bytes, 'buffer'), checksums };
}

function algorithmsOf(expect: Pick<BodyExpectation, 'checksums' | 'compute'>): readonly ChecksumAlgorithm[] {
  const named = Object.keys(expect.checksums);
  if (named.length === 0) return expect.compute;
  return [...new Set([...checksumNames(expect.checksums), ...expect.compute])];
}

/** Algorithms that have a value. */
export function checksumNames(values: StoredChecksums['values']): ChecksumAlgorithm[] {
  return checksumAlgorithmNames.filter((algorithm) => values[algorithm] !== undefined);
}

/** @throws S3Error BadDigest (STO-22) */
function compare(md5: Buffer, checksums: StoredChecksums['values'], expect: BodyExpectation): void {
  if (expect.md5 !== undefined && !md5.equals(expect.md5)) {
    throw refusal('BadDigest', {
      ExpectedDigest: Buffer.from(expect.md5).toString('base64'),
      CalculatedDigest: md5.toString('base64'),
    });
  }
  compareChecksums(checksums, expect.checksums);
  if (expect.trailer !== undefined) compareChecksums(checksums, expect.trailer());
}

/** Compares computed checksums with expected ones. @throws S3Error BadDigest */
function compareChecksums(computed: StoredChecksums['values'], expected: StoredChecksums['values']): void {
  for (const algorithm of checksumNames(expected)) {
    if (computed[algorithm] !== expected[algorithm]) {
      const text = `The ${algorithm} you specified did not match the calculated checksum.`;
      throw refusal('BadDigest', {}, undefined, text);
    }
  }
}

function wrongSize(expected: number, received: number): S3Error {
  return refusal('IncompleteBody', { NumberBytesExpected: expected, NumberBytesProvided: received });
}

/** A body that broke off is the sender's doing; any other error keeps its meaning. */
function brokenBody(error: unknown): unknown {
  if (error instanceof S3Error || !(error instanceof Error) || !('code' in error)) return error;
  const cut = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'];
  return cut.includes(String(error.code)) ? refusal('IncompleteBody', {}) : error;
}
