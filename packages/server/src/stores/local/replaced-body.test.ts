import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { refused } from '../contract/objects/assert-refusal.ts';
import { at, bodyOf, makeBucket, patternBytes, putText, readAll, writeOf } from '../contract/objects/subject.ts';
import { databaseName } from '../sqlite/schema/open-metadata.ts';
import { type LocalSubject, openLocalSubject } from './test-support/open-subject.ts';

/** Numbers of the rows that small bodies lie in. */
function bodyRows({ folder }: LocalSubject): unknown[] {
  const database = new DatabaseSync(join(folder, databaseName), { readOnly: true });
  try {
    const rows = database.prepare('SELECT blob FROM inline_bodies ORDER BY blob').all();
    return rows.map((row) => row['blob']);
  } finally {
    database.close();
  }
}

async function text(subject: LocalSubject, key: string): Promise<string> {
  return (await readAll(subject, at(key))).toString();
}

test('STO-20 a small body takes the row of the one that it replaces, whatever their sizes', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putText(subject, 'k', 'first');
  await putText(subject, 'other', 'stays');
  const before = bodyRows(subject);
  for (const body of ['second', 'x'.repeat(60_000), 'y']) {
    const { etag } = await subject.objects.putObject(
      at('k'),
      bodyOf(body),
      writeOf({ metadata: { of: body[0] ?? '' } }),
      {},
    );
    assert.equal((await subject.objects.readObject(at('k'))).etag, etag);
    assert.equal(await text(subject, 'k'), body);
  }
  assert.deepEqual(bodyRows(subject), before);
  assert.equal(await text(subject, 'other'), 'stays');
  await subject.close();
});

test('STO-20 a body without such a row, and one after it, have a row of their own or none', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const counts: number[] = [];
  const large = patternBytes(300_000);
  for (const body of ['small', '', 'small again', large, 'small at last']) {
    await subject.objects.putObject(at('k'), bodyOf(body), writeOf(), {});
    assert.ok((await readAll(subject, at('k'))).equals(Buffer.from(body)));
    counts.push(bodyRows(subject).length);
  }
  assert.deepEqual(counts, [1, 0, 1, 0, 1]);
  await subject.objects.deleteObjects('photos', ['k']);
  assert.deepEqual(bodyRows(subject), []);
  await subject.close();
});

test('STO-20 STO-24 a replacement that is refused leaves the old body as it is', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putText(subject, 'k', 'first');
  const write = subject.objects.putObject(at('k'), bodyOf('second'), writeOf(), { ifNoneMatch: ['*'] });
  await refused(write, 'PreconditionFailed');
  assert.equal(await text(subject, 'k'), 'first');
  await subject.close();
});

test('STO-60 a copy keeps its bytes when its source is written over, and so does the source', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putText(subject, 'k', 'first');
  await subject.objects.copyObject(
    at('k'),
    at('copy'),
    { owner: writeOf().owner, acl: 'private', replace: undefined },
    { source: {}, target: {} },
  );
  await putText(subject, 'k', 'second');
  assert.equal(await text(subject, 'copy'), 'first');
  await putText(subject, 'copy', 'third');
  assert.equal(await text(subject, 'k'), 'second');
  await subject.close();
});

test('STO-100 STO-102 with versions each body has its row, and only the version null gives its own to the next', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putText(subject, 'k', 'null 1');
  await subject.objects.patchBucket('photos', { versioning: 'Enabled' });
  const { versionId } = await putText(subject, 'k', 'version');
  assert.equal(bodyRows(subject).length, 2);
  await subject.objects.patchBucket('photos', { versioning: 'Suspended' });
  await putText(subject, 'k', 'null 2');
  const rows = bodyRows(subject);
  await putText(subject, 'k', 'null 3');
  assert.deepEqual(bodyRows(subject), rows);
  assert.equal(rows.length, 2);
  assert.equal((await readAll(subject, { ...at('k'), versionId })).toString(), 'version');
  assert.equal(await text(subject, 'k'), 'null 3');
  await subject.close();
});
