import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOutcomes, judgeOutcomes, selectTests, splitSelection } from './outcomes.ts';

test('a list names tests of several files; comments and empty lines are ignored', () => {
  const files = new Map([
    ['a.py', 'def test_one():\n'],
    ['b.py', 'def test_two(x):\ndef test_one_more():\n'],
  ]);
  assert.deepEqual(selectTests('# head\n\ntest_two[x] # why\n  test_one\n', files), [
    'b.py::test_two[x]',
    'a.py::test_one',
  ]);
  assert.throws(() => selectTests('test_on', files), /no test test_on/);
});

test('what passed stays passed when cleaning up fails; every other error is a failure', () => {
  const summary = [
    'PASSED s3tests/functional/test_s3.py::test_a',
    'ERROR s3tests/functional/test_s3.py::test_a - boto',
    'FAILED s3tests/functional/test_s3.py::test_b - assert',
    'ERROR s3tests/functional/test_s3.py::test_c - fixture',
    'SKIPPED [1] s3tests/functional/test_s3.py:12: none',
  ].join('\n');
  assert.deepEqual(countOutcomes(summary), {
    passed: ['test_s3.py::test_a'],
    failed: ['test_s3.py::test_b', 'test_s3.py::test_c'],
  });
});

test('a test that needs an account without buckets runs before all others', () => {
  assert.deepEqual(splitSelection(['a.py::test_x', 'a.py::test_list_buckets_paginated', 'a.py::test_y']), {
    first: ['a.py::test_list_buckets_paginated'],
    rest: ['a.py::test_x', 'a.py::test_y'],
  });
});

test('a contradiction excuses its failure and must not pass', () => {
  assert.deepEqual(judgeOutcomes({ passed: ['a', 'b'], failed: ['c', 'd'] }, ['b', 'd', 'not run']), {
    wrong: ['c'],
    excused: ['d'],
    stale: ['b'],
  });
});
