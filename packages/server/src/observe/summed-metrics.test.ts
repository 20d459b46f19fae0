import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SummedMetrics } from './summed-metrics.ts';

const counter = { name: 'c', type: 'counter', values: [{ value: 3 }] };
const gauge = { name: 'g', type: 'gauge', values: [{ value: 1 }] };

test('what a process last told counts once, and its counters stay when it has ended', () => {
  const summed = new SummedMetrics();
  summed.take({ pid: 1, metrics: [gauge] });
  summed.take({ pid: 1, metrics: [counter, gauge] });
  summed.take({ pid: 2, metrics: [gauge] });
  assert.deepEqual(summed.all(), [[counter, gauge], [gauge]]);
  summed.lose(1);
  assert.deepEqual(summed.all(), [[gauge], [counter]]);
});

test('an answer that is none counts nothing', () => {
  const summed = new SummedMetrics();
  for (const answer of [undefined, 'late', null, { pid: '1', metrics: [] }, { pid: 1 }]) summed.take(answer);
  summed.lose(7);
  assert.deepEqual(summed.all(), []);
});
