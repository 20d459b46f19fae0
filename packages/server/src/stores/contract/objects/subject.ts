import type { Readable } from 'node:stream';
import { Readable as ReadableStream, Writable } from 'node:stream';
import type { ChecksumAlgorithm } from '@tidegate/protocol';
import type { Clock } from '../../../world/clock.ts';
import type { Random } from '../../../world/random.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import type {
  BodyExpectation,
  ObjectStore,
  ObjectTarget,
  ObjectWrite,
  Owner,
  VersionTarget,
} from '../../objects/object-store.ts';

/** A clock that only a test moves. */
export class TestClock implements Clock {
  #nowMs: number;
  #timers: { readonly atMs: number; readonly action: () => void }[] = [];

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time, and runs what became due. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.#nowMs);
    for (const timer of due) timer.action();
  }
}

/** Random bytes that repeat with their seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff) };
}

/** A store under test, opened on nothing. */
export type Subject = {
  readonly objects: ObjectStore;
  readonly keys: KeyStore;
  readonly clock: TestClock;
  readonly close: () => Promise<void>;
};

/** Opens a fresh subject; called once for each rule. */
export type OpenSubject = () => Promise<Subject>;

/** One rule of spec/stores.md as a check that throws when a store breaks it. */
export type StoreRule = {
  /** `STO-24 …`: the rules it shows, and a sentence that is true when it passes. */
  readonly name: string;
  readonly check: (subject: Subject) => Promise<void>;
};

export const alice: Owner = { id: 'a'.repeat(64), displayName: 'alice' };
export const bob: Owner = { id: 'b'.repeat(64), displayName: 'bob' };
export const photos = 'photos';

/** Bytes that differ from position to position, so that a shift or a swap shows. */
export function patternBytes(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let index = 0; index < sizeBytes; index += 1) bytes[index] = (index * 31 + (index >>> 8) * 7 + seed) & 0xff;
  return bytes;
}

/** A body in chunks of odd sizes. */
export function bodyOf(bytes: Uint8Array | string, chunkBytes = 40_009): Readable {
  const all = Buffer.from(bytes);
  const chunks: Buffer[] = [];
  for (let start = 0; start < all.byteLength; start += chunkBytes) chunks.push(all.subarray(start, start + chunkBytes));
  return ReadableStream.from(chunks, { objectMode: false });
}

export const plain: BodyExpectation = { checksums: {}, compute: [] };

export function writeOf(changes: Partial<ObjectWrite> = {}): ObjectWrite {
  return { owner: alice, acl: 'private', contentType: undefined, headers: {}, metadata: {}, expect: plain, ...changes };
}

export function computing(...compute: ChecksumAlgorithm[]): BodyExpectation {
  return { checksums: {}, compute };
}

export async function makeBucket({ objects }: Subject, name = photos, owner = alice): Promise<void> {
  await objects.createBucket({ name, owner, region: 'eu-central-1', acl: 'private' });
}

export function at(key: string, bucket = photos): ObjectTarget {
  return { bucket, key };
}

export async function putText(subject: Subject, key: string, text: string): ReturnType<ObjectStore['putObject']> {
  return await subject.objects.putObject(at(key), bodyOf(text), writeOf(), {});
}

/** All bytes of an object through `send`. The sink keeps copies: a chunk is the store's again after its callback. */
export async function readAll({ objects }: Pick<Subject, 'objects'>, target: VersionTarget): Promise<Buffer> {
  const opened = await objects.openObject(target);
  try {
    const { sizeBytes } = opened.record;
    return sizeBytes === 0 ? Buffer.alloc(0) : await sentBytes(opened, { start: 0, end: sizeBytes - 1 });
  } finally {
    await opened.close();
  }
}

export async function sentBytes(
  opened: Awaited<ReturnType<ObjectStore['openObject']>>,
  range: { readonly start: number; readonly end: number },
): Promise<Buffer> {
  const sink = new CollectingSink();
  await opened.send(range, sink, new AbortController().signal);
  return sink.bytes();
}

/** A sink that takes its time, and keeps copies of what came. */
class CollectingSink extends Writable {
  readonly #chunks: Buffer[] = [];

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(Buffer.from(Uint8Array.from(chunk)));
    setImmediate(done);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
