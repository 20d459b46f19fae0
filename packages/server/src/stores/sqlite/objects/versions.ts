import { refusal } from '@tidegate/protocol';
import type { ObjectTarget } from '../../objects/object-store.ts';
import { hiddenByMarker, isMarkerItself, type MarkerFacts } from '../../objects/version-refusals.ts';
import type { Metadata } from '../schema/metadata.ts';
import { versionSum } from '../schema/row-sums.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';
import { freeVersion } from './object-row.ts';
import { currentRow, movedColumns, olderRow, olderRowNamed } from './version-rows.ts';

/** A key's place in a bucket. */
export type KeyPlace = { readonly bucketNumber: number; readonly key: string };

/** The newest of a key's older versions and delete markers. */
type TopVersion = MarkerFacts & {
  readonly id: number;
  readonly seq: number;
  readonly isMarker: boolean;
};

/** A new id of a version: it says nothing, not even when. */
export function newVersionId({ random }: Metadata): string {
  return Buffer.from(random.bytes(24)).toString('base64url');
}

/** The newest row of `versions` for a key; it is a marker, or older than what `objects` has. */
export function topVersion({ sql }: Metadata, { bucketNumber, key }: KeyPlace): TopVersion | undefined {
  const row = sql
    .get(
      `SELECT id, seq, version_id, mtime_ms, is_marker FROM versions WHERE bucket = ? AND key = ?
       ORDER BY seq DESC LIMIT 1`,
    )
    .get(bucketNumber, key);
  if (row === undefined) return undefined;
  return {
    id: numberOf(row, 'id'),
    seq: numberOf(row, 'seq'),
    versionId: textOf(row, 'version_id'),
    modifiedAtMs: numberOf(row, 'mtime_ms'),
    isMarker: numberOf(row, 'is_marker') === 1,
  };
}

/** What is said of a key without a current version (STO-103). */
export function missingKey(metadata: Metadata, bucketNumber: number, { key }: ObjectTarget): Error {
  const top = topVersion(metadata, { bucketNumber, key });
  return top?.isMarker === true ? hiddenByMarker(key, top) : refusal('NoSuchKey', { Key: key });
}

/** Refuses what is no version with bytes. @throws S3Error MethodNotAllowed */
export function refuseMarker(row: Row): void {
  if (row['is_marker'] !== 1) return;
  throw isMarkerItself({ versionId: textOf(row, 'version_id'), modifiedAtMs: numberOf(row, 'mtime_ms') });
}

/** Moves the current version among the older ones; its body stays where it is. */
export function archiveObject({ sql }: Metadata, { bucketNumber, key }: KeyPlace): void {
  sql.get(archive).run(bucketNumber, key);
  sql.get('DELETE FROM objects WHERE bucket = ? AND key = ?').run(bucketNumber, key);
}

const archive = `INSERT INTO versions (${movedColumns}, is_marker)
  SELECT ${movedColumns}, 0 FROM objects WHERE bucket = ? AND key = ?`;

/** Makes the newest of the older versions the current one, where there is none and it is no marker. */
export function promoteTop(metadata: Metadata, place: KeyPlace): void {
  const top = topVersion(metadata, place);
  if (top === undefined || top.isMarker) return;
  olderRow(metadata, place, top.id);
  const { sql } = metadata;
  sql.get(`INSERT INTO objects (${movedColumns}) SELECT ${movedColumns} FROM versions WHERE id = ?`).run(top.id);
  sql.get('DELETE FROM versions WHERE id = ?').run(top.id);
}

/** Removes the version `null` from the older ones, when there is one: another takes its place. */
export function removeOldNull(metadata: Metadata, place: KeyPlace): void {
  const row = olderRowNamed(metadata, { ...place, versionId: 'null' });
  if (row === undefined) return;
  metadata.sql
    .get("DELETE FROM versions WHERE bucket = ? AND key = ? AND version_id = 'null'")
    .run(place.bucketNumber, place.key);
  freeVersion(metadata, row);
}

/** What all delete markers have in common. */
const markerRow = {
  size: 0,
  etag: '',
  owner: null,
  acl: 'private',
  content_type: null,
  checksums: null,
  inline: null,
  inline_sum: null,
  file: null,
  list: null,
  headers: null,
  headers_id: null,
  tags: null,
  lock: null,
  encryption: null,
  is_marker: 1,
};

/** Puts a delete marker on top of a key; it is the bucket owner's. */
export function insertMarker(
  metadata: Metadata,
  place: KeyPlace,
  marker: MarkerFacts & { readonly seq: number },
): void {
  const row = { ...markerRow, version_id: marker.versionId, seq: marker.seq, mtime_ms: marker.modifiedAtMs };
  metadata.sql
    .get(
      `INSERT INTO versions (bucket, key, version_id, seq, size, etag, mtime_ms, acl, is_marker, sum)
       VALUES (?, ?, ?, ?, 0, '', ?, 'private', 1, ?)`,
    )
    .run(
      place.bucketNumber,
      place.key,
      row.version_id,
      row.seq,
      row.mtime_ms,
      versionSum(place.bucketNumber, place.key, row),
    );
}

/** Where a version is. */
type FoundVersion = {
  readonly table: 'objects' | 'versions';
  readonly row: Row;
  readonly isMarker: boolean;
};

/** A version by its id, current or not; undefined: there is none. */
export function findVersionRow(metadata: Metadata, place: KeyPlace, versionId: string): FoundVersion | undefined {
  const current = currentRow(metadata, place);
  if (current !== undefined && textOf(current, 'version_id') === versionId) {
    return { table: 'objects', row: current, isMarker: false };
  }
  const row = olderRowNamed(metadata, { ...place, versionId });
  return row === undefined ? undefined : { table: 'versions', row, isMarker: row['is_marker'] === 1 };
}
