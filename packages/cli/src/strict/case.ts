import type { SignedParts } from './signed-parts.ts';

/** One request that a strict server refuses, and what was done to make it so. */
export type StrictCase = { readonly name: string; readonly request: SignedParts };

/** Cases of one kind, and the request that shows that the unchanged one works. */
export type StrictGroup = {
  readonly name: string;
  /** Not offered by every server: a group whose unchanged request is refused is skipped. */
  readonly isOptional: boolean;
  readonly control: SignedParts;
  readonly cases: readonly StrictCase[];
};

/** The query with one parameter's value changed. */
export function withValue(parts: SignedParts, name: string, value: string): SignedParts {
  return { ...parts, query: parts.query.map(([key, old]) => [key, key === name ? value : old]) };
}

/** The query without a parameter. */
export function without(parts: SignedParts, name: string): SignedParts {
  return { ...parts, query: parts.query.filter(([key]) => key !== name) };
}

/** The query with one parameter more. */
export function withMore(parts: SignedParts, name: string, value: string): SignedParts {
  return { ...parts, query: [...parts.query, [name, value]] };
}

/** A letter or digit of the text, changed. */
export function changedAt(text: string, at: number): string {
  const old = text[at] ?? '';
  const other = /[0-9a-f]/.test(old) ? (old === 'a' ? 'b' : 'a') : old === 'A' ? 'B' : 'A';
  return text.slice(0, at) + other + text.slice(at + 1);
}

/** The value of a parameter. */
export function parameterOf(parts: SignedParts, name: string): string {
  return parts.query.find(([key]) => key === name)?.[1] ?? '';
}
