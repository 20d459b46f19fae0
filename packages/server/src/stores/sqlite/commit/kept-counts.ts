import type { Clock } from '../../../world/clock.ts';

/** A count is kept for so many times as long as it took: whoever asks on and on takes no more than a share of the processor. */
const keptTimes = 20;
const mostKept = 64;
/** A count that took no longer is made anew each time: whoever has just signed a link sees it counted. */
const briefMs = 50;

/** What took long to count, for as long as it may be given again (LDG-55). */
export class KeptCounts<Value> {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #kept = new Map<string, { readonly value: Value; readonly untilMs: number }>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** @param name what is counted */
  async get(name: string, count: () => Promise<Value>): Promise<Value> {
    const startedMs = this.#clock.monotonicMs();
    const kept = this.#kept.get(name);
    if (kept !== undefined && startedMs < kept.untilMs) return kept.value;
    const value = await count();
    const endedMs = this.#clock.monotonicMs();
    this.#kept.delete(name);
    if (endedMs - startedMs <= briefMs) return value;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= mostKept) this.#kept.delete(oldest);
    this.#kept.set(name, { value, untilMs: endedMs + (endedMs - startedMs) * keptTimes });
    return value;
  }
}
