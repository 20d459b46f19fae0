import { crc32c, StoreFailure } from '@tidegate/protocol';
import { writePartSizes } from '../part-sizes.ts';
import type { Metadata } from './metadata.ts';
import { bytesOf, numberOf, optionalBytes, optionalNumber, optionalText, type Row } from './rows.ts';

/** Where a body is: at most one is set, none for an empty one. */
export type BodyPlace = {
  /** Row of `inline_bodies`. */
  readonly inline: number | undefined;
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
  readonly place: Pick<BodyPlace, 'inline' | 'file'>;
  readonly offset: number;
  readonly sizeBytes: number;
};

export const emptyPlace: BodyPlace = { inline: undefined, file: undefined, list: undefined };

export function placeOf(row: Row): BodyPlace {
  return { inline: optionalNumber(row, 'inline'), file: optionalText(row, 'file'), list: optionalNumber(row, 'list') };
}

/** Takes a new body into the metadata. */
export function insertBody(metadata: Metadata, body: NewBody, nowMs: number): BodyPlace {
  if (body.kind === 'file') {
    metadata.sql
      .get('INSERT INTO blobs (id, size, refs, created_ms, blocks, cipher) VALUES (?, ?, 1, ?, ?, ?)')
      .run(body.id, body.sizeBytes, nowMs, body.blocks, body.cipher ?? null);
    return { ...emptyPlace, file: body.id };
  }
  if (body.bytes.byteLength === 0) return emptyPlace;
  const { lastInsertRowid } = metadata.sql
    .get('INSERT INTO inline_bodies (crc, body, cipher) VALUES (?, ?, ?)')
    .run(crc32c(body.bytes, 0), body.bytes, body.cipher ?? null);
  return { ...emptyPlace, inline: Number(lastInsertRowid) };
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
  return { ...emptyPlace, inline: Number(lastInsertRowid) };
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
  const { lastInsertRowid } = metadata.sql
    .get('INSERT INTO segment_lists (refs, part_sizes, part_checksums) VALUES (1, ?, ?)')
    .run(writePartSizes(partSizes), partChecksums ?? null);
  return Number(lastInsertRowid);
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
    'INSERT INTO segments (list, start, inline, file, offset, size) VALUES (?, ?, ?, ?, ?, ?)',
  );
  let start = 0;
  for (const { place, offset, sizeBytes } of segments) {
    insert.run(list, start, place.inline ?? null, place.file ?? null, offset, sizeBytes);
    start += sizeBytes;
  }
}

/** The segments of a list that hold bytes from `start` on, in order, at most `limit`, with where each begins. */
export function readSegments(
  metadata: Metadata,
  list: number,
  start: number,
  limit: number,
): readonly (Segment & { readonly start: number })[] {
  const rows = metadata.sql
    .get(
      `SELECT start, inline, file, offset, size FROM segments
       WHERE list = ?1 AND start >= (SELECT max(start) FROM segments WHERE list = ?1 AND start <= ?2)
       ORDER BY start LIMIT ?3`,
    )
    .all(list, start, limit);
  return rows.map((row) => ({
    start: numberOf(row, 'start'),
    place: { inline: optionalNumber(row, 'inline'), file: optionalText(row, 'file') },
    offset: numberOf(row, 'offset'),
    sizeBytes: numberOf(row, 'size'),
  }));
}

/** An inline body, compared with its checksum (REL-12). @returns undefined when it is gone */
export function readInline(
  metadata: Metadata,
  inline: number,
): { readonly bytes: Uint8Array; readonly cipher: Uint8Array | undefined } | undefined {
  const row = metadata.sql.get('SELECT crc, body, cipher FROM inline_bodies WHERE blob = ?').get(inline);
  if (row === undefined) return undefined;
  return { bytes: checkedInline(bytesOf(row, 'body'), numberOf(row, 'crc')), cipher: optionalBytes(row, 'cipher') };
}

/** @throws StoreFailure when the bytes are not what was stored (SEC-708) */
export function checkedInline(body: Uint8Array, crc: number): Uint8Array {
  if (crc32c(body, 0) === crc) return body;
  throw new StoreFailure({ what: 'storage.corrupt: a body in the metadata was damaged', kind: 'broken' });
}

/** Size, block checksums and cipher of a file. @returns undefined when the ledger does not have it (any more) */
export function readBlob(
  metadata: Metadata,
  file: string,
): { readonly sizeBytes: number; readonly blocks: Uint8Array; readonly cipher: Uint8Array | undefined } | undefined {
  const row = metadata.sql.get('SELECT size, blocks, cipher FROM blobs WHERE id = ?').get(file);
  if (row === undefined) return undefined;
  return { sizeBytes: numberOf(row, 'size'), blocks: bytesOf(row, 'blocks'), cipher: optionalBytes(row, 'cipher') };
}
