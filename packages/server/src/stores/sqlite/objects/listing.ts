import { type Cursor, cursorAt, pageStart, readPage } from '../../admin/list-page.ts';
import { compareKeys, keyAfter } from '../../objects/key-order.ts';
import { encryptionMember } from '../../objects/object-encryption.ts';
import { protectionOf } from '../../objects/object-lock.ts';
import type {
  ListedObject,
  ListedPage,
  ListedVersion,
  ListQuery,
  VersionListQuery,
} from '../../objects/object-store.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readChecksums, readEncryption, readTags } from '../schema/stored-json.ts';
import { type OpenBucket, openBucket } from './buckets.ts';
import { ownerOf } from './object-row.ts';

/**
 * Behind every text in SQLite's order. `? IS NULL OR key < ?` in its place would read on to the end of the bucket for keys that it then
 * passes over.
 */
export const aboveAllText = new Uint8Array(0);

const columns = 'key, version_id, size, etag, mtime_ms, owner, checksums, encryption';
const versionColumns = `${columns}, tags`;

/** STO-40…48: one page of a bucket's objects. */
export async function listObjects(metadata: Metadata, query: ListQuery): Promise<ListedPage<ListedObject>> {
  const barrier = metadata.commits.barrier(query.bucket, 'all');
  if (barrier !== undefined) await barrier;
  return metadata.commits.show(() => readListing(metadata, query));
}

function readListing(metadata: Metadata, query: ListQuery): ListedPage<ListedObject> {
  const place = openBucket(metadata, query.bucket);
  const bucket = place.number;
  const { sql } = metadata;
  return readPage<ListedObject>(query, cursorAt(pageStart(query)), {
    behind: (entry) => ({ key: `${entry.key}\0`, behindId: '' }),
    readKeys(from, before, limit) {
      const rows = sql
        .get('SELECT key FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?')
        .all(bucket, from.key, before ?? aboveAllText, limit);
      return inOrder(rows, from, before, 'key').map((row) => ({ key: textOf(row, 'key') }));
    },
    readRun(from, before, limit) {
      const rows =
        before === undefined
          ? sql
              .get(`SELECT ${columns} FROM objects WHERE bucket = ? AND key >= ? ORDER BY key LIMIT ?`)
              .all(bucket, from.key, limit)
          : sql
              .get(`SELECT ${columns} FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`)
              .all(bucket, from.key, before, limit);
      return inOrder(rows, from, before, 'key').map((row) => listedOf(metadata, place, row));
    },
  });
}

/** Rows as they came, when they lie where they were asked for, each behind the one before: a page never leads back (REL-12). */
function inOrder(
  rows: readonly Row[],
  from: Cursor,
  before: string | undefined,
  each: 'key' | 'version',
): readonly Row[] {
  let last: string | undefined;
  for (const row of rows) {
    const key = textOf(row, 'key');
    if (isBehind(last ?? from.key, key) || (each === 'key' && key === last)) throw new DamagedRow('objects');
    last = key;
  }
  if (before !== undefined && last !== undefined && compareKeys(before, last) <= 0) throw new DamagedRow('objects');
  return rows;
}

/** Whether a key lies behind another. JavaScript's own order is that of UTF-8 but for rare ones, and takes a tenth of the time. */
function isBehind(key: string, other: string): boolean {
  return key > other && compareKeys(key, other) > 0;
}

function listedOf(metadata: Metadata, bucket: OpenBucket, row: Row): ListedObject {
  return {
    key: textOf(row, 'key'),
    sizeBytes: numberOf(row, 'size'),
    etag: textOf(row, 'etag'),
    modifiedAtMs: numberOf(row, 'mtime_ms'),
    owner: ownerOf(metadata, bucket, row),
    checksums: ifReadable(() => readChecksums(optionalText(row, 'checksums'))),
    versionId: textOf(row, 'version_id'),
    ...encryptionMember(ifReadable(() => readEncryption(optionalText(row, 'encryption')))),
  };
}

/** A damaged row must not take the others of its page along (REL-12): what cannot be read of it is left out, and a GET refuses it. */
function ifReadable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** STO-107: one page of a bucket's versions. */
export async function listVersions(metadata: Metadata, query: VersionListQuery): Promise<ListedPage<ListedVersion>> {
  const barrier = metadata.commits.barrier(query.bucket, 'all');
  if (barrier !== undefined) await barrier;
  return metadata.commits.show(() => readVersions(metadata, query));
}

/** Above every `seq`: all versions of a key come behind it. */
const topSeq = Number.MAX_SAFE_INTEGER;

/** Rows of one table behind a cursor; each table is read in the order of its keys, and no further than the page goes. */
function versionRows(table: 'objects' | 'versions', marker: string, isLatest: string): string {
  return `SELECT * FROM (SELECT ${versionColumns}, seq, ${marker} AS is_marker, ${isLatest} AS is_latest FROM ${table} o
    WHERE bucket = ?1 AND key >= ?2 AND (key > ?2 OR seq < ?3) AND key < ?4
    ORDER BY key, seq DESC LIMIT ?5)`;
}

const noNewer =
  'NOT EXISTS (SELECT 1 FROM objects c WHERE c.bucket = o.bucket AND c.key = o.key) AND ' +
  'NOT EXISTS (SELECT 1 FROM versions n WHERE n.bucket = o.bucket AND n.key = o.key AND n.seq > o.seq)';
const runOfVersions = `${versionRows('objects', '0', '1')} UNION ALL ${versionRows('versions', 'is_marker', noNewer)}
  ORDER BY key, seq DESC LIMIT ?5`;

function readVersions(metadata: Metadata, query: VersionListQuery): ListedPage<ListedVersion> {
  const place = openBucket(metadata, query.bucket);
  const bucket = place.number;
  const page = readPage<ListedVersion & { readonly seq: number }>(query, versionsStart(metadata, bucket, query), {
    behind: (entry) => ({ key: entry.key, behindId: String(entry.seq) }),
    readRun(from, before, limit) {
      const below = from.behindId === '' ? topSeq : Number(from.behindId);
      const rows = metadata.sql.get(runOfVersions).all(bucket, from.key, below, before ?? aboveAllText, limit);
      return inOrder(rows, from, before, 'version').map((row) => ({
        ...listedOf(metadata, place, row),
        ...protectionOf(
          ifReadable(() => readTags(optionalText(row, 'tags'))),
          undefined,
        ),
        isMarker: row['is_marker'] === 1,
        isLatest: row['is_latest'] === 1,
        seq: numberOf(row, 'seq'),
      }));
    },
  });
  const entries = page.entries.map((each) =>
    each.kind === 'prefix' ? each : { ...each, entry: withoutSeq(each.entry) },
  );
  return { entries, next: page.next };
}

function withoutSeq({ seq: _, ...entry }: ListedVersion & { readonly seq: number }): ListedVersion {
  return entry;
}

const isNamed = 'bucket = ?1 AND key = ?2 AND version_id = ?3';
const seqOfVersion = `SELECT seq FROM objects WHERE ${isNamed} UNION ALL SELECT seq FROM versions WHERE ${isNamed} LIMIT 1`;

/** With a version to go on behind, the older ones of the key `after` come first; with one that is gone, all that it has left. */
function versionsStart(metadata: Metadata, bucket: number, query: VersionListQuery): Cursor | undefined {
  const start = pageStart(query);
  const { after, afterVersionId, prefix, delimiter } = query;
  if (afterVersionId === '' || after === '' || start !== keyAfter(after)) return cursorAt(start);
  // A key that folds into a common prefix has no versions in the list to go on behind.
  if (delimiter !== undefined && delimiter !== '' && after.includes(delimiter, prefix.length)) return cursorAt(start);
  // Not proven: a list goes on behind a damaged row too.
  const marker = metadata.sql.get(seqOfVersion).get(bucket, after, afterVersionId);
  return { key: after, behindId: marker === undefined ? '' : String(numberOf(marker, 'seq')) };
}
