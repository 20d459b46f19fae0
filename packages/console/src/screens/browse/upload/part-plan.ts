const mib = 1024 ** 2;

/** Below it a file goes in one request. */
export const inOneBytes = 16 * mib;
const leastPartBytes = 8 * mib;
/** Fewer than the 10,000 that S3 takes. */
const mostParts = 9_000;
/** The largest object that S3 has. */
export const largestBytes = 5 * 1024 ** 4;

/** How large the parts of a file are, in whole MiB. */
export function partBytesOf(sizeBytes: number): number {
  return Math.max(leastPartBytes, Math.ceil(sizeBytes / mostParts / mib) * mib);
}

export type Part = { readonly number: number; readonly start: number; readonly end: number };

/** The parts of a file, in order. */
export function partsOf(sizeBytes: number, partBytes: number): readonly Part[] {
  return Array.from({ length: Math.max(1, Math.ceil(sizeBytes / partBytes)) }, (_, at) => ({
    number: at + 1,
    start: at * partBytes,
    end: Math.min(sizeBytes, (at + 1) * partBytes),
  }));
}

/** `report (1).pdf`: the first of such names that is free. */
export async function freeKey(key: string, isTaken: (key: string) => Promise<boolean>): Promise<string> {
  const slash = key.lastIndexOf('/') + 1;
  const dot = key.lastIndexOf('.');
  const cut = dot > slash ? dot : key.length;
  for (let n = 1; ; n += 1) {
    const next = `${key.slice(0, cut)} (${n})${key.slice(cut)}`;
    if (!(await isTaken(next))) return next;
  }
}
