import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../contract/objects/assert-refusal.ts';
import { makeBucket, photos, putText } from '../../contract/objects/subject.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';

test('STO-12 STO-4 STO-5 writes of one transaction see each change of a bucket that came before them', async () => {
  const subject = await openLocalSubject();
  const { objects } = subject;
  try {
    await makeBucket(subject);
    for (const key of ['a', 'b', 'c']) await putText(subject, key, key);
    // All are queued in this turn, so they share a transaction.
    const [[gone], , [hidden], , replaced] = await Promise.all([
      objects.deleteObjects(photos, ['a']),
      objects.patchBucket(photos, { versioning: 'Enabled' }),
      objects.deleteObjects(photos, ['b']),
      objects.patchBucket(photos, { versioning: 'Suspended' }),
      objects.deleteObjects(photos, ['c']),
    ]);
    assert.equal(gone?.marker, undefined);
    assert.equal(hidden?.marker, 'made');
    assert.notEqual(hidden?.markerVersionId, 'null');
    assert.equal(replaced[0]?.markerVersionId, 'null');
    await makeBucket(subject, 'empty');
    const [, deletion, again] = await Promise.allSettled([
      objects.deleteBucket('empty'),
      objects.deleteObjects('empty', ['k']),
      objects.createBucket({
        name: 'empty',
        owner: { id: 'c'.repeat(64), displayName: 'c' },
        region: 'x',
        acl: 'private',
      }),
    ]);
    assert.equal(deletion.status, 'rejected');
    assert.equal(again.status, 'fulfilled');
    assert.deepEqual(await objects.deleteObjects('empty', ['k']), [{ key: 'k', deleted: false }]);
  } finally {
    await subject.close();
  }
});

test('STO-12 what a transaction saw of a bucket is forgotten when it is rolled back', async () => {
  const subject = await openLocalSubject();
  const { objects } = subject;
  try {
    await makeBucket(subject);
    await putText(subject, 'k', 'k');
    const bug = new Error('a bug');
    const [patched, , deleted] = await Promise.allSettled([
      objects.patchBucket(photos, { versioning: 'Enabled' }),
      // Spoils the transaction: each then has one of its own, and this one fails alone.
      objects.deleteObjects(photos, ['k'], () => {
        throw bug;
      }),
      objects.deleteBucket('missing'),
    ]);
    assert.equal(patched.status, 'fulfilled');
    assert.equal(deleted.status, 'rejected');
    const failing = objects.patchBucket(photos, { versioning: 'Suspended' }, () => {
      throw bug;
    });
    await assert.rejects(failing);
    const [hidden] = await objects.deleteObjects(photos, ['k']);
    assert.equal(hidden?.marker, 'made');
    assert.notEqual(hidden?.markerVersionId, 'null');
    await refused(objects.deleteObjects('missing', ['k']), 'NoSuchBucket');
  } finally {
    await subject.close();
  }
});
