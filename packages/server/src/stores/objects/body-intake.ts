import { createHash, type Hash, hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type ChecksumAlgorithm, checksumAlgorithmNames, createChecksum, refusal, S3Error } from '@tidegate/protocol';
import { ownMemoryOf } from '../upkeep/own-memory.ts';
import type { BodyExpectation, StoredChecksums } from './object-store.ts';

/** Size of the blocks that a big body has a checksum for, each (REL-12). */
export const blockBytes = 1_048_576;

/** Where a body goes that is too big to be held: its bytes in order, in chunks of any size. */
export interface BodySink {
  /**
   * Takes a chunk, which nobody may change any more.
   * @param memory the chunk's own, where nobody else has it: the sink gives it back when it is done with it
   * @throws whatever an earlier chunk failed with
   */
  write(chunk: Uint8Array, memory: ArrayBuffer | undefined): void;
  /** What has to be waited for before the next chunk; undefined: it may come. */
  room(): Promise<void> | undefined;
  /** Forgets all that was written. */
  abort(): Promise<void>;
}

/** A body that has arrived whole and is what its sender said. */
export type TakenBody<Sink extends BodySink> = {
  readonly sizeBytes: number;
  /** MD5 in 32 hex digits: the ETag of a body sent in one piece. */
  readonly md5: string;
  readonly checksums: StoredChecksums['values'];
  /** The bytes, when they are few. */
  readonly inline: Uint8Array | undefined;
  /** Where the bytes went, when they are many. */
  readonly sink: Sink | undefined;
};

export type IntakeOptions<Sink extends BodySink> = {
  readonly inlineMaxBytes: number;
  readonly openSink: () => Promise<Sink>;
};

/**
 * Reads `body` to its end, hashing as it flows, and compares with what was expected (STO-21, STO-22, STO-23).
 * Holds nothing of a big one that its sink does not hold. The body is never destroyed: it is a request that still waits for its answer.
 * A small one that is there already is taken without waiting for anything.
 * @throws S3Error IncompleteBody, BadDigest; whatever the body or the sink fails with. The sink is aborted then.
 */
export function takeBody<Sink extends BodySink>(
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

async function readToEnd<Sink extends BodySink>(
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

class BodyIntake<Sink extends BodySink> {
  readonly #body: Readable;
  readonly #expect: BodyExpectation;
  readonly #options: IntakeOptions<Sink>;
  #sizeBytes = 0;
  /** Chunks while the body may still turn out small. */
  #small: Uint8Array[] = [];
  #hashes: BodyHashes | undefined;
  #opening: Promise<Sink> | undefined;
  #sink: Sink | undefined;
  /** The sink has no room, or is still being opened. */
  #isHeldBack = false;
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
        if (!this.#isHeldBack) this.#settle?.();
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
      this.#pass(this.#sink, chunk);
      return;
    }
    this.#small.push(chunk);
    if (this.#sizeBytes > this.#options.inlineMaxBytes && this.#opening === undefined)
      this.#holdBack(this.#becomeBig());
  }

  #pass(sink: Sink, chunk: Uint8Array): void {
    this.#hashes?.update(chunk);
    try {
      sink.write(chunk, this.#memoryOf(chunk));
    } catch (error) {
      this.#settle?.(error);
      return;
    }
    const room = sink.room();
    if (room !== undefined && !this.#isHeldBack) this.#holdBack(room);
  }

  #holdBack(room: Promise<void>): void {
    this.#isHeldBack = true;
    this.#body.pause();
    room.then(
      () => {
        this.#isHeldBack = false;
        if (this.#ended) this.#settle?.();
        else if (this.#settle !== undefined) this.#body.resume();
      },
      (error: unknown) => this.#settle?.(error),
    );
  }

  /** Of a body that comes straight from the connection each chunk is a copy that the parser made for us alone. */
  #memoryOf(chunk: Uint8Array): ArrayBuffer | undefined {
    return this.#expect.endsAtSize === true ? ownMemoryOf(chunk) : undefined;
  }

  async #becomeBig(): Promise<void> {
    this.#opening = this.#options.openSink();
    const sink = await this.#opening;
    this.#hashes = new BodyHashes(this.#expect);
    // All that came while the sink was being opened.
    for (const chunk of this.#small) {
      this.#hashes.update(chunk);
      sink.write(chunk, this.#memoryOf(chunk));
    }
    this.#small = [];
    this.#sink = sink;
  }

  #checkSize(): void {
    const declared = this.#expect.sizeBytes;
    if (declared !== undefined && declared !== this.#sizeBytes) throw wrongSize(declared, this.#sizeBytes);
  }
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
