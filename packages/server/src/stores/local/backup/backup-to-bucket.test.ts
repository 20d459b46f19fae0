import assert from 'node:assert/strict';
import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../world/clock.ts';
import { systemDisk } from '../../../world/disk.ts';
import { systemRandom } from '../../../world/random.ts';
import { at, bodyOf, patternBytes, putText, TestClock, writeOf } from '../../contract/objects/subject.ts';
import { contentOf, fails, filled, flip, withKeyOf } from '../test-support/filled-store.ts';
import { MemoryBucket } from '../test-support/memory-bucket.ts';
import { manifestName } from './backup.ts';
import { textContent } from './backup-in-bucket.ts';
import { type BucketBackupOptions, backUpToBucket } from './backup-to-bucket.ts';
import { type BucketRestoreOptions, restoreFromBucket } from './restore-from-bucket.ts';

function backup(
  folder: string,
  target: MemoryBucket,
  more: Partial<BucketBackupOptions> = {},
): ReturnType<typeof backUpToBucket> {
  const world = { disk: systemDisk, clock: systemClock, random: systemRandom };
  return backUpToBucket({ folder, target, verify: 'new', madeBy: '0.0.0', ...world, ...more });
}

function restore(
  from: MemoryBucket,
  folder: string,
  more: Partial<BucketRestoreOptions> = {},
): ReturnType<typeof restoreFromBucket> {
  const clock = new TestClock();
  const pause = (ms: number): Promise<void> => Promise.resolve(clock.advance(ms));
  const world = { disk: systemDisk, clock, random: systemRandom, pause };
  return restoreFromBucket({ from, folder, present: 'refuse', olderLinks: 'refuse', ...world, ...more });
}

/** What the store holds that `filled` makes, and what was added since. */
const firstKeys = ['small', 'big', 'sealed'];

async function bodyFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('REL-11 what a backup in a bucket holds is there after a restore, byte for byte', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  const report = await backup(subject.folder, bucket);
  assert.deepEqual([report.objects, report.bodies, report.damaged, report.copied], [3, 2, [], 2]);
  assert.equal(report.leftBehind, undefined);
  assert.deepEqual(
    [...bucket.objects.keys()].map((name) => name.split(/[/_-]/, 1)[0]).sort(),
    ['blobs', 'blobs', 'bodies', 'manifest.json', 'meta'],
    'the mark of its beginning is gone, and the folder lists the rest',
  );
  await subject.objects.deleteObjects('photos', ['big']);
  const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
  const restored = await restore(bucket, fresh);
  assert.deepEqual([restored.replaced, restored.needsMasterKey, restored.objects], [false, false, 3]);
  assert.ok(restored.rules >= 1, 'SEC-221: links that are older are refused');
  const found = await contentOf(fresh);
  assert.deepEqual(Object.keys(found), firstKeys);
  assert.equal(found['big'], Buffer.from(patternBytes(2_500_000)).toString('base64'));
  assert.equal(found['sealed'], Buffer.from(patternBytes(700_000)).toString('base64'));
  for (const path of [...(await bodyFiles(fresh)), join(fresh, 'meta.db')]) {
    assert.equal((await stat(path)).mode & 0o077, 0, path);
  }
});

test('SEC-809 what goes to a bucket holds no master key, and the copy of the metadata does not stay in the folder', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  await backup(subject.folder, bucket);
  const key = (await readFile(join(subject.folder, 'keys', 'master.key'), 'utf8')).trim();
  for (const [name, { bytes }] of bucket.objects) {
    assert.ok(!bytes.includes(key) && !bytes.includes(Buffer.from(key, 'hex')), name);
  }
  assert.ok(!(await readdir(subject.folder)).includes('snapshot.db'));
});

test('REL-11 a second backup to the same place sends only what is new, and forgets what is gone and what was left', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  await backup(subject.folder, bucket);
  await subject.objects.deleteObjects('photos', ['big']);
  await subject.objects.putObject(at('late'), bodyOf(patternBytes(900_000)), writeOf(), {});
  const left = { name: `blobs/ab/${'ab'.repeat(16)}`, uploadId: 'one' };
  bucket.uploads.push(left, { name: 'photos/of-others.jpg', uploadId: 'two' });
  const second = await backup(subject.folder, bucket);
  assert.deepEqual([second.copied, second.kept, second.bodies], [1, 1, 2]);
  assert.deepEqual([bucket.bodies().length, bucket.objects.size], [2, 5]);
  assert.deepEqual(bucket.uploads, [{ name: 'photos/of-others.jpg', uploadId: 'two' }]);
  const day = new MemoryBucket('days');
  const third = await backup(subject.folder, day, { since: bucket });
  assert.deepEqual([third.linked, third.copied], [2, 0]);
  const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
  await restore(day, fresh);
  assert.deepEqual(Object.keys(await contentOf(fresh)), ['small', 'sealed', 'late']);
});

test('REL-11 a backup that ends at any call leaves the one before it whole, and the next one completes it', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  await backup(subject.folder, bucket);
  const first = await withKeyOf(subject.folder, join(subject.place, 'first'));
  await subject.objects.putObject(at('late'), bodyOf(patternBytes(900_000)), writeOf(), {});
  await subject.objects.deleteObjects('photos', ['big']);
  let isDone = false;
  let broken = 0;
  for (let nth = 1; !isDone; nth += 1) {
    const copy = new MemoryBucket();
    for (const [name, stored] of bucket.objects) copy.objects.set(name, stored);
    let calls = 0;
    copy.onCall = () => {
      calls += 1;
      if (calls >= nth) throw new Error('The network is gone.');
    };
    isDone = await backup(subject.folder, copy).then(
      () => true,
      () => false,
    );
    copy.onCall = () => undefined;
    const isNew = copy.objects.get(manifestName)?.etag !== bucket.objects.get(manifestName)?.etag;
    assert.equal(isNew, isDone, `call ${nth}`);
    await restore(copy, first, { present: 'replace' });
    assert.deepEqual(
      Object.keys(await contentOf(first)),
      isNew ? ['small', 'sealed', 'late'] : firstKeys,
      `call ${nth}`,
    );
    const next = await backup(subject.folder, copy);
    assert.deepEqual([next.bodies, copy.bodies().length, copy.objects.size], [2, 2, 5], `call ${nth}`);
    if (!isDone) broken += 1;
  }
  assert.ok(broken >= 8, `${broken} calls`);
});

test('REL-11 what a backup that was broken off has sent is not sent again', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  bucket.onCall = (what, name) => {
    if (what === 'put' && name.startsWith('meta-')) throw new Error('The network is gone.');
  };
  await assert.rejects(backup(subject.folder, bucket), /The network is gone/);
  assert.equal(bucket.bodies().length, 2);
  assert.ok(!bucket.objects.has(manifestName));
  await assert.rejects(restore(bucket, join(subject.place, 'x')), fails('NoBackup'));
  bucket.onCall = () => undefined;
  const report = await backup(subject.folder, bucket);
  assert.deepEqual([report.kept, report.copied], [2, 0]);
});

test('REL-11 of two backups that go to one place at once, the one that ends last fails', async (t) => {
  const [one, two] = [await filled(t), await filled(t)];
  const other = await withKeyOf(one.folder, join(one.place, 'copy'));
  const bucket = new MemoryBucket();
  await backup(one.folder, bucket);
  await restore(bucket, other);
  // The same store in another folder: another machine that was brought back from the backup, and now makes one.
  const put = bucket.put.bind(bucket);
  let isFirst = true;
  bucket.put = async (name, content, condition) => {
    if (name === manifestName && isFirst) {
      isFirst = false;
      assert.equal((await backup(other, bucket)).bodies, 2);
    }
    return await put(name, content, condition);
  };
  await assert.rejects(backup(one.folder, bucket), fails('InUse'));
  await restore(bucket, other, { present: 'replace' });
  assert.deepEqual(Object.keys(await contentOf(other)), firstKeys);
  await assert.rejects(backup(two.folder, bucket), fails('OtherStore'));
});

test('REL-11 a manifest whose answer was lost is known again', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  const put = bucket.put.bind(bucket);
  // The first try was stored, the answer was lost, and the second one meets the first.
  bucket.put = async (name, content, condition) => {
    await put(name, content, condition);
    return condition === undefined ? 'stored' : await put(name, content, condition);
  };
  assert.equal((await backup(subject.folder, bucket)).bodies, 2);
});

test('REL-11 a backup is made by a key that may not remove anything, and says what stays', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  await backup(subject.folder, bucket);
  await subject.objects.deleteObjects('photos', ['big']);
  bucket.onCall = (what) => {
    if (what === 'remove') throw new Error('Access Denied');
  };
  const report = await backup(subject.folder, bucket);
  assert.match(String(report.leftBehind), /Access Denied/);
  const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
  await restore(bucket, fresh);
  assert.deepEqual(Object.keys(await contentOf(fresh)), ['small', 'sealed']);
});

test('REL-11 REL-12 a body that is damaged in the store is told of; one that is damaged in the bucket is found and sent again', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  await backup(subject.folder, bucket);
  const [name = ''] = bucket.bodies();
  bucket.change(name, (bytes) => bytes.fill(0, 0, 10));
  assert.equal((await backup(subject.folder, bucket)).copied, 0, 'its size alone is looked at');
  assert.equal((await backup(subject.folder, bucket, { verify: 'all' })).copied, 1);
  assert.equal((await backup(subject.folder, bucket, { verify: 'all' })).copied, 0);
  for (const path of await bodyFiles(subject.folder)) {
    if ((await stat(path)).size === 2_500_000) await truncate(path, 2_400_000);
  }
  const report = await backup(subject.folder, new MemoryBucket());
  assert.deepEqual([report.damaged.length, report.bodies], [1, 1]);
});

type Names = { readonly database: string; readonly list: string; readonly body: string };
const changed = (position: number) => (bytes: Buffer) => bytes.fill((bytes[position] ?? 0) ^ 1, position, position + 1);
const cut = (size: number) => (bytes: Buffer) => bytes.subarray(0, size);
const corruptions: readonly (readonly [what: string, hurt: (bucket: MemoryBucket, names: Names) => void])[] = [
  ['whose manifest is gone', (bucket) => bucket.objects.delete(manifestName)],
  ['whose manifest is cut', (bucket) => bucket.change(manifestName, cut(100))],
  ['whose database is cut', (bucket, { database }) => bucket.change(database, cut(8_192))],
  ['whose database has a changed byte', (bucket, { database }) => bucket.change(database, changed(9_000))],
  ['whose list is gone', (bucket, { list }) => bucket.objects.delete(list)],
  ['whose list has a changed byte', (bucket, { list }) => bucket.change(list, changed(3))],
  ['with a body that is gone', (bucket, { body }) => bucket.objects.delete(body)],
  ['with a body that is cut', (bucket, { body }) => bucket.change(body, cut(500_000))],
  ['with a body that has a changed byte', (bucket, { body }) => bucket.change(body, changed(500_000))],
];

for (const [what, hurt] of corruptions) {
  test(`REL-11 a backup in a bucket ${what} is refused, and the data that were there stay`, async (t) => {
    const subject = await filled(t);
    const bucket = new MemoryBucket();
    const other = await withKeyOf(subject.folder, join(subject.place, 'other'));
    const { database, list } = await backup(subject.folder, bucket);
    await restore(bucket, other);
    // The body is not in the folder: it must come from the bucket, and a damaged one that is there must be compared.
    const [first = '', second = ''] = bucket.bodies();
    await truncate(join(other, first), 1_000);
    const before = await contentOf(other);
    hurt(bucket, { database: database.name, list: list.name, body: first });
    await assert.rejects(
      restore(bucket, other, { present: 'replace' }),
      (error) => fails('NoBackup')(error) || fails('BackupDamaged')(error),
    );
    assert.deepEqual(await contentOf(other), before);
    assert.equal((await stat(join(other, first))).size, 1_000, 'what is left of it stays too');
    assert.ok((await stat(join(other, second))).size > 1_000);
    const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
    await assert.rejects(restore(bucket, fresh));
    await assert.rejects(stat(join(fresh, 'meta.db')));
  });
}

test('REL-11 a restore that was broken off goes on where it was, and mends what is damaged in the folder', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  await backup(subject.folder, bucket);
  const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
  const [first = ''] = bucket.bodies();
  bucket.onCall = (what, name) => {
    if (what === 'get' && name === first) throw new Error('The network is gone.');
  };
  await assert.rejects(restore(bucket, fresh), /The network is gone/);
  await assert.rejects(stat(join(fresh, 'meta.db')));
  const asked: string[] = [];
  bucket.onCall = (what, name) => {
    if (what === 'get' && name.startsWith('blobs/')) asked.push(name);
  };
  const there = await bodyFiles(fresh);
  await restore(bucket, fresh);
  assert.equal(asked.length, 2 - there.length);
  assert.deepEqual(Object.keys(await contentOf(fresh)), firstKeys);
  for (const path of await bodyFiles(fresh)) await flip(path, 1_000);
  await restore(bucket, fresh, { present: 'replace' });
  assert.deepEqual(Object.keys(await contentOf(fresh)), firstKeys);
});

test('REL-11 REL-13 what is no place for this backup is refused by name', async (t) => {
  const [one, two] = [await filled(t), await filled(t)];
  const bucket = new MemoryBucket();
  await backup(one.folder, bucket);
  const before = bucket.content();
  await assert.rejects(backup(two.folder, bucket), fails('OtherStore'));
  assert.deepEqual(bucket.content(), before, 'nothing of the attempt is left');
  await assert.rejects(backup(join(one.place, 'nothing'), new MemoryBucket()), fails('NoData'));
  await assert.rejects(backup(one.folder, new MemoryBucket(), { since: new MemoryBucket() }), fails('NoBackup'));
  const photos = new MemoryBucket();
  await photos.put('me.jpg', textContent('me'));
  await assert.rejects(backup(one.folder, photos), fails('NotEmpty'));
  assert.deepEqual([...photos.objects.keys()], ['me.jpg']);
  const other = await withKeyOf(two.folder, join(one.place, 'other'));
  await assert.rejects(restore(bucket, other), fails('MasterKeyWrong'));
  await assert.rejects(restore(bucket, one.folder, { present: 'replace' }), fails('InUse'));
  const filledTwice = await withKeyOf(one.folder, join(one.place, 'twice'));
  await restore(bucket, filledTwice);
  await assert.rejects(restore(bucket, filledTwice), fails('NotEmpty'));
  bucket.change(manifestName, (bytes) => Buffer.from(bytes.toString().replace('"version": 1', '"version": 2')));
  await assert.rejects(restore(bucket, join(one.place, 'x')), fails('TooNew'));
  await assert.rejects(backup(one.folder, bucket), fails('TooNew'));
});

test('REL-11 a bucket of the very store that is to be copied is refused', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket('photos');
  // What is put there appears in the store itself.
  const put = bucket.put.bind(bucket);
  bucket.put = async (name, content, condition) => {
    await putText(subject, `${bucket.prefix}${name}`, 'the same');
    return await put(name, content, condition);
  };
  await assert.rejects(backup(subject.folder, bucket), fails('OwnBucket'));
  assert.deepEqual(bucket.bodies(), []);
});

test('REL-11 files are held back while they are sent, and go when that is done', async (t) => {
  const subject = await filled(t);
  const bucket = new MemoryBucket();
  let during: number | undefined;
  const put = bucket.put.bind(bucket);
  bucket.put = async (name, content, condition) => {
    if (name.startsWith('blobs/') && during === undefined) {
      during = 0;
      await subject.objects.deleteObjects('photos', ['big', 'sealed']);
      while ((await subject.store.housekeeping.emptyTrash()) === 'more');
      during = (await bodyFiles(subject.folder)).length;
    }
    return await put(name, content, condition);
  };
  const report = await backup(subject.folder, bucket);
  assert.deepEqual([during, report.bodies, report.damaged], [2, 2, []]);
  while ((await subject.store.housekeeping.emptyTrash()) === 'more');
  assert.equal((await bodyFiles(subject.folder)).length, 0);
});
