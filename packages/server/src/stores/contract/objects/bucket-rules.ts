import assert from 'node:assert/strict';
import { refused } from './assert-refusal.ts';
import { alice, at, bob, bodyOf, makeBucket, photos, putText, type StoreRule, writeOf } from './subject.ts';

/** STO-1…6. */
export const bucketRules: readonly StoreRule[] = [
  {
    name: 'STO-1 a bucket that exists is refused, its owner being told so',
    async check(subject) {
      await makeBucket(subject);
      await refused(() => makeBucket(subject), 'BucketAlreadyOwnedByYou');
      await refused(() => makeBucket(subject, photos, bob), 'BucketAlreadyExists');
    },
  },
  {
    name: 'STO-1 of many who make one bucket at once exactly one succeeds',
    async check(subject) {
      const tries = await Promise.allSettled(Array.from({ length: 20 }, () => makeBucket(subject)));
      assert.equal(tries.filter((outcome) => outcome.status === 'fulfilled').length, 1);
    },
  },
  {
    name: 'STO-2 a bucket gives back what it was made with',
    async check({ objects, clock }) {
      const made = await objects.createBucket({ name: photos, owner: alice, region: 'eu-north-1', acl: 'public-read' });
      assert.deepEqual(made, {
        name: photos,
        owner: alice,
        region: 'eu-north-1',
        createdAtMs: clock.nowMs(),
        config: { acl: 'public-read' },
      });
      assert.deepEqual(await objects.readBucket(photos), made);
      assert.equal(await objects.readBucket('other'), undefined);
    },
  },
  {
    name: 'STO-3 buckets are listed by owner in byte order, page by page',
    async check(subject) {
      for (const name of ['zoo', 'abc', 'm-1', 'm1']) await makeBucket(subject, name);
      await makeBucket(subject, 'bobs', bob);
      const page = async (after: string, prefix = '', limit = 2): Promise<[string[], string | undefined]> => {
        const { buckets, next } = await subject.objects.listBuckets({ ownerId: alice.id, prefix, after, limit });
        return [buckets.map((bucket) => bucket.name), next];
      };
      assert.deepEqual(await page(''), [['abc', 'm-1'], 'm-1']);
      assert.deepEqual(await page('m-1'), [['m1', 'zoo'], undefined]);
      assert.deepEqual(await page('', 'm'), [['m-1', 'm1'], undefined]);
      assert.deepEqual(await page('', '', 9), [['abc', 'm-1', 'm1', 'zoo'], undefined]);
    },
  },
  {
    name: 'STO-4 a patch changes what it names, leaves the rest, and null removes',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      const cors = [{ allowedMethods: ['GET'], allowedOrigins: ['*'], allowedHeaders: [], exposeHeaders: [] }] as never;
      await objects.patchBucket(photos, { cors, policy: '{}' });
      const { config } = await objects.patchBucket(photos, { acl: 'public-read', policy: null });
      assert.deepEqual(config, { acl: 'public-read', cors });
      assert.deepEqual((await objects.readBucket(photos))?.config, config);
      assert.deepEqual((await objects.patchBucket(photos, { cors: null })).config, { acl: 'public-read' });
      await refused(objects.patchBucket('other', { policy: '{}' }), 'NoSuchBucket');
    },
  },
  {
    name: 'STO-5 a bucket with objects cannot be deleted, one with open uploads can, and nothing of it comes back',
    async check(subject) {
      const { objects } = subject;
      await makeBucket(subject);
      await putText(subject, 'a', 'a');
      await refused(objects.deleteBucket(photos), 'BucketNotEmpty');
      await objects.deleteObjects(photos, ['a']);
      const upload = await objects.createUpload({ ...at('big'), write: writeOf(), checksum: undefined });
      await objects.putPart({ ...at('big'), uploadId: upload.uploadId }, 1, bodyOf('part'), writeOf().expect);
      await objects.deleteBucket(photos);
      await refused(objects.deleteBucket(photos), 'NoSuchBucket');
      await refused(putText(subject, 'a', 'a'), 'NoSuchBucket');
      await makeBucket(subject, photos, bob);
      const listed = { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 10 };
      assert.deepEqual((await objects.listObjects(listed)).entries, []);
      assert.deepEqual((await objects.listUploads({ ...listed, afterUploadId: '' })).entries, []);
      await refused(objects.readUpload({ ...at('big'), uploadId: upload.uploadId }), 'NoSuchUpload');
    },
  },
  {
    name: 'STO-6 an account keeps the display name that it was first seen with',
    async check(subject) {
      await makeBucket(subject);
      const renamed = { ...alice, displayName: 'someone else' };
      const record = await subject.objects.putObject(at('a'), bodyOf('a'), writeOf({ owner: renamed }), {});
      assert.deepEqual(record.owner, alice);
      assert.deepEqual((await subject.objects.readObject(at('a'))).owner, alice);
    },
  },
];
