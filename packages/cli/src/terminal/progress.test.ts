import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from '../core/command.ts';
import { globalFlags } from '../core/global-flags.ts';
import { createTestWorld, type TestWorld } from '../test-support/world.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';

const mib = 1024 * 1024;
const names = globalFlags.map((flag) => flag.name);

function outputOf(world: TestWorld, given: readonly string[] = []): Output {
  return new Output(world, new FlagValues(names, new Map(given.map((name) => [name, ['']]))));
}

test('on a terminal a bar comes after 300 ms, says how far it is, and goes away', () => {
  let nowMs = 0;
  const world = createTestWorld({ terminal: { columns: 100 }, monotonicMs: () => nowMs });
  const progress = new Progress(world, outputOf(world), 'reports/q3.pdf', 4 * mib);
  nowMs = 200;
  progress.moved(mib);
  assert.equal(world.written().stderr, '', 'nothing is drawn for what is over at once');
  nowMs = 1000;
  progress.moved(2 * mib);
  progress.end();
  assert.equal(
    world.written().stderr,
    `\r${'q3.pdf'}  ${'━'.repeat(18)}${'─'.repeat(6)}  75 %  3.0/4.0 MiB  3.0 MiB/s  0 s\u001b[K\r\u001b[K`,
  );
});

test('in a pipe there is one line each 10 s, with -q none', () => {
  for (const [given, lines] of [
    [[], 2],
    [['quiet'], 0],
  ] as const) {
    let nowMs = 0;
    const world = createTestWorld({ monotonicMs: () => nowMs });
    const progress = new Progress(world, outputOf(world, given), 'a', undefined);
    for (; nowMs <= 25_000; nowMs += 1000) progress.moved(1024);
    progress.end();
    assert.equal(world.written().stderr.split('\n').length - 1, lines);
  }
});

test('a name cannot speak to the terminal', () => {
  const world = createTestWorld({ monotonicMs: () => 0 });
  let nowMs = 0;
  const moving = { ...world, monotonicMs: () => nowMs };
  const progress = new Progress(moving, outputOf(world), 'x/\u001b[2J', 10);
  nowMs = 20_000;
  progress.moved(5);
  assert.doesNotMatch(world.written().stderr.replaceAll('\n', ''), /\p{Cc}/u);
});
