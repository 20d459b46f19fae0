import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearestName } from './nearest.ts';

for (const [name, nearest] of [
  ['--expire', '--expires'],
  ['reports/q4.pdf', 'reports/q3.pdf'],
  ['prseign', 'presign'],
  ['zzz', undefined],
] as const) {
  test(`the nearest to ${name} is ${nearest ?? 'none'}`, () => {
    assert.equal(nearestName(name, ['--expires', 'reports/q3.pdf', 'presign', 'serve']), nearest);
  });
}

test('two letters swapped are one slip', () => assert.equal(editDistance('prseign', 'presign'), 1));
