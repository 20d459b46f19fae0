import type { Arrival } from './link-store.ts';

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

/** The ranges and the windows of transfers under way together: what has been sent or may be at any moment. */
export function addRanges(ranges: Ranges, more: Ranges): Ranges | undefined {
  let all: Ranges | undefined = ranges;
  for (const [start, end] of more) {
    if (all !== undefined && end >= start) all = addRange(all, start, end);
  }
  return all;
}

/** LDG-16: the least that an open session gives to who asks for more than it has; less, and it is over. */
export function leastDrawnBytes(objectBytes: number): number {
  return Math.ceil(objectBytes / 64);
}

/** LDG-11: the bytes that one use buys: the object and a quarter, rounded up. */
export function sessionBytes(objectBytes: number): number {
  return objectBytes + Math.ceil(objectBytes / 4);
}

const mebibyte = 1_048_576;
/** Sockets and proxies hold at most about this much of one transfer that its client has not read yet. */
const bufferedBytes = 4 * mebibyte;
/** Most that is lost when a connection breaks: Linux grows the receive buffer of a single transfer (10 to 18 MB measured). */
const mostLostBytes = 32 * mebibyte;
/** How many unsure bytes one session makes up for. */
const mostUnsureBytes = 16 * mebibyte;

const mostUnsure: Readonly<Record<Arrival, number>> = { sure: 0, unsure: bufferedBytes, lost: mostLostBytes };

/** LDG-11a: how many of the bytes that were sent to one client may not have arrived. */
export function unsureBytes(sentBytes: number, arrival: Arrival): number {
  return Math.min(sentBytes, mostUnsure[arrival]);
}

/** The part of a range that was sent to a client of which it may not have anything (LDG-11a). */
export function doubtfulRange(start: number, end: number, arrival: Arrival): readonly [start: number, end: number] {
  return [end + 1 - unsureBytes(end + 1 - start, arrival), end];
}

/** What of a range is outside another. */
export function outside(
  [start, end]: readonly [number, number],
  removed: { readonly start: number; readonly end: number },
): (readonly [start: number, end: number])[] {
  if (removed.end < start || removed.start > end) return [[start, end]];
  const pieces = [
    [start, removed.start - 1],
    [removed.end + 1, end],
  ] as const;
  return pieces.filter(([from, to]) => from <= to);
}

/**
 * LDG-11a: what a session holds beyond its bytes while some of those that were sent may not have arrived. The whole object once
 * more only when a connection broke, so that bytes are known to be lost.
 */
export function extraBytes(objectBytes: number, unsure: number, isBroken: boolean): number {
  const most = isBroken ? Math.min(objectBytes, mostLostBytes) : Math.min(objectBytes - 1, mostUnsureBytes);
  return Math.max(0, Math.min(unsure, most) - Math.ceil(objectBytes / 4));
}

/** LDG-12: how many bytes a transfer reserves at once. A window that nobody else waits for may be large. */
export function windowBytes(objectBytes: number, isAlone: boolean): number {
  const share = Math.ceil(objectBytes / (isAlone ? 8 : 128));
  return Math.min(64 * mebibyte, Math.max(isAlone ? mebibyte / 4 : mebibyte / 16, share));
}
