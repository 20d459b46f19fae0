import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../packages/server/src/stores/contract/objects/assert-refusal.ts';
import { at, bodyOf, makeBucket, plain, writeOf } from '../../packages/server/src/stores/contract/objects/subject.ts';
import { openLocalSubject } from '../../packages/server/src/stores/local/test-support/open-subject.ts';

const most = 10_000;
const atOnce = 500;

/** Runs `work` for 1 to `most`, so many at once that they share transactions. */
async function forMost<Value>(work: (number: number) => Promise<Value>): Promise<Value[]> {
  const results: Value[] = [];
  for (let start = 0; start < most; start += atOnce) {
    results.push(...(await Promise.all(Array.from({ length: atOnce }, (_, offset) => work(start + offset + 1)))));
  }
  return results;
}

test('SEC-908 10,000 open uploads with a part each are the most of a bucket; the job that ends old ones makes room', async () => {
  const subject = await openLocalSubject();
  const { objects, clock, store } = subject;
  await makeBucket(subject);
  const begin = (number: number) =>
    objects.createUpload({ ...at(`upload-${number}`), write: writeOf(), checksum: undefined });
  const uploads = await forMost(async (number) => {
    const { uploadId } = await begin(number);
    await objects.putPart({ ...at(`upload-${number}`), uploadId }, 1, bodyOf('a part'), plain);
    return uploadId;
  });
  assert.equal(new Set(uploads).size, most);
  await refused(begin(most + 1), 'SlowDown');
  clock.advance(604_800_000);
  let turns = 0;
  while ((await store.housekeeping.abortUploads(clock.nowMs())) === 'more') turns += 1;
  assert.ok(turns > 1, 'they are ended in slices, between which others are served');
  await refused(objects.readUpload({ ...at('upload-1'), uploadId: uploads[0] ?? '' }), 'NoSuchUpload');
  await begin(1);
  await subject.close();
});

test('SEC-908 an upload has 10,000 parts, and they go with it', async () => {
  const subject = await openLocalSubject();
  const { objects } = subject;
  await makeBucket(subject);
  const { uploadId } = await objects.createUpload({ ...at('k'), write: writeOf(), checksum: undefined });
  const target = { ...at('k'), uploadId };
  const parts = await forMost((number) => objects.putPart(target, number, bodyOf(`${number};`), plain));
  assert.equal(parts.length, most);
  await objects.abortUpload(target);
  await refused(objects.putPart(target, 1, bodyOf('late'), plain), 'NoSuchUpload');
  await subject.close();
});
