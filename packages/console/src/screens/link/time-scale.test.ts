import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusters, percent, zoomedScale } from './time-scale.ts';

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;

test('the first hours of a link that is valid for a week take most of its line', () => {
  const { at, window } = zoomedScale(0, weekMs, [0, hourMs, 2 * hourMs]);
  assert.ok(window !== undefined);
  assert.ok(at(2 * hourMs) - at(0) > 60, `${at(0)} to ${at(2 * hourMs)}`);
  assert.equal(at(0), 0);
  assert.equal(at(weekMs), 100);
  let last = -1;
  for (let ms = 0; ms <= weekMs; ms += hourMs / 4) {
    assert.ok(at(ms) > last, 'later is always further right');
    last = at(ms);
  }
});

test('a line whose events are spread over it is not distorted', () => {
  const { at, window } = zoomedScale(0, weekMs, [hourMs, 160 * hourMs]);
  assert.equal(window, undefined);
  assert.equal(at(50 * hourMs), percent(50 * hourMs, 0, weekMs));
  assert.equal(zoomedScale(0, weekMs, []).at(weekMs / 2), 50);
});

test('marks that would cover each other are one mark with their sum', () => {
  const event = (ms: number, count: number) => ({ time: new Date(ms).toISOString(), count });
  const found = clusters([event(500, 3), event(0, 1), event(90_000, 0)], (ms) => percent(ms, 0, 100_000));
  assert.deepEqual(
    found.map(({ left, count }) => [left, count]),
    [
      [0, 4],
      [90, 1],
    ],
  );
});
