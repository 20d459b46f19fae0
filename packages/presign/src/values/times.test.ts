import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIsoSeconds, isDay, parseAmzDate, parseHeaderDate, parseIsoDate } from './times.ts';

test('SIG-40d a date is read as the calendar has it, and nothing else is', () => {
  for (let ms = Date.UTC(1900, 0, 1); ms < Date.UTC(2400, 0, 1); ms += 86_400_000 * 11 + 3_661_000) {
    const text = new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
    assert.equal(parseAmzDate(text), ms, text);
  }
});

for (const text of [
  '20260230T000000Z',
  '20260229T000000Z',
  '21000229T000000Z',
  '20261301T000000Z',
  '20260001T000000Z',
  '20260100T000000Z',
  '20260115T240000Z',
  '20260115T006000Z',
  '20260115T000060Z',
  '20260115T120000',
  '20260115t120000Z',
  '20260115T120000z',
  '2026-01-15T12:00:00Z',
  '20260115T12000٣Z',
  '00260115T120000Z',
  '',
]) {
  test(`SIG-40d SEC-109 ${JSON.stringify(text)} is no date`, () => {
    assert.equal(parseAmzDate(text), undefined);
  });
}

test('SIG-42b a scope date is eight digits that name a day', () => {
  assert.equal(isDay('20240229'), true);
  for (const text of ['20260229', '2026011', '2026-1-5', '202601150', 'yyyyMMdd'])
    assert.equal(isDay(text), false, text);
});

for (const text of [
  '20260115T120000Z',
  'Thu, 15 Jan 2026 12:00:00 GMT',
  'Thursday, 15-Jan-26 12:00:00 GMT',
  'Thu Jan 15 12:00:00 2026',
  'Thu, 15 Jan 2026 12:00:00 +0000',
  'Thu, 15 Jan 2026 13:30:00 +0130',
  '15 Jan 2026 11:00:00 -0100',
]) {
  test(`SIG-62 ${JSON.stringify(text)} is noon of that day`, () => {
    assert.equal(parseHeaderDate(text), Date.UTC(2026, 0, 15, 12));
  });
}

for (const text of [
  'yesterday',
  'Thu, 32 Jan 2026 12:00:00 GMT',
  'Thu, 15 Foo 2026 12:00:00 GMT',
  '1768478400',
  'Tue, 07 Jul 1950 21:53:04 GMT',
  '19691231T235959Z',
]) {
  test(`SIG-62 ${JSON.stringify(text)} is no date of a header`, () => {
    assert.equal(parseHeaderDate(text), undefined);
  });
}

test('SIG-84 an expiration may have fractions of a second, and must end in Z', () => {
  assert.equal(parseIsoDate('2026-01-15T12:00:00Z'), Date.UTC(2026, 0, 15, 12));
  assert.equal(parseIsoDate('2026-01-15T12:00:00.25Z'), Date.UTC(2026, 0, 15, 12, 0, 0, 250));
  for (const text of ['2026-01-15 12:00:00', '2026-01-15T12:00:00+01:00', '2026-02-30T12:00:00Z', '2026-01-15']) {
    assert.equal(parseIsoDate(text), undefined, text);
  }
});

test('SIG-91 members tell times in whole seconds', () => {
  assert.equal(formatIsoSeconds(Date.UTC(2026, 0, 15, 12, 0, 0, 999)), '2026-01-15T12:00:00Z');
  assert.equal(formatIsoSeconds(Number.NaN), 'invalid time');
});
