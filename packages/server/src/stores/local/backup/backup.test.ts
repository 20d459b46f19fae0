import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { override } from '../../../../../../test/override.ts';
import { systemClock } from '../../../world/clock.ts';
import { systemDisk } from '../../../world/disk.ts';
import { systemRandom } from '../../../world/random.ts';
import { linkOf } from '../../contract/links/link-subject.ts';
import { at, bodyOf, patternBytes, putText, TestClock, writeOf } from '../../contract/objects/subject.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { contentOf, fails, filled, flip, withKeyOf } from '../test-support/filled-store.ts';
import { openOn } from '../test-support/open-subject.ts';
import { type BackupOptions, backUp, manifestName } from './backup.ts';
import { acceptOlder, type RestoreOptions, restoreBackup } from './restore-backup.ts';

function backup(folder: string, target: string, more: Partial<BackupOptions> = {}): ReturnType<typeof backUp> {
  const world = { disk: systemDisk, clock: systemClock };
  return backUp({ folder, target, verify: 'new', links: 'use', madeBy: '0.0.0', ...world, ...more });
}

function restore(from: string, folder: string, more: Partial<RestoreOptions> = {}): ReturnType<typeof restoreBackup> {
  // A clock of its own that a pause moves on: no restore here waits.
  const clock = new TestClock();
  const pause = (ms: number): Promise<void> => Promise.resolve(clock.advance(ms));
  const world = { disk: systemDisk, clock, random: systemRandom, pause };
  return restoreBackup({ from, folder, present: 'refuse', olderLinks: 'refuse', ...world, ...more });
}

for (const links of ['use', 'never'] as const) {
  test(`REL-11 what a backup of an open store holds is there after a restore, byte for byte (links: ${links})`, async (t) => {
    const subject = await filled(t);
    const report = await backup(subject.folder, join(subject.place, 'b'), { links });
    assert.deepEqual([report.objects, report.bodies, report.damaged], [3, 2, []]);
    await putText(subject, 'late', 'written after the cut');
    await subject.objects.deleteObjects('photos', ['big']);
    const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
    const restored = await restore(join(subject.place, 'b'), fresh);
    assert.deepEqual([restored.replaced, restored.needsMasterKey, restored.objects], [false, false, 3]);
    const found = await contentOf(fresh);
    assert.deepEqual(Object.keys(found), ['small', 'big', 'sealed']);
    assert.equal(found['big'], Buffer.from(patternBytes(2_500_000)).toString('base64'));
    assert.equal(found['sealed'], Buffer.from(patternBytes(700_000)).toString('base64'));
  });
}

test('REL-11 SEC-809 a backup holds no master key, and nobody else may read it', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target);
  const key = (await readFile(join(subject.folder, 'keys', 'master.key'), 'utf8')).trim();
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    assert.equal((await stat(path)).mode & 0o077, 0, path);
    if (!entry.isFile()) continue;
    const bytes = await readFile(path);
    assert.ok(!bytes.includes(key) && !bytes.includes(Buffer.from(key, 'hex')), path);
  }
  const bare = await restore(target, join(subject.place, 'bare'));
  assert.equal(bare.needsMasterKey, true);
});

test('REL-11 a second backup in the same place brings only what is new, and forgets what is gone', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target, { links: 'never' });
  await subject.objects.deleteObjects('photos', ['big']);
  await subject.objects.putObject(at('late'), bodyOf(patternBytes(900_000)), writeOf(), {});
  while ((await subject.store.housekeeping.emptyTrash()) === 'more');
  const second = await backup(subject.folder, target, { links: 'never' });
  assert.deepEqual([second.copied, second.kept, second.bodies], [1, 1, 2]);
  const files = (await readdir(join(target, 'blobs'), { recursive: true, withFileTypes: true })).filter((e) =>
    e.isFile(),
  );
  assert.equal(files.length, 2);
  const third = await backup(subject.folder, join(subject.place, 'c'), { since: target, links: 'never' });
  assert.deepEqual([third.linked, third.copied], [2, 0]);
});

test('REL-11 files are held back while somebody copies, and go when he is done', async (t) => {
  const subject = await filled(t);
  let during: number | undefined;
  const bodies = async (): Promise<number> => {
    const entries = await readdir(join(subject.folder, 'blobs'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };
  let isFirst = true;
  const disk = override(systemDisk, {
    linkFile: async (path: string, name: string) => {
      if (isFirst) {
        isFirst = false;
        await subject.objects.deleteObjects('photos', ['big', 'sealed']);
        while ((await subject.store.housekeeping.emptyTrash()) === 'more');
        during = await bodies();
      }
      return systemDisk.linkFile(path, name);
    },
  });
  const report = await backup(subject.folder, join(subject.place, 'b'), { disk });
  assert.deepEqual([during, report.bodies, report.damaged], [2, 2, []]);
  while ((await subject.store.housekeeping.emptyTrash()) === 'more');
  assert.equal(await bodies(), 0);
});

test('REL-11 REL-12 a body that is damaged in the store is told of, and is not in the backup', async (t) => {
  const subject = await filled(t);
  const entries = await readdir(join(subject.folder, 'blobs'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of files) if ((await stat(path)).size === 2_500_000) await truncate(path, 2_400_000);
  const report = await backup(subject.folder, join(subject.place, 'b'));
  assert.equal(report.damaged.length, 1);
  assert.equal(report.bodies, 1);
});

const corruptions: readonly (readonly [what: string, hurt: (target: string, names: Names) => Promise<void>])[] = [
  ['whose manifest is gone', (target) => rm(join(target, manifestName))],
  ['whose manifest is cut', (target) => truncate(join(target, manifestName), 100)],
  ['whose database is cut', (target, { database }) => truncate(join(target, database), 8_192)],
  ['whose database has a changed byte', (target, { database }) => flip(join(target, database), 9_000)],
  ['whose list is gone', (target, { list }) => rm(join(target, list))],
  ['with a body that is gone', (_, { body }) => rm(body)],
  ['with a body that has a changed byte', (_, { body }) => flip(body, 500_000)],
];
type Names = { readonly database: string; readonly list: string; readonly body: string };

for (const [what, hurt] of corruptions) {
  test(`REL-11 a backup ${what} is refused before anything is written`, async (t) => {
    const subject = await filled(t);
    const target = join(subject.place, 'b');
    const { database, list } = await backup(subject.folder, target, { links: 'never' });
    const entries = await readdir(join(target, 'blobs'), { recursive: true, withFileTypes: true });
    const [body] = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    assert.ok(body !== undefined);
    await hurt(target, { database: database.name, list: list.name, body });
    const fresh = join(subject.place, 'fresh');
    await assert.rejects(
      restore(target, fresh),
      (error) => error instanceof UpkeepFailure && ['NoBackup', 'BackupDamaged'].includes(error.kind),
    );
    await assert.rejects(stat(fresh));
  });
}

test('REL-11 REL-17 a restore refuses a folder that a server uses or that holds data, and replaces these when told', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target);
  await assert.rejects(restore(target, subject.folder, { present: 'replace' }), fails('InUse'));
  const other = join(subject.place, 'other');
  await restore(target, await withKeyOf(subject.folder, other));
  const store = await openOn(other, new TestClock());
  await store.objects.deleteObjects('photos', ['small', 'sealed']);
  await store.close();
  await assert.rejects(restore(target, other), fails('NotEmpty'));
  assert.deepEqual(Object.keys(await contentOf(other)), ['big']);
  const replaced = await restore(target, other, { present: 'replace' });
  assert.equal(replaced.replaced, true);
  assert.deepEqual(Object.keys(await contentOf(other)), ['small', 'big', 'sealed']);
});

test('REL-11 a restore mends bodies that are damaged in the folder it goes to', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target, { links: 'never' });
  const other = join(subject.place, 'other');
  await restore(target, await withKeyOf(subject.folder, other));
  const entries = await readdir(join(other, 'blobs'), { recursive: true, withFileTypes: true });
  for (const entry of entries) if (entry.isFile()) await flip(join(entry.parentPath, entry.name), 1_000);
  assert.deepEqual(Object.keys(await contentOf(other)), ['small']);
  await restore(target, other, { present: 'replace' });
  assert.deepEqual(Object.keys(await contentOf(other)), ['small', 'big', 'sealed']);
});

test('REL-11 another store, another master key and a folder of something else are refused', async (t) => {
  const [one, two] = [await filled(t), await filled(t)];
  const target = join(one.place, 'b');
  await backup(one.folder, target);
  await assert.rejects(backup(two.folder, target), fails('OtherStore'));
  await assert.rejects(restore(target, await withKeyOf(two.folder, join(one.place, 'x'))), fails('MasterKeyWrong'));
  await assert.rejects(backup(join(one.place, 'nothing'), target), fails('NoData'));
  await assert.rejects(backup(one.folder, join(one.folder, 'copy')), fails('NotEmpty'));
  await mkdir(join(one.place, 'photos'));
  await writeFile(join(one.place, 'photos', 'me.jpg'), 'x');
  await assert.rejects(backup(one.folder, join(one.place, 'photos')), fails('NotEmpty'));
});

test('REL-13 data and backups of a newer version are refused with what wrote them', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target);
  const text = await readFile(join(target, manifestName), 'utf8');
  await writeFile(join(target, manifestName), text.replace('"version": 1', '"version": 2'));
  await assert.rejects(restore(target, join(subject.place, 'x')), fails('TooNew'));
  await assert.rejects(backup(subject.folder, target), fails('TooNew'));
  const newer = join(subject.place, 'newer');
  await mkdir(newer);
  await cp(join(subject.folder, 'meta.db'), join(newer, 'meta.db'));
  const database = new DatabaseSync(join(newer, 'meta.db'));
  database.exec('PRAGMA user_version=99');
  database.close();
  await assert.rejects(backup(newer, join(subject.place, 'y')), fails('TooNew'));
});

test('SEC-221 links that were signed before a restore are taken back until they are accepted', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target);
  const fresh = await withKeyOf(subject.folder, join(subject.place, 'fresh'));
  const { rules } = await restore(target, fresh);
  assert.ok(rules >= 1);
  const list = async (): Promise<readonly string[]> => {
    const store = await openOn(fresh, new TestClock());
    const { items } = await store.links.listRevocations({ cursor: undefined, limit: 100 });
    await assert.rejects(acceptOlder(systemDisk, fresh), fails('InUse'));
    await store.close();
    return items.map(({ by, match }) => `${by} ${JSON.stringify(match)}`);
  };
  assert.deepEqual(await list(), [`restore ${JSON.stringify({ kind: 'prefix', bucket: 'photos', prefix: '' })}`]);
  assert.equal(await acceptOlder(systemDisk, fresh), rules);
  assert.deepEqual(await list(), []);
  const accepted = await restore(target, fresh, { present: 'replace', olderLinks: 'accept' });
  assert.equal(accepted.rules, 0);
  assert.deepEqual(await list(), []);
});

test('SEC-221 links of the second of a restore are refused, and the first one that is signed after it works', async (t) => {
  const subject = await filled(t);
  const target = join(subject.place, 'b');
  await backup(subject.folder, target);
  for (const startMs of [1_700_000_000_000, 1_700_000_000_400, 1_700_000_000_999]) {
    const fresh = await withKeyOf(subject.folder, join(subject.place, `at-${startMs}`));
    const clock = new TestClock(startMs);
    // A timer that rings a millisecond early, once.
    let isEarly = true;
    const pause = (ms: number): Promise<void> => {
      clock.advance(isEarly ? Math.max(ms - 1, 0) : ms);
      isEarly = false;
      return Promise.resolve();
    };
    await restore(target, fresh, { clock, pause });
    const store = await openOn(fresh, clock);
    // Of a signing time, a link says the second.
    const isRefused = (signedMs: number): boolean => {
      const signedAtMs = Math.floor(signedMs / 1000) * 1000;
      return store.links.findRevocation(linkOf('x', { signedAtMs })) !== undefined;
    };
    const { length } = [startMs - 1000, startMs, 1_700_000_000_999].filter(isRefused);
    assert.equal(length, 3);
    assert.equal(isRefused(clock.nowMs()), false);
    assert.equal(clock.nowMs(), 1_700_000_001_000, 'and it waited no longer than it must');
    await store.close();
  }
});
