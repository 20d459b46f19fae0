const tickMs = 10;
/** A tick later than this was not the tested code's doing: this process had no turn. */
const mostMs = 3 * tickMs;

/**
 * A clock of the time in which this process had its turns: a bound in milliseconds that holds on a machine which is busy with
 * something else. Never ahead of the real one, and with it on an idle machine.
 */
export function startOwnTime(): { readonly nowMs: () => number; readonly stop: () => void } {
  let ownMs = 0;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    ownMs += Math.min(nowMs - lastMs, mostMs);
    lastMs = nowMs;
  }, tickMs);
  return { nowMs: () => ownMs + Math.min(performance.now() - lastMs, mostMs), stop: () => clearInterval(timer) };
}
