import { refusal } from '../errors/s3-error.ts';
import type { LifecycleConfiguration, LifecycleRule } from '../xml/shapes/LifecycleConfiguration.ts';

const dayMs = 86_400_000;
const maxIdLength = 255;
const maxPrefixBytes = 1024;
const maxNewerVersions = 100;
const maxTagNameLength = 128;
const maxTagValueLength = 256;

/** What a rule asks of the objects that it speaks of, in one form, however it was written. */
export type LifecycleScope = {
  readonly prefix: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  /** Exclusive. */
  readonly sizeGreaterThan: number | undefined;
  /** Exclusive. */
  readonly sizeLessThan: number | undefined;
};

/** The scope of a rule: its filter, or the prefix of the old form. */
export function lifecycleScope({ prefix = '', filter }: LifecycleRule): LifecycleScope {
  const { and, tag } = filter ?? {};
  const facts = and ?? filter;
  return {
    prefix: facts?.prefix ?? prefix,
    tags: and?.tags ?? (tag === undefined ? [] : [tag]),
    sizeGreaterThan: facts?.sizeGreaterThan,
    sizeLessThan: facts?.sizeLessThan,
  };
}

/**
 * Judges what the schema of a lifecycle leaves open, before it is stored (LFC-2). Objects are never moved to another storage class:
 * a rule that asks for it is refused by the name of the class, last.
 * @throws S3Error MalformedXML, InvalidArgument, InvalidRequest, NotImplemented, with S3's texts
 */
export function checkLifecycleConfiguration({ rules }: LifecycleConfiguration): void {
  const ids = new Set<string>();
  for (const rule of rules) {
    checkRule(rule);
    if (rule.id === undefined || rule.id === '') continue;
    if (ids.has(rule.id)) {
      throw badArgument('ID', rule.id, 'Rule ID must be unique. Found same ID for more than one rule');
    }
    ids.add(rule.id);
  }
  for (const { transitions, noncurrentTransitions } of rules) {
    const [moved] = [...transitions, ...noncurrentTransitions];
    if (moved !== undefined) throw refuseStorageClass(moved.storageClass);
  }
}

/** The same rules, each with an id: those without one are numbered. */
export function withRuleIds(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  const taken = new Set(rules.map(({ id }) => id));
  let number = 0;
  return rules.map((rule) => {
    if (rule.id !== undefined && rule.id !== '') return rule;
    do number += 1;
    while (taken.has(`rule-${number}`));
    return { ...rule, id: `rule-${number}` };
  });
}

function checkRule(rule: LifecycleRule): void {
  const { id, expiration, noncurrentExpiration, abortUploads, transitions, noncurrentTransitions } = rule;
  if (id !== undefined && id.length > maxIdLength) {
    throw badArgument('ID', id.slice(0, 1024), `ID length should not exceed allowed limit of ${maxIdLength}`);
  }
  checkFilter(rule);
  for (const { dateMs, days } of transitions) {
    if ((dateMs === undefined) === (days === undefined)) throw malformed();
    checkDate(dateMs);
    // An object may move on the day it came.
    if (days !== undefined && days < 0) throw badDays('Days', 'Transition', days, 'a nonnegative');
  }
  for (const { days } of noncurrentTransitions) {
    if (days === undefined) throw malformed();
    if (days < 0) throw badDays('NoncurrentDays', 'NoncurrentVersionTransition', days, 'a nonnegative');
  }
  if (expiration !== undefined) checkExpiration(expiration, rule);
  if (noncurrentExpiration !== undefined) checkNoncurrent(noncurrentExpiration);
  if (abortUploads !== undefined) checkAbort(abortUploads, rule);
  const hasAction =
    expiration !== undefined ||
    noncurrentExpiration !== undefined ||
    abortUploads !== undefined ||
    transitions.length + noncurrentTransitions.length > 0;
  if (!hasAction) throw badRequest('At least one action needs to be specified in a rule');
}

/** One filter: the old prefix, or one member, or several in `And`. */
function checkFilter(rule: LifecycleRule): void {
  const { filter, prefix } = rule;
  if ((filter === undefined) === (prefix === undefined)) throw malformed();
  if (filter !== undefined) {
    const { and, ...single } = filter;
    const given = (members: object): number => Object.values(members).filter((value) => value !== undefined).length;
    if (given(filter) > 1) throw malformed();
    if (and !== undefined) {
      const { tags, ...others } = and;
      if (tags.length + given(others) < 2) throw malformed();
    } else if (given(single) > 1) throw malformed();
  }
  const scope = lifecycleScope(rule);
  if (new TextEncoder().encode(scope.prefix).byteLength > maxPrefixBytes) {
    throw badRequest(`The maximum size of a prefix is ${maxPrefixBytes}.`);
  }
  const names = new Set(scope.tags.map(({ name }) => name));
  if (names.size < scope.tags.length) throw badRequest('Duplicate Tag Keys are not allowed.');
  for (const { name, value } of scope.tags) {
    if (name === '' || name.length > maxTagNameLength) throw badTag('TagKey', name);
    if (value.length > maxTagValueLength) throw badTag('TagValue', value);
  }
  const { sizeGreaterThan = 0, sizeLessThan = Number.POSITIVE_INFINITY } = scope;
  if (sizeLessThan < 1) throw badRequest("'ObjectSizeLessThan' should be a positive integer.");
  if (sizeGreaterThan >= sizeLessThan) {
    throw badRequest("'ObjectSizeGreaterThan' has to be a value less than 'ObjectSizeLessThan'.");
  }
}

function checkExpiration(
  { dateMs, days, expiredMarkers }: NonNullable<LifecycleRule['expiration']>,
  rule: LifecycleRule,
): void {
  const given = [dateMs, days, expiredMarkers].filter((value) => value !== undefined).length;
  if (given !== 1) throw malformed();
  checkDate(dateMs);
  if (days !== undefined && days < 1) throw badDays('Days', 'Expiration', days, 'a positive');
  if (expiredMarkers !== undefined && lifecycleScope(rule).tags.length > 0) {
    throw badRequest('ExpiredObjectDeleteMarker cannot be specified with Tags.');
  }
}

function checkNoncurrent({ days, newerVersions }: NonNullable<LifecycleRule['noncurrentExpiration']>): void {
  if (days === undefined) throw malformed();
  if (days < 1) throw badDays('NoncurrentDays', 'NoncurrentVersionExpiration', days, 'a positive');
  if (newerVersions !== undefined && (newerVersions < 1 || newerVersions > maxNewerVersions)) {
    throw badArgument(
      'NewerNoncurrentVersions',
      String(newerVersions),
      `'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be an integer from 1 to ${maxNewerVersions}`,
    );
  }
}

/** An upload has no tags and no size yet. */
function checkAbort({ days }: NonNullable<LifecycleRule['abortUploads']>, rule: LifecycleRule): void {
  if (days < 1) throw badDays('DaysAfterInitiation', 'AbortIncompleteMultipartUpload', days, 'a positive');
  const { tags, sizeGreaterThan, sizeLessThan } = lifecycleScope(rule);
  if (tags.length > 0) throw badRequest('AbortIncompleteMultipartUpload cannot be specified with Tags.');
  if (sizeGreaterThan === undefined && sizeLessThan === undefined) return;
  throw badRequest('AbortIncompleteMultipartUpload cannot be specified with Object Size.');
}

function checkDate(dateMs: number | undefined): void {
  if (dateMs === undefined || dateMs % dayMs === 0) return;
  throw badArgument('Date', new Date(dateMs).toISOString(), "'Date' must be at midnight GMT");
}

function refuseStorageClass(storageClass: string): Error {
  return refusal(
    'NotImplemented',
    {},
    undefined,
    `Objects are kept in the storage class STANDARD alone: a transition to ${storageClass.slice(0, 100)} is not implemented.`,
  );
}

function badDays(member: string, action: string, value: number, kind: string): Error {
  return badArgument(member, String(value), `'${member}' for ${action} action must be ${kind} integer`);
}

function badTag(name: string, value: string): Error {
  return refusal('InvalidTag', {}, undefined, `The ${name} you have provided is invalid: ${value.slice(0, 256)}`);
}

function badArgument(name: string, value: string, message: string): Error {
  return refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: value }, undefined, message);
}

function badRequest(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}

function malformed(): Error {
  return refusal('MalformedXML', {});
}
