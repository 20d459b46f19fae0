import type { LinkId } from '../links/link-store.ts';

/**
 * One upload of a link with `x-link-resumable`, of which a link has one at a time. Its bytes are parts of an upload of the object
 * store; here stands how many of them are there, and who may add more.
 */
export type ResumableRecord = {
  readonly linkId: LinkId;
  readonly bucket: string;
  readonly key: string;
  /**
   * `open`: bytes are taken; `ended`: it was given up, and the use that was taken for it is there for the next one; `complete`:
   * the object is there.
   */
  readonly state: 'open' | 'ended' | 'complete';
  /** Of the upload in parts that holds the bytes; empty where none is open. */
  readonly uploadId: string;
  /** Bytes of the whole; undefined: not known yet. */
  readonly lengthBytes: number | undefined;
  /** Whether it is complete as soon as `lengthBytes` are there, or waits for its sender to say so. */
  readonly endsByLength: boolean;
  /** Bytes that are on disk. */
  readonly offsetBytes: number;
  /** Parts that hold them, numbered from 1. */
  readonly pieces: number;
  /** State of the SHA-256 over the bytes that are on disk, where the link wants one. */
  readonly digest: Uint8Array | undefined;
  /** What the sender said of the file at the creation, as it came (`Upload-Metadata`). */
  readonly metadata: string | undefined;
  /** Counts writers: the holder of an older number may no longer write. */
  readonly writer: number;
  /** The link's end; undefined: it has none. */
  readonly endsAtMs: number | undefined;
};

/** A piece that becomes durable. */
export type ResumablePiece = { readonly sizeBytes: number; readonly digest: Uint8Array | undefined };

/**
 * State of resumable uploads: a row for each link, changed by compare-and-set on `writer` (LNK-53). What is written is durable
 * when its promise resolves.
 */
export interface ResumableStore {
  /** As it is on disk. */
  read(linkId: LinkId): Promise<ResumableRecord | undefined>;
  /**
   * Puts a record in the place of the one with the writer `seen` (undefined: of none), under the next writer.
   * @returns undefined when somebody else was quicker
   */
  replace(record: Omit<ResumableRecord, 'writer'>, seen: number | undefined): Promise<ResumableRecord | undefined>;
  /**
   * Makes the caller the one who writes, and tells what is known now of the size; counters stay as they are.
   * @param seen as it was read
   * @returns undefined when somebody took over or added bytes since, or nothing is open
   */
  takeOver(
    linkId: LinkId,
    seen: Pick<ResumableRecord, 'writer' | 'offsetBytes'>,
    known: Pick<ResumableRecord, 'lengthBytes' | 'endsByLength'>,
  ): Promise<ResumableRecord | undefined>;
  /**
   * Synchronous, for the guard of the write that keeps the piece: in its transaction the piece is counted.
   * @returns false, with nothing changed, when somebody else writes now
   */
  advance(linkId: LinkId, writer: number, piece: ResumablePiece): boolean;
  /** Synchronous, in a guard: whether the upload is open and this is its writer. */
  isWriter(linkId: LinkId, writer: number): boolean;
  /** The same for the guard of the write that makes the object visible: the upload is complete. */
  complete(linkId: LinkId, writer: number): boolean;
  /** Forgets uploads whose links ended before `beforeMs`, with the bytes that were never made an object. */
  sweep(beforeMs: number): Promise<void>;
}
