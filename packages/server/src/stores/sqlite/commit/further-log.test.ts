import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FurtherLog } from './further-log.ts';

/** A clock that is moved by hand. */
function makeClock() {
  const due: { atMs: number; action: () => void }[] = [];
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs: number, action: () => void) {
      const entry = { atMs: nowMs + delayMs, action };
      due.push(entry);
      return () => {
        due.splice(due.indexOf(entry), 1);
      };
    },
    move(byMs: number) {
      nowMs += byMs;
      for (const entry of due.filter(({ atMs }) => atMs <= nowMs)) entry.action();
    },
  };
}

const failOnError = (error: Error): void => assert.fail(error);

test('writers of a further process wait while the first one holds them, and go on when it lets go', async () => {
  const log = new FurtherLog({ databasePath: '/nowhere', clock: makeClock(), onFailure: failOnError });
  assert.equal(log.pause(), undefined);
  log.hold();
  const waiting = log.pause();
  assert.ok(waiting !== undefined);
  log.hold();
  log.release();
  await waiting;
  assert.equal(log.pause(), undefined);
  await log.close();
});

test('writers are held for no more than two seconds: who holds them may be gone', async () => {
  const clock = makeClock();
  const log = new FurtherLog({ databasePath: '/nowhere', clock, onFailure: failOnError });
  log.hold();
  const waiting = log.pause();
  clock.move(1_999);
  assert.ok(log.pause() !== undefined);
  clock.move(1);
  await waiting;
  assert.equal(log.pause(), undefined);
  await log.close();
});
