import { refusal } from '@tidegate/protocol';
import { newBucketConfig, patchConfig } from '../../objects/bucket.ts';
import { keyAfter, laterKey, successor } from '../../objects/key-order.ts';
import type {
  BucketConfig,
  BucketPatch,
  BucketRecord,
  Guard,
  NewBucket,
  ObjectStore,
} from '../../objects/object-store.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { bucketSum } from '../schema/row-sums.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';
import { readBucketConfig } from './bucket-config.ts';

const columns = 'id, name, owner, region, created_ms, config, sum';

/** The calls about buckets (STO-1…9). */
export function bucketCalls(
  metadata: Metadata,
): Pick<ObjectStore, 'createBucket' | 'readBucket' | 'readOwner' | 'listBuckets' | 'patchBucket' | 'deleteBucket'> {
  const { commits, sql, clock } = metadata;
  const change = <Value>(name: string, guard: Guard | undefined, work: () => Value): Promise<Value> =>
    commits.write({ room: name, names: [] }, () => {
      guard?.();
      const value = work();
      // Later writes of this transaction see the bucket as it is now.
      metadata.changes.note();
      return value;
    });
  return {
    createBucket: (bucket, guard) => change(bucket.name, guard, () => createBucket(metadata, bucket, clock.nowMs())),
    readBucket(name) {
      const barrier = commits.barrier(name, '');
      if (barrier !== undefined) return barrier.then(() => findBucket(metadata, name));
      return Promise.resolve(findBucket(metadata, name));
    },
    async readOwner(id) {
      await commits.barrierForAll();
      return metadata.owners.find(metadata, id);
    },
    async listBuckets({ ownerId, prefix, after, limit }) {
      await commits.barrierForAll();
      const from = after === '' ? prefix : laterKey(prefix, keyAfter(after));
      const before = successor(prefix);
      const rows = sql
        .get(
          `SELECT ${columns} FROM buckets
           WHERE owner = ?1 AND name >= ?2 AND (?3 IS NULL OR name < ?3) ORDER BY name LIMIT ?4`,
        )
        .all(ownerId, from, before ?? null, limit + 1);
      const buckets = rows.slice(0, limit).map((row) => recordOf(metadata, provenBucket(row, textOf(row, 'name'))));
      return { buckets, next: rows.length > limit ? buckets.at(-1)?.name : undefined };
    },
    patchBucket: (name, patch, guard) => change(name, guard, () => patchBucket(metadata, name, patch)),
    deleteBucket: (name, guard) => change(name, guard, () => deleteBucket(metadata, name)),
  };
}

/** The number of a bucket. @throws S3Error NoSuchBucket */
export function bucketNumber(metadata: Metadata, name: string): number {
  return openBucket(metadata, name).number;
}

/** A bucket as a write looks at it. */
export type OpenBucket = { readonly number: number; readonly ownerId: string; readonly config: BucketConfig };

/** @throws S3Error NoSuchBucket */
export function openBucket(metadata: Metadata, name: string): OpenBucket {
  return metadata.openBuckets.get(name, () => readOpenBucket(metadata, name));
}

function readOpenBucket(metadata: Metadata, name: string): OpenBucket {
  const row = readRow(metadata, name);
  if (row === undefined) throw refusal('NoSuchBucket', { BucketName: name });
  return {
    number: numberOf(row, 'id'),
    ownerId: textOf(row, 'owner'),
    config: readBucketConfig(textOf(row, 'config')),
  };
}

function findBucket(metadata: Metadata, name: string): BucketRecord | undefined {
  const row = readRow(metadata, name);
  return row === undefined ? undefined : recordOf(metadata, row);
}

function readRow(metadata: Metadata, name: string): Row | undefined {
  const row = metadata.sql.get(`SELECT ${columns} FROM buckets WHERE name = ?`).get(name);
  return row === undefined ? undefined : provenBucket(row, name);
}

/** A bucket's number and settings are those of the name that was asked for (REL-12). @throws StoreFailure */
function provenBucket(row: Row, name: string): Row {
  if (bucketSum(name, row) !== row['sum']) throw new DamagedRow('buckets');
  return row;
}

function recordOf(metadata: Metadata, row: Row): BucketRecord {
  return {
    name: textOf(row, 'name'),
    owner: metadata.owners.read(metadata, textOf(row, 'owner')),
    region: textOf(row, 'region'),
    createdAtMs: numberOf(row, 'created_ms'),
    config: readBucketConfig(textOf(row, 'config')),
  };
}

function createBucket(metadata: Metadata, bucket: NewBucket, nowMs: number): BucketRecord {
  const existing = readRow(metadata, bucket.name);
  if (existing !== undefined) {
    const isOwn = textOf(existing, 'owner') === bucket.owner.id;
    throw refusal(isOwn ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', { BucketName: bucket.name });
  }
  metadata.owners.ensure(metadata, bucket.owner);
  const config = newBucketConfig(bucket);
  const { lastInsertRowid } = metadata.sql
    .get('INSERT INTO buckets (name, owner, region, created_ms, config) VALUES (?, ?, ?, ?, ?)')
    .run(bucket.name, bucket.owner.id, bucket.region, nowMs, JSON.stringify(config));
  const facts = { owner: bucket.owner.id, region: bucket.region, created_ms: nowMs, config: JSON.stringify(config) };
  const sum = bucketSum(bucket.name, { id: Number(lastInsertRowid), ...facts });
  metadata.sql.get('UPDATE buckets SET sum = ? WHERE id = ?').run(sum, lastInsertRowid);
  const { name, owner, region } = bucket;
  return { name, owner: metadata.owners.read(metadata, owner.id), region, createdAtMs: nowMs, config };
}

function patchBucket(metadata: Metadata, name: string, patch: BucketPatch): BucketRecord {
  const row = readRow(metadata, name);
  if (row === undefined) throw refusal('NoSuchBucket', { BucketName: name });
  const record = recordOf(metadata, row);
  const config = patchConfig(record.config, patch);
  const text = JSON.stringify(config);
  const sum = bucketSum(name, { ...row, config: text });
  metadata.sql.get('UPDATE buckets SET config = ?, sum = ? WHERE name = ?').run(text, sum, name);
  return { ...record, config };
}

function deleteBucket(metadata: Metadata, name: string): void {
  const bucket = bucketNumber(metadata, name);
  const { sql } = metadata;
  const some = sql.get(
    'SELECT 1 FROM (SELECT 1 FROM objects WHERE bucket = ?1 LIMIT 1) UNION ALL SELECT 1 FROM versions WHERE bucket = ?1 LIMIT 1',
  );
  if (some.get(bucket) !== undefined) {
    throw refusal('BucketNotEmpty', { BucketName: name });
  }
  // Open uploads go with the bucket; what they hold is taken apart in the background.
  sql.get('INSERT INTO upload_trash (upload) SELECT id FROM uploads WHERE bucket = ?').run(bucket);
  sql.get('DELETE FROM uploads WHERE bucket = ?').run(bucket);
  sql.get('DELETE FROM buckets WHERE id = ?').run(bucket);
}
