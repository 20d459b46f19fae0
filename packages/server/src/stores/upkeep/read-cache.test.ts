import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadCache } from './read-cache.ts';

test('STO-81 what was read before or during a change is not kept: whoever reads after it reads anew', async () => {
  const kept = new ReadCache<string>();
  kept.keep('a', 'old', kept.epoch);
  assert.equal(kept.get('a'), 'old');
  const before = kept.epoch;
  const pending = Promise.withResolvers<void>();
  const change = kept.change('a', () => pending.promise);
  assert.equal(kept.get('a'), undefined);
  kept.keep('a', 'read before the change', before);
  kept.keep('a', 'read during the change', kept.epoch);
  assert.equal(kept.get('a'), undefined);
  const during = kept.epoch;
  pending.resolve();
  await change;
  kept.keep('a', 'read during, kept after', during);
  assert.equal(kept.get('a'), undefined);
  kept.keep('a', 'new', kept.epoch);
  assert.equal(kept.get('a'), 'new');
});

test('STO-81 a change that fails forgets as well, and the next read is kept again', async () => {
  const kept = new ReadCache<string>();
  kept.keep('a', 'old', kept.epoch);
  await assert.rejects(kept.change('a', () => Promise.reject(new Error('refused'))));
  assert.equal(kept.get('a'), undefined);
  kept.keep('a', 'new', kept.epoch);
  assert.equal(kept.get('a'), 'new');
});

test('names that are kept are bounded', () => {
  const kept = new ReadCache<number>();
  for (let n = 0; n < 5000; n += 1) kept.keep(String(n), n, kept.epoch);
  const left = Array.from({ length: 5000 }, (_, n) => kept.get(String(n))).filter((value) => value !== undefined);
  assert.ok(left.length <= 1024);
});
