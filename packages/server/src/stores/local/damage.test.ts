import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, readdir, rename, rm, stat, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { at, bodyOf, makeBucket, patternBytes, putText, readAll, sentBytes, writeOf } from '../contract/subject.ts';
import type { ObjectStore } from '../object-store.ts';
import { freshFolder, openLocalSubject, openOn } from './test-support/open-subject.ts';

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

const injuries: readonly (readonly [what: string, hurt: (path: string) => Promise<void>])[] = [
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

for (const [what, hurt] of injuries) {
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
