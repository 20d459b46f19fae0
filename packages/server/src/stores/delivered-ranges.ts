/** Ranges of bytes, both ends inclusive, in order and apart from each other. */
export type Ranges = readonly (readonly [start: number, end: number])[];

/** Most ranges that are kept of one download; beyond them it is no longer known what arrived (LDG-13). */
const maxRanges = 64;

/** @returns undefined when there are too many to keep */
export function addRange(ranges: Ranges, start: number, end: number): Ranges | undefined {
  let [from, to] = [start, end];
  const kept: (readonly [number, number])[] = [];
  const after: (readonly [number, number])[] = [];
  for (const range of ranges) {
    if (range[1] < from - 1) kept.push(range);
    else if (range[0] > to + 1) after.push(range);
    else [from, to] = [Math.min(from, range[0]), Math.max(to, range[1])];
  }
  kept.push([from, to], ...after);
  return kept.length > maxRanges ? undefined : kept;
}

/** Whether every byte of an object of this size is among them. */
export function coversWhole(ranges: Ranges, objectBytes: number): boolean {
  const [first] = ranges;
  return objectBytes === 0 || (first !== undefined && first[0] === 0 && first[1] >= objectBytes - 1);
}

/** LDG-16: the least that an open session gives to who asks for more than it has; less, and it is over. */
export function leastDrawnBytes(objectBytes: number): number {
  return Math.ceil(objectBytes / 64);
}

/** LDG-11: the bytes that one use buys: the object and a quarter, rounded up. */
export function sessionBytes(objectBytes: number): number {
  return objectBytes + Math.ceil(objectBytes / 4);
}
