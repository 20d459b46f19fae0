import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { combineChecksums, createChecksum } from '@tidegate/protocol';
import type { Completion, PartRecord, UploadTarget } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import {
  alice,
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  photos,
  plain,
  putText,
  readAll,
  type StoreRule,
  type Subject,
  sentBytes,
  writeOf,
} from './subject.ts';

/** STO-64 and STO-70…79. */
export const uploadRules: readonly StoreRule[] = [
  {
    name: 'STO-70 an upload is what it was begun with, and unknown elsewhere',
    async check(subject) {
      const target = await begin(subject);
      const record = await subject.objects.readUpload(target);
      assert.equal(record.initiatedAtMs, subject.clock.nowMs());
      assert.deepEqual([record.bucket, record.key, record.owner], [photos, 'big', alice]);
      for (const wrong of [
        { ...target, key: 'other' },
        { ...target, uploadId: 'f'.repeat(44) },
      ]) {
        await refused(subject.objects.readUpload(wrong), 'NoSuchUpload');
        await refused(subject.objects.putPart(wrong, 1, bodyOf('x'), plain), 'NoSuchUpload');
        await refused(subject.objects.listParts(wrong, 0, 10), 'NoSuchUpload');
        await refused(subject.objects.completeUpload(wrong, completionOf([])), 'NoSuchUpload').catch(ignoreEmptyList);
        await refused(subject.objects.abortUpload(wrong), 'NoSuchUpload');
      }
      await refused(subject.objects.readObject(at('big')), 'NoSuchKey');
    },
  },
  {
    name: 'STO-71 a part takes the place of the one with its number',
    async check(subject) {
      const target = await begin(subject);
      await subject.objects.putPart(target, 2, bodyOf(patternBytes(200_000)), plain);
      const part = await subject.objects.putPart(target, 2, bodyOf('again'), plain);
      assert.equal(part.etag, md5('again'));
      assert.deepEqual((await subject.objects.listParts(target, 0, 10)).parts, [part]);
      await refused(
        subject.objects.putPart(target, 2, bodyOf('wrong'), { ...plain, md5: Buffer.alloc(16) }),
        'BadDigest',
      );
      assert.deepEqual((await subject.objects.listParts(target, 0, 10)).parts, [part]);
    },
  },
  {
    name: 'STO-72 STO-73 STO-74 parts out of order, unknown, changed or too small are refused, and the upload goes on',
    async check(subject) {
      const target = await begin(subject);
      const first = await subject.objects.putPart(target, 1, bodyOf('first'), plain);
      const third = await subject.objects.putPart(target, 3, bodyOf('third'), plain);
      const complete = (parts: PartRecord[], minPartBytes = 1): Promise<unknown> =>
        subject.objects.completeUpload(target, { ...completionOf(parts), minPartBytes });
      await refused(complete([third, first]), 'InvalidPartOrder');
      await refused(complete([first, first]), 'InvalidPartOrder');
      await refused(complete([first, { ...third, partNumber: 2 }]), 'InvalidPart');
      await refused(complete([{ ...first, etag: third.etag }]), 'InvalidPart');
      await refused(complete([first, third], 6), 'EntityTooSmall');
      await refused(complete([]), 'InvalidRequest');
      await refused(subject.objects.readObject(at('big')), 'NoSuchKey');
      await complete([first, third], 5);
    },
  },
  {
    name: 'STO-75 the object is its parts in order, with the combined ETag and the sizes of the parts',
    async check(subject) {
      const target = await begin(subject);
      const bodies = [patternBytes(1_500_000, 1), patternBytes(70_000, 2), patternBytes(10, 3)];
      const numbers = [1, 5, 10_000];
      const parts: PartRecord[] = [];
      for (const [index, bytes] of [...bodies.entries()].reverse()) {
        parts.unshift(await subject.objects.putPart(target, numbers[index] ?? 0, bodyOf(bytes), plain));
      }
      const left = await subject.objects.putPart(target, 7, bodyOf(patternBytes(100_000)), plain);
      assert.equal(left.partNumber, 7);
      const record = await subject.objects.completeUpload(target, completionOf(parts));
      const whole = Buffer.concat(bodies);
      const md5s = createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))));
      assert.equal(record.etag, `${md5s.digest('hex')}-3`);
      assert.deepEqual(record.partSizes, [1_500_000, 70_000, 10]);
      assert.deepEqual([record.contentType, record.metadata], ['video/mp4', { title: 'x' }]);
      assert.deepEqual(await subject.objects.readObject(at('big')), record);
      assert.ok(whole.equals(await readAll(subject, at('big'))), 'the bytes differ');
      const opened = await subject.objects.openObject(at('big'));
      for (const [start, end] of [
        [1_499_999, 1_500_000],
        [1_570_000, 1_570_009],
        [0, 0],
        [1_400_000, 1_570_005],
      ] as const) {
        const part = await sentBytes(opened, { start, end });
        assert.ok(whole.subarray(start, end + 1).equals(part), `${start}-${end} differs`);
      }
      await opened.close();
    },
  },
  ...(['FULL_OBJECT', 'COMPOSITE'] as const).map(
    (type): StoreRule => ({
      name: `STO-75 the ${type} checksum is made of those of the parts, and a wrong expected one is refused`,
      async check(subject) {
        const target = await begin(subject, { algorithm: 'CRC32', type });
        const bodies = [patternBytes(100_000, 1), patternBytes(33, 2)];
        const parts: PartRecord[] = [];
        for (const [index, bytes] of bodies.entries()) {
          parts.push(await subject.objects.putPart(target, index + 1, bodyOf(bytes), plain));
        }
        const values = parts.map((part) => ({ value: part.checksums.CRC32 ?? '', sizeBytes: part.sizeBytes }));
        const expected = combineChecksums('CRC32', type, values);
        if (type === 'FULL_OBJECT') {
          const checksum = createChecksum('CRC32');
          for (const bytes of bodies) checksum.update(bytes);
          assert.equal(checksum.digest(), expected);
        }
        const complete = (value: string): ReturnType<Subject['objects']['completeUpload']> =>
          subject.objects.completeUpload(target, { ...completionOf(parts), expectChecksums: { CRC32: value } });
        await refused(complete('AAAAAA=='), 'BadDigest');
        assert.deepEqual((await complete(expected)).checksums, { type, values: { CRC32: expected } });
      },
    }),
  ),
  {
    name: 'STO-75 a condition of Complete is decided with it, and a failed one leaves the upload open',
    async check(subject) {
      const target = await begin(subject);
      const part = await subject.objects.putPart(target, 1, bodyOf('part'), plain);
      await putText(subject, 'big', 'there');
      const condition = { ifNoneMatch: ['*'] };
      const complete = (): Promise<unknown> =>
        subject.objects.completeUpload(target, { ...completionOf([part]), condition });
      await refused(complete(), 'PreconditionFailed');
      await subject.objects.deleteObjects(photos, ['big']);
      await complete();
      assert.equal((await readAll(subject, at('big'))).toString(), 'part');
    },
  },
  {
    name: 'STO-75 a condition that did not hold since the upload began is a conflict, where the caller asks for that',
    async check(subject) {
      await makeBucket(subject);
      const there = await putText(subject, 'big', 'there');
      const target = await beginAgain(subject, 'big');
      const part = await subject.objects.putPart(target, 1, bodyOf('part'), plain);
      const complete = (condition: Completion['condition'], refusesConflicts = true): Promise<unknown> =>
        subject.objects.completeUpload(target, { ...completionOf([part]), condition, refusesConflicts });
      subject.clock.advance(1);
      await putText(subject, 'big', 'there');
      await refused(complete({ ifMatch: [there.etag] }), 'ConditionalRequestConflict');
      await refused(complete({ ifNoneMatch: ['*'] }), 'PreconditionFailed');
      await subject.objects.deleteObjects(photos, ['big']);
      await refused(complete({ ifNoneMatch: ['*'] }), 'ConditionalRequestConflict');
      await refused(complete({ ifMatch: [there.etag] }), 'NoSuchKey');
      await complete({ ifNoneMatch: ['*'] }, false);
    },
  },
  {
    name: 'STO-76 an aborted upload is gone with its parts, also one that was still coming',
    async check(subject) {
      const target = await begin(subject);
      const part = await subject.objects.putPart(target, 1, bodyOf('part'), plain);
      const late = subject.objects.putPart(target, 2, bodyOf(patternBytes(500_000)), plain);
      await subject.objects.abortUpload(target);
      await late.catch(ignoreNoSuchUpload);
      await refused(subject.objects.abortUpload(target), 'NoSuchUpload');
      await refused(subject.objects.completeUpload(target, completionOf([part])), 'NoSuchUpload');
      await refused(subject.objects.readObject(at('big')), 'NoSuchKey');
      const listed = { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 10, afterUploadId: '' };
      assert.deepEqual((await subject.objects.listUploads(listed)).entries, []);
    },
  },
  {
    name: 'STO-77 parts are listed in order, page by page',
    async check(subject) {
      const target = await begin(subject);
      for (const number of [5, 1, 9, 3]) await subject.objects.putPart(target, number, bodyOf(String(number)), plain);
      const page = async (after: number, limit: number): Promise<[number[], number | undefined]> => {
        const { parts, next } = await subject.objects.listParts(target, after, limit);
        return [parts.map((part) => part.partNumber), next];
      };
      assert.deepEqual(await page(0, 2), [[1, 3], 3]);
      assert.deepEqual(await page(3, 2), [[5, 9], undefined]);
      assert.deepEqual(await page(9, 2), [[], undefined]);
    },
  },
  {
    name: 'STO-78 open uploads are listed by key and beginning, page by page, folded at the delimiter',
    async check(subject) {
      await makeBucket(subject);
      const ids = new Map<string, string>();
      for (const key of ['b', 'a', 'b', 'c/1', 'c/2', 'b']) {
        const upload = await subject.objects.createUpload({ ...at(key), write: writeOf(), checksum: undefined });
        ids.set(upload.uploadId, `${key}${ids.size}`);
        subject.clock.advance(1_000);
      }
      const base = { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 2, afterUploadId: '' };
      const seen: (string | undefined)[] = [];
      let from = { after: '', afterUploadId: '' };
      for (;;) {
        const { entries, next } = await subject.objects.listUploads({ ...base, ...from });
        for (const entry of entries) if (entry.kind === 'entry') seen.push(ids.get(entry.entry.uploadId));
        const last = entries.at(-1);
        if (next === undefined || last?.kind !== 'entry') break;
        from = { after: next, afterUploadId: last.entry.uploadId };
      }
      assert.deepEqual(seen, ['a1', 'b0', 'b2', 'b5', 'c/13', 'c/24']);
      const folded = await subject.objects.listUploads({ ...base, delimiter: '/', limit: 10 });
      assert.deepEqual(folded.entries.at(-1), { kind: 'prefix', prefix: 'c/' });
      const behind = await subject.objects.listUploads({ ...base, after: 'b', limit: 10 });
      assert.equal(behind.entries.length, 2);
    },
  },
  {
    name: 'STO-79 Complete with the same parts answers the same again, with others NoSuchUpload; of many at once one object comes',
    async check(subject) {
      const target = await begin(subject);
      const part = await subject.objects.putPart(target, 1, bodyOf('part'), plain);
      const other = await subject.objects.putPart(target, 2, bodyOf('other'), plain);
      const complete = (): ReturnType<Subject['objects']['completeUpload']> =>
        subject.objects.completeUpload(target, completionOf([part]));
      const answers = await Promise.all(Array.from({ length: 10 }, complete));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      subject.clock.advance(3_600_000);
      await putText(subject, 'big', 'newer');
      assert.deepEqual(await complete(), answers[0]);
      assert.equal((await readAll(subject, at('big'))).toString(), 'newer');
      await refused(subject.objects.completeUpload(target, completionOf([part, other])), 'NoSuchUpload');
      await refused(subject.objects.abortUpload(target), 'NoSuchUpload');
      await refused(subject.objects.putPart(target, 1, bodyOf('late'), plain), 'NoSuchUpload');
    },
  },
  ...[50, 300_000].map(
    (sizeBytes): StoreRule => ({
      name: `STO-64 a part copied from ${sizeBytes} bytes, whole or a range, is those bytes and lives on without them`,
      check: (subject) => copiedParts(subject, sizeBytes),
    }),
  ),
  {
    name: 'STO-64 a part can be copied from an object made of parts, across their borders',
    async check(subject) {
      const target = await begin(subject);
      const bodies = [patternBytes(150_000, 1), patternBytes(20_000, 2), patternBytes(90_000, 3)];
      const parts: PartRecord[] = [];
      for (const [index, bytes] of bodies.entries()) {
        parts.push(await subject.objects.putPart(target, index + 1, bodyOf(bytes), plain));
      }
      await subject.objects.completeUpload(target, completionOf(parts));
      const again = { ...(await beginAgain(subject, 'copy')), key: 'copy' };
      const range = { start: 149_999, end: 170_001 };
      const copied = [
        await subject.objects.copyPart(again, 1, { ...at('big'), range }, {}),
        await subject.objects.copyPart(again, 2, { ...at('big'), range: undefined }, {}),
      ];
      await subject.objects.completeUpload(again, completionOf(copied));
      await subject.objects.deleteObjects(photos, ['big']);
      const whole = Buffer.concat(bodies);
      const expected = Buffer.concat([whole.subarray(range.start, range.end + 1), whole]);
      assert.ok(expected.equals(await readAll(subject, at('copy'))), 'the bytes differ');
      assert.equal(copied[0]?.etag, md5(whole.subarray(range.start, range.end + 1)));
    },
  },
];

async function copiedParts(subject: Subject, sizeBytes: number): Promise<void> {
  const target = await begin(subject, { algorithm: 'CRC32', type: 'FULL_OBJECT' });
  const bytes = patternBytes(sizeBytes);
  const { etag } = await subject.objects.putObject(at('from'), bodyOf(bytes), writeOf(), {});
  const range = { start: 7, end: sizeBytes - 11 };
  const source = { ...at('from'), range };
  const whole = await subject.objects.copyPart(target, 1, { ...source, range: undefined }, { ifMatch: [etag] });
  const part = await subject.objects.copyPart(target, 2, source, {});
  assert.deepEqual([whole.etag, part.etag], [md5(bytes), md5(bytes.subarray(7, sizeBytes - 10))]);
  assert.deepEqual([whole.sizeBytes, part.sizeBytes], [sizeBytes, sizeBytes - 17]);
  await refused(
    subject.objects.copyPart(target, 3, { ...source, range: { start: 0, end: sizeBytes } }, {}),
    'InvalidRange',
  );
  await refused(subject.objects.copyPart(target, 3, source, { ifMatch: ['0'.repeat(32)] }), 'PreconditionFailed');
  await refused(subject.objects.copyPart(target, 3, { ...source, key: 'none' }, {}), 'NoSuchKey');
  await subject.objects.deleteObjects(photos, ['from']);
  const record = await subject.objects.completeUpload(target, completionOf([whole, part]));
  const expected = Buffer.concat([bytes, bytes.subarray(7, sizeBytes - 10)]);
  const checksum = createChecksum('CRC32');
  checksum.update(expected);
  assert.deepEqual(record.checksums?.values, { CRC32: checksum.digest() });
  assert.ok(expected.equals(await readAll(subject, at('big'))), 'the bytes differ');
}

async function begin(
  subject: Subject,
  checksum?: { algorithm: 'CRC32'; type: 'FULL_OBJECT' | 'COMPOSITE' },
): Promise<UploadTarget> {
  await makeBucket(subject);
  return beginAgain(subject, 'big', checksum);
}

async function beginAgain(
  { objects }: Subject,
  key: string,
  checksum?: { algorithm: 'CRC32'; type: 'FULL_OBJECT' | 'COMPOSITE' },
): Promise<UploadTarget> {
  const write = writeOf({ contentType: 'video/mp4', metadata: { title: 'x' } });
  const { uploadId } = await objects.createUpload({ ...at(key), write, checksum });
  return { ...at(key), uploadId };
}

function completionOf(parts: readonly PartRecord[]): Completion {
  return {
    parts: parts.map(({ partNumber, etag }) => ({ partNumber, etag, checksums: {} })),
    minPartBytes: 1,
    expectChecksums: {},
    condition: {},
  };
}

function md5(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** An empty list of parts may be refused before the upload is looked for. */
function ignoreEmptyList(error: unknown): void {
  assert.match(String(error), /InvalidRequest/);
}

/** A part that was still coming when its upload was aborted may have arrived before. */
function ignoreNoSuchUpload(error: unknown): void {
  assert.ok(error instanceof Error && 'code' in error && error.code === 'NoSuchUpload');
}
