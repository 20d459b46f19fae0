import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KeptCounts } from './kept-counts.ts';

let nowMs = 0;
let counted = 0;
let counts: KeptCounts<number>;

beforeEach(() => {
  nowMs = 1_000;
  counted = 0;
  counts = new KeptCounts<number>({ monotonicMs: () => nowMs });
});

/** Asks for a count that takes so long. @returns how many times anything was counted by then */
function ask(name: string, tookMs: number): Promise<number> {
  return counts.get(name, () => {
    nowMs += tookMs;
    counted += 1;
    return Promise.resolve(counted);
  });
}

test('LDG-55 a count that took at most 50 ms is made anew each time', async () => {
  assert.deepEqual([await ask('links', 50), await ask('links', 50), await ask('links', 0)], [1, 2, 3]);
});

test('LDG-55 a count that took longer is given again for 20 times as long, and then made anew', async () => {
  assert.equal(await ask('links', 51), 1);
  nowMs += 51 * 20 - 1;
  assert.equal(await ask('links', 51), 1);
  nowMs += 1;
  assert.equal(await ask('links', 10), 2);
  assert.equal(await ask('links', 10), 3, 'a brief one takes the place of what was kept');
});

test('LDG-55 what is kept of one count is not given for another, and the oldest of more than 64 is dropped', async () => {
  for (let number = 0; number < 65; number += 1) assert.equal(await ask(`account ${number}`, 1_000), number + 1);
  assert.equal(await ask('account 64', 1_000), 65);
  assert.equal(await ask('account 0', 1_000), 66);
});

test('LDG-55 a count that fails is not kept', async () => {
  const failing = counts.get('links', () => {
    nowMs += 1_000;
    return Promise.reject(new Error('the disk is gone'));
  });
  await assert.rejects(failing, /the disk is gone/);
  assert.equal(await ask('links', 51), 1);
});
