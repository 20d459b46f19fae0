import assert from 'node:assert/strict';
import { refusal } from '@tidegate/protocol';
import type { Guard, ObjectStore, UploadTarget } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import { alice, at, bodyOf, photos, plain, type StoreRule, type Subject, writeOf } from './subject.ts';

/** A change that asks a guard before it shows, made on what `prepare` left. */
export type GuardedChange = {
  readonly what: string;
  readonly make: (objects: ObjectStore, prepared: Prepared, guard?: Guard) => Promise<unknown>;
};

/** A bucket with object lock, an object `k` of 100 bytes, an upload with one part, and an empty bucket. */
export type Prepared = { readonly upload: UploadTarget; readonly partEtag: string };

const untilMs = Date.UTC(2100, 0, 1);
const { owner, acl, contentType, headers, metadata } = writeOf();

/** Every call of a store that changes what others see (LNK-31). */
export const guardedChanges: readonly GuardedChange[] = [
  {
    what: 'a new bucket',
    make: (objects, _, guard) =>
      objects.createBucket({ name: 'another', owner: alice, region: 'x', acl: 'private' }, guard),
  },
  {
    what: 'what a bucket is told',
    make: (objects, _, guard) => objects.patchBucket(photos, { tags: [{ name: 'a', value: 'b' }] }, guard),
  },
  { what: 'the end of a bucket', make: (objects, _, guard) => objects.deleteBucket('empty', guard) },
  {
    what: 'an object',
    make: (objects, _, guard) =>
      objects.putObject(at('new'), bodyOf('new'), writeOf(), guard === undefined ? {} : { guard }),
  },
  {
    what: 'a copy',
    make: (objects, _, guard) =>
      objects.copyObject(
        at('k'),
        at('copy'),
        { owner, acl, replace: { contentType, headers, metadata } },
        { source: {}, target: guard === undefined ? {} : { guard } },
      ),
  },
  { what: 'an ACL', make: (objects, _, guard) => objects.setObjectAcl(at('k'), 'public-read', guard) },
  {
    what: 'tags',
    make: (objects, _, guard) => objects.setObjectTags(at('k'), [{ name: 'a', value: 'b' }], guard),
  },
  {
    what: 'a retention',
    make: (objects, _, guard) =>
      objects.setRetention(at('k'), { mode: 'GOVERNANCE', untilMs }, { bypassGovernance: false }, guard),
  },
  { what: 'a legal hold', make: (objects, _, guard) => objects.setLegalHold(at('k'), 'ON', guard) },
  { what: 'a deletion', make: (objects, _, guard) => objects.deleteObjects(photos, ['k'], guard) },
  {
    what: 'the opening of an upload',
    make: (objects, _, guard) =>
      objects.createUpload({ ...at('second'), write: writeOf(), checksum: undefined }, guard),
  },
  {
    what: 'a part',
    make: (objects, { upload }, guard) => objects.putPart(upload, 2, bodyOf('part'), plain, guard),
  },
  {
    what: 'a copied part',
    make: (objects, { upload }, guard) => objects.copyPart(upload, 3, { ...at('k'), range: undefined }, {}, guard),
  },
  {
    what: 'an object of parts',
    make: (objects, { upload, partEtag }, guard) =>
      objects.completeUpload(upload, {
        parts: [{ partNumber: 1, etag: partEtag, checksums: {} }],
        minPartBytes: 0,
        expectChecksums: {},
        condition: guard === undefined ? {} : { guard },
      }),
  },
  {
    what: 'the end of an upload',
    make: (objects, { upload }, guard) => objects.abortUpload(upload, guard),
  },
];

/** What the changes are made on. */
async function prepare(objects: ObjectStore): Promise<Prepared> {
  await objects.createBucket({ name: photos, owner: alice, region: 'x', acl: 'private', objectLock: true });
  await objects.createBucket({ name: 'empty', owner: alice, region: 'x', acl: 'private' });
  await objects.putObject(at('k'), bodyOf('x'.repeat(100)), writeOf(), {});
  const { uploadId } = await objects.createUpload({ ...at('big'), write: writeOf(), checksum: undefined });
  const upload = { ...at('big'), uploadId };
  const part = await objects.putPart(upload, 1, bodyOf('one'), plain);
  return { upload, partEtag: part.etag };
}

/** Everything that a change could have left behind. */
async function readEverything(objects: ObjectStore): Promise<unknown> {
  const all = { prefix: '', delimiter: undefined, after: '', limit: 100 };
  const { buckets } = await objects.listBuckets({ ownerId: alice.id, prefix: '', after: '', limit: 100 });
  const versions = await objects.listVersions({ ...all, bucket: photos, afterVersionId: '' });
  const uploads = await objects.listUploads({ ...all, bucket: photos, afterUploadId: '' });
  const parts = [];
  for (const found of uploads.entries) {
    if (found.kind === 'entry') parts.push((await objects.listParts(found.entry, 0, 100)).parts);
  }
  return { buckets, versions, uploads, parts, record: await objects.readObject(at('k')) };
}

/** @throws when the change is made although its guard refuses it, or is not made although nothing does */
export async function checkGuarded(
  objects: ObjectStore,
  { make }: GuardedChange,
  guarded: (change: (guard: Guard) => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const prepared = await prepare(objects);
  const before = await readEverything(objects);
  await refused(
    guarded((guard) => make(objects, prepared, guard)),
    'AccessDenied',
  );
  assert.deepEqual(await readEverything(objects), before);
  await make(objects, prepared);
}

const refuse: Guard = () => {
  throw refusal('AccessDenied', {});
};

/** LNK-31. */
export const guardRules: readonly StoreRule[] = guardedChanges.map((change) => ({
  name: `LNK-31 STO-23 a guard that refuses leaves nothing of ${change.what}`,
  check: ({ objects }: Subject) => checkGuarded(objects, change, (make) => make(refuse)),
}));
