import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSeed } from '../seed.ts';
import { checkFolder } from './check-folder.ts';
import { Oracle } from './oracle.ts';

const kills = Number(process.env['TIDEGATE_KILLS'] ?? 30);
const seed = readSeed();
const child = fileURLToPath(new URL('./store-child.ts', import.meta.url));

/** So many writes are answered before a kill. */
const leastDone = 2;

/** Milliseconds until the kill, by seed and round. */
function delayOf(round: number): number {
  let mixed = Math.imul(seed ^ (round * 0x9e37_79b9), 0x85eb_ca6b);
  mixed ^= mixed >>> 13;
  return 20 + ((mixed >>> 0) % 800);
}

test(`REL-1 REL-2 REL-9 REL-17 nothing acknowledged is lost by SIGKILL, and no version is a mix (seed=${seed})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-kill-'));
  const oracle = new Oracle();
  let acknowledged = 0;
  let slowest = 0;
  try {
    for (let round = 0; round < kills; round += 1) {
      acknowledged += await runAndKill(join(folder, 'data'), oracle, round);
      const { problems, found, openedInMs } = await checkFolder(join(folder, 'data'), oracle);
      assert.deepEqual(problems, [], `seed=${seed} round=${round}`);
      slowest = Math.max(slowest, openedInMs);
      oracle.settle(found);
    }
    console.log(
      `kill -9: seed=${seed} kills=${kills} acknowledged=${acknowledged} lost=0 slowest start ${slowest.toFixed(0)} ms of processor time`,
    );
    assert.ok(acknowledged > kills, 'the child wrote too little to show anything');
    assert.ok(slowest < 2_000, `a start took ${slowest} ms of processor time`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** @returns how many writes were acknowledged */
async function runAndKill(folder: string, oracle: Oracle, round: number): Promise<number> {
  const args = ['--conditions=tidegate-source', child, folder, String((round + 1) * 1_000_000)];
  const running: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(running.stdout !== null);
  let done = 0;
  let isDue = false;
  let isKilled = false;
  const killWhenDue = (): void => {
    // On a machine that is busy nothing may have been answered when its time comes.
    if (isKilled || !isDue || done < leastDone) return;
    isKilled = true;
    running.kill('SIGKILL');
  };
  const lines = createInterface({ input: running.stdout });
  lines.on('line', (line) => {
    if (line === 'ready') {
      setTimeout(() => {
        isDue = true;
        killWhenDue();
      }, delayOf(round));
      return;
    }
    oracle.take(line);
    if (line.startsWith('done')) done += 1;
    killWhenDue();
  });
  await Promise.all([once(running, 'close'), once(lines, 'close')]);
  assert.ok(isKilled, `the child ended by itself in round ${round}`);
  return done;
}
