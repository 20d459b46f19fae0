/** A share of one processor over a minute (SIG-95): searching for near misses must not become a way to keep a server busy. */
export class ExplainBudget {
  readonly #nowMs: () => number;
  readonly #percent: () => number;
  #windowStartMs = 0;
  #spentMs = 0;

  /** @param percent as the settings say now  @param nowMs monotonic */
  constructor(percent: () => number, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#percent = percent;
    this.#windowStartMs = nowMs();
  }

  /** Runs a search when there is time left for it, and charges what it took. */
  run<T>(search: () => T): T | undefined {
    const startMs = this.#nowMs();
    if (startMs - this.#windowStartMs >= 60_000) {
      this.#windowStartMs = startMs;
      this.#spentMs = 0;
    }
    if (this.#spentMs >= (60_000 * this.#percent()) / 100) return undefined;
    try {
      return search();
    } finally {
      this.#spentMs += this.#nowMs() - startMs;
    }
  }
}
