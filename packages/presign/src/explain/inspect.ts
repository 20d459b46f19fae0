import { fingerprintOf, signatureIn } from '../hash/fingerprint.ts';
import { type LimitFault, parseLimits, type ReadLimits } from '../limits/limits.ts';
import { formFaultV2, readExpires, readQueryV2 } from '../mechanisms/parameters-v2.ts';
import { formFaultV4, mostAheadMs, readLifetime, readQueryV4, timingOf } from '../mechanisms/parameters-v4.ts';
import { parseCredential, queryWording, scopeFault } from '../mechanisms/scope.ts';
import { parseAmzDate } from '../values/times.ts';
import type { Refusal } from '../verify/refusal.ts';
import { readableText } from '../wire/canonical.ts';
import { findMarkers, severalMechanisms } from '../wire/markers.ts';
import type { QueryPair } from '../wire/query-string.ts';
import { splitUrl } from '../wire/request.ts';
import { type AddressingStyle, isTargetFault, type ParsedTarget, parseTarget } from '../wire/target.ts';
import { type Finding, findingsOf } from './findings.ts';
import { redact } from './redact.ts';

/** What a URL says about itself. Nothing in it is verified. */
export interface Inspection {
  readonly kind: 'sigv4' | 'sigv2' | 'share' | 'unsigned' | 'invalid';
  /** The operation, if the query alone tells it; for a plain object URL the method is not in the URL: undefined. */
  readonly operation?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly style?: AddressingStyle | undefined;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly temporary?: boolean | undefined;
  readonly region?: string | undefined;
  readonly service?: string | undefined;
  readonly signedAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
  /** Seconds. */
  readonly expiresIn?: number | undefined;
  readonly state: 'valid' | 'expired' | 'not-yet' | 'unknown';
  /** Milliseconds until expiresAt; negative when past. */
  readonly remaining?: number | undefined;
  readonly signedHeaders: readonly string[];
  readonly overrides: Readonly<Record<string, string>>;
  readonly limits: ReadLimits;
  readonly fingerprint?: string | undefined;
  /** The URL with its signature replaced. Safe to log. */
  readonly redacted: string;
  /** E.g. SigV2Unlimited, HostIsLocal, ExpiryLong, TokenEndsSooner, ChecksumOfEmptyBody, TypeNotSigned, CopiedFromHtml. */
  readonly findings: readonly Finding[];
}

/** Everything that an inspection says but its findings. */
export type Said = Omit<Inspection, 'findings' | 'redacted'>;

/** What a URL says, and what findings are made of. */
export type Reading = {
  readonly said: Said;
  readonly url: string;
  readonly query: readonly QueryPair[];
  readonly copiedFromHtml: boolean;
  /** What makes it no valid signed URL. */
  readonly malformed?: Refusal | undefined;
  readonly limitFault?: LimitFault | undefined;
};

const awsHosts = { awsDomains: true } as const;
const shareTarget = /^\/s\/[A-Za-z0-9]{22}(?:[/?]|$)/;

/**
 * Reads what a URL says about itself: operation, object, key id, expiration, limits, and what looks wrong. Never throws, needs no
 * secret, sends nothing, verifies nothing. `now`: default the current time.
 * @example
 * ```js
 * import { bucket, inspect } from '@tidegate/presign';
 *
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
 * const files = bucket('files', { endpoint: 'https://s3.example.com', region: 'eu-central-1', credentials });
 * const url = files.presignGet('report.pdf');
 * const { state, expiresAt, findings } = inspect(url);
 * console.log(state, expiresAt, findings);
 * ```
 */
export function inspect(url: string | URL, options: { readonly now?: Date } = {}): Inspection {
  const text = String(url).trim();
  const reading = readUrl(text, options.now === undefined ? Date.now() : options.now.getTime());
  return { ...reading.said, redacted: redact(text), findings: findingsOf(reading) };
}

function readUrl(url: string, nowMs: number): Reading {
  const { authority, target: received } = splitUrl(url);
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:\/\/)/.exec(url)?.[0].toLowerCase();
  const copiedFromHtml = /[?&][^#]*&amp;/i.test(received);
  const target = copiedFromHtml ? received.replace(/&amp;/gi, '&') : received;
  const parsed = parseTarget(target, authority, awsHosts);
  const unread: Said = {
    kind: 'invalid',
    endpoint: authority === '' ? undefined : `${scheme ?? 'http'}://${readableText(authority)}`,
    state: 'unknown',
    signedHeaders: [],
    overrides: {},
    limits: {},
  };
  if (isTargetFault(parsed)) return { said: unread, url, query: [], copiedFromHtml };
  const { style, bucket, key, query } = parsed;
  const said: Said = { ...unread, style, bucket, key, ...readParameters(query, key) };
  const base = { url, query, copiedFromHtml };
  const { v4, v2 } = findMarkers(query);
  if (v4 || v2) {
    const malformed = formRefusal(query, nowMs);
    const kind = malformed === undefined ? (v4 ? 'sigv4' : 'sigv2') : 'invalid';
    if (!v4) return { ...base, said: { ...said, ...readV2(query, nowMs), kind }, malformed };
    const { limits, limitFault } = readLimits(query);
    return { ...base, said: { ...said, ...readV4(parsed, limits, nowMs), kind }, malformed, limitFault };
  }
  if (shareTarget.test(target)) return { ...base, said: { ...unread, kind: 'share' } };
  return { ...base, said: { ...said, kind: scheme === undefined ? 'invalid' : 'unsigned' } };
}

/**
 * What is wrong with the form or the scope, by the very checks of a verification and in their order: a link that is out of its time
 * is not asked for its scope. Without a server's settings every such fault is `AuthMalformed`.
 */
function formRefusal(query: readonly QueryPair[], nowMs: number): Refusal | undefined {
  const { v4, v2 } = findMarkers(query);
  if (v4 && v2) return severalMechanisms();
  if (v2) {
    const parameters = readQueryV2(query);
    return formFaultV2(parameters, readExpires(parameters.expires ?? ''));
  }
  const parameters = readQueryV4(query);
  const { date = '', credential = '' } = parameters;
  const dateMs = parseAmzDate(date);
  const lifetime = readLifetime(parameters.expires);
  const fault = formFaultV4(parameters, dateMs, lifetime);
  if (fault !== undefined) return fault;
  // The form holds: date and lifetime are there.
  if (timingOf(Number(dateMs), Number(lifetime), nowMs) !== undefined) return undefined;
  return scopeFault(parseCredential(credential), date.slice(0, 8), undefined, queryWording);
}

function readV4(target: ParsedTarget, limits: ReadLimits, nowMs: number): Partial<Said> {
  const parameters = readQueryV4(target.query);
  const credential = parameters.credential === undefined ? undefined : parseCredential(parameters.credential);
  const signedAtMs = parameters.date === undefined ? undefined : parseAmzDate(parameters.date);
  const seconds = /^\d{1,9}$/.test(parameters.expires ?? '') ? Number(parameters.expires) : undefined;
  return {
    accessKeyId: credential?.accessKeyId,
    region: credential?.region,
    service: credential?.service,
    temporary: parameters.token !== undefined,
    signedHeaders: parameters.signedHeaders === undefined ? [] : parameters.signedHeaders.split(';'),
    limits,
    fingerprint: fingerprintIn(target.query),
    ...times(signedAtMs, seconds, limits.notBefore?.getTime(), nowMs),
  };
}

function readV2(query: readonly QueryPair[], nowMs: number): Partial<Said> {
  const { accessKeyId, expires, token } = readQueryV2(query);
  const expiresAtMs = /^\d{1,10}$/.test(expires ?? '') ? Number(expires) * 1000 : undefined;
  return {
    accessKeyId,
    temporary: token !== undefined,
    fingerprint: fingerprintIn(query),
    ...span(undefined, expiresAtMs, undefined, nowMs),
  };
}

function fingerprintIn(query: readonly QueryPair[]): string | undefined {
  const signature = signatureIn(query);
  return signature === undefined ? undefined : fingerprintOf(signature);
}

function times(
  signedAtMs: number | undefined,
  seconds: number | undefined,
  notBeforeMs: number | undefined,
  nowMs: number,
): Partial<Said> {
  const expiresAtMs = signedAtMs === undefined || seconds === undefined ? undefined : signedAtMs + seconds * 1000;
  const opensMs = signedAtMs === undefined ? undefined : Math.max(signedAtMs - mostAheadMs, notBeforeMs ?? 0);
  return {
    signedAt: signedAtMs === undefined ? undefined : new Date(signedAtMs),
    expiresIn: seconds,
    ...span(opensMs, expiresAtMs, seconds, nowMs),
  };
}

function span(
  opensMs: number | undefined,
  expiresAtMs: number | undefined,
  seconds: number | undefined,
  nowMs: number,
): Pick<Said, 'state' | 'expiresAt' | 'remaining'> {
  if (expiresAtMs === undefined) return { state: 'unknown' };
  const remaining = expiresAtMs - nowMs;
  const state = remaining < 0 || seconds === 0 ? 'expired' : (opensMs ?? 0) > nowMs ? 'not-yet' : 'valid';
  return { state, expiresAt: new Date(expiresAtMs), remaining };
}

/** The method is not in a URL: the limits are read for the first method that they fit. */
function readLimits(query: readonly QueryPair[]): {
  readonly limits: ReadLimits;
  readonly limitFault: LimitFault | undefined;
} {
  let limitFault: LimitFault | undefined;
  for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']) {
    const read = parseLimits(query, { method });
    if (!('fault' in read)) return { limits: read.limits, limitFault: undefined };
    limitFault ??= read.fault;
  }
  return { limits: {}, limitFault };
}

function readParameters(
  query: readonly QueryPair[],
  key: string | undefined,
): Pick<Said, 'operation' | 'versionId' | 'overrides'> {
  const values = new Map(query);
  const overrides: Record<string, string> = {};
  for (const [name, value] of query) {
    if (name.startsWith('response-')) overrides[name.slice('response-'.length)] = value;
  }
  return { operation: operationIn(values, key), versionId: values.get('versionId'), overrides };
}

/** Only where the query leaves no choice. */
function operationIn(values: ReadonlyMap<string, string>, key: string | undefined): string | undefined {
  const named = values.get('x-id');
  if (named !== undefined && /^[A-Za-z]{1,64}$/.test(named)) return named;
  if (values.get('list-type') === '2') return 'ListObjectsV2';
  if (values.has('uploadId') && values.has('partNumber')) return 'UploadPart';
  if (values.has('uploads')) return key === undefined ? 'ListMultipartUploads' : 'CreateMultipartUpload';
  if (values.has('location')) return 'GetBucketLocation';
  return undefined;
}
