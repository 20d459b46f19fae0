import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFromWorker } from './messages.ts';
import { flagsToPassOn } from './worker.ts';
import { RestartPace } from './worker-pool.ts';

test('a worker that keeps ending is started ever more slowly, to one start in ten seconds; one that lived a minute begins anew', () => {
  const pace = new RestartPace();
  const delays = Array.from({ length: 9 }, () => pace.next(50));
  assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  assert.equal(pace.next(60_000), 100);
});

test("a worker runs with this process's flags but those of tests, debuggers and one-line programs", () => {
  assert.deepEqual(
    flagsToPassOn([
      '--conditions',
      'x',
      '--test',
      '--test-name-pattern',
      'REL-8',
      '--inspect=0',
      '--permission',
      '-C=y',
    ]),
    ['--conditions', 'x', '--permission', '-C=y'],
  );
});

for (const [message, is] of [
  [{ kind: 'listening', ports: [9000] }, true],
  [{ kind: 'answer', id: 1, answer: undefined }, true],
  [{ kind: 'serve' }, false],
  ['listening', false],
  [null, false],
] as const) {
  test(`${JSON.stringify(message)} is ${is ? 'a' : 'no'} message of a worker`, () => {
    assert.equal(isFromWorker(message), is);
  });
}
