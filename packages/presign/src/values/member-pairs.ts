import { checkString } from './option-checks.ts';
import { wireName } from './wire-name.ts';

/** A name and its value, of a query, of headers or of a form. */
export type Pair = readonly [name: string, value: string];

/** The members that are given, each as a pair, in the order of `members`. */
export function memberPairs<Options extends object>(
  options: Options,
  members: readonly (keyof Options & string)[],
  prefix = '',
): Pair[] {
  const pairs: Pair[] = [];
  for (const member of members) {
    const value = options[member];
    if (value === undefined) continue;
    if (member !== 'maxKeys') checkString(value, member);
    pairs.push([prefix + wireName(member), String(value)]);
  }
  return pairs;
}

/** Metadata of the user as headers or fields. */
export function metadataPairs(metadata: Readonly<Record<string, string>> = {}): Pair[] {
  return Object.entries(metadata).map(([name, value]) => {
    checkString(value, 'metadata');
    return [`x-amz-meta-${name.toLowerCase()}`, value];
  });
}
