import type { Readable } from 'node:stream';
import { S3Error, StoreFailure } from '@tidegate/protocol';
import type { Random } from '../../world/random.ts';
import type { BlobStore, BlobWriter } from '../objects/blob-store.ts';
import { BodySealer, type WrappingKey } from '../objects/body-cipher.ts';
import { type TakenBody, takeBody } from '../objects/body-intake.ts';
import type { BodyExpectation } from '../objects/object-store.ts';
import type { NewBody } from '../sqlite/objects/bodies.ts';
import { giveBack, ownMemoryOf } from '../upkeep/own-memory.ts';
import type { SpaceGuard } from './folder/space-guard.ts';

export type BodyParts = {
  readonly blobs: BlobStore;
  readonly space: SpaceGuard;
  readonly inlineMaxBytes: number;
  readonly random: Random;
};

/** A body on its way in, and how to keep it. */
export type BodyIn = {
  readonly body: Readable;
  readonly expect: BodyExpectation;
  /** What its own key is wrapped under; undefined: it is stored as it comes (ENC-20). */
  readonly wrapping: WrappingKey | undefined;
};

/** The name that bodies within the metadata are bound to; files have their own. */
export const inlineLabel = 'inline';

/**
 * Takes a body in and hands it to `store` once it is durable; `store` puts it into the metadata. Whatever is refused on
 * the way, no file is left behind (STO-23).
 */
export async function withBody<Value>(
  parts: BodyParts,
  { body, expect, wrapping }: BodyIn,
  store: (taken: TakenBody<BlobWriter>, stored: NewBody) => Promise<Value>,
): Promise<Value> {
  const { space, blobs, inlineMaxBytes } = parts;
  const measuring = space.refresh();
  if (measuring !== undefined) await measuring;
  const taking = takeBody(body, expect, {
    inlineMaxBytes,
    async openSink() {
      await space.refresh();
      space.announce(expect.sizeBytes ?? inlineMaxBytes);
      const writer = new GuardedWriter(await blobs.create(), space);
      return wrapping === undefined ? writer : new SealingWriter(writer, new BodySealer(wrapping, parts.random));
    },
  });
  const taken = taking instanceof Promise ? await taking : taking;
  const { inline, sink } = taken;
  if (inline !== undefined) {
    space.take(inline.byteLength);
    return store(
      taken,
      wrapping === undefined ? { kind: 'inline', bytes: inline } : sealInline(inline, wrapping, parts),
    );
  }
  if (sink === undefined) throw new Error('A body came without bytes.');
  const stored = await finishBody(sink, taken.sizeBytes);
  try {
    const value = await store(taken, stored);
    sink.settle();
    return value;
  } catch (error) {
    // After any other failure the transaction may be there when the server starts again; the sweep knows then.
    if (error instanceof S3Error || (error instanceof StoreFailure && error.kind === 'full')) await sink.abort();
    throw error;
  }
}

async function finishBody(sink: BlobWriter, sizeBytes: number): Promise<NewBody> {
  try {
    const blocks = await sink.finish();
    const cipher = sink instanceof SealingWriter ? sink.cipher(sizeBytes) : undefined;
    return { kind: 'file', id: sink.id, sizeBytes, blocks, cipher };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** Takes room for each chunk before it is written. */
class GuardedWriter implements BlobWriter {
  readonly id: string;
  readonly #writer: BlobWriter;
  readonly #space: SpaceGuard;

  constructor(writer: BlobWriter, space: SpaceGuard) {
    this.id = writer.id;
    this.#writer = writer;
    this.#space = space;
  }

  write(chunk: Uint8Array, memory: ArrayBuffer | undefined): void {
    this.#space.take(chunk.byteLength);
    this.#writer.write(chunk, memory);
  }

  room(): Promise<void> | undefined {
    return this.#writer.room();
  }

  finish(): Promise<Uint8Array> {
    return this.#writer.finish();
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }

  settle(): void {
    this.#writer.settle();
  }
}

/** Encrypts a small body. */
function sealInline(bytes: Uint8Array, wrapping: WrappingKey, { random }: Pick<BodyParts, 'random'>): NewBody {
  const sealer = new BodySealer(wrapping, random);
  const sealed = Buffer.concat(sealer.seal(bytes));
  return {
    kind: 'inline',
    bytes: sealed,
    cipher: sealer.finish({ label: inlineLabel, sizeBytes: sealed.byteLength }),
  };
}

/** Encrypts each chunk before it is written. */
class SealingWriter implements BlobWriter {
  readonly id: string;
  readonly #writer: BlobWriter;
  readonly #sealer: BodySealer;

  constructor(writer: BlobWriter, sealer: BodySealer) {
    this.id = writer.id;
    this.#writer = writer;
    this.#sealer = sealer;
  }

  write(chunk: Uint8Array, memory: ArrayBuffer | undefined): void {
    const sealed = this.#sealer.seal(chunk);
    giveBack(memory);
    for (const bytes of sealed) this.#writer.write(bytes, ownMemoryOf(bytes));
  }

  room(): Promise<void> | undefined {
    return this.#writer.room();
  }

  finish(): Promise<Uint8Array> {
    return this.#writer.finish();
  }

  cipher(sizeBytes: number): Uint8Array {
    return this.#sealer.finish({ label: this.id, sizeBytes });
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }

  settle(): void {
    this.#writer.settle();
  }
}
