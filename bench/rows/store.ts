import { mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { type LocalStore, openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import type { ObjectWrite } from '../../packages/server/src/stores/objects/object-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { type Disk, type DiskFile, systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { override } from '../../test/override.ts';
import type { Row } from '../row.ts';

const body = Buffer.alloc(1024, 'tidegate');
const bucket = 'bench';
const roundMs = 1_000;
const owner = { id: 'b'.repeat(64), displayName: 'bench' };
const write: ObjectWrite = {
  owner,
  acl: 'private',
  contentType: 'application/octet-stream',
  headers: {},
  metadata: {},
  expect: { sizeBytes: body.byteLength, checksums: {}, compute: [] },
};

let folder: string;
let durable: LocalStore;
let unsynced: LocalStore;
let full: FullCommits;
let names = 0;

/** A disk on which nothing is waited for: what durability costs is the difference. */
const unsyncedDisk: Disk = override(systemDisk, {
  openFile: async (path, use) => withoutSync(await systemDisk.openFile(path, use)),
  syncFolder: () => Promise.resolve(),
});

function withoutSync(file: DiskFile): DiskFile {
  return {
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    writeMany: (pieces, position) => file.writeMany(pieces, position),
    sync: () => Promise.resolve(),
    facts: () => file.facts(),
    close: () => file.close(),
  };
}

/** The usual way: `synchronous=FULL`, a transaction for each put, on tables of the same shape. */
class FullCommits {
  readonly #database: DatabaseSync;
  readonly #insertBody: StatementSync;
  readonly #insertObject: StatementSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
      CREATE TABLE bodies (blob INTEGER PRIMARY KEY, body BLOB);
      CREATE TABLE objects (id INTEGER PRIMARY KEY, key TEXT UNIQUE, size, etag, mtime, owner, type, blob);
    `);
    this.#insertBody = this.#database.prepare('INSERT INTO bodies (body) VALUES (?)');
    this.#insertObject = this.#database.prepare(
      'INSERT INTO objects (key, size, etag, mtime, owner, type, blob) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
  }

  put(key: string): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    const { lastInsertRowid } = this.#insertBody.run(body);
    this.#insertObject.run(key, body.byteLength, '0'.repeat(32), Date.now(), owner.id, 'x', lastInsertRowid);
    this.#database.exec('COMMIT');
    return Promise.resolve();
  }

  close(): void {
    this.#database.close();
  }
}

async function openStore(name: string, disk: Disk): Promise<LocalStore> {
  const store = await openLocalStore({
    folder: join(folder, name),
    disk,
    clock: systemClock,
    random: systemRandom,
    onFatal: (failure) => {
      throw failure;
    },
  });
  await store.objects.createBucket({ name: bucket, owner, region: 'x', acl: 'private' });
  return store;
}

function put(store: LocalStore): Promise<unknown> {
  names += 1;
  // A body as a request brings it: one chunk, then the end.
  const stream = new Readable({ read: () => undefined });
  stream.push(body);
  stream.push(null);
  return store.objects.putObject({ bucket, key: `k/${names}` }, stream, write, {});
}

/** Calls a second of a closed loop of `clients`. */
async function rate(clients: number, call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let calls = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - start < roundMs) {
      await call();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (calls * 1000) / (performance.now() - start);
}

async function openStores(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
  durable = await openStore('durable', systemDisk);
  unsynced = await openStore('unsynced', unsyncedDisk);
  full = new FullCommits(join(folder, 'full.db'));
}

async function closeStores(): Promise<void> {
  await durable.close();
  await unsynced.close();
  full.close();
  await rm(folder, { recursive: true, force: true });
}

const closed = { open: openStores, close: closeStores, warms: true };

async function writeAndSync(): Promise<number> {
  const file = await openFile(join(folder, 'plain'), 'a');
  const block = Buffer.alloc(4096, 1);
  const perSecond = await rate(1, async () => {
    await file.write(block);
    await file.datasync();
  });
  await file.close();
  return perSecond;
}

/** The store alone: 1 KiB bodies, in process. */
export const rows: readonly Row[] = [
  {
    id: 'P11',
    what: 'durable put, group commit, c = 64',
    against: 'synchronous=FULL, one transaction a put',
    unit: '1/s',
    target: 4,
    atLeast: true,
    ...closed,
    run: async () => ({
      a: await rate(64, () => put(durable)),
      b: await rate(64, () => {
        names += 1;
        return full.put(`k/${names}`);
      }),
    }),
  },
  {
    id: 'P12',
    what: 'durable put, group commit, c = 64',
    against: 'the same without any sync',
    unit: '1/s',
    target: 0.75,
    atLeast: true,
    ...closed,
    run: async () => ({ a: await rate(64, () => put(durable)), b: await rate(64, () => put(unsynced)) }),
  },
  {
    id: 'P12b',
    what: 'event-loop delay p99 during P12',
    against: '1 ms',
    unit: 'ms',
    target: 8,
    atLeast: false,
    ...closed,
    async run() {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      await rate(64, () => put(durable));
      delay.disable();
      return { a: delay.percentile(99) / 1e6, b: 1 };
    },
  },
  {
    id: 'P13',
    what: 'durable put of a lone client',
    against: 'write and fdatasync of 4 KiB on the same disk',
    unit: '1/s',
    target: 0.5,
    atLeast: true,
    ...closed,
    run: async () => ({ a: await rate(1, () => put(durable)), b: await writeAndSync() }),
  },
];
