import { equalInConstantTime } from '../hash/compare.ts';
import { decide, openRequest, type Refused, type Rules } from '../verify/judge.ts';
import { missingHeaders } from '../wire/head.ts';
import type { ParsedQuery } from '../wire/query-string.ts';
import type { RawRequest } from '../wire/request.ts';
import { addressCauses } from './near-miss-address.ts';
import { type Candidate, type Cause, type Search, searchBounds } from './near-miss-candidate.ts';
import { queryCauses } from './near-miss-query.ts';
import { headerCauses, keyCauses, methodCauses, secretCauses, trailingCauses } from './near-miss-request.ts';

/**
 * SIG-95: why a request was refused. Single changes are tried in the order of the table; the first that makes the whole
 * verification succeed is the cause. A hit never admits anything.
 */
export function findCause(search: Search): Cause {
  const { refused } = search;
  const early = ampEscaped(search) ?? causeOfCheck(refused, search);
  if (early !== undefined) return early;
  if (isTooLarge(search.raw)) return unknown(0);
  return missingHeader(search) ?? trial(search);
}

/** The cause that the failed check states by itself; undefined when only a search can tell. */
export function causeOfCheck({ refusal, context, claim }: Refused, search?: Search): Cause | undefined {
  const { reason, values } = refusal;
  if (refusal.rule === 'SIG-42d') {
    return { id: 'region-mismatch', reason, detail: values['a'], values, tried: 0 };
  }
  if (refusal.code === 'AuthorizationQueryParametersError' && /%252f/i.test(context?.target.rawQuery ?? '')) {
    return { id: 'double-encoded', reason: 'DoubleEncoded', values: {}, tried: 0 };
  }
  switch (reason) {
    case 'AuthMalformed':
      return { id: 'malformed', reason, values, tried: 0 };
    case 'ExpiredToken':
      return { id: 'token-expired', reason, values, tried: 0 };
    case 'UnknownKey':
      return { id: 'unknown-key', reason, values, tried: 0 };
    case 'ClockSkew':
      return { id: 'clock-skew', reason, detail: values['seconds'], values, tried: 0 };
    case 'UnsignedHeader':
      return {
        id: 'unsigned-header',
        reason,
        detail: values['names'],
        values,
        note: checksumNote(values['names']),
        tried: 0,
      };
    case 'LinkExpired':
      return { id: 'expired', reason, values, tried: 0 };
    case 'SignatureMismatch': {
      if (refusal.check !== 'token') return undefined;
      const issued = search?.material?.sessionToken;
      const literal = claim?.token?.replaceAll(' ', '+') ?? '';
      const pasted = context?.target.rawQuery.includes('+') === true;
      return pasted && issued !== undefined && equalInConstantTime(issued, literal)
        ? { id: 'plus-for-space', reason: 'PlusForSpace', values: { place: 'query' }, tried: 0 }
        : unknown(0);
    }
    default:
      return { reason, values, tried: 0 };
  }
}

function unknown(tried: number): Cause {
  return { id: 'unknown', reason: 'SignatureMismatch', values: {}, tried };
}

function ampEscaped({ refused }: Search): Cause | undefined {
  const query = refused.context?.target.query ?? [];
  return query.some(([name]) => name.startsWith('amp;'))
    ? { id: 'amp-escaped', reason: 'AmpEscaped', values: {}, tried: 0 }
    : undefined;
}

/** SDKs since 2025 add a checksum to every upload unless told otherwise; on a presigned URL it comes too late to be signed. */
function checksumNote(names = ''): string | undefined {
  return names.split(', ').every((name) => /^x-amz-(?:checksum-|sdk-checksum-algorithm$)/.test(name))
    ? "An SDK's default integrity checksum was added after signing."
    : undefined;
}

function missingHeader({ refused: { context, claim } }: Search): Cause | undefined {
  if (context === undefined || claim === undefined) return undefined;
  const missing = missingHeaders(context.head, claim.signedHeaders, context.target.query).join(', ');
  if (missing === '') return undefined;
  return { id: 'header-missing', reason: 'HeaderMissing', detail: missing, values: { header: missing }, tried: 0 };
}

function isTooLarge({ target, rawHeaders }: RawRequest): boolean {
  let bytes = target.length;
  for (const text of rawHeaders) bytes += text.length;
  return bytes > searchBounds.requestBytes;
}

/** Tries the changes that need a signature each. */
function trial(search: Search): Cause {
  const { refused } = search;
  const { context, claim } = refused;
  if (context === undefined || claim === undefined) return unknown(0);
  const { target } = context;
  const known: ParsedQuery = { raw: target.rawQuery, pairs: target.query, canonical: target.canonicalQuery };
  let tried = 0;
  for (const candidate of candidates(search)) {
    if ('found' in candidate) return { ...candidate.found, tried };
    if (tried >= search.mostCandidates) break;
    tried++;
    if (verifies(search, candidate, known)) return { ...candidate.cause, tried };
  }
  return unknown(tried);
}

/** The rows of the table, in its order, that change something and verify again. */
function* candidates(search: Search): Iterable<Candidate> {
  if (search.refused.opening?.mechanism.endsWith('-post') !== true) {
    yield* trailingCauses(search);
    yield* methodCauses(search);
    yield* addressCauses(search);
    yield* queryCauses.beforeHeaders(search);
    yield* headerCauses(search);
    yield* queryCauses.afterHeaders(search);
    yield* keyCauses(search);
  }
  yield* secretCauses(search);
}

function verifies(search: Search, candidate: Exclude<Candidate, { found: unknown }>, known: ParsedQuery): boolean {
  const { rules, refused, material, secret } = search;
  const changed: Rules = candidate.ownHost === true ? { ...rules, forwardedHost: undefined } : rules;
  const opened = openRequest(candidate.raw, changed, known);
  if (opened.kind !== 'opened' || opened.claim.accessKeyId !== refused.claim?.accessKeyId) return false;
  const key = candidate.secretAccessKey;
  if (key !== undefined && material !== undefined) {
    return decide(opened, { ...material, secretAccessKey: key }).kind === 'admitted';
  }
  return decide(opened, material, secret).kind === 'admitted';
}
