import assert from 'node:assert/strict';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { storeJobs } from '../../background/store-jobs.ts';
import { systemDisk } from '../../world/disk.ts';
import { refused } from '../contract/objects/assert-refusal.ts';
import {
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  photos,
  plain,
  putText,
  readAll,
  sentBytes,
  writeOf,
} from '../contract/objects/subject.ts';
import type { Housekeeping } from '../upkeep/housekeeping.ts';
import { diskWithSpace } from './test-support/faulty-disk.ts';
import { type LocalSubject, openLocalSubject } from './test-support/open-subject.ts';

async function countBodies(folder: string): Promise<number> {
  const names = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).length;
}

async function empty(housekeeping: Housekeeping): Promise<void> {
  while ((await housekeeping.emptyTrash()) === 'more');
}

/** Completes an upload of as many parts of 70 kB. */
async function putParts(subject: LocalSubject, key: string, count: number): Promise<void> {
  const { uploadId } = await subject.objects.createUpload({ ...at(key), write: writeOf(), checksum: undefined });
  const target = { ...at(key), uploadId };
  const parts = [];
  for (let number = 1; number <= count; number += 1) {
    const part = await subject.objects.putPart(target, number, bodyOf(patternBytes(70_000, number)), plain);
    parts.push({ partNumber: number, etag: part.etag, checksums: {} });
  }
  await subject.objects.completeUpload(target, { parts, minPartBytes: 1, expectChecksums: {}, condition: {} });
}

test('STO-51 SEC-709 the file of a body goes after delete, overwrite and abort, and stays while anything refers to it', async () => {
  const subject = await openLocalSubject();
  const { objects, store, folder } = subject;
  const put = (key: string): Promise<unknown> =>
    objects.putObject(at(key), bodyOf(patternBytes(100_000)), writeOf(), {});
  const expectBodies = async (count: number): Promise<void> => {
    await empty(store.housekeeping);
    assert.equal(await countBodies(folder), count);
  };
  await makeBucket(subject);
  await put('a');
  await put('a');
  await expectBodies(1);
  await objects.copyObject(
    at('a'),
    at('b'),
    { owner: writeOf().owner, acl: 'private', replace: undefined },
    { source: {}, target: {} },
  );
  await objects.deleteObjects(photos, ['a']);
  await expectBodies(1);
  await putText(subject, 'b', 'small');
  await expectBodies(0);
  const { uploadId } = await objects.createUpload({ ...at('c'), write: writeOf(), checksum: undefined });
  await objects.putPart({ ...at('c'), uploadId }, 1, bodyOf(patternBytes(70_000)), plain);
  await expectBodies(1);
  await objects.abortUpload({ ...at('c'), uploadId });
  await expectBodies(0);
  await putParts(subject, 'd', 3);
  await expectBodies(3);
  await objects.deleteObjects(photos, ['d']);
  await expectBodies(0);
  await subject.close();
});

test('STO-51 an object of many parts is read to its end although it was deleted meanwhile', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putParts(subject, 'k', 3);
  const opened = await subject.objects.openObject(at('k'));
  await subject.objects.deleteObjects(photos, ['k']);
  await empty(subject.store.housekeeping);
  const expected = Buffer.concat([1, 2, 3].map((number) => patternBytes(70_000, number)));
  assert.ok(expected.equals(await sentBytes(opened, { start: 0, end: 209_999 })));
  await opened.close();
  await empty(subject.store.housekeeping);
  assert.equal(await countBodies(subject.folder), 0);
  await subject.close();
});

test('STO-95 orphans older than the process are removed; others, foreign files and bodies with a row are not', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const bytes = patternBytes(100_000);
  await subject.objects.putObject(at('k'), bodyOf(bytes), writeOf(), {});
  const old = new Date(subject.clock.nowMs() - 10_000);
  const plant = async (name: string, when: Date): Promise<void> => {
    await writeFile(join(subject.folder, 'blobs/ab', name), 'left over');
    await utimes(join(subject.folder, 'blobs/ab', name), when, when);
  };
  await plant(`ab${'0'.repeat(30)}`, old);
  await plant(`ab${'1'.repeat(30)}`, new Date(subject.clock.nowMs() + 10_000));
  await plant('notes.txt', old);
  while ((await subject.store.housekeeping.sweepOrphans(subject.clock.nowMs())) === 'more');
  assert.deepEqual(
    (await readdir(join(subject.folder, 'blobs/ab'))).filter((name) => /^(ab[01]{30}|notes)/.test(name)).sort(),
    [`ab${'1'.repeat(30)}`, 'notes.txt'],
  );
  assert.ok(bytes.equals(await readAll(subject, at('k'))));
  await subject.close();
});

test('STO-97 REL-14 with the disk full bodies are refused, the rest goes on, and writing does when space returns', async () => {
  let freeBytes = 1_000_000_000;
  const disk = diskWithSpace(systemDisk, () => ({ freeBytes, totalBytes: 2_000_000_000 }));
  const subject = await openLocalSubject({ disk, freeSpaceReserveBytes: 1_000_000 });
  const { objects, clock } = subject;
  await makeBucket(subject);
  await putText(subject, 'old', 'old');
  freeBytes = 1_000_000;
  clock.advance(2_000);
  for (const sizeBytes of [10, 200_000]) {
    const put = objects.putObject(at('new'), bodyOf(patternBytes(sizeBytes)), writeOf(), {});
    await assert.rejects(put, (error: unknown) => error instanceof StoreFailure && error.toRefusal().status === 507);
  }
  assert.equal((await readAll(subject, at('old'))).toString(), 'old');
  await objects.deleteObjects(photos, ['old']);
  await refused(objects.readObject(at('new')), 'NoSuchKey');
  assert.equal(await countBodies(subject.folder), 0);
  freeBytes = 1_000_000_000;
  clock.advance(2_000);
  await objects.putObject(at('new'), bodyOf(patternBytes(200_000)), writeOf(), {});
  await subject.close();
});

test('STO-97 SEC-707 a body that is announced and not sent takes no room of others', async () => {
  const disk = diskWithSpace(systemDisk, () => ({ freeBytes: 10_000_000, totalBytes: 20_000_000 }));
  const subject = await openLocalSubject({ disk });
  await makeBucket(subject);
  for (let count = 0; count < 20; count += 1) {
    const write = writeOf({ expect: { ...plain, sizeBytes: 5_000_000 } });
    await refused(subject.objects.putObject(at('k'), bodyOf('abc'), write, {}), 'IncompleteBody');
  }
  await subject.objects.putObject(at('k'), bodyOf(patternBytes(4_000_000)), writeOf(), {});
  assert.equal(await countBodies(subject.folder), 1);
  await subject.close();
});

test('STO-99 old uploads are aborted and old answers of Complete forgotten, by the background jobs', async () => {
  const subject = await openLocalSubject();
  const { objects, clock, store } = subject;
  await makeBucket(subject);
  const { uploadId } = await objects.createUpload({ ...at('k'), write: writeOf(), checksum: undefined });
  const target = { ...at('k'), uploadId };
  const part = await objects.putPart(target, 1, bodyOf('part'), plain);
  const claim = {
    parts: [{ partNumber: 1, etag: part.etag, checksums: {} }],
    minPartBytes: 1,
    expectChecksums: {},
    condition: {},
  };
  await objects.completeUpload(target, claim);
  const open = await objects.createUpload({ ...at('open'), write: writeOf(), checksum: undefined });
  const jobs = storeJobs({
    housekeeping: store.housekeeping,
    resumables: store.resumables,
    shares: store.shares,
    links: store.links,
    records: store.records,
    temporary: store.temporary,
    startedAtMs: clock.nowMs(),
    abortUploadsAfterMs: () => 604_800_000,
    lifecycle: { objects, everyMs: 3_600_000, dayMs: 86_400_000 },
  });
  const runAll = async (): Promise<void> => {
    for (const job of jobs) while ((await job.runOnce(clock.nowMs())) === 'more');
  };
  clock.advance(3_600_000);
  await runAll();
  await objects.completeUpload(target, claim);
  clock.advance(86_400_000);
  await runAll();
  await refused(objects.completeUpload(target, claim), 'NoSuchUpload');
  await objects.readUpload({ ...at('open'), uploadId: open.uploadId });
  clock.advance(604_800_000);
  await runAll();
  await refused(objects.readUpload({ ...at('open'), uploadId: open.uploadId }), 'NoSuchUpload');
  await subject.close();
});

test('STO-78 more open uploads than allowed are refused with SlowDown', async () => {
  const subject = await openLocalSubject({ maxOpenUploadsPerBucket: 2 });
  await makeBucket(subject);
  const begin = (): ReturnType<typeof subject.objects.createUpload> =>
    subject.objects.createUpload({ ...at('k'), write: writeOf(), checksum: undefined });
  await begin();
  const second = await begin();
  await refused(begin, 'SlowDown');
  await subject.objects.abortUpload({ ...at('k'), uploadId: second.uploadId });
  await begin();
  await subject.close();
});
