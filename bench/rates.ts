/** Calls a second of a synchronous or asynchronous function, over about `forMs` after a short warm-up. */
export async function callsPerSecond(call: () => unknown, forMs = 600): Promise<number> {
  await callFor(call, forMs / 4);
  return callFor(call, forMs);
}

async function callFor(call: () => unknown, forMs: number): Promise<number> {
  const start = performance.now();
  let calls = 0;
  do {
    for (let n = 0; n < 64; n++) {
      const made = call();
      if (made instanceof Promise) await made;
    }
    calls += 64;
  } while (performance.now() - start < forMs);
  return (calls * 1000) / (performance.now() - start);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
