import { durationSeconds } from '../values/duration.ts';
import { parseAmzDate } from '../values/times.ts';
import { isBarredFromGrants } from '../wire/subresources.ts';
import {
  combinationFault,
  isWrittenAsLimit,
  type LimitRule,
  type Limits,
  limitRules,
  shorten,
  valueFault,
} from './limit-grammar.ts';

export {
  type LimitKind,
  type LimitRule,
  type Limits,
  limitRules,
  parseGrant,
  writeLimits,
} from './limit-grammar.ts';

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

/** The names of all limits, `x-link-id` first. */
export const limitNames: readonly string[] = /* @__PURE__ */ limitRules.map(({ name }) => name);

/** Why a limit cannot be read. `why` completes "{name}: {why}." */
export type LimitFault = {
  readonly reason: 'LinkLimitUnknown' | 'LinkLimitDuplicate' | 'LinkLimitMalformed';
  readonly name: string;
  readonly why: string;
};

/** What the limits stand on. `method`: the one that was signed (SIG-101), POST for a form. */
export type LimitContext = { readonly method: string };

type AllLimits = Required<Limits>;

/** The value that an accepted text means; `undefined` when there is none, as for 30 February. */
const readers: { readonly [Property in keyof AllLimits]: (text: string) => AllLimits[Property] | undefined } = {
  id: String,
  uses: Number,
  grace: (text) => durationSeconds('x-link-grace', text),
  ip: readList,
  clients: Number,
  policy: String,
  head: isOn,
  https: isOn,
  notBefore: (text) => {
    const moment = parseAmzDate(text);
    return moment === undefined ? undefined : new Date(moment);
  },
  maxBytes: Number,
  minBytes: Number,
  totalBytes: Number,
  rate: Number,
  types: readList,
  sha256: (text) => text.toLowerCase(),
  writeOnce: isOn,
  confirm: isOn,
  grant: String,
  zip: isOn,
  resumable: isOn,
};

function readList(text: string): string[] {
  return text.toLowerCase().split(',');
}

function isOn(text: string): boolean {
  return text === '1';
}

function readInto<Property extends keyof AllLimits>(
  limits: Partial<AllLimits>,
  property: Property,
  text: string,
): boolean {
  const value: AllLimits[Property] | undefined = readers[property](text);
  if (value === undefined) return false;
  limits[property] = value;
  return true;
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
): { readonly limits: Limits } | { readonly fault: LimitFault } {
  const limits: Limits = {};
  const texts = new Map<string, string>();
  for (const [name, text] of pairs) {
    if (!isLimitName(name)) continue;
    const rule = rulesByName.get(name);
    if (!rule) return { fault: { reason: 'LinkLimitUnknown', name: shorten(name), why: 'there is no such limit' } };
    if (texts.has(name)) return { fault: { reason: 'LinkLimitDuplicate', name, why: 'it is given more than once' } };
    texts.set(name, text);
    const fault = valueFault(rule, text, method);
    if (fault) return { fault: { reason: 'LinkLimitMalformed', name, why: fault.why } };
    if (!readInto(limits, rule.property, text)) {
      return { fault: { reason: 'LinkLimitMalformed', name, why: `'${shorten(text)}' is no real time` } };
    }
  }
  if (!texts.size) return { limits };
  const fault = combinationFault(texts) ?? grantFault(limits, pairs);
  return fault ? { fault: { reason: 'LinkLimitMalformed', ...fault } } : { limits };
}

/** SIG-48c. */
function grantFault(
  limits: Limits,
  pairs: readonly (readonly [string, string])[],
): { readonly name: string; readonly why: string } | undefined {
  const [barred] = (limits.grant !== undefined && pairs.find(([name]) => isBarredFromGrants(name))) || [];
  return barred === undefined ? undefined : { name: 'x-link-grant', why: `it does not go with ${barred}` };
}
