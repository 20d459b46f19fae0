import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../contract/objects/assert-refusal.ts';
import { at, bodyOf, makeBucket, plain, readAll, writeOf } from '../contract/objects/subject.ts';
import type { PartRecord } from '../objects/object-store.ts';
import { type LocalSubject, openLocalSubject } from './test-support/open-subject.ts';

const partCount = 2_500;

async function sendParts(subject: LocalSubject, key: string) {
  const checksum = { algorithm: 'CRC32C', type: 'FULL_OBJECT' } as const;
  const { uploadId } = await subject.objects.createUpload({ ...at(key), write: writeOf(), checksum });
  const target = { ...at(key), uploadId };
  const parts: PartRecord[] = [];
  for (let number = 1; number <= partCount; number += 250) {
    const batch = Array.from({ length: 250 }, (_, offset) =>
      subject.objects.putPart(target, number + offset, bodyOf(`${number + offset};`), plain),
    );
    parts.push(...(await Promise.all(batch)));
  }
  return { target, parts };
}

const completionOf = (parts: readonly PartRecord[]) => ({
  parts: parts.map(({ partNumber, etag, checksums }) => ({ partNumber, etag, checksums })),
  minPartBytes: 0,
  expectChecksums: {},
  condition: {},
});
const textOf = (numbers: readonly PartRecord[]) => numbers.map(({ partNumber }) => `${partNumber};`).join('');

test('SEC-909 STO-75 others are served while the parts of a large upload are read, and the object is its parts', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const { target, parts } = await sendParts(subject, 'all');
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const record = await subject.objects.completeUpload(target, completionOf(parts));
  isOver = true;
  assert.ok(turns > partCount / 1_000, `${turns} turns`);
  assert.equal(record.etag.endsWith(`-${partCount}`), true);
  assert.equal((await readAll(subject, at('all'))).toString(), textOf(parts));
  const listed = await subject.objects.readParts(at('all'), partCount - 1, 10);
  assert.deepEqual(listed, [{ partNumber: partCount, sizeBytes: 5, checksums: parts.at(-1)?.checksums }]);
  assert.deepEqual(await subject.objects.completeUpload(target, completionOf(parts)), record);
  await subject.close();
});

test('STO-73 STO-75 REL-4 a large completion takes the parts that are there when it is decided', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const { target, parts } = await sendParts(subject, 'raced');
  const named = parts.filter(({ partNumber }) => partNumber % 10 !== 0);
  // A part is sent again while the parts are being read. Whichever comes first: the object is never of a part that was not named.
  const [completed, sent] = await Promise.allSettled([
    subject.objects.completeUpload(target, completionOf(named)),
    subject.objects.putPart(target, 1, bodyOf('another'), plain),
  ]);
  if (completed.status === 'rejected') {
    assert.equal(sent.status, 'fulfilled');
    await refused(Promise.reject(completed.reason), 'InvalidPart');
    await subject.objects.putPart(target, 1, bodyOf('1;'), plain);
  } else await refused(Promise.reject(sent.status === 'rejected' ? sent.reason : 'kept'), 'NoSuchUpload');
  const record = await subject.objects.completeUpload(target, completionOf(named));
  assert.equal(record.partSizes.length, named.length);
  assert.equal((await readAll(subject, at('raced'))).toString(), textOf(named));
  while ((await subject.store.housekeeping.emptyTrash()) === 'more');
  assert.equal((await readAll(subject, at('raced'))).toString(), textOf(named));
  await subject.close();
});
