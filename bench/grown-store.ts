import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { type LocalStore, openLocalStore } from '../packages/server/src/stores/local/open-local-store.ts';
import type { ObjectWrite } from '../packages/server/src/stores/objects/object-store.ts';
import { registerSums } from '../packages/server/src/stores/sqlite/schema/row-sums.ts';
import { fillVersions } from '../packages/server/src/stores/sqlite/schema/schema-sums.ts';
import { systemClock } from '../packages/server/src/world/clock.ts';
import { systemDisk } from '../packages/server/src/world/disk.ts';
import { systemRandom } from '../packages/server/src/world/random.ts';

export const grownBucket = 'grown';
/** Keys under one common prefix of the second level. */
const keysPerPrefix = 100;
const bodyBytes = 1_024;

const body = Buffer.alloc(bodyBytes, 'tidegate');
const owner = { id: 'b'.repeat(64), displayName: 'bench' };
const grownWrite: ObjectWrite = {
  owner,
  // The root key of a server that serves the folder is of another account.
  acl: 'public-read',
  contentType: 'application/octet-stream',
  headers: {},
  metadata: {},
  expect: { sizeBytes: body.byteLength, checksums: {}, compute: [] },
};

/** The key with a number: all under `all/`, a hundred in each folder below. */
export function keyOf(n: number): string {
  const folder = String(Math.floor(n / keysPerPrefix)).padStart(6, '0');
  return `all/d${folder}/k${String(n % keysPerPrefix).padStart(2, '0')}`;
}

export function openGrown(folder: string): Promise<LocalStore> {
  return openLocalStore({
    folder,
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    onFatal: (failure) => {
      throw failure;
    },
  });
}

export function putBody(store: LocalStore, key: string): Promise<unknown> {
  const stream = new Readable({ read: () => undefined });
  stream.push(body);
  stream.push(null);
  return store.objects.putObject({ bucket: grownBucket, key }, stream, grownWrite, {});
}

/** `sorted`: written in the order of the keys. `mixed`: neighbours in a listing are no neighbours on the disk. */
export type WriteOrder = 'sorted' | 'mixed';

/** A folder with `count` objects of 1 KiB, made from one that the store itself wrote: its row and its body are copied by SQL. */
export async function makeGrown(folder: string, count: number, order: WriteOrder): Promise<void> {
  const store = await openGrown(folder);
  await store.objects.createBucket({ name: grownBucket, owner, region: 'x', acl: 'public-read' });
  await putBody(store, keyOf(0));
  await store.close();
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec('PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000');
  const columnsOf = (table: string): readonly string[] =>
    database
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name));
  const objectColumns = columnsOf('objects').filter((name) => name !== 'key' && name !== 'inline');
  const bodyColumns = columnsOf('inline_bodies').filter((name) => name !== 'blob');
  const numbers = 'WITH RECURSIVE n (i) AS (VALUES (?1) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)';
  // A step without a divisor in common with the count visits each number once.
  const number = order === 'sorted' ? 'n.i' : `(n.i * 611953) % ${count}`;
  const key = `printf('all/d%06d/k%02d', ${number} / ${keysPerPrefix}, ${number} % ${keysPerPrefix})`;
  const insertBodies = database.prepare(
    `${numbers} INSERT INTO inline_bodies (blob, ${bodyColumns}) SELECT n.i + 1000, ${bodyColumns.map((c) => `b.${c}`)}
     FROM n JOIN inline_bodies b ON b.blob = (SELECT inline FROM objects ORDER BY key LIMIT 1)`,
  );
  const insertObjects = database.prepare(
    `${numbers} INSERT INTO objects (key, inline, ${objectColumns}) SELECT ${key}, n.i + 1000, ${objectColumns.map((c) => `o.${c}`)}
     FROM n JOIN (SELECT * FROM objects ORDER BY key LIMIT 1) o`,
  );
  const batch = 50_000;
  for (let from = 1; from < count; from += batch) {
    database.exec('BEGIN');
    insertBodies.run(from, Math.min(count, from + batch));
    insertObjects.run(from, Math.min(count, from + batch));
    database.exec('COMMIT');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
  // The rows are of other keys than the one that they were made from.
  registerSums(database);
  database.exec(fillVersions('objects', '0'));
  database.close();
}
