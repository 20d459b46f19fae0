import type { Log } from './observe/log.ts';
import type { Clock } from './world/clock.ts';

const lookEveryMs = 1_000;
/** A jump back that no step of a time service makes by itself. */
const toldFromMs = 5 * 60_000;

/**
 * Compares the clock on the wall with the one that only goes forward, and tells of a wall clock that was set back (SEC-222): for as
 * long as it was set back, links that had ended hold again. Returns what ends it.
 */
export function watchClock(clock: Clock, log: Pick<Log, 'warn'>): () => void {
  let offsetMs = clock.nowMs() - clock.monotonicMs();
  let cancel: () => void = () => undefined;
  const look = (): void => {
    const nowMs = clock.nowMs() - clock.monotonicMs();
    const backMs = Math.round(offsetMs - nowMs);
    if (backMs > toldFromMs) {
      const now = new Date(clock.nowMs()).toISOString();
      log.warn('clock.backwards', { byMs: backMs, now });
    }
    offsetMs = nowMs;
    cancel = clock.after(lookEveryMs, look);
  };
  cancel = clock.after(lookEveryMs, look);
  return () => cancel();
}
