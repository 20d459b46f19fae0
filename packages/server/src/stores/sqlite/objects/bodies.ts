import { crc32c, StoreFailure } from '@tidegate/protocol';
import { writePartSizes } from '../../objects/part-sizes.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { fileSum, inlineSum, listSum, segmentSum } from '../schema/row-sums.ts';
import { bytesOf, numberOf, optionalBytes, optionalNumber, optionalText, type Row } from '../schema/rows.ts';

/** Where a body is: at most one is set, none for an empty one. */
export type BodyPlace = {
  /** Row of `inline_bodies`. */
  readonly inline: number | undefined;
  /** What that row's body and cipher come to: another's do not. */
  readonly inlineSum: number | undefined;
  /** Id of a file. */
  readonly file: string | undefined;
  /** Row of `segment_lists`. */
  readonly list: number | undefined;
};

/** A body that comes in, as it is stored; `cipher` is what opens an encrypted one. The file is durable already. */
export type NewBody =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array; readonly cipher?: Uint8Array | undefined }
  | {
      readonly kind: 'file';
      readonly id: string;
      readonly sizeBytes: number;
      readonly blocks: Uint8Array;
      readonly cipher?: Uint8Array | undefined;
    };

/** A piece of an object made of parts. */
export type Segment = {
  readonly place: Omit<BodyPlace, 'list'>;
  readonly offset: number;
  readonly sizeBytes: number;
};

export const emptyPlace: BodyPlace = { inline: undefined, inlineSum: undefined, file: undefined, list: undefined };

export function placeOf(row: Row): BodyPlace {
  return { ...segmentPlaceOf(row), list: optionalNumber(row, 'list') };
}

function segmentPlaceOf(row: Row): Segment['place'] {
  return {
    inline: optionalNumber(row, 'inline'),
    inlineSum: optionalNumber(row, 'inline_sum'),
    file: optionalText(row, 'file'),
  };
}

/** Takes a new body into the metadata. */
export function insertBody(metadata: Metadata, body: NewBody, nowMs: number): BodyPlace {
  if (body.kind === 'file') {
    metadata.sql
      .get('INSERT INTO blobs (id, size, refs, created_ms, blocks, cipher, sum) VALUES (?, ?, 1, ?, ?, ?, ?)')
      .run(
        body.id,
        body.sizeBytes,
        nowMs,
        body.blocks,
        body.cipher ?? null,
        fileSum(body.id, body.sizeBytes, body.blocks, body.cipher ?? null),
      );
    return { ...emptyPlace, file: body.id };
  }
  if (body.bytes.byteLength === 0) return emptyPlace;
  const crc = crc32c(body.bytes, 0);
  const cipher = body.cipher ?? null;
  const { lastInsertRowid } = metadata.sql
    .get('INSERT INTO inline_bodies (crc, body, cipher) VALUES (?, ?, ?)')
    .run(crc, body.bytes, cipher);
  return { ...emptyPlace, inline: Number(lastInsertRowid), inlineSum: inlineSum(crc, cipher) };
}

/**
 * Puts a small body into the row of one that goes with its version: one row is changed, where otherwise one is written and another
 * removed. @returns undefined where the old body has no such row, or the new one needs none
 */
export function replaceInline(metadata: Metadata, old: BodyPlace, body: NewBody): BodyPlace | undefined {
  if (old.inline === undefined || body.kind !== 'inline' || body.bytes.byteLength === 0) return undefined;
  const crc = crc32c(body.bytes, 0);
  const cipher = body.cipher ?? null;
  const { changes } = metadata.sql
    .get('UPDATE inline_bodies SET crc = ?, body = ?, cipher = ? WHERE blob = ?')
    .run(crc, body.bytes, cipher, old.inline);
  return changes === 0 ? undefined : { ...emptyPlace, inline: old.inline, inlineSum: inlineSum(crc, cipher) };
}

/** One more holder of a body. Files and lists are shared; an inline body is copied inside the database. */
export function shareBody(metadata: Metadata, place: BodyPlace): BodyPlace {
  if (place.file !== undefined) {
    metadata.sql.get('UPDATE blobs SET refs = refs + 1 WHERE id = ?').run(place.file);
    return place;
  }
  if (place.list !== undefined) {
    metadata.sql.get('UPDATE segment_lists SET refs = refs + 1 WHERE id = ?').run(place.list);
    return place;
  }
  if (place.inline === undefined) return place;
  const { lastInsertRowid } = metadata.sql
    .get('INSERT INTO inline_bodies (crc, body, cipher) SELECT crc, body, cipher FROM inline_bodies WHERE blob = ?')
    .run(place.inline);
  return { ...place, inline: Number(lastInsertRowid) };
}

/** One holder less. The last one of a file or list puts it into the trash, in the same transaction. */
export function freeBody(metadata: Metadata, place: BodyPlace): void {
  const { sql } = metadata;
  if (place.inline !== undefined) sql.get('DELETE FROM inline_bodies WHERE blob = ?').run(place.inline);
  if (place.file !== undefined) {
    const left = sql.get('UPDATE blobs SET refs = refs - 1 WHERE id = ? RETURNING refs').get(place.file);
    if (left !== undefined && numberOf(left, 'refs') === 0) {
      sql.get('INSERT OR IGNORE INTO blob_trash (blob) VALUES (?)').run(place.file);
    }
  }
  if (place.list !== undefined) {
    const left = sql.get('UPDATE segment_lists SET refs = refs - 1 WHERE id = ? RETURNING refs').get(place.list);
    if (left !== undefined && numberOf(left, 'refs') === 0) {
      sql.get('INSERT OR IGNORE INTO list_trash (list) VALUES (?)').run(place.list);
    }
  }
}

/** Makes a list that still has no segments. @returns its number */
export function insertEmptyList(
  metadata: Metadata,
  partSizes: readonly number[],
  partChecksums: string | undefined,
): number {
  const sizes = writePartSizes(partSizes);
  const { lastInsertRowid } = metadata.sql
    .get('INSERT INTO segment_lists (refs, part_sizes, part_checksums) VALUES (1, ?, ?)')
    .run(sizes, partChecksums ?? null);
  const list = Number(lastInsertRowid);
  metadata.sql.get('UPDATE segment_lists SET sum = ? WHERE id = ?').run(listSum(list, sizes), list);
  return list;
}

/** Makes a list of segments; the holders that the segments had become the list's. */
export function insertList(metadata: Metadata, segments: readonly Segment[], partSizes: readonly number[]): BodyPlace {
  const list = insertEmptyList(metadata, partSizes, undefined);
  insertSegments(metadata, list, segments);
  return { ...emptyPlace, list };
}

/** Puts segments into an empty list. */
export function insertSegments(metadata: Metadata, list: number, segments: readonly Segment[]): void {
  const insert = metadata.sql.get(
    'INSERT INTO segments (list, start, inline, inline_sum, file, offset, size, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  let start = 0;
  for (const { place, offset, sizeBytes } of segments) {
    const row = {
      inline: place.inline ?? null,
      inline_sum: place.inlineSum ?? null,
      file: place.file ?? null,
      offset,
      size: sizeBytes,
    };
    const sum = segmentSum(list, start, row);
    insert.run(list, start, row.inline, row.inline_sum, row.file, offset, sizeBytes, sum);
    start += sizeBytes;
  }
}

/**
 * The segments of a list that hold bytes from `start` on, in order, at most `limit`, with where each begins.
 * @throws StoreFailure when one is not what was written, or one is missing between them
 */
export function readSegments(
  metadata: Metadata,
  list: number,
  start: number,
  limit: number,
): readonly (Segment & { readonly start: number })[] {
  const rows = metadata.sql
    .get(
      `SELECT start, inline, inline_sum, file, offset, size, sum FROM segments
       WHERE list = ?1 AND start >= (SELECT max(start) FROM segments WHERE list = ?1 AND start <= ?2)
       ORDER BY start LIMIT ?3`,
    )
    .all(list, start, limit);
  const segments: (Segment & { readonly start: number })[] = [];
  let next: number | undefined;
  for (const row of rows) {
    const begins = numberOf(row, 'start');
    const isNext = next === undefined ? begins <= start : begins === next;
    if (!isNext || !isWholeSegment(list, row)) throw new DamagedRow('segments');
    const sizeBytes = numberOf(row, 'size');
    segments.push({ start: begins, place: segmentPlaceOf(row), offset: numberOf(row, 'offset'), sizeBytes });
    next = begins + sizeBytes;
  }
  return segments;
}

/** Whether a row is the segment of that list that was written. */
export function isWholeSegment(list: number, row: Row): boolean {
  const { inline, inline_sum, file, offset, size } = row;
  return segmentSum(list, numberOf(row, 'start'), { inline, inline_sum, file, offset, size }) === row['sum'];
}

/** An inline body, compared with what its holder knows of it (REL-12). @returns undefined when it is gone */
export function readInline(
  metadata: Metadata,
  { inline, inlineSum: sum }: Segment['place'],
): { readonly bytes: Uint8Array; readonly cipher: Uint8Array | undefined } | undefined {
  const row = metadata.sql.get('SELECT body, cipher FROM inline_bodies WHERE blob = ?').get(inline ?? null);
  if (row === undefined) return undefined;
  const cipher = optionalBytes(row, 'cipher');
  return { bytes: checkedInline(bytesOf(row, 'body'), cipher, sum), cipher };
}

/** @throws StoreFailure when the bytes are not what was stored (SEC-708) */
export function checkedInline(body: Uint8Array, cipher: Uint8Array | undefined, sum: number | undefined): Uint8Array {
  if (inlineSum(crc32c(body, 0), cipher ?? null) === sum) return body;
  throw new StoreFailure({ what: 'storage.corrupt: a body in the metadata was damaged', kind: 'broken' });
}

/** What the ledger has of a file. */
export type StoredFile = {
  readonly sizeBytes: number;
  readonly blocks: Uint8Array;
  readonly cipher: Uint8Array | undefined;
};

/** Size, block checksums and cipher of a file. @returns undefined when the ledger does not have it (any more) */
export function readBlob(metadata: Metadata, file: string): StoredFile | undefined {
  const row = metadata.sql
    .get('SELECT size AS file_size, blocks, cipher AS file_cipher, sum AS file_sum FROM blobs WHERE id = ?')
    .get(file);
  return row === undefined ? undefined : storedFileOf(file, row);
}

/** The same, out of a row that was found with its version. @throws StoreFailure when it is not what was written */
export function storedFileOf(file: string, row: Row): StoredFile {
  const sizeBytes = numberOf(row, 'file_size');
  const blocks = bytesOf(row, 'blocks');
  const cipher = optionalBytes(row, 'file_cipher');
  if (fileSum(file, sizeBytes, blocks, cipher ?? null) !== row['file_sum']) throw new DamagedRow('blobs');
  return { sizeBytes, blocks, cipher };
}
