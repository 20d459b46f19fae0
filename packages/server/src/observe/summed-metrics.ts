import type { Metric } from './metric.ts';

/** What one process has counted. */
type Counted = { readonly pid: number; readonly metrics: readonly Metric[] };

/** Kinds whose sum must never go down when a process ends. */
const lastingTypes: ReadonlySet<string> = new Set(['counter', 'histogram']);

/** What other processes have counted: the last that each of them told, and what those that ended leave behind. */
export class SummedMetrics {
  readonly #living = new Map<number, readonly Metric[]>();
  readonly #left: (readonly Metric[])[] = [];

  /** @param answer of a worker; anything else is not counted */
  take(answer: unknown): void {
    if (!isCounted(answer)) return;
    this.#living.set(answer.pid, answer.metrics);
  }

  /** A process ended: its counters stay, its gauges do not. */
  lose(pid: number): void {
    const last = this.#living.get(pid);
    this.#living.delete(pid);
    if (last === undefined) return;
    this.#left.push(last.filter(({ type }) => lastingTypes.has(type)));
  }

  /** One list for each process. */
  all(): readonly (readonly Metric[])[] {
    return [...this.#living.values(), ...this.#left];
  }
}

/** The other end is the same program: what says that it is of its kind is. */
function isCounted(answer: unknown): answer is Counted {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'pid' in answer &&
    typeof answer.pid === 'number' &&
    'metrics' in answer &&
    Array.isArray(answer.metrics)
  );
}
