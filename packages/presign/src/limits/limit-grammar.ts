import { fail } from '../values/presign-error.ts';
import { isOfKind, kindText, writeValue } from './limit-kinds.ts';
import { type LimitRule, type Limits, limitParameter, limitRules } from './limit-rows.ts';

/** LNK-3, LNK-5: why `text` cannot stand for this limit on `method`, or `undefined`. */
export function valueFault(
  { kind, methods }: LimitRule,
  text: string,
  method: string,
): { readonly why: string; readonly wrongMethod?: true } | undefined {
  if (!isOfKind(kind, text)) return { why: `'${shorten(text)}' is not ${kindText(kind)}` };
  if (!methods.includes(method))
    return { why: `it is for ${methods.join(', ')}; this is ${method}`, wrongMethod: true };
  return undefined;
}

/** A received text in a message: bounded, and without control characters. */
export function shorten(text: string): string {
  return text.slice(0, 64).replace(/\p{Cc}/gu, '\ufffd') + (text.length > 64 ? '…' : '');
}

/** LNK-6: limits that do not go together, by the names and texts of all. */
export function combinationFault(
  texts: ReadonlyMap<string, string>,
): { readonly name: string; readonly why: string } | undefined {
  for (const { name, needs } of limitRules) {
    const other = needs && limitParameter(needs);
    if (other && texts.has(name) && !texts.has(other)) return { name, why: `it needs ${other}` };
  }
  const least = 'x-link-min-bytes';
  const most = 'x-link-max-bytes';
  return Number(texts.get(least)) > Number(texts.get(most))
    ? { name: least, why: `it is more than ${most}` }
    : undefined;
}

/** LNK-2: whether a name that somebody signs is a limit or pretends to be one. A verifier asks `isLimitName`, which knows disguises. */
export function isWrittenAsLimit(name: string): boolean {
  return /^x[-_]link[-_]/iu.test(name);
}

/**
 * The parameters that say `limits`, in canonical text and order (LNK-4). `grant: true` needs the key and is written by who signs.
 * @throws PresignError LimitInvalid, SizeInvalid, DurationInvalid, DateInvalid
 */
export function writeLimits(limits: Limits): [string, string][] {
  const pairs: [string, string][] = [];
  for (const name in limits) {
    if (!limitRules.some(({ property }) => property === name))
      fail('LimitInvalid', `limits.${name}: there is no such limit.`, `limits.${name}`);
  }
  for (const { name, property, kind } of limitRules) {
    const value = limits[property];
    const text = value === undefined ? undefined : writeValue(`limits.${property}`, kind, value);
    if (text !== undefined) pairs.push([name, text]);
  }
  return pairs;
}
