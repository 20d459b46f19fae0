import { refusal } from '@tidegate/protocol';
import type { ObjectTarget } from '../object-store.ts';
import { hiddenByMarker, isMarkerItself, type MarkerFacts } from '../version-refusals.ts';
import type { Metadata } from './metadata.ts';
import { freeVersion, heldColumns, movedColumns } from './object-row.ts';
import { numberOf, type Row, textOf } from './rows.ts';

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
  const { sql } = metadata;
  sql.get(`INSERT INTO objects (${movedColumns}) SELECT ${movedColumns} FROM versions WHERE id = ?`).run(top.id);
  sql.get('DELETE FROM versions WHERE id = ?').run(top.id);
}

/** Removes the version `null` from the older ones, when there is one: another takes its place. */
export function removeOldNull(metadata: Metadata, { bucketNumber, key }: KeyPlace): void {
  const row = metadata.sql
    .get(`DELETE FROM versions WHERE bucket = ? AND key = ? AND version_id = 'null' RETURNING ${heldColumns}`)
    .get(bucketNumber, key);
  if (row !== undefined) freeVersion(metadata, row);
}

/** Puts a delete marker on top of a key; it is the bucket owner's. */
export function insertMarker(
  metadata: Metadata,
  place: KeyPlace,
  marker: MarkerFacts & { readonly seq: number },
): void {
  metadata.sql
    .get(
      `INSERT INTO versions (bucket, key, version_id, seq, size, etag, mtime_ms, acl, is_marker)
       VALUES (?, ?, ?, ?, 0, '', ?, 'private', 1)`,
    )
    .run(place.bucketNumber, place.key, marker.versionId, marker.seq, marker.modifiedAtMs);
}

/** Where a version is. */
type FoundVersion = {
  readonly table: 'objects' | 'versions';
  readonly row: Row;
  readonly isMarker: boolean;
};

/** A version by its id, current or not; undefined: there is none. */
export function findVersionRow(
  { sql }: Metadata,
  { bucketNumber, key }: KeyPlace,
  versionId: string,
): FoundVersion | undefined {
  for (const table of ['objects', 'versions'] as const) {
    const row = sql
      .get(`SELECT * FROM ${table} WHERE bucket = ? AND key = ? AND version_id = ?`)
      .get(bucketNumber, key, versionId);
    if (row === undefined) continue;
    return { table, row, isMarker: row['is_marker'] === 1 };
  }
  return undefined;
}
