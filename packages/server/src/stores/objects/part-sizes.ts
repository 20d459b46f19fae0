import type { ChecksumAlgorithm } from '@tidegate/protocol';
import type { VersionPart } from './object-store.ts';

/** Sizes of an object's parts as they are kept: runs of equal sizes, `[[5242880,9999],[17,1]]`. 10,000 parts take 30 bytes. */
export function writePartSizes(sizes: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const size of sizes) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === size) last[1] += 1;
    else runs.push([size, 1]);
  }
  return JSON.stringify(runs);
}

/** The other way round. */
export function readPartSizes(text: string): readonly number[] {
  const runs: unknown = JSON.parse(text);
  if (!Array.isArray(runs)) throw new Error('Part sizes are not a list.');
  return runs.flatMap((run: unknown) => {
    if (!Array.isArray(run) || typeof run[0] !== 'number' || typeof run[1] !== 'number') {
      throw new Error('Part sizes are not runs of numbers.');
    }
    return new Array<number>(run[1]).fill(run[0]);
  });
}

/** Checksums of an object's parts as they are kept: the algorithm, and one base64 text for each part. */
export function writePartChecksums(
  algorithm: ChecksumAlgorithm,
  parts: readonly Pick<VersionPart, 'checksums'>[],
): string {
  return JSON.stringify([algorithm, ...parts.map(({ checksums }) => checksums[algorithm] ?? '')]);
}

/** Parts of an object by their sizes and kept checksums, behind the number `after`, at most `limit`. */
export function numberedParts(
  sizes: readonly number[],
  checksums: string | undefined,
  after: number,
  limit: number,
): readonly VersionPart[] {
  const kept: unknown = checksums === undefined ? [] : JSON.parse(checksums);
  if (!Array.isArray(kept)) throw new Error('Part checksums are not a list.');
  const texts: readonly unknown[] = kept;
  const [algorithm] = texts;
  return sizes.slice(after, after + limit).map((sizeBytes, at) => {
    const partNumber = after + at + 1;
    const value = texts[partNumber];
    const isKnown = typeof algorithm === 'string' && typeof value === 'string' && value !== '';
    return { partNumber, sizeBytes, checksums: isKnown ? { [algorithm]: value } : {} };
  });
}
