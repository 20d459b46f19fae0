/** Time, passed in: the only way the server knows it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** The wall clock, where `nowMs` does not follow it when it is set back. */
  wallMs?(): number;
  /** Milliseconds that never go back, for durations; all processes of this machine count from the same moment. */
  monotonicMs(): number;
  /** Runs `action` once after `delayMs`. The returned function cancels it. Does not keep the process alive. */
  after(delayMs: number, action: () => void): () => void;
}

/** `performance.now()` counts from the start of the process. */
const originMs = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now();

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => originMs + performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
