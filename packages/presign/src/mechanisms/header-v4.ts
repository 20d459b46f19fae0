import { formatIsoSeconds, parseHeaderDate, skewValues } from '../values/times.ts';
import type { Claim, Context, Finding, Opening } from '../verify/opening.ts';
import { payloadMessage, readPayload } from '../verify/payload.ts';
import { deny, type Refusal, refuse } from '../verify/refusal.ts';
import { headerValue } from '../wire/head.ts';
import { tokenHeader } from './query-v4.ts';
import { type Credential, headerWording, parseCredential, scopeFault } from './scope.ts';
import { settleHeaderSigned } from './settle.ts';
import { headersFinding } from './signed-headers.ts';
import { createAttempts, type V4Signature } from './v4-attempts.ts';

/** SigV4 in the Authorization header: section 6 of the specification, in the order of section 10, step 6. */

const checks = ['form', 'time', 'scope', 'headers'] as const;
const mostSkewMs = 900_000;
const noNames: readonly string[] = [];

/** The components of an Authorization header after its scheme (SIG-64). */
export type AuthorizationComponents = {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
};

/** Opens a request whose Authorization header begins with `AWS4-HMAC-SHA256`; `authorization` is what follows that and the space. */
export function openHeaderV4(context: Context, authorization: string): Opening {
  const { head, settings } = context;
  const contentSha256 = head.contentSha256 ?? settings.bodySha256;
  const components = parseComponents(authorization);
  const date = requestDate(context);
  const credential = components === undefined ? undefined : parseCredential(components.credential);
  const names = components === undefined ? noNames : components.signedHeaders.split(';');

  const find = (check: string): Finding => {
    switch (check) {
      case 'form':
        return payloadFault(contentSha256) ?? (date === undefined ? dateFault() : 'pass');
      case 'time':
        return date === undefined ? 'unknown' : (skewFault(date, settings.nowMs) ?? 'pass');
      case 'scope':
        if (components === undefined) return componentsFault();
        if (date === undefined) return 'unknown';
        return scopeFault(credential, dayOf(date), settings.regions, headerWording, settings.services) ?? 'pass';
      case 'headers':
        return components === undefined ? 'unknown' : headersFinding(context, names);
      default:
        return 'unknown';
    }
  };

  const claim = (): Claim => {
    const scope: Credential = credential ?? {
      accessKeyId: '',
      date: '',
      region: '',
      service: '',
      terminator: '',
      text: '',
    };
    const signed: V4Signature = {
      date: date?.text ?? '',
      ...(date === undefined || isBasicDate(date.text) ? {} : { isoDate: basicDate(date.ms) }),
      scope,
      signedHeaders: components?.signedHeaders ?? '',
      names,
      payload: contentSha256 ?? '',
      limitPairs: [],
      presigned: false,
    };
    return {
      version: 'v4',
      accessKeyId: scope.accessKeyId,
      token: tokenHeader(context),
      signature: components?.signature ?? '',
      signedAtMs: date?.ms,
      signedHeaders: names,
      scope,
      attempts: createAttempts(context, signed),
      settle: settleHeaderSigned(context, signed),
    };
  };

  return { mechanism: 'sigv4-header', checks, find, claim };
}

/** When a header-signed request says it was made. */
export type RequestDate = {
  /** As sent. */
  readonly text: string;
  readonly ms: number;
  /** The header that says so. */
  readonly header: 'x-amz-date' | 'date';
};

/** SIG-62: `x-amz-date` if sent, else `Date`; undefined when missing or unreadable. */
export function requestDate({ head }: Context): RequestDate | undefined {
  const amzDate = headerValue(head, 'x-amz-date');
  const text = amzDate ?? headerValue(head, 'date');
  const ms = text === undefined ? undefined : parseHeaderDate(text);
  if (text === undefined || ms === undefined) return undefined;
  return { text, ms, header: amzDate === undefined ? 'date' : 'x-amz-date' };
}

/** The refusal of SIG-62. */
export function dateFault(): Refusal {
  return deny('form', 'AWS authentication requires a valid Date or x-amz-date header', {
    reason: 'AuthMalformed',
    values: { message: 'AWS authentication requires a valid Date or x-amz-date header' },
    rule: 'SIG-62',
  });
}

/** SIG-63: undefined when clock and request agree within 900 s. */
export function skewFault(date: RequestDate, nowMs: number): Refusal | undefined {
  if (Math.abs(nowMs - date.ms) <= mostSkewMs) return undefined;
  return refuse({
    check: 'time',
    status: 403,
    code: 'RequestTimeTooSkewed',
    message: 'The difference between the request time and the current time is too large.',
    reason: 'ClockSkew',
    values: skewValues(date.ms, nowMs),
    members: {
      RequestTime: date.text,
      ServerTime: formatIsoSeconds(nowMs),
      MaxAllowedSkewMilliseconds: String(mostSkewMs),
    },
  });
}

/** The day that a scope must name: the first 8 characters, or the UTC day of an HTTP date. */
function dayOf(date: RequestDate): string {
  return isBasicDate(date.text) ? date.text.slice(0, 8) : basicDate(date.ms).slice(0, 8);
}

function isBasicDate(text: string): boolean {
  return /^\d{8}T/.test(text);
}

function basicDate(ms: number): string {
  return formatIsoSeconds(ms).replaceAll(/[-:]/g, '');
}

function payloadFault(contentSha256: string | undefined): Refusal | undefined {
  if (contentSha256 === undefined) {
    return refuse({
      check: 'form',
      code: 'InvalidRequest',
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  }
  if (readPayload(contentSha256) !== undefined) return undefined;
  return refuse({
    check: 'form',
    code: 'InvalidArgument',
    message: payloadMessage,
    members: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: contentSha256 },
  });
}

/** SIG-64: three components, each once, in any order. Undefined when one is missing, empty, given twice or not known. */
function parseComponents(text: string): AuthorizationComponents | undefined {
  const found = new Map<string, string>();
  for (const piece of text.split(',')) {
    const part = piece.trim();
    const equals = part.indexOf('=');
    if (equals <= 0 || equals === part.length - 1) return undefined;
    const name = part.slice(0, equals);
    if (found.has(name)) return undefined;
    found.set(name, part.slice(equals + 1));
  }
  const credential = found.get('Credential');
  const signedHeaders = found.get('SignedHeaders');
  const signature = found.get('Signature');
  if (credential === undefined || signedHeaders === undefined || signature === undefined) return undefined;
  return found.size === 3 ? { credential, signedHeaders, signature } : undefined;
}

function componentsFault(): Refusal {
  return refuse({
    check: 'scope',
    code: 'AuthorizationHeaderMalformed',
    message:
      'The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.',
  });
}
