import assert from 'node:assert/strict';
import { S3Error } from '@tidegate/protocol';
import type { ListedVersion } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import { at, makeBucket, photos, putText, readAll, type StoreRule, type Subject, writeOf } from './subject.ts';

async function makeVersioned(subject: Subject): Promise<void> {
  await makeBucket(subject);
  await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
}

async function listAll({ objects }: Subject, limit = 1000): Promise<readonly ListedVersion[]> {
  const found: ListedVersion[] = [];
  let after = { after: '', afterVersionId: '' };
  for (;;) {
    const page = await objects.listVersions({ bucket: photos, prefix: '', delimiter: undefined, limit, ...after });
    for (const each of page.entries) if (each.kind === 'entry') found.push(each.entry);
    const last = found.at(-1);
    if (page.next === undefined || last === undefined) return found;
    after = { after: last.key, afterVersionId: last.versionId };
  }
}

async function textOf(subject: Subject, key: string, versionId?: string): Promise<string> {
  return (await readAll(subject, { ...at(key), versionId })).toString();
}

/** STO-100…108. */
export const versionRules: readonly StoreRule[] = [
  {
    name: 'STO-100 with versioning on the version before stays whole, and so does the one from before versioning',
    async check(subject) {
      await makeBucket(subject);
      await putText(subject, 'k', 'null');
      await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
      const big = 'x'.repeat(200_000);
      const one = await putText(subject, 'k', big);
      const two = await putText(subject, 'k', 'two');
      assert.notEqual(one.versionId, two.versionId);
      assert.equal(await textOf(subject, 'k'), 'two');
      assert.equal(await textOf(subject, 'k', one.versionId), big);
      assert.equal(await textOf(subject, 'k', 'null'), 'null');
      assert.deepEqual(await subject.objects.readObject({ ...at('k'), versionId: one.versionId }), one);
    },
  },
  {
    name: 'STO-101 a version that is not there is NoSuchVersion, and old versions hold their bucket back',
    async check(subject) {
      await makeVersioned(subject);
      const { versionId } = await putText(subject, 'k', 'v');
      await refused(subject.objects.readObject({ ...at('k'), versionId: 'none' }), 'NoSuchVersion');
      await refused(subject.objects.openObject({ ...at('none'), versionId }), 'NoSuchVersion');
      const [made] = await subject.objects.deleteObjects(photos, ['k']);
      await subject.objects.deleteObjects(photos, [{ key: 'k', versionId }]);
      await refused(subject.objects.deleteBucket(photos), 'BucketNotEmpty');
      await subject.objects.deleteObjects(photos, [{ key: 'k', versionId: made?.markerVersionId }]);
      await subject.objects.deleteBucket(photos);
    },
  },
  {
    name: 'STO-102 suspended, only the version null is replaced, wherever it stands among the versions',
    async check(subject) {
      await makeBucket(subject);
      await putText(subject, 'k', 'first null');
      await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
      const { versionId } = await putText(subject, 'k', 'kept');
      await subject.objects.patchBucket(photos, { versioning: 'Suspended' });
      assert.equal((await putText(subject, 'k', 'second null')).versionId, 'null');
      assert.equal((await putText(subject, 'k', 'third null')).versionId, 'null');
      assert.equal(await textOf(subject, 'k', versionId), 'kept');
      assert.equal(await textOf(subject, 'k', 'null'), 'third null');
      assert.deepEqual(
        (await listAll(subject)).map((entry) => entry.versionId),
        ['null', versionId],
      );
    },
  },
  {
    name: 'STO-103 STO-104 a delete marker hides its key and says so; by its id it is no object',
    async check(subject) {
      await makeVersioned(subject);
      const { versionId } = await putText(subject, 'k', 'v');
      const [made] = await subject.objects.deleteObjects(photos, ['k']);
      const marker = made?.markerVersionId;
      assert.deepEqual(made, { key: 'k', deleted: true, marker: 'made', markerVersionId: marker });
      await assert.rejects(subject.objects.readObject(at('k')), (error) => {
        assert.ok(error instanceof S3Error);
        assert.equal(error.code, 'NoSuchKey');
        assert.equal(error.headers?.['x-amz-delete-marker'], 'true');
        assert.equal(error.headers?.['x-amz-version-id'], marker);
        return true;
      });
      await refused(subject.objects.openObject({ ...at('k'), versionId: marker }), 'MethodNotAllowed');
      assert.equal(await textOf(subject, 'k', versionId), 'v');
      const [onNothing] = await subject.objects.deleteObjects(photos, ['never']);
      assert.equal(onNothing?.marker, 'made');
    },
  },
  {
    name: 'STO-104 suspended, a deletion removes the version null and leaves a marker null',
    async check(subject) {
      await makeVersioned(subject);
      const { versionId } = await putText(subject, 'k', 'kept');
      await subject.objects.patchBucket(photos, { versioning: 'Suspended' });
      await putText(subject, 'k', 'gone');
      const [made] = await subject.objects.deleteObjects(photos, ['k']);
      assert.equal(made?.markerVersionId, 'null');
      await refused(subject.objects.readObject({ ...at('k'), versionId: 'null' }), 'MethodNotAllowed');
      assert.equal(await textOf(subject, 'k', versionId), 'kept');
    },
  },
  {
    name: 'STO-105 what covered an older version is removed by its id, and the older one shows',
    async check(subject) {
      await makeVersioned(subject);
      await putText(subject, 'k', 'one');
      const two = await putText(subject, 'k', 'two');
      const [made] = await subject.objects.deleteObjects(photos, ['k']);
      const markerId = made?.markerVersionId;
      const removed = await subject.objects.deleteObjects(photos, [{ key: 'k', versionId: markerId }]);
      assert.deepEqual(removed, [{ key: 'k', deleted: true, marker: 'removed' }]);
      assert.equal(await textOf(subject, 'k'), 'two');
      await subject.objects.deleteObjects(photos, [{ key: 'k', versionId: two.versionId }]);
      assert.equal(await textOf(subject, 'k'), 'one');
      await refused(subject.objects.readObject({ ...at('k'), versionId: two.versionId }), 'NoSuchVersion');
      const again = await subject.objects.deleteObjects(photos, [{ key: 'k', versionId: two.versionId }]);
      assert.deepEqual(again, [{ key: 'k', deleted: false }]);
    },
  },
  {
    name: 'STO-106 a condition that does not hold keeps its version, and not the others of the call',
    async check(subject) {
      await makeBucket(subject);
      const kept = await putText(subject, 'kept', 'four');
      await putText(subject, 'gone', 'four');
      const outcomes = await subject.objects.deleteObjects(photos, [
        { key: 'kept', condition: { sizeBytes: 5 } },
        { key: 'kept', condition: { ifMatch: ['x'] } },
        { key: 'kept', condition: { modifiedAtMs: kept.modifiedAtMs + 1_000 } },
        { key: 'gone', condition: { sizeBytes: 4, ifMatch: [kept.etag], modifiedAtMs: kept.modifiedAtMs } },
        { key: 'missing', condition: { sizeBytes: 1 } },
        { key: 'missing', condition: { ifMatch: ['*'] } },
        { key: 'missing', versionId: 'null', condition: { ifMatch: ['*'] } },
      ]);
      assert.deepEqual(
        outcomes.map((outcome) => [outcome.deleted, outcome.refused?.code]),
        [
          [false, 'PreconditionFailed'],
          [false, 'PreconditionFailed'],
          [false, 'PreconditionFailed'],
          [true, undefined],
          [false, undefined],
          [false, 'NoSuchKey'],
          [false, undefined],
        ],
      );
      assert.equal(await textOf(subject, 'kept'), 'four');
    },
  },
  {
    name: 'STO-106 with versioning an ETag is matched by the current version alone: not by a delete marker, nor by nothing',
    async check(subject) {
      await makeVersioned(subject);
      const { etag } = await putText(subject, 'k', 'four');
      const outcomes = [];
      for (const ifMatch of ['*', etag, '*'])
        outcomes.push(
          ...(await subject.objects.deleteObjects(photos, [{ key: 'k', condition: { ifMatch: [ifMatch] } }])),
        );
      outcomes.push(
        ...(await subject.objects.deleteObjects(photos, [{ key: 'never', condition: { ifMatch: ['*'] } }])),
      );
      assert.deepEqual(
        outcomes.map(({ refused, marker }) => refused?.code ?? marker),
        ['made', 'PreconditionFailed', 'PreconditionFailed', 'NoSuchKey'],
      );
      assert.deepEqual(
        (await listAll(subject, 100)).map(({ key, isMarker }) => [key, isMarker]),
        [
          ['k', true],
          ['k', false],
        ],
      );
    },
  },
  {
    name: 'STO-107 pages of any size are all versions, newest first, and one behind a version that is gone leaves none out',
    async check(subject) {
      await makeVersioned(subject);
      const ids = new Map<string, string[]>();
      for (const key of ['a', 'b', 'a', '😀', 'a', '\uffff']) {
        const { versionId } = await putText(subject, key, key);
        ids.set(key, [versionId, ...(ids.get(key) ?? [])]);
      }
      const [made] = await subject.objects.deleteObjects(photos, ['b']);
      ids.set('b', [made?.markerVersionId ?? '', ...(ids.get('b') ?? [])]);
      const expected = ['a', 'b', '\uffff', '😀'].flatMap((key) => ids.get(key) ?? []);
      for (const limit of [1, 2, 3, 100]) {
        const listed = await listAll(subject, limit);
        assert.deepEqual(
          listed.map((entry) => entry.versionId),
          expected,
        );
        assert.deepEqual(
          listed.filter((entry) => entry.isLatest).map((entry) => entry.versionId),
          ['a', 'b', '\uffff', '😀'].map((key) => ids.get(key)?.[0]),
        );
      }
      const page = await subject.objects.listVersions({
        bucket: photos,
        prefix: 'a',
        delimiter: undefined,
        after: 'a',
        afterVersionId: 'gone',
        limit: 10,
      });
      assert.equal(page.entries.length, 3);
      await refused(
        subject.objects.listVersions({
          bucket: 'nowhere',
          prefix: '',
          delimiter: undefined,
          after: '',
          afterVersionId: '',
          limit: 1,
        }),
        'NoSuchBucket',
      );
    },
  },
  {
    name: 'STO-108 a copy and an ACL take an old version by its id',
    async check(subject) {
      await makeVersioned(subject);
      const old = await putText(subject, 'k', 'old');
      await putText(subject, 'k', 'new');
      const source = { ...at('k'), versionId: old.versionId };
      await subject.objects.setObjectAcl(source, 'public-read');
      assert.equal((await subject.objects.readObject(source)).acl, 'public-read');
      assert.equal((await subject.objects.readObject(at('k'))).acl, 'private');
      const { owner, acl } = writeOf();
      const conditions = { source: {}, target: {} };
      await subject.objects.copyObject(source, at('k'), { owner, acl, replace: undefined }, conditions);
      assert.equal(await textOf(subject, 'k'), 'old');
    },
  },
];
