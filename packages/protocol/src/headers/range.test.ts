import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { S3Error } from '../errors/s3-error.ts';
import { contentRange, parseCopySourceRange, parseRange, rangeRefusal } from './range.ts';

type Case = readonly [header: string | undefined, sizeBytes: number, result: ReturnType<typeof parseRange>];
const cases: readonly Case[] = [
  [undefined, 10, undefined],
  ['bytes=0-3', 10, { start: 0, end: 3 }],
  ['bytes=0-0', 10, { start: 0, end: 0 }],
  ['bytes=4-', 10, { start: 4, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=5-100', 10, { start: 5, end: 9 }],
  ['Bytes = 0-3', 10, { start: 0, end: 3 }],
  [`bytes=5-${'9'.repeat(30)}`, 10, { start: 5, end: 9 }],
  ['bytes=9-', 10, { start: 9, end: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=40-50', 5, 'unsatisfiable'],
  [`bytes=${'9'.repeat(30)}-`, 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-1', 0, 'unsatisfiable'],
  ['bytes=40-50', 0, 'unsatisfiable'],
  ['bytes=5-2', 10, undefined],
  ['bytes=abc', 10, undefined],
  ['bytes=-', 10, undefined],
  ['bytes=', 10, undefined],
  ['', 10, undefined],
  ['items=0-1', 10, undefined],
  ['bytes=0-1,3-4', 10, undefined],
  [`bytes=${Array.from({ length: 1000 }, (_, at) => `${at}-${at}`).join(',')}`, 10_000, undefined],
  ['bytes=1.5-2', 10, undefined],
  ['bytes=0x1-2', 10, undefined],
  ['bytes=+1-2', 10, undefined],
  ['bytes=٣-٤', 10, undefined],
  [`bytes=${'9'.repeat(65_536)}-`, 10, undefined],
];
for (const [header, sizeBytes, result] of cases) {
  test(`WIRE-50 SEC-415 ${JSON.stringify(header?.slice(0, 40))} of ${sizeBytes} bytes is ${JSON.stringify(result)}`, () => {
    assert.deepEqual(parseRange(header, sizeBytes), result);
  });
}

test('WIRE-50 a range lies inside the object, for any numbers and any text', () => {
  const seed = readSeed();
  const ends = fc.oneof(fc.maxSafeNat().map(String), fc.nat(20).map(String), fc.constant(''));
  const header = fc.oneof(
    fc.tuple(ends, ends).map(([first, last]) => `bytes=${first}-${last}`),
    fc.string(),
    fc.string().map((text) => `bytes=${text}`),
  );
  fc.assert(
    fc.property(header, fc.oneof(fc.nat(20), fc.maxSafeNat()), (text, sizeBytes) => {
      const range = parseRange(text, sizeBytes);
      if (range === undefined || range === 'unsatisfiable') return;
      assert.ok(range.start >= 0 && range.start <= range.end && range.end < sizeBytes);
      assert.equal(contentRange(range, sizeBytes), `bytes ${range.start}-${range.end}/${sizeBytes}`);
    }),
    { seed, verbose: 1 },
  );
});

test('WIRE-51 the refusal names the size twice', () => {
  const error = rangeRefusal('bytes=40-50', 5);
  assert.equal(error.status, 416);
  assert.deepEqual(error.fields, { RangeRequested: 'bytes=40-50', ActualObjectSize: 5 });
  assert.equal(error.headers?.['content-range'], 'bytes */5');
});

test('WIRE-52 the range of a copy is within its source', () => {
  assert.deepEqual(parseCopySourceRange('bytes=0-9', 10), { start: 0, end: 9 });
  assert.deepEqual(parseCopySourceRange('bytes=3-3', 10), { start: 3, end: 3 });
});
const badCopyRanges: readonly (readonly [string, string])[] = [
  ['bytes=0-10', 'InvalidRange'],
  ['bytes=10-20', 'InvalidRange'],
  ['0-2', 'InvalidArgument'],
  ['bytes=0', 'InvalidArgument'],
  ['bytes=hello-world', 'InvalidArgument'],
  ['bytes=0-bar', 'InvalidArgument'],
  ['hello', 'InvalidArgument'],
  ['bytes=0-', 'InvalidArgument'],
  ['bytes=-3', 'InvalidArgument'],
  ['bytes=5-2', 'InvalidArgument'],
  ['bytes=0-2,3-5', 'InvalidArgument'],
  ['', 'InvalidArgument'],
];
for (const [header, code] of badCopyRanges) {
  test(`WIRE-52 the copy range ${JSON.stringify(header)} of 10 bytes is ${code}`, () => {
    assert.throws(
      () => parseCopySourceRange(header, 10),
      (error) => error instanceof S3Error && error.code === code,
    );
  });
}
