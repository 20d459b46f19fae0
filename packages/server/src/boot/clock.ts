import type { Log } from '../observe/log.ts';
import type { Clock } from '../world/clock.ts';
import { mostLeadMs, wallClock } from '../world/server-clock.ts';

const checkEveryMs = 1_000;
/** A jump back that no step of a time service makes by itself. */
const reportedFromMs = 5 * 60_000;

/**
 * Compares the wall clock with the monotonic one, and reports a wall clock that was set back (SEC-222). Looking at the server's
 * clock once a second also keeps processes that answer nothing up to date with the latest time (REL-16). Returns what ends it.
 * @param log undefined: another process reports
 */
export function watchClock(clock: Clock, log: Pick<Log, 'warn'> | undefined): () => void {
  const wall = wallClock(clock);
  let offsetMs = wall.nowMs() - wall.monotonicMs();
  let cancel: () => void = () => undefined;
  const check = (): void => {
    const nowMs = wall.nowMs() - wall.monotonicMs();
    const backMs = Math.round(offsetMs - nowMs);
    if (backMs > reportedFromMs) {
      const now = new Date(wall.nowMs()).toISOString();
      log?.warn('clock.backwards', {
        byMs: backMs,
        now,
        judgedBy: new Date(clock.nowMs()).toISOString(),
        ...remedyOf(backMs),
      });
    }
    offsetMs = nowMs;
    clock.nowMs();
    cancel = clock.after(checkEveryMs, check);
  };
  cancel = clock.after(checkEveryMs, check);
  return () => cancel();
}

function remedyOf(backMs: number): { readonly hint: string } {
  return {
    hint:
      backMs > mostLeadMs
        ? 'more than a day: the new time is used at once'
        : 'links expire by the later time until the clock has caught up; if that time was wrong, restart with --trust-clock',
  };
}
