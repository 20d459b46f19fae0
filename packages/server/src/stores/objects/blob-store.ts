import type { Writable } from 'node:stream';
import type { ByteRange } from '@tidegate/protocol';
import type { FrameOpener } from './body-cipher.ts';
import type { BodySink } from './body-intake.ts';

/** A body that is being written. */
export interface BlobWriter extends BodySink {
  readonly id: string;
  /** Makes bytes, size and name durable. @returns the CRC32C of each `blockBytes`, four bytes each, big-endian (REL-12) */
  finish(): Promise<Uint8Array>;
  /** The ledger knows the body, or it was aborted: from now on the sweep decides. */
  settle(): void;
}

/** A body opened for reading. */
export interface BlobReader {
  /** Writes a range to `sink`, without ending it. A chunk may be used anew once the sink's write callback has come. */
  send(range: ByteRange, sink: Writable, signal: AbortSignal): Promise<void>;
  /** Reads a range in chunks that stay the reader's own. */
  chunks(range: ByteRange): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Keeps immutable bodies by id. */
export interface BlobStore {
  create(): Promise<BlobWriter>;
  /** @param frames decrypts an encrypted body; its tags then take the place of the block checksums */
  open(id: string, sizeBytes: number, blocks: Uint8Array, frames?: FrameOpener): Promise<BlobReader | undefined>;
  remove(id: string): Promise<void>;
  shards(): readonly string[];
  list(shard: string): Promise<readonly { readonly id: string; readonly modifiedAtMs: number }[]>;
  isUnfinished(id: string): boolean;
}
