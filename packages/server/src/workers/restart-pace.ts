/** A worker that lived so long was well: the next end of one is the first again. */
const wellAfterMs = 60_000;
const firstDelayMs = 100;
const longestDelayMs = 10_000;

/**
 * How long to wait before a worker is started again: at once nearly, then twice as long each time, so that one that cannot live
 * takes no more than a start every ten seconds.
 */
export class RestartPace {
  #delayMs = 0;

  /** @param livedMs how long the one that ended had lived */
  next(livedMs: number): number {
    this.#delayMs =
      livedMs >= wellAfterMs || this.#delayMs === 0 ? firstDelayMs : Math.min(this.#delayMs * 2, longestDelayMs);
    return this.#delayMs;
  }
}
