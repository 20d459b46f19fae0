/** One metric with its values, as it is written, and as processes of one server give it to each other. */
export type Metric = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What those of several processes are together. */
  readonly together: 'sum' | 'most' | 'first';
  readonly samples: readonly Sample[];
};

/** One value. */
export type Sample = {
  /** Of a histogram `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
  /** What stands between the braces; empty: no braces. */
  readonly labels: string;
  readonly value: number;
};

/** Media type of what `writeMetrics` writes: Prometheus's text form, version 0.0.4. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** A label with its value, as it stands between the braces. */
export function label(name: string, value: string): string {
  return `${name}="${value.replace(/["\\\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))}"`;
}

/** Metrics in Prometheus's text form. */
export function writeMetrics(metrics: readonly Metric[]): string {
  return metrics.map(writeMetric).join('\n');
}

function writeMetric({ name, help, type, samples }: Metric): string {
  const helpText = help.replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
  const lines = samples.map(
    ({ suffix = '', labels, value }) => `${name}${suffix}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}\n`,
  );
  return `# HELP ${name} ${helpText}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** What the metrics of several processes are together: one of each name, with every set of labels that one of them has. */
export function addMetrics(processes: readonly (readonly Metric[])[]): readonly Metric[] {
  const byName = new Map<string, { readonly metric: Metric; readonly samples: Map<string, Sample> }>();
  for (const metric of processes.flat()) {
    let found = byName.get(metric.name);
    if (found === undefined) {
      found = { metric, samples: new Map() };
      byName.set(metric.name, found);
    }
    for (const sample of metric.samples) {
      const place = `${sample.suffix ?? ''}{${sample.labels}`;
      const there = found.samples.get(place);
      found.samples.set(place, there === undefined ? sample : addSamples(there, sample, metric.together));
    }
  }
  return [...byName.values()].map(({ metric, samples }) => ({ ...metric, samples: [...samples.values()] }));
}

function addSamples(one: Sample, other: Sample, together: Metric['together']): Sample {
  if (together === 'first') return one;
  return { ...one, value: together === 'sum' ? one.value + other.value : Math.max(one.value, other.value) };
}

/** Upper bounds of the steps that a histogram counts in, and how to write them: counts of single steps in, Prometheus's cumulative ones out. */
export function histogramSamples(
  labels: string,
  bounds: readonly number[],
  { steps, sum, count }: { readonly steps: readonly number[]; readonly sum: number; readonly count: number },
): readonly Sample[] {
  let below = 0;
  const buckets = bounds.map((bound, step): Sample => {
    below += steps[step] ?? 0;
    return { suffix: '_bucket', labels: `${label('le', String(bound))},${labels}`, value: below };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: `${label('le', '+Inf')},${labels}`, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}
