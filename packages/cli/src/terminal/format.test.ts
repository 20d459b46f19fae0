import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeAgo,
  describeBytes,
  describeClock,
  describeCount,
  describeDuration,
  describeSecond,
  describeUntil,
} from './format.ts';

for (const [bytes, text] of [
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [4_404_019, '4.2 MiB'],
  [1024 * 1024 - 1, '1.0 MiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
] as const) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(describeBytes(bytes), text));
}

const nowMs = Date.parse('2026-11-24T10:15:00Z');

for (const [seconds, text] of [
  [30 * 86_400, '30 d'],
  [36 * 3600, '1 d 12 h'],
  [3600, '1 h'],
  [900, '15 min'],
] as const) {
  test(`a length of ${text} is shown as requested, even if the request took a moment`, () => {
    assert.equal(describeUntil(nowMs + seconds * 1000, nowMs + 400), text);
    if (seconds >= 3600) assert.equal(describeUntil(nowMs + seconds * 1000, nowMs + 20_000), text);
  });
}

for (const [offsetMs, text] of [
  [0, 'now'],
  [-4 * 60_000, '4 min ago'],
  [41 * 60_000 + 59_000, 'in 41 min'],
  [30 * 86_400_000, 'in 30 d'],
  [-3_600_000, '1 h ago'],
] as const) {
  test(`${offsetMs} ms from now is ${text}`, () => assert.equal(describeAgo(nowMs + offsetMs, nowMs), text));
}

test('durations are exact, counts are grouped', () => {
  assert.equal(describeDuration(7200), '2 h');
  assert.equal(describeDuration(5400), '1 h 30 min');
  assert.equal(describeDuration(0), '0 s');
  assert.equal(describeCount(1204), '1,204');
});

test('a time of another day has its day', () => {
  assert.match(describeClock(nowMs, nowMs), /^\d\d:\d\d$/);
  assert.match(describeSecond(nowMs, nowMs), /^\d\d:\d\d:\d\d$/);
  assert.match(describeClock(nowMs + 40 * 86_400_000, nowMs), /^\d{1,2} Jan 2027 \d\d:\d\d$/);
});
