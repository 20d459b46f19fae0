import { durationSeconds } from '../values/duration.ts';
import { PresignError } from '../values/presign-error.ts';
import { parseAmzDate } from '../values/times.ts';
import { isBarredFromGrants } from '../wire/subresources.ts';
import { combinationFault, isWrittenAsLimit, shorten, valueFault } from './limit-grammar.ts';
import { isOfKind, type LimitKind, writeValue } from './limit-kinds.ts';
import { type LimitKinds, type LimitName, type LimitRule, type Limits, limitRules } from './limit-rows.ts';

/**
 * LNK-2: whether a parameter of this name, decoded, is a limit or pretends to be one: to somebody who trims names, folds their case or
 * compatible letters, or stops at NUL.
 */
export function isLimitName(name: string): boolean {
  // Nearly every name begins so.
  if (/^(?:[a-wyz]|x-[a-km-z])/i.test(name)) return false;
  if (isWrittenAsLimit(name)) return true;
  return isWrittenAsLimit(
    name
      .normalize('NFKC')
      .replace(/[\s\p{C}+]|%\d\d/gu, '')
      .replace(/\p{Pd}/gu, '-'),
  );
}

/** Why a limit cannot be read. `why` completes "{name}: {why}." */
export type LimitFault = {
  readonly reason: 'LinkLimitUnknown' | 'LinkLimitDuplicate' | 'LinkLimitMalformed';
  readonly name: string;
  readonly why: string;
};

/** What the limits stand on. `method`: the one that was signed (SIG-101), POST for a form. */
export type LimitContext = { readonly method: string };

/** What the texts of each kind are read as. */
export interface ReadLimitValues {
  label: string;
  count: number;
  bytes: number;
  someBytes: number;
  duration: number;
  addresses: string[];
  flag: true;
  time: Date;
  mediaTypes: string[];
  sha256: string;
  prefix: string;
}

/** Limits as they are read: numbers as numbers, sizes in bytes, durations in seconds, lists as lists. */
export type ReadLimits = { [Name in LimitName]?: ReadLimitValues[LimitKinds[Name]] };

/** The value that an accepted text means; `undefined` when there is none, as for 30 February. */
const readers: { readonly [Kind in LimitKind]: (text: string) => ReadLimitValues[Kind] | undefined } = {
  label: String,
  count: Number,
  bytes: Number,
  someBytes: Number,
  duration: (text) => durationSeconds('', text),
  addresses: readList,
  flag: () => true,
  time: (text) => {
    const moment = parseAmzDate(text);
    return moment === undefined ? undefined : new Date(moment);
  },
  mediaTypes: readList,
  sha256: (text) => text.toLowerCase(),
  prefix: String,
};

function readList(text: string): string[] {
  return text.toLowerCase().split(',');
}

const rulesByName: ReadonlyMap<string, LimitRule> = /* @__PURE__ */ new Map(
  limitRules.map((rule) => [rule.name, rule]),
);

/**
 * Reads the limits among decoded query parameters, or among the fields of a form; other names are passed over (LNK-2 to LNK-6).
 * Nothing unknown, given twice, malformed or misplaced is ever ignored. Numbers come back as numbers, lists as lists.
 */
export function parseLimits(
  pairs: readonly (readonly [string, string])[],
  { method }: LimitContext,
): { readonly limits: ReadLimits } | { readonly fault: LimitFault } {
  const limits: ReadLimits = {};
  const texts = new Map<string, string>();
  for (const [name, text] of pairs) {
    if (!isLimitName(name)) continue;
    const rule = rulesByName.get(name);
    if (!rule) return { fault: { reason: 'LinkLimitUnknown', name: shorten(name), why: 'there is no such limit' } };
    if (texts.has(name)) return { fault: { reason: 'LinkLimitDuplicate', name, why: 'it is given more than once' } };
    texts.set(name, text);
    const fault = valueFault(rule, text, method);
    if (fault) return { fault: { reason: 'LinkLimitMalformed', name, why: fault.why } };
    const value = readers[rule.kind](text);
    if (value === undefined)
      return { fault: { reason: 'LinkLimitMalformed', name, why: `'${shorten(text)}' is no real time` } };
    // Sound: a row's kind is one of its member's value.
    Object.assign(limits, { [rule.property]: value });
  }
  if (!texts.size) return { limits };
  const fault = combinationFault(texts) ?? grantFault(limits, pairs);
  return fault ? { fault: { reason: 'LinkLimitMalformed', ...fault } } : { limits };
}

/**
 * Limits that somebody gave, as they are read. Each is read by itself: a key lays its limits on links of any method, and `grace` counts
 * where another limit says `uses`.
 */
export function readLimits(
  given: Limits,
): { readonly limits: ReadLimits } | { readonly property: LimitName; readonly why: string } {
  const limits: ReadLimits = {};
  for (const rule of limitRules) {
    const { property, kind, methods } = rule;
    try {
      const value = given[property];
      const text = value === undefined ? undefined : writeValue(`limits.${property}`, kind, value);
      if (text === undefined) continue;
      const fault = valueFault(rule, text, methods[0] ?? '');
      if (fault) return { property, why: fault.why };
      Object.assign(limits, { [property]: readers[kind](text) });
    } catch (error) {
      if (error instanceof PresignError) return { property, why: error.message };
      throw error;
    }
  }
  return { limits };
}

/** Limits that `JSON.stringify` wrote: a time comes back as a time. */
export function limitsFromJson(text: string): ReadLimits {
  const limits: Partial<Record<LimitName, unknown>> = JSON.parse(text);
  for (const { property, kind } of limitRules) {
    const value = limits[property];
    if (kind === 'time' && typeof value === 'string') limits[property] = new Date(value);
  }
  // Sound: only limits that were read are kept.
  return limits as ReadLimits;
}

/** SIG-48a: the prefix that a grant's value names, or `undefined` when it is none and the path must not be replaced. */
export function parseGrant(text: string): string | undefined {
  return isOfKind('prefix', text) ? text : undefined;
}

/** SIG-48c. */
function grantFault(
  limits: ReadLimits,
  pairs: readonly (readonly [string, string])[],
): { readonly name: string; readonly why: string } | undefined {
  const [barred] = (limits.grant !== undefined && pairs.find(([name]) => isBarredFromGrants(name))) || [];
  return barred === undefined ? undefined : { name: 'x-link-grant', why: `it does not go with ${barred}` };
}
