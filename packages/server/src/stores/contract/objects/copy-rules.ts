import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createChecksum } from '@tidegate/protocol';
import type { CopyWrite, PartClaim, SourceCondition, WriteCondition } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import {
  alice,
  at,
  bob,
  bodyOf,
  computing,
  makeBucket,
  patternBytes,
  photos,
  plain,
  putText,
  readAll,
  type StoreRule,
  type Subject,
  writeOf,
} from './subject.ts';

const taking: CopyWrite = { owner: bob, acl: 'public-read', replace: undefined };
const sizes = [0, 100, 200_000];

/** STO-50…52 and STO-60…63. */
export const copyRules: readonly StoreRule[] = [
  {
    name: 'STO-50 deleting answers for each key in order, and a key that is not there counts as deleted',
    async check(subject) {
      await makeBucket(subject);
      await putText(subject, 'a', 'a');
      await putText(subject, 'c', 'c');
      const outcomes = await subject.objects.deleteObjects(photos, ['a', 'b', 'c', 'a']);
      assert.deepEqual(
        outcomes.map((outcome) => outcome.key),
        ['a', 'b', 'c', 'a'],
      );
      for (const key of ['a', 'c']) await refused(subject.objects.readObject(at(key)), 'NoSuchKey');
      await refused(subject.objects.deleteObjects('other', ['a']), 'NoSuchBucket');
    },
  },
  ...sizes.flatMap((sizeBytes): StoreRule[] => [
    {
      name: `STO-60 a copy of ${sizeBytes} bytes is the source under its own owner, and lives on without it`,
      async check(subject) {
        const { bytes, record } = await putSource(subject, sizeBytes);
        const copied = await copy(subject, 'to', taking);
        const {
          bucket,
          versionId,
          sizeBytes: size,
          etag,
          contentType,
          headers,
          metadata,
          checksums,
          partSizes,
        } = record;
        const same = { bucket, versionId, sizeBytes: size, etag, contentType, headers, metadata, checksums, partSizes };
        const modifiedAtMs = subject.clock.nowMs();
        assert.deepEqual(copied, { ...same, key: 'to', owner: bob, acl: 'public-read', modifiedAtMs });
        await subject.objects.deleteObjects(photos, ['from']);
        assert.ok(bytes.equals(await readAll(subject, at('to'))), 'the bytes differ');
        await putText(subject, 'to', 'other');
        assert.equal((await readAll(subject, at('to'))).toString(), 'other');
      },
    },
    {
      name: `STO-61 a copy of ${sizeBytes} bytes with REPLACE has the new headers and metadata alone`,
      async check(subject) {
        const { bytes } = await putSource(subject, sizeBytes);
        const replace = { contentType: undefined, headers: { expires: 'never' }, metadata: { new: '1' } };
        const copied = await copy(subject, 'to', { ...taking, replace });
        assert.deepEqual(
          [copied.contentType, copied.headers, copied.metadata],
          [undefined, replace.headers, replace.metadata],
        );
        assert.ok(bytes.equals(await readAll(subject, at('to'))), 'the bytes differ');
      },
    },
    {
      name: `STO-63 a copy of ${sizeBytes} bytes onto itself keeps its bytes`,
      async check(subject) {
        const { bytes } = await putSource(subject, sizeBytes);
        await copy(subject, 'from', taking);
        await copy(subject, 'from', taking);
        assert.ok(bytes.equals(await readAll(subject, at('from'))), 'the bytes differ');
      },
    },
  ]),
  ...(['FULL_OBJECT', 'COMPOSITE'] as const).map(
    (type): StoreRule => ({
      name: `STO-60 a copy of an object made of parts with a ${type} checksum is one body with hashes of its own`,
      async check(subject) {
        await makeBucket(subject);
        const { objects } = subject;
        const write = writeOf();
        const opened = await objects.createUpload({ ...at('from'), write, checksum: { algorithm: 'CRC32', type } });
        const upload = { ...at('from'), uploadId: opened.uploadId };
        const bodies = [patternBytes(100_000, 1), patternBytes(10, 2)];
        const parts: PartClaim[] = [];
        for (const [index, bytes] of bodies.entries()) {
          const { partNumber, etag } = await objects.putPart(upload, index + 1, bodyOf(bytes), plain);
          parts.push({ partNumber, etag, checksums: {} });
        }
        await objects.completeUpload(upload, { parts, minPartBytes: 1, expectChecksums: {}, condition: {} });
        const whole = Buffer.concat(bodies);
        const copied = await copy(subject, 'to', taking);
        const crc32 = createChecksum('CRC32');
        crc32.update(whole);
        assert.equal(copied.etag, createHash('md5').update(whole).digest('hex'));
        assert.deepEqual(copied.partSizes, []);
        assert.deepEqual(copied.checksums, { type: 'FULL_OBJECT', values: { CRC32: crc32.digest() } });
        assert.ok(whole.equals(await readAll(subject, at('to'))), 'the bytes differ');
      },
    }),
  ),
  {
    name: 'STO-62 WIRE-72 a copy whose source fails a condition is refused and changes nothing',
    async check(subject) {
      const { record } = await putSource(subject, 10);
      const { etag, modifiedAtMs } = record;
      const other = '0'.repeat(32);
      const cases: readonly (readonly [SourceCondition, boolean])[] = [
        [{ ifMatch: [etag] }, true],
        [{ ifMatch: [other] }, false],
        [{ ifNoneMatch: [other] }, true],
        [{ ifNoneMatch: [etag] }, false],
        [{ ifModifiedSinceMs: modifiedAtMs - 1_000 }, true],
        [{ ifModifiedSinceMs: modifiedAtMs }, false],
        [{ ifUnmodifiedSinceMs: modifiedAtMs }, true],
        [{ ifUnmodifiedSinceMs: modifiedAtMs - 1_000 }, false],
        [{ ifMatch: [etag], ifUnmodifiedSinceMs: modifiedAtMs - 1_000 }, true],
        [{ ifNoneMatch: [other], ifModifiedSinceMs: modifiedAtMs }, true],
        [{ ifNoneMatch: [etag], ifModifiedSinceMs: modifiedAtMs - 1_000 }, false],
      ];
      for (const [condition, isHeld] of cases) {
        const copied = copy(subject, 'to', taking, condition);
        if (isHeld) await copied;
        else await refused(copied, 'PreconditionFailed');
      }
    },
  },
  {
    name: 'STO-62 a copy whose target fails a condition is refused, and what is not there too',
    async check(subject) {
      await putSource(subject, 10);
      await refused(copy(subject, 'to', taking, {}, { ifMatch: ['*'] }), 'NoSuchKey');
      await copy(subject, 'to', taking, {}, { ifNoneMatch: ['*'] });
      await refused(copy(subject, 'to', taking, {}, { ifNoneMatch: ['*'] }), 'PreconditionFailed');
      const conditions = { source: {}, target: {} };
      await refused(subject.objects.copyObject(at('none'), at('to'), taking, conditions), 'NoSuchKey');
      await refused(subject.objects.copyObject(at('k', 'other'), at('to'), taking, conditions), 'NoSuchBucket');
      await refused(subject.objects.copyObject(at('from'), at('k', 'other'), taking, conditions), 'NoSuchBucket');
    },
  },
];

async function putSource(
  subject: Subject,
  sizeBytes: number,
): Promise<{ bytes: Buffer; record: Awaited<ReturnType<typeof putText>> }> {
  await makeBucket(subject);
  const bytes = patternBytes(sizeBytes);
  const write = writeOf({
    owner: alice,
    contentType: 'image/png',
    headers: { 'cache-control': 'no-store' },
    metadata: { old: '1' },
    expect: computing('SHA256'),
  });
  return { bytes, record: await subject.objects.putObject(at('from'), bodyOf(bytes), write, {}) };
}

function copy(
  { objects }: Subject,
  key: string,
  write: CopyWrite,
  source: SourceCondition = {},
  target: WriteCondition = {},
): ReturnType<Subject['objects']['copyObject']> {
  return objects.copyObject(at('from'), at(key), write, { source, target });
}
