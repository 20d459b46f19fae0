import ipaddr from 'ipaddr.js';
import type { ResolvedText } from './policy-text.ts';
import { matchesWildcard } from './wildcard.ts';

/** How a value of a request is compared with one of a policy. */
export type Comparison = {
  /** Whether a value of a policy can be compared with at all. */
  readonly takes: (wanted: string) => boolean;
  readonly fits: (given: string, wanted: ResolvedText) => boolean;
  /** Policy variables may stand in its values: those of text and of ARNs. */
  readonly hasVariables: boolean;
};

/** A condition operator. A negated one holds where its comparison does not, and where the key is absent (POL-4). */
export type ConditionOperator = { readonly comparison: Comparison; readonly negated: boolean };

const anyText = (): boolean => true;

function ofText(fits: (given: string, wanted: string) => boolean): Comparison {
  return { takes: anyText, fits: (given, { pattern }) => fits(given, pattern), hasVariables: true };
}

function ofValue<Value>(
  read: (text: string) => Value | undefined,
  fits: (given: Value, wanted: Value) => boolean,
): Comparison {
  return {
    takes: (wanted) => read(wanted) !== undefined,
    fits: (given, { pattern }) => {
      const [left, right] = [read(given), read(pattern)];
      return left !== undefined && right !== undefined && fits(left, right);
    },
    hasVariables: false,
  };
}

const equals = ofText((given, wanted) => given === wanted);
const equalsIgnoringCase = ofText((given, wanted) => given.toLowerCase() === wanted.toLowerCase());
const like: Comparison = {
  takes: anyText,
  fits: (given, { pattern, literalAt }) => matchesWildcard(pattern, given, literalAt),
  hasVariables: true,
};
const likeArn: Comparison = {
  takes: (wanted) => wanted.startsWith('arn:') || wanted === '*',
  fits: fitsArn,
  hasVariables: true,
};
const isTrue = ofValue(readBoolean, (given, wanted) => given === wanted);
const within = {
  takes: (wanted) => readNetwork(wanted) !== undefined,
  fits: isWithin,
  hasVariables: false,
} satisfies Comparison;

/** By name, without `IfExists` and without what stands before a colon. `Null` asks whether the key is there, and is no comparison. */
const operators: ReadonlyMap<string, ConditionOperator> = new Map([
  ['StringEquals', { comparison: equals, negated: false }],
  ['StringNotEquals', { comparison: equals, negated: true }],
  ['StringEqualsIgnoreCase', { comparison: equalsIgnoringCase, negated: false }],
  ['StringNotEqualsIgnoreCase', { comparison: equalsIgnoringCase, negated: true }],
  ['StringLike', { comparison: like, negated: false }],
  ['StringNotLike', { comparison: like, negated: true }],
  ['ArnEquals', { comparison: likeArn, negated: false }],
  ['ArnLike', { comparison: likeArn, negated: false }],
  ['ArnNotEquals', { comparison: likeArn, negated: true }],
  ['ArnNotLike', { comparison: likeArn, negated: true }],
  ['Bool', { comparison: isTrue, negated: false }],
  ['IpAddress', { comparison: within, negated: false }],
  ['NotIpAddress', { comparison: within, negated: true }],
  ...ordered('Numeric', readNumber),
  ...ordered('Date', readDate),
]);

/** The operator of that name; undefined: there is none. */
export function conditionOperator(name: string): ConditionOperator | undefined {
  return operators.get(name);
}

function ordered(
  kind: string,
  read: (text: string) => number | undefined,
): (readonly [name: string, operator: ConditionOperator])[] {
  const isEqual = ofValue(read, (given, wanted) => given === wanted);
  return [
    [`${kind}Equals`, { comparison: isEqual, negated: false }],
    [`${kind}NotEquals`, { comparison: isEqual, negated: true }],
    [`${kind}LessThan`, { comparison: ofValue(read, (given, wanted) => given < wanted), negated: false }],
    [`${kind}LessThanEquals`, { comparison: ofValue(read, (given, wanted) => given <= wanted), negated: false }],
    [`${kind}GreaterThan`, { comparison: ofValue(read, (given, wanted) => given > wanted), negated: false }],
    [`${kind}GreaterThanEquals`, { comparison: ofValue(read, (given, wanted) => given >= wanted), negated: false }],
  ];
}

function readNumber(text: string): number | undefined {
  return /^[+-]?\d{1,30}(?:\.\d{1,30})?$/.test(text) ? Number(text) : undefined;
}

export function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** ISO 8601 as W3C profiles it, or seconds since 1970, in milliseconds. */
function readDate(text: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,3})?$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** Each of the six parts of an ARN is compared for itself; a value of a variable that would change how it is read fits nothing. */
function fitsArn(given: string, { pattern, literalAt }: ResolvedText): boolean {
  for (const at of literalAt) if (/[:*?]/.test(pattern[at] ?? '')) return false;
  if (pattern === '*') return true;
  const [left, right] = [arnParts(given), arnParts(pattern)];
  return left.length === right.length && left.every((part, at) => matchesWildcard(right[at] ?? '', part));
}

function arnParts(text: string): string[] {
  const parts = text.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** An address is the network of it alone. Four decimal numbers without leading zeros for IPv4. */
function readNetwork(
  text: string,
): { readonly address: ipaddr.IPv4 | ipaddr.IPv6; readonly length: number } | undefined {
  const [host = '', length, ...rest] = text.split('/');
  if (rest.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host))) return undefined;
  const address = ipaddr.parse(host);
  const full = address.kind() === 'ipv4' ? 32 : 128;
  if (length === undefined) return { address, length: full };
  return /^\d{1,3}$/.test(length) && Number(length) <= full ? { address, length: Number(length) } : undefined;
}

function isWithin(given: string, { pattern }: ResolvedText): boolean {
  const network = readNetwork(pattern);
  if (network === undefined || !ipaddr.isValid(given)) return false;
  const address = ipaddr.process(given);
  return address.kind() === network.address.kind() && address.match(network.address, network.length);
}
