import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { readSeed } from '../../../../test/seed.ts';
import { matchesWildcard } from './wildcard.ts';

const cases: readonly (readonly [pattern: string, text: string, fits: boolean])[] = [
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['*', 'a/b', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abbd', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['b/*', 'b/', true],
  ['b/*', 'b', false],
  ['b/*', 'bc/x', false],
  ['**a', 'bba', true],
  ['*a*b*', 'xxaxxbxx', true],
  ['s3:get*', 's3:getobject', true],
  ['[ab]', 'a', false],
  ['.*', 'abc', false],
];
for (const [pattern, text, fits] of cases) {
  test(`SEC-305 the pattern "${pattern}" ${fits ? 'fits' : 'does not fit'} "${text}"`, () => {
    assert.equal(matchesWildcard(pattern, text), fits);
  });
}

test('SEC-305 a pattern fits what the same expression in another engine fits, for any text', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 }), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
      assert.equal(matchesWildcard(pattern, text), expression.test(text));
    }),
    { seed: readSeed(), numRuns: 2000, verbose: true },
  );
});

test('SEC-429 a pattern of 2 KB against a key of 1 KB takes less than 10 ms', () => {
  const pattern = `${'*a'.repeat(1023)}b`;
  const text = 'a'.repeat(1024);
  assert.ok(cpuMs(() => assert.equal(matchesWildcard(pattern, text), false), 10) < 10);
});
