import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { listSum, versionSum } from '../schema/row-sums.ts';
import type { Row } from '../schema/rows.ts';

/** Columns that `objects` and `versions` share: what moves from one to the other. */
export const factColumns =
  'version_id, seq, size, etag, mtime_ms, owner, acl, content_type, checksums, inline, inline_sum, file, list, headers, tags, lock, ' +
  'encryption, sum';

/** Those and where they belong. The sum is that of the names too, so it moves with them. */
export const movedColumns = `bucket, key, ${factColumns}`;

/** The columns of a version `o`, with its headers `h` and their number. */
const versionColumns = `${factColumns.replaceAll(/\w+/g, 'o.$&').replace('o.headers', 'h.headers')}, o.headers AS headers_id`;
const headers = 'LEFT JOIN version_headers h ON h.id = o.headers';

/** The same, with the part sizes of its list `l`. */
export const objectColumns = `${versionColumns}, l.part_sizes, l.sum AS list_sum`;
export const objectJoins = `LEFT JOIN segment_lists l ON l.id = o.list ${headers}`;

/** Where a version is asked for; without an id, the current one. */
export type AskedVersion = {
  readonly bucketNumber: number;
  readonly key: string;
  readonly versionId?: string | undefined;
};

/**
 * A row as it came from the tables, when it is whole and the one that was asked for (REL-12).
 * @param row has `objectColumns`, or those without a list
 * @throws DamagedRow
 */
function proven(row: Row, { bucketNumber, key, versionId }: AskedVersion): Row {
  if (versionSum(bucketNumber, key, row) !== row['sum']) throw new DamagedRow('objects');
  if (versionId !== undefined && row['version_id'] !== versionId) throw new DamagedRow('versions');
  return row;
}

/** The same of a row with a list: the sizes of its parts are those that were written. @throws DamagedRow */
export function provenWithList(row: Row, asked: AskedVersion): Row {
  const { list, part_sizes: sizes } = proven(row, asked);
  if (typeof list !== 'number') return row;
  if (typeof sizes !== 'string' || listSum(list, sizes) !== row['list_sum']) throw new DamagedRow('segment_lists');
  return row;
}

/** Finds the current version of a key. */
export const currentVersion = `SELECT ${versionColumns} FROM objects o ${headers} WHERE o.bucket = ? AND o.key = ?`;

/** The current version of a key, to be changed or removed. @throws DamagedRow */
export function currentRow({ sql }: Metadata, asked: AskedVersion): Row | undefined {
  const values: unknown = sql.values(currentVersion).get(asked.bucketNumber, asked.key);
  return Array.isArray(values) ? proven(rowOfVersion(values), asked) : undefined;
}

/** The columns of `currentVersion` in their order: on the path of every PUT, so written out as `rowWithBody` is on that of a GET. */
export function rowOfVersion(values: readonly unknown[]): Row {
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
  };
}

const older = `SELECT ${versionColumns}, o.is_marker FROM versions o ${headers}`;

/** An older version or a delete marker of a key, by its number. @throws DamagedRow */
export function olderRow({ sql }: Metadata, asked: AskedVersion, id: number): Row | undefined {
  const row = sql.get(`${older} WHERE o.id = ?`).get(id);
  return row === undefined ? undefined : proven(row, asked);
}

/** The same by its version id. @throws DamagedRow */
export function olderRowNamed(
  { sql }: Metadata,
  asked: AskedVersion & { readonly versionId: string },
): Row | undefined {
  const row = sql
    .get(`${older} WHERE o.bucket = ? AND o.key = ? AND o.version_id = ?`)
    .get(asked.bucketNumber, asked.key, asked.versionId);
  return row === undefined ? undefined : proven(row, asked);
}
