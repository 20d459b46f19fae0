/**
 * Milliseconds of processor time that `run` took, the least of three tries: a bound on work that holds on a machine which is busy
 * with something else. Stops early at the first try under `enoughMs`.
 */
export function cpuMs(run: () => void, enoughMs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least >= enoughMs; tries++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
