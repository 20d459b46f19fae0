import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { formatHttpDate, parseHttpDate } from './http-date.ts';

const timeMs = Date.UTC(1994, 10, 6, 8, 49, 37);
const forms = [
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
  'sun, 06 nov 1994 08:49:37 gmt',
  'Sun, 6 Nov 1994 08:49:37 -0000',
  '06 Nov 1994 08:49:37 UTC',
  '  Sun, 06 Nov 1994 08:49:37 +0000 ',
];
for (const form of forms) {
  test(`WIRE-40 ${JSON.stringify(form)} is a date`, () => assert.equal(parseHttpDate(form), timeMs));
}

test('WIRE-40 two-digit years turn at 70, leap days and leap seconds are there', () => {
  assert.equal(parseHttpDate('Wednesday, 01-Jan-69 00:00:00 GMT'), Date.UTC(2069, 0, 1));
  assert.equal(parseHttpDate('Thursday, 01-Jan-70 00:00:00 GMT'), 0);
  assert.equal(parseHttpDate('Thu, 29 Feb 2024 23:59:59 GMT'), Date.UTC(2024, 1, 29, 23, 59, 59));
  assert.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT'), Date.UTC(2016, 11, 31, 23, 59, 59));
});

const notDates = [
  '',
  'now',
  '0',
  '1478422177',
  '2026-11-24T09:00:00Z',
  'Sun, 30 Feb 2026 00:00:00 GMT',
  'Thu, 29 Feb 2023 00:00:00 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Nov 1994 08:60:00 GMT',
  'Sun, 06 Nov 1994 08:49:61 GMT',
  'Sun, 00 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 CET',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  'Sun, 06 Now 1994 08:49:37 GMT',
  '"abc"',
  'a'.repeat(100_000),
];
for (const text of notDates) {
  test(`WIRE-40 ${JSON.stringify(text.slice(0, 40))} is no date`, () => assert.equal(parseHttpDate(text), undefined));
}

test('WIRE-41 a time is written as IMF-fixdate, whole seconds', () => {
  assert.equal(formatHttpDate(timeMs + 999), 'Sun, 06 Nov 1994 08:49:37 GMT');
});

test('WIRE-41 what is written is read back', () => {
  const seed = readSeed();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      assert.equal(parseHttpDate(formatHttpDate(seconds * 1000)), seconds * 1000);
    }),
    { seed, verbose: 1 },
  );
});
