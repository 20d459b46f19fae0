import { grantCovers } from '../limits/grant.ts';
import { isLimitName, type LimitFault, parseLimits, type ReadLimits } from '../limits/limits.ts';
import { describeSeconds } from '../values/duration.ts';
import { parseAmzDate, skewValues } from '../values/times.ts';
import type { Attempt, Context, Settled, SigningSecret } from '../verify/opening.ts';
import { type PayloadRule, payloadMessage, readPayload } from '../verify/payload.ts';
import { deny, type Refusal, refuse } from '../verify/refusal.ts';
import type { QueryPair } from '../wire/query-string.ts';
import { keyOf, type V4Signature } from './v4-attempts.ts';

/** What is judged after a signature held: the grammar of limits, the span of a grant, the body rule (section 10, step 4i on). */

/** SIG-90. */
const mostSkewMs = 900_000;

type Settle = (attempt: Attempt, secret: SigningSecret) => Refusal | Settled;

/** SIG-48, SIG-92 and section 10 step 4i, for a URL signed with SigV4. */
export function settlePresigned(context: Context, signed: V4Signature, lifetimeSeconds: number): Settle {
  return (attempt, secret) => {
    const read = readLimits(context, signed.limitPairs, attempt.method);
    if ('fault' in read) return limitRefusal(read.fault);
    const { limits } = read;
    const grantPrefix = typeof limits.grant === 'string' ? limits.grant : undefined;
    let outsideGrant: boolean | undefined;
    if (grantPrefix !== undefined) {
      if (!grantCovers(grantPrefix, context.target.key ?? '')) {
        if (!context.settings.deferGrant) return outside(context.target.key ?? '', grantPrefix);
        outsideGrant = true;
      }
    }
    const tooLong = lifetimeFault(context, lifetimeSeconds);
    if (tooLong !== undefined) return tooLong;
    return withPayload(signed, secret, attempt, { limits, grantPrefix, outsideGrant });
  };
}

/** Limits that the URL's signature does not cover are neither enforced nor ignored: the request is refused. */
export function settleHeaderSigned(context: Context, signed: V4Signature): Settle {
  return (attempt, secret) => {
    const unsigned = unsignedLimit(
      context.target.query,
      'limits are for presigned URLs; this request is signed in its header',
    );
    return unsigned ?? withPayload(signed, secret, attempt, { limits: {} });
  };
}

/** A grant is judged with every parameter beside it (SIG-48c); other limits only with each other. */
function readLimits(
  { target }: Context,
  limitPairs: readonly QueryPair[],
  method: string,
): ReturnType<typeof parseLimits> {
  if (limitPairs.length === 0) return noLimits;
  return parseLimits(limitPairs.some(([name]) => name === 'x-link-grant') ? target.query : limitPairs, { method });
}

const noLimits: { readonly limits: ReadLimits } = { limits: {} };

function withPayload(
  signed: V4Signature,
  secret: SigningSecret,
  attempt: Attempt,
  settled: Omit<Settled, 'payload'>,
): Refusal | Settled {
  if (signed.payload === 'UNSIGNED-PAYLOAD') return { ...settled, payload: unsignedRule };
  const payload = readPayload(signed.payload);
  if (payload === undefined) return payloadRefusal();
  if (payload.kind !== 'chunked' || !payload.signed) return { ...settled, payload };
  return {
    ...settled,
    payload,
    // SIG-67, SIG-69: the signature just verified comes before the first chunk's.
    chunkSeed: {
      signingKey: keyOf(secret, signed.scope),
      amzDate: signed.date,
      scope: signed.scope.text,
      signature: attempt.expected,
    },
  };
}

const unsignedRule: PayloadRule = { kind: 'unsigned' };

/** SIG-61: an invalid value of `x-amz-content-sha256`. */
export function payloadRefusal(): Refusal {
  return refuse({ check: 'form', code: 'InvalidArgument', message: payloadMessage });
}

/** A limit where nothing signs it: `400 InvalidArgument`, reason `LinkLimitUnsigned` (SIG-58, SIG-89). */
export function unsignedLimit(pairs: readonly QueryPair[], why: string, message?: string): Refusal | undefined {
  const limit = pairs.find(([name]) => isLimitName(name));
  if (limit === undefined) return undefined;
  const [name, value] = limit;
  return refuse({
    check: 'limits',
    code: 'InvalidArgument',
    message: message ?? `${name}: ${why}`,
    reason: 'LinkLimitUnsigned',
    values: { name, why },
    members: { ArgumentName: name, ArgumentValue: value },
  });
}

/** How long after its day a signing key's forms hold: as the longest link that is signed on that day does. */
const formDays = 7;
const dayMs = 86_400_000;

/** SIG-85: a form holds from the day of its signing key on, and at most until seven days after that day. @param day `YYYYMMDD` */
export function formTimes(
  day: string,
  nowMs: number,
): { readonly fault: Refusal | undefined; readonly endsAtMs: number } {
  const startsAtMs = parseAmzDate(`${day}T000000Z`) ?? 0;
  const isEarly = startsAtMs - nowMs > mostSkewMs;
  const values = skewValues(startsAtMs, nowMs);
  const fault = isEarly ? deny('time', 'Request is not yet valid', { reason: 'ClockSkew', values }) : undefined;
  return { fault, endsAtMs: startsAtMs + (formDays + 1) * dayMs - 1 };
}

/** A limit that cannot be read: `400 InvalidArgument` with its reason (SIG-48a, SEC-201, SEC-202). */
export function limitRefusal({ reason, name, why }: Pick<LimitFault, 'reason' | 'name' | 'why'>): Refusal {
  return refuse({
    check: 'limits',
    code: 'InvalidArgument',
    message: `${name}: ${why}`,
    reason,
    values: { name, why },
    members: { ArgumentName: name },
  });
}

/** SIG-48b. */
function outside(path: string, prefix: string): Refusal {
  return deny('limits', 'Access Denied', { reason: 'LinkOutsideGrant', values: { path, prefix } });
}

/** `maxExpiresIn`: a link that was made for longer than this verifier admits. */
export function lifetimeFault({ settings }: Context, lifetimeSeconds: number): Refusal | undefined {
  const { maxExpiresInSeconds } = settings;
  if (maxExpiresInSeconds === undefined || lifetimeSeconds <= maxExpiresInSeconds) return undefined;
  return deny('keyPolicy', 'Access Denied', {
    reason: 'LinkTooLong',
    values: { asked: describeSeconds(lifetimeSeconds), max: describeSeconds(maxExpiresInSeconds) },
  });
}
