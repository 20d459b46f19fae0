import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeKey, largestBytes, partBytesOf, partsOf } from './part-plan.ts';

const mib = 1024 ** 2;

test('parts are 8 MiB, larger where S3 would not take so many, and cover a file of up to 5 TiB', () => {
  assert.equal(partBytesOf(20 * mib), 8 * mib);
  for (const size of [16 * mib, 200 * mib, 80 * 1024 ** 3 + 1, largestBytes]) {
    const partBytes = partBytesOf(size);
    const parts = partsOf(size, partBytes);
    assert.ok(parts.length <= 10_000, `${parts.length} parts`);
    assert.ok(partBytes <= 5 * 1024 ** 3);
    assert.equal(parts.at(-1)?.end, size);
    assert.ok(parts.every(({ start, end }, at) => start === (parts[at - 1]?.end ?? 0) && end > start));
  }
});

test('a name that is taken gets a number before its ending', async () => {
  const taken = new Set(['a/q3 (1).pdf', 'a.b/readme (1)']);
  const isTaken = (key: string) => Promise.resolve(taken.has(key));
  assert.equal(await freeKey('a/q3.pdf', isTaken), 'a/q3 (2).pdf');
  assert.equal(await freeKey('a.b/readme', isTaken), 'a.b/readme (2)');
  assert.equal(await freeKey('x.tar.gz', isTaken), 'x.tar (1).gz');
});
