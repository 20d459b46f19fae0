import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMetrics, histogramSamples, label, type Metric, writeMetrics } from './metric.ts';

const requests: Metric = {
  name: 'requests_total',
  help: 'Answered\nrequests: \\o/.',
  type: 'counter',
  together: 'sum',
  samples: [
    { labels: `${label('op', 'Get"Object')},${label('status', '200')}`, value: 3 },
    { labels: '', value: 0.5 },
  ],
};

test('metrics are written as Prometheus reads them, whatever is in a label', () => {
  assert.equal(
    writeMetrics([requests, { ...requests, name: 'empty', samples: [] }]),
    [
      '# HELP requests_total Answered\\nrequests: \\\\o/.',
      '# TYPE requests_total counter',
      'requests_total{op="Get\\"Object",status="200"} 3',
      'requests_total 0.5',
      '',
      '# HELP empty Answered\\nrequests: \\\\o/.',
      '# TYPE empty counter',
      '',
    ].join('\n'),
  );
  assert.equal(label('x', 'a\\b\nc'), 'x="a\\\\b\\nc"');
  const odd = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map((value) => ({ labels: '', value }));
  assert.deepEqual(
    writeMetrics([{ ...requests, samples: odd }])
      .split('\n')
      .slice(2, 5),
    ['requests_total +Inf', 'requests_total -Inf', 'requests_total NaN'],
  );
});

test('the steps of a histogram are written as sums of all below, the last of them whatever is above', () => {
  const samples = histogramSamples(label('op', 'x'), [0.1, 1], { steps: [2, 1], sum: 7.5, count: 4 });
  assert.deepEqual(
    samples.map(({ suffix, labels, value }) => `${suffix}{${labels}} ${value}`),
    [
      '_bucket{le="0.1",op="x"} 2',
      '_bucket{le="1",op="x"} 3',
      '_bucket{le="+Inf",op="x"} 4',
      '_sum{op="x"} 7.5',
      '_count{op="x"} 4',
    ],
  );
});

test('what several processes count is added up, what is a state is not', () => {
  const other: Metric = {
    ...requests,
    samples: [
      { labels: '', value: 2 },
      { labels: 'op="new"', value: 1 },
    ],
  };
  const lag = (value: number): Metric => ({
    ...requests,
    name: 'lag',
    type: 'gauge',
    together: 'most',
    samples: [{ labels: '', value }],
  });
  const version = (value: number): Metric => ({ ...lag(value), name: 'version', together: 'first' });
  const [summed, worst, first] = addMetrics([[requests, lag(1), version(1)], [other, lag(4), version(7)], [lag(2)]]);
  assert.deepEqual(
    summed?.samples.map(({ labels, value }) => [labels, value]),
    [
      ['op="Get\\"Object",status="200"', 3],
      ['', 2.5],
      ['op="new"', 1],
    ],
  );
  assert.equal(worst?.samples[0]?.value, 4);
  assert.equal(first?.samples[0]?.value, 1);
});
