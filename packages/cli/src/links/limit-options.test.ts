import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spacedSize } from './limit-options.ts';

for (const [size, shown] of [
  [20_000_000, '20 MB'],
  [5_242_880, '5 MiB'],
  [1_572_864, '1.5 MiB'],
  [2_500_000_000, '2.5 GB'],
  [1_234_567, '1,234,567 B'],
  [500, '500 B'],
  [0, '0 B'],
  ['20MB', '20 MB'],
  ['5MiB', '5 MiB'],
  ['500', '500'],
] as const) {
  test(`a limit of ${size} bytes is shown as ${shown}, exactly`, () => {
    assert.equal(spacedSize(size), shown);
  });
}
