import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { at, makeBucket, photos, putText, readAll } from '../contract/subject.ts';
import { DamagedRow } from '../damaged-row.ts';
import { type LocalSubject, openLocalSubject } from './test-support/open-subject.ts';

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
