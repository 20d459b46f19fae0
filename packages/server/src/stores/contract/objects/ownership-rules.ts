import assert from 'node:assert/strict';
import { type Acl, allUsersUri, type ObjectOwnership } from '@tidegate/protocol';
import { Secret } from '../../keys/secret.ts';
import type { Owner, VersionRecord } from '../../objects/object-store.ts';
import {
  alice,
  at,
  bob,
  bodyOf,
  computing,
  makeBucket,
  photos,
  type StoreRule,
  type Subject,
  writeOf,
} from './subject.ts';

const noConditions = { source: {}, target: {} };

/** Three ways in which a version comes to be, each written by bob into alice's bucket. */
async function written({ objects }: Subject, acl: Acl): Promise<VersionRecord[]> {
  const write = writeOf({ owner: bob, acl });
  const put = await objects.putObject(at('put'), bodyOf('v'), write, {});
  const copied = await objects.copyObject(
    at('put'),
    at('copied'),
    { owner: bob, acl, replace: undefined },
    noConditions,
  );
  const { expect: _, ...head } = write;
  const { uploadId } = await objects.createUpload({ ...at('parts'), write: head, checksum: undefined });
  const upload = { ...at('parts'), uploadId };
  const { etag } = await objects.putPart(upload, 1, bodyOf('v'), computing());
  const completed = await objects.completeUpload(upload, {
    parts: [{ partNumber: 1, etag, checksums: {} }],
    minPartBytes: 0,
    expectChecksums: {},
    condition: {},
  });
  return [put, copied, completed];
}

const owners: readonly (readonly [ObjectOwnership | null, Acl, Owner, Acl])[] = [
  [null, 'private', bob, 'private'],
  [null, 'bucket-owner-full-control', bob, 'bucket-owner-full-control'],
  ['ObjectWriter', 'bucket-owner-full-control', bob, 'bucket-owner-full-control'],
  ['BucketOwnerPreferred', 'private', bob, 'private'],
  ['BucketOwnerPreferred', 'bucket-owner-full-control', alice, 'bucket-owner-full-control'],
  ['BucketOwnerEnforced', 'private', alice, 'private'],
  ['BucketOwnerEnforced', 'bucket-owner-full-control', alice, 'private'],
];

/** STO-35, STO-140, STO-141. */
export const ownershipRules: readonly StoreRule[] = [
  ...owners.map(
    ([objectOwnership, acl, owner, kept]): StoreRule => ({
      name: `STO-141 ${acl} under ${objectOwnership ?? 'no'} ownership controls is ${owner.displayName}'s, put, copied or in parts`,
      async check(subject) {
        await makeBucket(subject);
        await subject.objects.patchBucket(photos, { objectOwnership });
        for (const made of await written(subject, acl)) {
          assert.deepEqual([made.owner, made.acl], [owner, kept], made.key);
          assert.deepEqual(await subject.objects.readObject(at(made.key)), made);
        }
      },
    }),
  ),
  {
    name: 'STO-141 ownership is decided when a version becomes visible, and what is there stays as it was',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      const { expect: _, ...head } = writeOf({ owner: bob });
      const { uploadId } = await objects.createUpload({ ...at('parts'), write: head, checksum: undefined });
      const upload = { ...at('parts'), uploadId };
      const { etag } = await objects.putPart(upload, 1, bodyOf('v'), computing());
      await objects.putObject(at('before'), bodyOf('v'), writeOf({ owner: bob }), {});
      await objects.patchBucket(photos, { objectOwnership: 'BucketOwnerEnforced' });
      assert.deepEqual((await objects.readUpload(upload)).owner, bob);
      const parts = [{ partNumber: 1, etag, checksums: {} }];
      const completion = { parts, minPartBytes: 0, expectChecksums: {}, condition: {} };
      assert.deepEqual((await objects.completeUpload(upload, completion)).owner, alice);
      assert.deepEqual((await objects.readObject(at('before'))).owner, bob);
      await objects.patchBucket(photos, { objectOwnership: null });
      assert.deepEqual((await objects.readObject(at('parts'))).owner, alice);
      assert.equal((await objects.readBucket(photos))?.config.objectOwnership, undefined);
    },
  },
  {
    name: 'STO-140 an account is known that owns something or has a key, by the name it was first seen with',
    async check(subject) {
      const { objects, keys } = subject;
      assert.equal(await objects.readOwner(alice.id), undefined);
      await makeBucket(subject);
      assert.deepEqual(await objects.readOwner(alice.id), alice);
      await objects.putObject(at('k'), bodyOf('v'), writeOf({ owner: bob }), {});
      assert.deepEqual(await objects.readOwner(bob.id), bob);
      const eve = { id: 'e'.repeat(64), displayName: 'eve' };
      const secret = new Secret('0123456789012345678901234567890123456789');
      const rights = { role: 'owner', buckets: [], prefixes: [], note: undefined } as const;
      await keys.createKey({ accessKeyId: 'AKEVE', accountName: 'eve', secret, ...rights }, eve);
      assert.deepEqual(await objects.readOwner(eve.id), eve);
    },
  },
  {
    name: 'STO-35 STO-26 grants come back as they came, of a bucket, an object and an upload',
    async check(subject) {
      const acl: Acl = [
        { permission: 'READ', uri: allUsersUri },
        { permission: 'FULL_CONTROL', id: bob.id },
      ];
      const { objects } = subject;
      await objects.createBucket({ name: photos, owner: alice, region: 'x', acl });
      assert.deepEqual((await objects.readBucket(photos))?.config.acl, acl);
      for (const made of await written(subject, acl)) assert.deepEqual(made.acl, acl);
      await objects.setObjectAcl(at('put'), []);
      assert.deepEqual((await objects.readObject(at('put'))).acl, []);
      await objects.patchBucket(photos, { acl: [] });
      assert.deepEqual((await objects.readBucket(photos))?.config, { acl: [] });
    },
  },
];
