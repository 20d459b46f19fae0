import { refusal } from '@tidegate/protocol';
import type { VersionTarget } from '../../objects/object-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import type { Row } from '../schema/rows.ts';
import { type OpenBucket, openBucket } from './buckets.ts';
import { type StoredObject, storedObjectOf } from './object-row.ts';
import { objectColumns, objectJoins, provenWithList } from './version-rows.ts';
import { missingKey, refuseMarker } from './versions.ts';

/** The texts of one way of looking a version up: joined once, since a statement is found by its text for every request. */
type LookUp = { readonly current: string; readonly named: readonly string[] };

function lookUp(columns: string, joins: string): LookUp {
  const from = (table: string) => `FROM ${table} o ${objectJoins} ${joins}`;
  const named = (table: string, marker: string) =>
    `SELECT ${marker} AS is_marker, ${columns} ${from(table)} WHERE o.bucket = ? AND o.key = ? AND o.version_id = ?`;
  return {
    current: `SELECT ${columns} ${from('objects')} WHERE o.bucket = ? AND o.key = ?`,
    named: [named('objects', '0'), named('versions', 'o.is_marker')],
  };
}

const withoutBody = lookUp(objectColumns, '');
const bodyColumns =
  'i.body, i.cipher AS inline_cipher, f.size AS file_size, f.blocks, f.cipher AS file_cipher, f.sum AS file_sum';
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

/** The row of such a version, to be changed. */
export function findRowToChange(metadata: Metadata, target: VersionTarget, bucket: OpenBucket): Row {
  return findRow(metadata, target, bucket, withoutBody);
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
  return provenWithList(rowWithBody(values), { bucketNumber: number, key: target.key });
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
    inline_sum: values[10],
    file: values[11],
    list: values[12],
    headers: values[13],
    tags: values[14],
    lock: values[15],
    encryption: values[16],
    sum: values[17],
    headers_id: values[18],
    part_sizes: values[19],
    list_sum: values[20],
    body: values[21],
    inline_cipher: values[22],
    file_size: values[23],
    blocks: values[24],
    file_cipher: values[25],
    file_sum: values[26],
  };
}

function findRow(metadata: Metadata, target: VersionTarget, { number }: OpenBucket, texts: LookUp): Row {
  const { sql } = metadata;
  const { key, versionId } = target;
  const asked = { bucketNumber: number, key, versionId };
  if (versionId === undefined) {
    const row = sql.get(texts.current).get(number, key);
    if (row === undefined) throw missingKey(metadata, number, target);
    return provenWithList(row, asked);
  }
  for (const text of texts.named) {
    const row = sql.get(text).get(number, key, versionId);
    if (row === undefined) continue;
    provenWithList(row, asked);
    refuseMarker(row);
    return row;
  }
  throw refusal('NoSuchVersion', { Key: key, VersionId: versionId });
}
