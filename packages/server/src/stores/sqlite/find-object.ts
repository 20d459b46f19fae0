import { refusal } from '@tidegate/protocol';
import type { VersionTarget } from '../object-store.ts';
import { type OpenBucket, openBucket } from './buckets.ts';
import type { Metadata } from './metadata.ts';
import { objectColumns, type StoredObject, storedObjectOf } from './object-row.ts';
import type { Row } from './rows.ts';
import { missingKey, refuseMarker } from './versions.ts';

/** The texts of one way of looking a version up: joined once, since a statement is found by its text for every request. */
type LookUp = { readonly current: string; readonly named: readonly string[] };

function lookUp(columns: string, joins: string): LookUp {
  const from = (table: string) => `FROM ${table} o LEFT JOIN segment_lists l ON l.id = o.list
    LEFT JOIN version_headers h ON h.id = o.headers ${joins}`;
  const named = (table: string, marker: string) =>
    `SELECT ${marker} AS is_marker, ${columns} ${from(table)} WHERE o.bucket = ? AND o.key = ? AND o.version_id = ?`;
  return {
    current: `SELECT ${columns} ${from('objects')} WHERE o.bucket = ? AND o.key = ?`,
    named: [named('objects', '0'), named('versions', 'o.is_marker')],
  };
}

const withoutBody = lookUp(objectColumns, '');
const bodyColumns = 'i.crc, i.body, i.cipher AS inline_cipher, f.size AS file_size, f.blocks, f.cipher AS file_cipher';
const withBody = lookUp(
  `${objectColumns}, ${bodyColumns}`,
  'LEFT JOIN inline_bodies i ON i.blob = o.inline LEFT JOIN blobs f ON f.id = o.file',
);
/** Finds the current version of a key with all that is needed to read it. */
export const currentWithBody = withBody.current;

/** A version of a key, the current one unless it is named. @throws S3Error NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed */
export function findObject(metadata: Metadata, target: VersionTarget): StoredObject {
  const bucket = openBucket(metadata, target.bucket);
  return storedObjectOf(metadata, target, bucket, findRow(metadata, target, bucket, withoutBody));
}

/** A version and what is needed to read it, in one statement. @throws S3Error as `findObject` */
export function findObjectWithBody(
  metadata: Metadata,
  target: VersionTarget,
): { readonly stored: StoredObject; readonly row: Row } {
  const bucket = openBucket(metadata, target.bucket);
  const row =
    target.versionId === undefined
      ? findCurrentWithBody(metadata, target, bucket)
      : findRow(metadata, target, bucket, withBody);
  return { stored: storedObjectOf(metadata, target, bucket, row), row };
}

/** On the path of nearly every GET: the values come as a list, and become a row here, in half the time. */
function findCurrentWithBody(metadata: Metadata, target: VersionTarget, { number }: OpenBucket): Row {
  const values: unknown = metadata.sql.values(currentWithBody).get(number, target.key);
  if (!Array.isArray(values)) throw missingKey(metadata, number, target);
  return rowWithBody(values);
}

/** The columns of `currentWithBody` in their order. Written out, for an object that grows member by member is slow to make and to read. */
export function rowWithBody(values: readonly unknown[]): Row {
  return {
    version_id: values[0],
    seq: values[1],
    size: values[2],
    etag: values[3],
    mtime_ms: values[4],
    owner: values[5],
    acl: values[6],
    content_type: values[7],
    checksums: values[8],
    inline: values[9],
    file: values[10],
    list: values[11],
    headers: values[12],
    tags: values[13],
    lock: values[14],
    encryption: values[15],
    part_sizes: values[16],
    crc: values[17],
    body: values[18],
    inline_cipher: values[19],
    file_size: values[20],
    blocks: values[21],
    file_cipher: values[22],
  };
}

function findRow(metadata: Metadata, target: VersionTarget, { number }: OpenBucket, texts: LookUp): Row {
  const { sql } = metadata;
  const { key, versionId } = target;
  if (versionId === undefined) {
    const row = sql.get(texts.current).get(number, key);
    if (row === undefined) throw missingKey(metadata, number, target);
    return row;
  }
  for (const text of texts.named) {
    const row = sql.get(text).get(number, key, versionId);
    if (row === undefined) continue;
    refuseMarker(row);
    return row;
  }
  throw refusal('NoSuchVersion', { Key: key, VersionId: versionId });
}
