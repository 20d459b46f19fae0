/** Order of keys: by their UTF-8 bytes, as S3 lists (STO-40). JavaScript's own order differs above U+FFFF. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** The later of two keys. */
export function laterKey(left: string, right: string): string {
  return compareKeys(left, right) >= 0 ? left : right;
}

/** The first key behind `key` itself. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}

/**
 * The least text behind every text that begins with `prefix`; undefined when there is none (STO-41).
 * Raises the last code point by one, past the surrogates; a trailing U+10FFFF cannot be raised and falls away.
 */
export function successor(prefix: string): string | undefined {
  const points = Array.from(prefix);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point === 0x10_ffff) continue;
    const raised = point === 0xd7ff ? 0xe000 : point + 1;
    return points.join('') + String.fromCodePoint(raised);
  }
  return undefined;
}
