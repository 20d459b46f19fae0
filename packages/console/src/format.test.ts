import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatDay,
  formatLimit,
  formatMoment,
  formatRelative,
  formatSpan,
  plural,
  shortAgent,
  shortId,
} from './format.ts';

test('sizes have a unit of 1,024 and at most one decimal', () => {
  const cases = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [4_404_019, '4.2 MiB'],
    [104_857_600, '100 MiB'],
    [4_402_341_478, '4.1 GiB'],
  ] as const;
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

test('a size that somebody chose is shown as it may have been written', () => {
  const cases = [
    [2_147_483_648, '2 GiB'],
    [20_000_000, '20 MB'],
    [12_582_912, '12 MiB'],
    [5_497_558_138_880, '5 TiB'],
    [4_404_019, '4.2 MiB'],
    [0, '0 B'],
    [700, '700 B'],
  ] as const;
  for (const [bytes, text] of cases) assert.equal(formatLimit(bytes), text);
});

test('times are shown in their largest unit, past and future', () => {
  const now = Date.parse('2026-11-24T10:15:00Z');
  const cases = [
    [-240, '4 min ago'],
    [-3, 'now'],
    [2460, 'in 41 min'],
    [30 * 86_400, 'in 30 d'],
    [-400 * 86_400, '400 d ago'],
  ] as const;
  for (const [seconds, text] of cases) assert.equal(formatRelative(now + seconds * 1000, now), text);
  assert.equal(formatSpan(90_061), '1 d');
  assert.equal(formatMoment(Date.parse('2026-11-24T12:15:00Z'), now, 'utc'), '12:15');
  assert.equal(formatMoment(Date.parse('2026-12-24T10:15:00Z'), now, 'utc'), '24 Dec, 10:15');
  assert.equal(formatDay(Date.parse('2026-12-24T00:00:00Z')), '24 Dec 2026');
  assert.equal(formatMoment(Date.parse('2027-01-02T10:15:00Z'), now, 'utc'), '2 Jan 2027, 10:15');
});

test('ids, counts and programs are abbreviated', () => {
  assert.equal(shortId('lk_5kq2xw7hzr3nmb4c'), 'lk_5kq2…mb4c');
  assert.equal(plural(1, 'use'), '1 use');
  assert.equal(plural(2113, 'use'), '2,113 uses');
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
  assert.equal(shortAgent(firefox), 'Firefox 145');
  assert.equal(shortAgent('curl/8.14.1'), 'curl/8.14');
  assert.equal(shortAgent('<script>alert(1)</script>'), '<script>alert(1)</script>');
});
