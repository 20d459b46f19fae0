import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostLeadMs, ServerClock } from './server-clock.ts';

function openClock() {
  const time = { wallMs: 1_000_000, monotonicMs: 5 };
  const clock = new ServerClock({
    nowMs: () => time.wallMs,
    monotonicMs: () => time.monotonicMs,
    after: () => () => undefined,
  });
  clock.nowMs();
  const pass = (ms: number): void => {
    time.wallMs += ms;
    time.monotonicMs += ms;
  };
  return { time, clock, pass };
}

test('REL-16 time never goes back: behind a wall clock that was set back it runs at half speed until that has caught up', () => {
  const { time, clock, pass } = openClock();
  pass(10_000);
  assert.equal(clock.nowMs(), 1_010_000);
  time.wallMs -= 120_000;
  assert.equal(clock.nowMs(), 1_010_000);
  pass(60_000);
  assert.equal(clock.nowMs(), 1_040_000);
  pass(60_000);
  assert.equal(clock.nowMs(), 1_070_000);
  pass(300_000);
  assert.equal(clock.nowMs(), time.wallMs);
  assert.equal(clock.wallMs(), time.wallMs);
});

test('REL-16 a wall clock that is corrected after it was more than a day ahead is believed at once', () => {
  const { time, clock } = openClock();
  time.wallMs += mostLeadMs;
  clock.nowMs();
  time.wallMs -= mostLeadMs;
  assert.equal(clock.nowMs(), time.wallMs + mostLeadMs);
  time.wallMs += mostLeadMs + 1;
  clock.nowMs();
  time.wallMs -= mostLeadMs + 1;
  assert.equal(clock.nowMs(), time.wallMs);
});

test('REL-16 a time that was seen before this process began is not gone back behind, unless it is more than a day ahead', () => {
  const { time, clock } = openClock();
  clock.raise(time.wallMs + 120_000);
  assert.equal(clock.nowMs(), 1_120_000);
  clock.raise(time.wallMs);
  assert.equal(clock.nowMs(), 1_120_000);
  clock.raise(time.wallMs + 2 * mostLeadMs);
  assert.equal(clock.nowMs(), time.wallMs);
});
