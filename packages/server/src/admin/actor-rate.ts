import type { Clock } from '../world/clock.ts';

const windowMs = 60_000;
const mostActors = 10_000;

/** How often each actor may ask in a minute. */
export class ActorRate {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #windows = new Map<string, { startMs: number; count: number }>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one question. @returns false when it is one too many */
  take(actor: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    let window = this.#windows.get(actor);
    if (window === undefined || nowMs - window.startMs >= windowMs) {
      if (this.#windows.size >= mostActors) this.#windows.clear();
      window = { startMs: nowMs, count: 0 };
      this.#windows.set(actor, window);
    }
    if (window.count >= this.#most) return false;
    window.count += 1;
    return true;
  }
}
