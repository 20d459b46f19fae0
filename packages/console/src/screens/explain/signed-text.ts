import type { Explanation } from '@tidegate/presign/admin';

/** A line of what was signed beside the same of what came; `undefined`: the other has none. */
export type LinePair = {
  readonly signed: readonly Piece[];
  readonly came: readonly Piece[];
  readonly isEqual: boolean;
};
export type Piece = { readonly at: number; readonly text: string; readonly differs: boolean };

/**
 * The canonical request as it was signed, where the cause says what was changed on the way: made from the one that came.
 * @returns undefined where nobody can know it
 */
export function signedRequest({ canonicalRequest, cause }: Explanation): string | undefined {
  const change = cause?.change;
  if (canonicalRequest === undefined || change === undefined) return undefined;
  const { what, signed, got } = change;
  const lines = canonicalRequest.split('\n');
  const put = (at: number, text: string): string => lines.map((line, index) => (index === at ? text : line)).join('\n');
  if (what === 'method') return put(0, signed);
  const header = lines.findIndex((line, at) => at > 2 && line === `${what}:${got}`);
  if (header > 0) return put(header, `${what}:${signed}`);
  const path = lines[1] ?? '';
  if (what === 'key' && path.endsWith(got)) return put(1, `${path.slice(0, path.length - got.length)}${signed}`);
  return undefined;
}

/** Two texts line by line, what differs marked in both. */
export function pairLines(signed: string, came: string): readonly LinePair[] {
  const [left, right] = [signed.split('\n'), came.split('\n')];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const [one = '', other = ''] = [left[at], right[at]];
    const [a, b] = pairPieces(one, other);
    return { signed: a, came: b, isEqual: one === other };
  });
}

/** What is equal at both ends is left alone. */
function pairPieces(one: string, other: string): readonly [readonly Piece[], readonly Piece[]] {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const cut = (text: string): readonly Piece[] =>
    [
      { at: 0, text: text.slice(0, start), differs: false },
      { at: start, text: text.slice(start, text.length - end), differs: true },
      { at: text.length - end, text: text.slice(text.length - end), differs: false },
    ].filter((piece) => piece.text !== '');
  return [cut(one), cut(other)];
}
