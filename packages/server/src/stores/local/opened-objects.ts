import { Readable, type Writable } from 'node:stream';
import { type ByteRange, StoreFailure } from '@tidegate/protocol';
import type { BlobReader } from '../objects/blob-store.ts';
import type { OpenedObject, VersionRecord } from '../objects/object-store.ts';
import { sendOwned } from '../objects/send-bytes.ts';

/** An object whose bytes came with its record. */
export class InlineObject implements OpenedObject {
  readonly record: VersionRecord;
  readonly inline: Uint8Array;

  constructor(record: VersionRecord, bytes: Uint8Array) {
    this.record = record;
    this.inline = bytes;
  }

  send(range: ByteRange, sink: Writable, signal: AbortSignal): Promise<void> {
    return sendOwned(this.inline.subarray(range.start, range.end + 1), sink, signal);
  }

  stream(range: ByteRange): Readable {
    return Readable.from([this.inline.subarray(range.start, range.end + 1)], { objectMode: false });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A piece of an object: where it begins in it, and how to read it. */
export type Piece = { readonly start: number; readonly sizeBytes: number; readonly open: () => Promise<OpenPiece> };

/** An opened piece: positions count from its own beginning. */
export type OpenPiece = Pick<BlobReader, 'send' | 'chunks' | 'close'>;

/** An object whose bytes are in files, one or many; only the piece that is read is open. */
export class PiecedObject implements OpenedObject {
  readonly record: VersionRecord;
  readonly inline = undefined;
  readonly #piecesFrom: (start: number) => Iterable<Piece>;
  readonly #release: () => void;
  #current: { readonly start: number; readonly opened: Promise<OpenPiece> } | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(record: VersionRecord, piecesFrom: (start: number) => Iterable<Piece>, release: () => void) {
    this.record = record;
    this.#piecesFrom = piecesFrom;
    this.#release = release;
  }

  /** Opens the first piece, so that a body that is missing or damaged is known before anything is answered. */
  async openFirst(): Promise<void> {
    for (const piece of this.#piecesFrom(0)) {
      await this.#open(piece);
      return;
    }
  }

  async send(range: ByteRange, sink: Writable, signal: AbortSignal): Promise<void> {
    for (const { piece, within } of this.#cut(range)) {
      const opened = await this.#open(piece);
      await opened.send(within, sink, signal);
    }
  }

  stream(range: ByteRange): Readable {
    return Readable.from(this.#chunks(range), { objectMode: false });
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    try {
      await this.#closeCurrent();
    } finally {
      this.#release();
    }
  }

  async *#chunks(range: ByteRange): AsyncIterable<Uint8Array> {
    for (const { piece, within } of this.#cut(range)) {
      const opened = await this.#open(piece);
      yield* opened.chunks(within);
    }
  }

  *#cut(range: ByteRange): Iterable<{ readonly piece: Piece; readonly within: ByteRange }> {
    let position = range.start;
    for (const piece of this.#piecesFrom(range.start)) {
      if (position > range.end) return;
      if (position < piece.start || position >= piece.start + piece.sizeBytes) throw tooShort();
      const end = Math.min(range.end, piece.start + piece.sizeBytes - 1);
      yield { piece, within: { start: position - piece.start, end: end - piece.start } };
      position = end + 1;
    }
    if (position <= range.end) throw tooShort();
  }

  async #open(piece: Piece): Promise<OpenPiece> {
    if (this.#state === 'closed') throw new Error('The object was closed.');
    if (this.#current?.start === piece.start) return this.#current.opened;
    await this.#closeCurrent();
    const opened = piece.open();
    this.#current = { start: piece.start, opened };
    return opened;
  }

  async #closeCurrent(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    // A piece that could not be opened has told it already and needs no closing.
    const opened = await current.opened.catch(() => undefined);
    await opened?.close();
  }
}

function tooShort(): StoreFailure {
  return new StoreFailure({ what: 'storage.corrupt: an object has fewer bytes than its record', kind: 'broken' });
}

/** A window of an opened piece: a part that is a range of another body. */
export function windowOf(opened: OpenPiece, offset: number): OpenPiece {
  if (offset === 0) return opened;
  const shift = (range: ByteRange): ByteRange => ({ start: range.start + offset, end: range.end + offset });
  return {
    send: (range, sink, signal) => opened.send(shift(range), sink, signal),
    chunks: (range) => opened.chunks(shift(range)),
    close: () => opened.close(),
  };
}

/** Bytes in memory as a piece. */
export function pieceOfBytes(bytes: Uint8Array): OpenPiece {
  return {
    send: (range, sink, signal) => sendOwned(bytes.subarray(range.start, range.end + 1), sink, signal),
    async *chunks(range) {
      yield await Promise.resolve(bytes.subarray(range.start, range.end + 1));
    },
    close: () => Promise.resolve(),
  };
}
