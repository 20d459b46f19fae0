import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import type { VersionRecord } from '../../stores/objects/object-store.ts';
import { planRead } from './read-plan.ts';

const record: VersionRecord = {
  bucket: 'b',
  key: 'k',
  versionId: 'null',
  sizeBytes: 10,
  etag: 'e'.repeat(32),
  modifiedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  contentType: 'text/plain',
  headers: { 'cache-control': 'max-age=60' },
  metadata: {},
  checksums: undefined,
  partSizes: [],
  owner: { id: 'aa', displayName: 'ada' },
  acl: 'private',
};
const nowMs = Date.UTC(2026, 11, 1);
const requested = { conditions: {}, range: undefined, ifRange: undefined, partNumber: undefined };

function refusalOf(change: object, of = record): S3Error {
  try {
    planRead(of, { ...requested, ...change }, nowMs);
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error));
    return error;
  }
  assert.fail('not refused');
}

const ranges: readonly (readonly [
  range: string | undefined,
  ifRange: string | undefined,
  answer: object | undefined,
])[] = [
  [undefined, undefined, undefined],
  ['bytes=2-5', undefined, { start: 2, end: 5 }],
  ['bytes=-3', undefined, { start: 7, end: 9 }],
  ['bytes=4-', undefined, { start: 4, end: 9 }],
  ['bytes=2-5', `"${record.etag}"`, { start: 2, end: 5 }],
  ['bytes=2-5', '"other"', undefined],
  ['bytes=0-1,4-5', undefined, undefined],
  ['items=0-1', undefined, undefined],
];
for (const [range, ifRange, answer] of ranges) {
  test(`SIG-103 SEC-415 the range ${range} with If-Range ${ifRange?.slice(0, 8)} sends ${JSON.stringify(answer ?? 'all')}`, () => {
    assert.deepEqual(planRead(record, { ...requested, range, ifRange }, nowMs).range, answer);
  });
}

test('SIG-103 SEC-415 a range outside the object is 416 with the size', () => {
  const error = refusalOf({ range: 'bytes=10-' });
  assert.deepEqual([error.code, error.status, error.headers?.['content-range']], ['InvalidRange', 416, 'bytes */10']);
  assert.equal(refusalOf({ range: 'bytes=0-0' }, { ...record, sizeBytes: 0 }).code, 'InvalidRange');
});

test('SIG-103 a read whose condition says "unchanged" is 304 with the headers a cache needs', () => {
  const error = refusalOf({ conditions: { ifNoneMatch: `"${record.etag}"` } });
  assert.deepEqual([error.code, error.status], ['NotModified', 304]);
  assert.deepEqual(error.headers, {
    etag: `"${record.etag}"`,
    'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
    'cache-control': 'max-age=60',
  });
});

test('SIG-103 a read whose condition does not hold is 412 and names it', () => {
  const error = refusalOf({ conditions: { ifMatch: '"other"' } });
  assert.deepEqual([error.code, error.fields['Condition']], ['PreconditionFailed', 'If-Match']);
});

test('SIG-105 a part number chooses the bytes of that part and tells how many there are', () => {
  const parts = { ...record, partSizes: [4, 4, 2] };
  assert.deepEqual(planRead(parts, { ...requested, partNumber: 1 }, nowMs), {
    range: { start: 0, end: 3 },
    partsCount: 3,
  });
  assert.deepEqual(planRead(parts, { ...requested, partNumber: 3 }, nowMs), {
    range: { start: 8, end: 9 },
    partsCount: 3,
  });
  assert.equal(refusalOf({ partNumber: 4 }, parts).code, 'InvalidPart');
});

test('SIG-105 an object that was put whole is its own part 1', () => {
  assert.deepEqual(planRead(record, { ...requested, partNumber: 1 }, nowMs), {
    range: { start: 0, end: 9 },
    partsCount: undefined,
  });
  assert.equal(refusalOf({ partNumber: 2 }).code, 'InvalidPart');
});

test('SEC-415 a range and a part number together are refused', () => {
  assert.equal(refusalOf({ partNumber: 1, range: 'bytes=0-1' }).code, 'InvalidRequest');
});
