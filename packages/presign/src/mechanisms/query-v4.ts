import { expiryValues, formatIsoSeconds, parseAmzDate, skewValues } from '../values/times.ts';
import type { Claim, Context, Finding, Opening } from '../verify/opening.ts';
import { unsignedPayload } from '../verify/payload.ts';
import { deny, type Refusal } from '../verify/refusal.ts';
import { headerValue } from '../wire/head.ts';
import { formFaultV4, readLifetime, readQueryV4, timingOf } from './parameters-v4.ts';
import { parseCredential, queryWording, scopeFault } from './scope.ts';
import { settlePresigned } from './settle.ts';
import { headersFinding } from './signed-headers.ts';
import { createAttempts, type V4Signature } from './v4-attempts.ts';

/** SigV4 in the query: sections 4 and 9 of the specification, in the order of section 10, step 4. */

const checks = ['form', 'time', 'scope', 'headers'] as const;
const hostOnly: readonly string[] = ['host'];

/** Opens a request that carries SigV4 in its query. */
export function openQueryV4(context: Context): Opening {
  const parameters = readQueryV4(context.target.query);
  const dateMs = parameters.date === undefined ? undefined : parseAmzDate(parameters.date);
  const lifetime = readLifetime(parameters.expires);
  const credential = parameters.credential === undefined ? undefined : parseCredential(parameters.credential);
  const { signedHeaders } = parameters;
  const names = signedHeaders === 'host' ? hostOnly : (signedHeaders ?? '').split(';');

  const find = (check: string): Finding => {
    switch (check) {
      case 'form':
        return formFaultV4(parameters, dateMs, lifetime) ?? 'pass';
      case 'time':
        if (dateMs === undefined || typeof lifetime !== 'number') return 'unknown';
        return timeFault(dateMs, lifetime, parameters.expires ?? '', context.settings.nowMs) ?? 'pass';
      case 'scope':
        if (parameters.credential === undefined || parameters.date === undefined) return 'unknown';
        return scopeFault(credential, parameters.date.slice(0, 8), context.settings.regions, queryWording) ?? 'pass';
      case 'headers':
        return signedHeaders === undefined ? 'unknown' : headersFinding(context, names);
      default:
        return 'unknown';
    }
  };

  const claim = (): Claim => {
    // The form and scope checks passed: date, lifetime and credential are there.
    const expiresSeconds = typeof lifetime === 'number' ? lifetime : 0;
    const scope = credential ?? { accessKeyId: '', date: '', region: '', service: '', terminator: '', text: '' };
    const signed: V4Signature = {
      date: parameters.date ?? '',
      scope,
      signedHeaders: signedHeaders ?? '',
      names,
      payload: context.head.contentSha256 ?? parameters.contentSha256 ?? unsignedPayload,
      limitPairs: parameters.limitPairs,
      presigned: true,
    };
    return {
      version: 'v4',
      accessKeyId: scope.accessKeyId,
      token: parameters.token ?? tokenHeader(context),
      signature: parameters.signature ?? '',
      signedAtMs: dateMs,
      expiresAtMs: dateMs === undefined ? undefined : dateMs + expiresSeconds * 1000,
      signedHeaders: names,
      scope,
      attempts: createAttempts(context, signed),
      settle: settlePresigned(context, signed, expiresSeconds),
    };
  };

  return { mechanism: 'sigv4-query', checks, find, claim };
}

/** SIG-75: the token may come as a header, which SIG-44 has then found signed. */
export function tokenHeader({ head }: Context): string | undefined {
  return head.mustSign.includes('x-amz-security-token') ? headerValue(head, 'x-amz-security-token') : undefined;
}

/** SIG-90 to SIG-92. */
function timeFault(dateMs: number, seconds: number, expires: string, nowMs: number): Refusal | undefined {
  const expiresAtMs = dateMs + seconds * 1000;
  const off = timingOf(dateMs, seconds, nowMs);
  if (off === 'early') {
    return deny('time', 'Request is not yet valid', {
      reason: 'ClockSkew',
      values: skewValues(dateMs, nowMs),
      members: {
        'X-Amz-Date': String(dateMs),
        Expires: formatIsoSeconds(expiresAtMs),
        ServerTime: formatIsoSeconds(nowMs),
      },
    });
  }
  if (off === undefined) return undefined;
  return deny('time', 'Request has expired', {
    reason: 'LinkExpired',
    values: expiryValues(expiresAtMs, nowMs, seconds),
    members: {
      'X-Amz-Expires': expires,
      Expires: formatIsoSeconds(expiresAtMs),
      ServerTime: formatIsoSeconds(nowMs),
    },
  });
}
