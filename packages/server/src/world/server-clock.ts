import type { Clock } from './clock.ts';

/** A wall clock that is behind by more than this was corrected after it had been far ahead: it is believed. */
export const mostLeadMs = 24 * 3_600_000;

/**
 * Time as a server judges by it: the wall clock, but never earlier than before (REL-16). What has expired stays expired when the
 * wall clock is set back, and what was revoked "until now" includes everything that was seen before. While the wall clock is
 * behind, this clock runs at half speed until the wall clock has caught up.
 */
export class ServerClock implements Clock {
  readonly #wall: Clock;
  #latestMs = 0;
  #atMonotonicMs = 0;

  constructor(wall: Clock) {
    this.#wall = wall;
  }

  nowMs(): number {
    const wallMs = this.#wall.nowMs();
    const monotonicMs = this.#wall.monotonicMs();
    const leadMs = this.#latestMs - wallMs;
    if (leadMs <= 0 || leadMs > mostLeadMs) {
      this.#latestMs = wallMs;
      this.#atMonotonicMs = monotonicMs;
      return wallMs;
    }
    const stepMs = Math.floor((monotonicMs - this.#atMonotonicMs) / 2);
    if (stepMs > 0) {
      this.#latestMs += stepMs;
      this.#atMonotonicMs += 2 * stepMs;
    }
    return this.#latestMs;
  }

  /** From now on it is not earlier than `ms`: a time that this server, or another process of it, has seen. */
  raise(ms: number): void {
    if (ms <= this.nowMs()) return;
    this.#latestMs = ms;
    this.#atMonotonicMs = this.#wall.monotonicMs();
  }

  wallMs(): number {
    return this.#wall.nowMs();
  }

  monotonicMs(): number {
    return this.#wall.monotonicMs();
  }

  after(delayMs: number, action: () => void): () => void {
    return this.#wall.after(delayMs, action);
  }
}

/** The machine's own time: what requests that were signed a moment ago are compared with. */
export function wallClock(clock: Clock): Clock {
  return {
    nowMs: () => clock.wallMs?.() ?? clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, action) => clock.after(delayMs, action),
  };
}
