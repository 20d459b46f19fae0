import { maxExpiresSeconds } from '../values/duration.ts';
import { expiryValues, formatIsoSeconds } from '../values/times.ts';
import type { Attempt, Claim, Context, Finding, Opening, Settled } from '../verify/opening.ts';
import { readPayload } from '../verify/payload.ts';
import { deny, type Refusal, refuse } from '../verify/refusal.ts';
import { isAmbiguousValue } from '../wire/sigv2.ts';
import { amzFaultV2, formFaultV2, readExpires, readQueryV2 } from './parameters-v2.ts';
import { lifetimeFault, payloadRefusal, unsignedLimit } from './settle.ts';
import { replacingFinding } from './signed-headers.ts';
import { createV2Attempts } from './v2-attempts.ts';
import { signedMethods } from './v4-attempts.ts';

/** SigV2 in the query: section 5 of the specification, in the order of section 10, step 5. */

const checks = ['form', 'time', 'headers'] as const;
const noHeaders: readonly string[] = [];

/** Parameters that choose an operation and that SigV2 does not sign (SIG-57). */
const uncoveredOperations: ReadonlySet<string> = new Set([
  'metadataInventoryTable',
  'metadataJournalTable',
  'renameObject',
  'session',
]);

/** Opens a request that carries SigV2 in its query. */
export function openQueryV2(context: Context): Opening {
  const parameters = readQueryV2(context.target.query);
  const { settings, target } = context;
  const seconds = readExpires(parameters.expires ?? '');

  const find = (check: string): Finding => {
    switch (check) {
      case 'form':
        return switchedOff(settings.sigv2) ?? formFaultV2(parameters, seconds) ?? amzFaultV2(target.query) ?? 'pass';
      case 'time':
        return seconds === undefined ? 'unknown' : (timeFault(seconds, context) ?? 'pass');
      case 'headers':
        return replacingFinding(context);
      default:
        return 'unknown';
    }
  };

  const claim = (): Claim => ({
    version: 'v2',
    accessKeyId: parameters.accessKeyId ?? '',
    token: context.view.header('x-amz-security-token'),
    signature: parameters.signature ?? '',
    expiresAtMs: (seconds ?? 0) * 1000,
    signedHeaders: noHeaders,
    attempts: createV2Attempts(context, {
      date: parameters.expires ?? '',
      methods: signedMethods(context, []),
    }),
    settle: (_: Attempt): Refusal | Settled => {
      const why = 'a Signature Version 2 URL does not sign it, so any holder could remove it';
      return (
        uncoveredFault(context) ??
        unsignedLimit(target.query, why, 'x-link-* limits need a Signature Version 4 URL') ??
        lifetimeFault(context, (seconds ?? 0) - Math.floor(settings.nowMs / 1000)) ??
        settleV2Payload(context)
      );
    },
  });

  return { mechanism: 'sigv2-query', checks, find, claim };
}

/** `sigv2 = "off"`: section 5, SIG-59. */
export function switchedOff(setting: Context['settings']['sigv2']): Refusal | undefined {
  if (setting !== 'off') return undefined;
  return refuse({
    check: 'form',
    code: 'InvalidRequest',
    message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    reason: 'SigV2NotAllowed',
    values: { why: 'This server takes no Signature Version 2' },
  });
}

/** SIG-57: in strict mode the signature covers whatever chooses an operation, and its string has one reading. */
export function uncoveredFault({ target, settings }: Context): Refusal | undefined {
  if (settings.sigv2 !== 'strict') return undefined;
  const parameter = target.query.find(
    ([name, value]) => uncoveredOperations.has(name) || isAmbiguousValue(name, value),
  );
  if (parameter === undefined) return undefined;
  const [name, value] = parameter;
  const what = isAmbiguousValue(name, value) ? `A value of '${name}' with & ? CR or LF` : `The sub-resource '${name}'`;
  const message = `${what} needs Signature Version 4 on this server`;
  return deny('signature', message, { reason: 'SigV2NotAllowed', values: { why: message } });
}

/** SigV2 signs no body: a hash that was sent is still checked, a signed stream has nothing to be checked against. */
export function settleV2Payload({ view }: Context): Refusal | Settled {
  const contentSha256 = view.header('x-amz-content-sha256');
  if (contentSha256 === undefined) return { limits: {}, payload: { kind: 'unsigned' } };
  const payload = readPayload(contentSha256);
  if (payload === undefined || (payload.kind === 'chunked' && payload.signed)) return payloadRefusal();
  return { limits: {}, payload };
}

/** SIG-51, SIG-52. */
function timeFault(seconds: number, { settings }: Context): Refusal | undefined {
  const { nowMs, sigv2 } = settings;
  const expiresAtMs = seconds * 1000;
  if (nowMs > expiresAtMs) {
    return deny('time', 'Request has expired', {
      reason: 'LinkExpired',
      values: expiryValues(expiresAtMs, nowMs, undefined),
      members: { Expires: formatIsoSeconds(expiresAtMs), ServerTime: formatIsoSeconds(nowMs) },
    });
  }
  if (sigv2 !== 'strict' || expiresAtMs - nowMs <= maxExpiresSeconds * 1000) return undefined;
  const message = 'Expires must be at most 604800 seconds ahead on this server for Signature Version 2';
  return deny('time', message, { reason: 'SigV2NotAllowed', values: { why: message } });
}
