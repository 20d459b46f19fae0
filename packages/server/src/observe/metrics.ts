import { addMetrics, histogramSamples, label, type Metric, metricsType, type Sample, writeMetrics } from './metric.ts';

/** Figures that are asked for when metrics are read. */
export type MetricSources = {
  readonly version: string;
  /** What is the same for all processes of a server; undefined: another one gives it. */
  readonly shared:
    | {
        readonly countStored: () => Promise<{ readonly objects: number; readonly storedBytes: number }>;
        readonly diskFreeBytes: () => Promise<number>;
        readonly webhooksWaiting: () => Promise<number>;
        readonly countLinks: () => Promise<Readonly<Record<string, number>>>;
      }
    | undefined;
  readonly transfersOpen: () => number;
  readonly linkTransfersOpen: () => number;
  readonly ledgerLagSeconds: () => number;
  readonly logLinesDropped: () => number;
  /** What other processes of the same server have counted, one list for each. */
  readonly countedElsewhere?: (() => Promise<readonly (readonly Metric[])[]>) | undefined;
};

/** One answered request, for the counters. */
export type Counted = {
  /** An operation's name, or `unknown`; never a bucket, key, link or address. */
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Reason of a refusal. */
  readonly reason: string | undefined;
};

/** Every metric with its meaning, for the reference. */
export const metricTexts = {
  tidegate_requests_total: 'Answered requests by operation and status.',
  tidegate_request_seconds: 'Time from the head of a request to the end of its answer, by operation.',
  tidegate_bytes_total: 'Body bytes by direction, in and out.',
  tidegate_link_refusals_total: 'Refused requests by reason.',
  tidegate_link_uses_total: 'Uses of links that were spent.',
  tidegate_webhook_deliveries_total:
    'Messages to webhooks by what became of a try: delivered, retried (it will be sent again), failed (it will not).',
  tidegate_lifecycle_damaged_total: 'What lifecycle rules passed over since its row is damaged, counted in each pass.',
  tidegate_webhooks_waiting: 'Messages to webhooks that wait to be delivered.',
  tidegate_links:
    'Links of the ledger by state, counted at most once a minute; a revocation of many counts where it names one link.',
  tidegate_ledger_lag_seconds:
    'How long what links did has waited to be written, at the process where it waited longest.',
  tidegate_transfers_open: 'Requests being answered now.',
  tidegate_link_transfers_open: 'Transfers of links under way, watched for what is taken back.',
  tidegate_objects: 'Objects stored.',
  tidegate_stored_bytes: 'Bytes of stored objects.',
  tidegate_disk_free_bytes: 'Free bytes of the disk of the data folder.',
  tidegate_event_loop_lag_seconds: 'How late the event loop ran a timer at its last look.',
  tidegate_log_lines_dropped_total: 'Log lines that could not be written to standard error.',
  tidegate_build_info: 'Version of the server; always 1.',
} as const;

/** Upper bounds of the steps of `tidegate_request_seconds`. */
const secondsBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600];

/** What is counted of one operation. */
type OperationCounts = {
  readonly byStatus: Map<number, number>;
  /** How many took up to the bound of each step, and more than that of the one before. */
  readonly steps: number[];
  sum: number;
  count: number;
};

/**
 * Counters of a server, in Prometheus's text form. Labels hold nothing that a caller can invent without bound. Counting is done in
 * plain numbers, for every request; names and labels are put to them when somebody reads.
 */
export class Metrics {
  readonly #sources: MetricSources;
  readonly #operations = new Map<string, OperationCounts>();
  readonly #refusals = new Map<string, number>();
  readonly #deliveries = new Map<string, number>();
  #bytesIn = 0;
  #bytesOut = 0;
  #linkUses = 0;
  #damaged = 0;
  #lagSeconds = 0;

  constructor(sources: MetricSources) {
    this.#sources = sources;
  }

  count(request: Counted): void {
    const { operation, status, seconds, reason } = request;
    let counts = this.#operations.get(operation);
    if (counts === undefined) {
      counts = { byStatus: new Map(), steps: secondsBounds.map(() => 0), sum: 0, count: 0 };
      this.#operations.set(operation, counts);
    }
    addOne(counts.byStatus, status);
    const step = secondsBounds.findIndex((bound) => seconds <= bound);
    if (step !== -1) counts.steps[step] = (counts.steps[step] ?? 0) + 1;
    counts.sum += seconds;
    counts.count += 1;
    this.#bytesIn += request.bytesIn;
    this.#bytesOut += request.bytesOut;
    if (reason !== undefined) addOne(this.#refusals, reason);
  }

  /** A claim spent a use. */
  countLinkUse(): void {
    this.#linkUses += 1;
  }

  /** A webhook was tried. */
  countDelivery(outcome: 'delivered' | 'retried' | 'failed'): void {
    addOne(this.#deliveries, outcome);
  }

  /** A lifecycle rule came upon a damaged row. */
  countDamaged(): void {
    this.#damaged += 1;
  }

  setEventLoopLag(seconds: number): void {
    this.#lagSeconds = seconds;
  }

  /** The text that Prometheus reads, and its media type. */
  async write(): Promise<{ readonly text: string; readonly contentType: string }> {
    const elsewhere = (await this.#sources.countedElsewhere?.()) ?? [];
    const own = await this.collect();
    const metrics = elsewhere.length === 0 ? own : addMetrics([own, ...elsewhere]);
    return { text: writeMetrics(metrics), contentType: metricsType };
  }

  /** What this process has counted, for another one to add up. */
  async collect(): Promise<readonly Metric[]> {
    const operations = [...this.#operations];
    return [
      counter(
        'tidegate_requests_total',
        operations.flatMap(([operation, { byStatus }]) => {
          const op = label('op', operation);
          return [...byStatus].map(([status, value]) => ({
            labels: `${op},${label('status', String(status))}`,
            value,
          }));
        }),
      ),
      {
        ...counter(
          'tidegate_request_seconds',
          operations.flatMap(([operation, counts]) => histogramSamples(label('op', operation), secondsBounds, counts)),
        ),
        type: 'histogram',
      },
      counter('tidegate_bytes_total', [
        { labels: label('direction', 'in'), value: this.#bytesIn },
        { labels: label('direction', 'out'), value: this.#bytesOut },
      ]),
      counter('tidegate_link_refusals_total', labelled('reason', this.#refusals)),
      counter('tidegate_link_uses_total', [{ labels: '', value: this.#linkUses }]),
      counter('tidegate_webhook_deliveries_total', labelled('outcome', this.#deliveries)),
      counter('tidegate_lifecycle_damaged_total', [{ labels: '', value: this.#damaged }]),
      counter('tidegate_log_lines_dropped_total', [{ labels: '', value: this.#sources.logLinesDropped() }]),
      gauge('tidegate_event_loop_lag_seconds', this.#lagSeconds, 'most'),
      ...(await readGauges(this.#sources)),
    ];
  }
}

function addOne<Name>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function labelled(name: string, values: Iterable<readonly [string, number]>): readonly Sample[] {
  return [...values].map(([text, value]) => ({ labels: label(name, text), value }));
}

function counter(name: keyof typeof metricTexts, samples: readonly Sample[]): Metric {
  return { name, help: metricTexts[name], type: 'counter', together: 'sum', samples };
}

function gauge(
  name: keyof typeof metricTexts,
  value: number | readonly Sample[],
  together: Metric['together'] = 'sum',
): Metric {
  const samples = typeof value === 'number' ? [{ labels: '', value }] : value;
  return { name, help: metricTexts[name], type: 'gauge', together, samples };
}

/** What is asked for at the moment of reading. */
async function readGauges(sources: MetricSources): Promise<readonly Metric[]> {
  const own = [
    gauge('tidegate_build_info', [{ labels: label('version', sources.version), value: 1 }], 'first'),
    gauge('tidegate_transfers_open', sources.transfersOpen()),
    gauge('tidegate_link_transfers_open', sources.linkTransfersOpen()),
    gauge('tidegate_ledger_lag_seconds', sources.ledgerLagSeconds(), 'most'),
  ];
  const { shared } = sources;
  if (shared === undefined) return own;
  const [waiting, freeBytes, { objects, storedBytes }, links] = await Promise.all([
    shared.webhooksWaiting(),
    shared.diskFreeBytes(),
    shared.countStored(),
    shared.countLinks(),
  ]);
  return [
    ...own,
    gauge('tidegate_webhooks_waiting', waiting),
    gauge('tidegate_disk_free_bytes', freeBytes),
    gauge('tidegate_objects', objects),
    gauge('tidegate_stored_bytes', storedBytes),
    gauge('tidegate_links', labelled('state', Object.entries(links))),
  ];
}
