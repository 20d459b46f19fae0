import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { systemDisk } from '../../../world/disk.ts';
import {
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  photos,
  putText,
  readAll,
  seededRandom,
  sentBytes,
  writeOf,
} from '../../contract/objects/subject.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { freshFolder, type LocalSubject, openLocalSubject, openOn } from '../test-support/open-subject.ts';
import { repairStore } from './check-repair.ts';
import { checkStore } from './check-store.ts';

/** The paths of all body files. */
async function bodies(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  return names.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, position);
  await file.close();
}

const corruptions: readonly (readonly [what: string, hurt: (path: string) => Promise<void>])[] = [
  ['whose first bit is flipped', (path) => flip(path, 0)],
  ['whose last bit is flipped', (path) => flip(path, 2_499_999)],
  ['with a flipped bit in the middle', (path) => flip(path, 1_234_567)],
  ['that is cut', (path) => truncate(path, 2_400_000)],
  ['that has grown', (path) => truncate(path, 2_500_001)],
  ['that is gone', (path) => rm(path)],
  [
    'that is a link',
    async (path) => {
      await rename(path, `${path}.moved`);
      await symlink(`${path}.moved`, path);
    },
  ],
  [
    'that is a FIFO',
    async (path) => {
      await rm(path);
      execFileSync('mkfifo', [path]);
    },
  ],
  [
    'that is a folder',
    async (path) => {
      await rm(path);
      execFileSync('mkdir', [path]);
    },
  ],
];

for (const [what, hurt] of corruptions) {
  test(`STO-34 SEC-702 SEC-708 a big body ${what} never ends cleanly`, async () => {
    const subject = await openLocalSubject();
    await makeBucket(subject);
    await subject.objects.putObject(at('k'), bodyOf(patternBytes(2_500_000)), writeOf(), {});
    const [path] = await bodies(subject.folder);
    assert.ok(path !== undefined);
    await hurt(path);
    await assert.rejects(readAll(subject, at('k')), StoreFailure);
    await subject.close();
  });
}

test('REL-12 SEC-708 no byte of a damaged block is the end of a range, however small; ranges of other blocks are whole', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const bytes = patternBytes(2_500_000);
  await subject.objects.putObject(at('k'), bodyOf(bytes), writeOf(), {});
  const [path] = await bodies(subject.folder);
  assert.ok(path !== undefined);
  const mebi = 1_048_576;
  const ranges: readonly (readonly [start: number, end: number])[] = [
    [0, 0],
    [0, mebi - 1],
    [mebi - 1, mebi],
    [mebi, mebi],
    [mebi + 10, mebi + 524_288],
    [mebi + 600_000, mebi + 600_100],
    [2 * mebi - 1, 2 * mebi - 1],
    [2 * mebi - 1, 2 * mebi],
    [100, 2_400_000],
    [2 * mebi, 2_499_999],
    [2_499_999, 2_499_999],
  ];
  for (const [start, end] of ranges) {
    assert.ok((await readRange(subject.objects, start, end, 'send')).equals(bytes.subarray(start, end + 1)));
    assert.ok((await readRange(subject.objects, start, end, 'stream')).equals(bytes.subarray(start, end + 1)));
  }
  for (const position of [0, 300_000, mebi - 1]) {
    await flip(path, mebi + position);
    for (const [start, end] of ranges) {
      for (const way of ['send', 'stream'] as const) {
        const what = `${start}-${end} by ${way}, damaged at ${position}`;
        const read = readRange(subject.objects, start, end, way);
        if (end < mebi || start >= 2 * mebi) assert.ok((await read).equals(bytes.subarray(start, end + 1)), what);
        else await assert.rejects(read, StoreFailure, what);
      }
    }
    await flip(path, mebi + position);
  }
  await subject.close();
});

async function readRange(objects: ObjectStore, start: number, end: number, way: 'send' | 'stream'): Promise<Buffer> {
  const opened = await objects.openObject(at('k'));
  try {
    if (way === 'send') return await sentBytes(opened, { start, end });
    return Buffer.concat(await opened.stream({ start, end }).toArray());
  } finally {
    await opened.close();
  }
}

test('STO-34 SEC-708 a small body with a flipped bit fails before the first byte', async () => {
  const { folder, remove } = await freshFolder();
  const subject = await openLocalSubject();
  await remove();
  await makeBucket(subject);
  await putText(subject, 'k', 'a text that will be damaged');
  await subject.store.close();
  const database = new DatabaseSync(join(subject.folder, 'meta.db'));
  database.exec("UPDATE inline_bodies SET body = CAST('A text that will be damaged' AS BLOB)");
  database.close();
  const again = await openOn(subject.folder, subject.clock);
  await assert.rejects(again.objects.openObject(at('k')), StoreFailure);
  await again.close();
  await subject.close();
  assert.notEqual(folder, '');
});

/** A folder with enough small objects for a tree of two levels, its server stopped. */
async function smallObjects(): Promise<LocalSubject & { readonly keys: readonly string[] }> {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const keys = Array.from({ length: 200 }, (_, n) => `key-${String(n).padStart(4, '0')}`);
  for (const key of keys) await putText(subject, key, `the text of ${key}`);
  await subject.store.close();
  return Object.assign(subject, { keys });
}

/** Gives a row that stands between the pages of its table the key of the next one, which a search then meets before its own. */
function renameInterior(folder: string): { readonly had: string; readonly asked: string } {
  const path = join(folder, 'meta.db');
  const database = new DatabaseSync(path);
  const [page] = database
    .prepare("SELECT pageno, pgsize FROM dbstat WHERE name = 'objects' AND pagetype = 'internal'")
    .all();
  database.close();
  const bytes = readFileSync(path);
  const size = Number(page?.['pgsize']);
  const start = (Number(page?.['pageno']) - 1) * size;
  // The first of the places of its cells, behind the twelve bytes of its head.
  const cell = start + bytes.readUInt16BE(start + 12);
  const found = /key-(\d{4})/.exec(bytes.subarray(cell, cell + 64).toString('latin1'));
  assert.ok(found !== null);
  const asked = `key-${String(Number(found[1]) + 1).padStart(4, '0')}`;
  bytes.write(asked, cell + found.index, 'latin1');
  writeFileSync(path, bytes);
  return { had: found[0], asked };
}

test('REL-10 REL-12 SEC-708 a row that a damaged tree hands out for another key gives no byte; a check names it, and a repair sets it aside', async () => {
  const subject = await smallObjects();
  const { had, asked } = renameInterior(subject.folder);
  let store = await openOn(subject.folder, subject.clock);
  await assert.rejects(store.objects.openObject(at(asked)), StoreFailure);
  await assert.rejects(store.objects.readObject(at(asked)), StoreFailure);
  const [deletion] = await store.objects.deleteObjects(photos, [asked]);
  assert.ok(deletion?.deleted === false && deletion.damaged instanceof StoreFailure);
  await assert.rejects(store.objects.putObject(at(asked), bodyOf('new'), writeOf(), {}), StoreFailure);
  const copy = {
    source: at(asked),
    target: at('copy'),
    write: { ...writeOf(), replace: undefined },
    conditions: { source: {}, target: {} },
  };
  await assert.rejects(store.objects.copyObject(copy.source, copy.target, copy.write, copy.conditions), StoreFailure);
  const query = { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 1_000 };
  await assert.rejects(store.objects.listObjects(query), StoreFailure);
  for (const key of subject.keys) {
    const read = await readAll({ objects: store.objects }, at(key)).catch(() => undefined);
    assert.ok(read === undefined || read.toString() === `the text of ${key}`, key);
  }
  await store.close();
  const options = { folder: subject.folder, disk: systemDisk, clock: subject.clock };
  for (const depth of ['fast', 'deep'] as const) {
    const { findings } = await checkStore({ ...options, depth, pause: () => Promise.resolve() });
    assert.ok(findings.some(({ kind, subject: what }) => kind === 'damaged-row' && what === asked));
  }
  const check = () => checkStore({ ...options, depth: 'deep', pause: () => Promise.resolve() });
  const repair = async () => repairStore({ ...options, random: seededRandom(1), onFatal: assert.fail }, await check());
  const { place = '', quarantined } = await repair();
  assert.deepEqual(quarantined, [{ bucket: photos, key: asked, versionId: 'null' }]);
  assert.match(await readFile(join(place, 'records.ndjson'), 'utf8'), new RegExp(asked));
  const kept = (await readdir(place)).filter((name) => name.startsWith('inline-'));
  assert.deepEqual(await Promise.all(kept.map((name) => readFile(join(place, name), 'utf8'))), [`the text of ${had}`]);
  await repair();
  assert.deepEqual((await check()).findings, []);
  store = await openOn(subject.folder, subject.clock);
  for (const key of subject.keys.filter((each) => each !== had)) {
    assert.equal((await readAll({ objects: store.objects }, at(key))).toString(), `the text of ${key}`);
  }
  await store.close();
  await subject.close();
});

const rowCorruptions: readonly (readonly [what: string, sql: string])[] = [
  [
    'names the small body of another',
    "UPDATE objects SET (inline, inline_sum) = (SELECT inline, inline_sum FROM objects WHERE key = 'l')",
  ],
  [
    'has the small body of another in place of its own',
    "UPDATE inline_bodies SET (body, crc) = (SELECT body, crc FROM inline_bodies b, objects o WHERE b.blob = o.inline AND o.key = 'l')",
  ],
  ['is of another size', 'UPDATE objects SET size = size - 1'],
  [
    'has the headers of another',
    "UPDATE version_headers SET headers = (SELECT h.headers FROM version_headers h, objects o WHERE h.id = o.headers AND o.key = 'l')",
  ],
  ['has another owner', "UPDATE objects SET owner = 'x'"],
  ['has another ACL', "UPDATE objects SET acl = 'public-read'"],
  ['has another lock', "UPDATE objects SET lock = '{}'"],
  ['belongs to another bucket', "UPDATE buckets SET name = iif(name = 'photos', 'x', 'photos')"],
];

for (const [what, sql] of rowCorruptions) {
  test(`REL-10 REL-12 no byte is delivered when a row ${what}, and a check finds it`, async () => {
    const subject = await openLocalSubject();
    await makeBucket(subject);
    await makeBucket(subject, 'other');
    for (const key of ['k', 'l']) {
      await subject.objects.putObject(at(key), bodyOf(`text of ${key}`), writeOf({ metadata: { key } }), {});
      const target = { bucket: 'other', key };
      await subject.objects.putObject(target, bodyOf(`else of ${key}`), writeOf({ metadata: { key } }), {});
    }
    await subject.store.close();
    const database = new DatabaseSync(join(subject.folder, 'meta.db'));
    database.exec(sql);
    database.close();
    const { findings } = await checkStore({
      ...{ folder: subject.folder, depth: 'fast', disk: systemDisk, clock: subject.clock },
      pause: () => Promise.resolve(),
    });
    assert.ok(findings.some(({ kind }) => kind === 'damaged-row' || kind === 'damaged-body'));
    const store = await openOn(subject.folder, subject.clock);
    await assert.rejects(readAll({ objects: store.objects }, at('k')), StoreFailure);
    await store.close();
    await subject.close();
  });
}

test('STO-96 SEC-701 hostile keys become no names of files, and blobs are named by random ids', async () => {
  const subject = await openLocalSubject({ inlineMaxBytes: 0 });
  await makeBucket(subject);
  for (const key of ['../../x', '/etc/passwd', '..', 'con', 'a/../../b', 'x\u0001', '%2e%2e'])
    await putText(subject, key, key);
  const names = (await bodies(subject.folder)).map((path) => path.slice(join(subject.folder, 'blobs/').length));
  assert.equal(names.length, 7);
  for (const name of names) assert.match(name, /^([0-9a-f]{2})\/\1[0-9a-f]{30}$/);
  const top = await readdir(subject.folder);
  assert.deepEqual(top.sort(), ['LOCK.db', 'blobs', 'keys', 'meta.db', 'meta.db-shm', 'meta.db-wal']);
  for (const path of await bodies(subject.folder)) assert.equal((await stat(path)).mode & 0o777, 0o600);
  await subject.close();
});
