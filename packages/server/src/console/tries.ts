import type { Clock } from '../world/clock.ts';

const windowMs = 60_000;
const mostTries = 10;
const mostAddresses = 10_000;

/** SEC-509: how often an address signed in with something wrong within a minute. Nobody is locked out for longer. */
export class SignInTries {
  readonly #clock: Clock;
  readonly #windows = new Map<string, { startMs: number; count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until the address may try again; 0: now. */
  waitS(address: string): number {
    const window = this.#windows.get(address);
    if (window === undefined || window.count < mostTries) return 0;
    return Math.max(0, Math.ceil((window.startMs + windowMs - this.#clock.monotonicMs()) / 1000));
  }

  /** Counts a try that was wrong. */
  fail(address: string): void {
    const nowMs = this.#clock.monotonicMs();
    const window = this.#windows.get(address);
    if (window !== undefined && nowMs - window.startMs < windowMs) {
      window.count += 1;
      return;
    }
    this.#windows.delete(address);
    // The oldest window goes: whoever has ten thousand addresses is not held up by this.
    for (const [oldest] of this.#windows) {
      if (this.#windows.size < mostAddresses) break;
      this.#windows.delete(oldest);
    }
    this.#windows.set(address, { startMs: nowMs, count: 1 });
  }
}
