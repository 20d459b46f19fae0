import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { at, makeBucket, photos, putText, readAll } from '../contract/subject.ts';
import { DamagedRow } from '../damaged-row.ts';
import { Secret } from '../secret.ts';
import { type LocalSubject, openLocalSubject, openOn } from './test-support/open-subject.ts';

function hurt({ folder }: LocalSubject, sql: string): void {
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec(sql);
  database.close();
}

const textOf = async (subject: LocalSubject, key: string) => (await readAll(subject, at(key))).toString();

test('REL-12 STO-50 of many deletions the one of a damaged row is told of and does nothing; the others are done', async () => {
  for (const versioning of [undefined, 'Enabled', 'Suspended'] as const) {
    const subject = await openLocalSubject();
    await makeBucket(subject);
    if (versioning !== undefined) await subject.objects.patchBucket(photos, { versioning });
    for (const key of ['a', 'b', 'c']) await putText(subject, key, key);
    hurt(subject, "UPDATE objects SET size = 2 WHERE key = 'b'");
    const outcomes = await subject.objects.deleteObjects(photos, ['a', 'b', 'c']);
    assert.deepEqual(
      outcomes.map(({ key, deleted, damaged }) => [key, deleted, damaged instanceof DamagedRow]),
      [
        ['a', true, false],
        ['b', false, true],
        ['c', true, false],
      ],
    );
    hurt(subject, "UPDATE objects SET size = 1 WHERE key = 'b'");
    assert.equal(await textOf(subject, 'b'), 'b');
    await assert.rejects(textOf(subject, 'a'), /key/);
    await subject.close();
  }
});

test('REL-12 STO-105 a deletion that comes upon a damaged row in its midst is taken back, and those around it are not', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
  for (const key of ['a', 'k', 'z']) await putText(subject, key, key);
  const newest = await putText(subject, 'k', 'newest');
  // What would show again when the newest is gone.
  hurt(subject, "UPDATE versions SET size = 2 WHERE key = 'k'");
  const outcomes = await subject.objects.deleteObjects(photos, [
    { key: 'a' },
    { key: 'k', versionId: newest.versionId },
    { key: 'z' },
  ]);
  assert.deepEqual(
    outcomes.map(({ deleted }) => deleted),
    [true, false, true],
  );
  assert.equal(await textOf(subject, 'k'), 'newest');
  await assert.rejects(textOf(subject, 'z'), /key|marker/);
  await subject.close();
});

/** In the index of access keys alone each of two has the place of the other. */
function swapKeys(folder: string, one: string, other: string): void {
  const path = join(folder, 'meta.db');
  const database = new DatabaseSync(path);
  const [page] = database
    .prepare("SELECT pageno, pgsize FROM dbstat WHERE name = 'sqlite_autoindex_access_keys_1'")
    .all();
  database.close();
  const size = Number(page?.['pgsize']);
  const start = (Number(page?.['pageno']) - 1) * size;
  const bytes = readFileSync(path);
  const places = [one, other].map((name) => bytes.indexOf(name, start, 'latin1'));
  assert.ok(places.every((place) => place > start && place < start + size));
  bytes.write(other, places[0] ?? 0, 'latin1');
  bytes.write(one, places[1] ?? 0, 'latin1');
  // The places of its two cells, behind the eight bytes of its head, so that they are in order still.
  bytes.subarray(start + 8, start + 12).swap32();
  bytes.subarray(start + 8, start + 12).swap16();
  writeFileSync(path, bytes);
}

test('REL-12 SEC-708 no access key gets the rights or the account of another that a damaged tree hands out for it', async () => {
  const subject = await openLocalSubject();
  const ids = ['TGAKREADS00000000001', 'TGAKWRITES0000000002'] as const;
  for (const [accessKeyId, role] of [
    [ids[0], 'read'],
    [ids[1], 'write'],
  ] as const) {
    const rights = { role, buckets: [role], prefixes: [], note: undefined, governance: undefined };
    await subject.keys.createKey({ accessKeyId, ...rights, secret: new Secret('s'.repeat(40)), accountName: role });
  }
  await subject.store.close();
  swapKeys(subject.folder, ...ids);
  const store = await openOn(subject.folder, subject.clock);
  for (const id of ids) {
    await assert.rejects(async () => await store.keys.readKey(id), DamagedRow);
    await assert.rejects(store.keys.setKeyEnabled(id, 'disabled'), DamagedRow);
  }
  await store.close();
  await subject.close();
});
