/** Bytes `start` to `end` of a file, without `end`. */
export type Part = { readonly number: number; readonly start: number; readonly end: number };

const mebibyte = 1024 ** 2;
/** The largest object of S3. */
export const largestObject: number = 5 * 1024 ** 4;
/** A smaller file is sent in one request. */
export const smallBytes: number = 16 * mebibyte;

/** How large the parts of a file are, in whole MiB: `leastBytes`, or more where a store would not take so many (10,000). */
export function partBytesOf(sizeBytes: number, leastBytes: number = 8 * mebibyte): number {
  return Math.ceil(Math.max(leastBytes, sizeBytes / 9000) / mebibyte) * mebibyte;
}

/** The parts of a file, in order. An empty file has one. */
export function partsOf(sizeBytes: number, partBytes: number): Part[] {
  return Array.from({ length: Math.max(1, Math.ceil(sizeBytes / partBytes)) }, (_, at) => ({
    number: at + 1,
    start: at * partBytes,
    end: Math.min(sizeBytes, (at + 1) * partBytes),
  }));
}
