import { isLimitName } from '../limits/limits.ts';
import { describeSeconds } from '../values/duration.ts';
import { matching, type Rules } from '../verify/judge.ts';
import { isKnown, type KeyMaterial, tokenFault, unknownKey } from '../verify/key-material.ts';
import {
  type Claim,
  type Context,
  isRefusal,
  type Mechanism,
  type Opening,
  type SigningSecret,
} from '../verify/opening.ts';
import type { CheckName, Refusal } from '../verify/refusal.ts';
import type { RawRequest } from '../wire/request.ts';
import type { Cause } from './near-miss-candidate.ts';

/** One check of a request. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: 'pass' | 'fail' | 'unknown' | 'skipped';
  /** What a skipped check would have found. */
  readonly would?: 'pass' | 'fail' | undefined;
  readonly text: string;
  readonly reason?: string | undefined;
}

/** What is known about a request under explanation. */
export type Evidence = {
  readonly raw: RawRequest;
  readonly rules: Rules;
  /** Why it was refused before a mechanism was opened. */
  readonly refusal?: Refusal | undefined;
  readonly context?: Context | undefined;
  readonly opening?: Opening | undefined;
  readonly claim?: Claim | undefined;
  readonly material?: KeyMaterial | undefined;
  readonly secret?: SigningSecret | undefined;
  /** `given`: a secret was handed in, and nothing was looked up. `none`: neither a secret nor a look-up. */
  readonly keys: 'looked up' | 'given' | 'none';
  /** URL at which people reach the server, where that is known. */
  readonly endpoint?: string | undefined;
};

type Found = { readonly outcome: 'pass' | 'fail' | 'unknown'; readonly text: string; readonly reason?: string };

const order: readonly CheckName[] = [
  'form',
  'time',
  'scope',
  'headers',
  'key',
  'token',
  'signature',
  'revoked',
  'keyPolicy',
  'limits',
  'bucketPolicy',
  'operation',
];

const forms: { readonly [mechanism in Mechanism]: string } = {
  'sigv4-query': 'SigV4, all six parameters, once each',
  'sigv2-query': 'SigV2, all three parameters, once each',
  'sigv4-header': 'SigV4 in the Authorization header',
  'sigv2-header': 'SigV2 in the Authorization header',
  'sigv4-post': 'SigV4 form, all fields',
  'sigv2-post': 'SigV2 form, all fields',
};

/** Every check in the order of judgement. After the first failure the others are evaluated all the same. */
export function checksOf(evidence: Evidence, cause?: Cause): readonly Check[] {
  const settled = settledOf(evidence);
  let failed = false;
  return order.map((name): Check => {
    const found = findCheck(name, evidence, settled, cause);
    if (!failed) {
      failed = found.outcome === 'fail';
      return { name, ...found };
    }
    if (found.outcome === 'unknown') return { name, outcome: 'skipped', text: found.text };
    if (found.outcome === 'pass') {
      return { name, outcome: 'skipped', would: 'pass', text: found.text === 'none' ? 'none' : 'would hold' };
    }
    const reason = found.reason === undefined ? {} : { reason: found.reason };
    return { name, outcome: 'skipped', would: 'fail', text: `would fail: ${found.text}`, ...reason };
  });
}

/** What would be judged after a signature that holds, whether it does or not. */
function settledOf({ claim, secret }: Evidence): Refusal | 'pass' | 'unknown' {
  if (claim === undefined) return 'unknown';
  const attempts = claim.attempts(secret ?? {});
  const attempt = matching(attempts, claim.signature) ?? attempts[0];
  if (attempt === undefined) return 'unknown';
  const settled = claim.settle(attempt, secret ?? {});
  return isRefusal(settled) ? settled : 'pass';
}

function findCheck(
  name: CheckName,
  evidence: Evidence,
  settled: Refusal | 'pass' | 'unknown',
  cause: Cause | undefined,
): Found {
  const { opening, refusal } = evidence;
  if (opening === undefined) {
    // Nothing was opened: the request said nothing of who sent it, or could not be read that far.
    if (name === 'form') return refusal === undefined ? unsigned(evidence.raw.method) : failure(refusal);
    return unknown('not looked at');
  }
  const own = ownCheck(name, evidence, opening, cause);
  if (own.outcome === 'pass' && settled !== 'pass' && settled !== 'unknown' && settled.check === name) {
    return failure(settled);
  }
  if (name === 'limits' || name === 'keyPolicy') {
    if (settled !== 'pass' && settled !== 'unknown' && settled.check === name) return failure(settled);
  }
  return own;
}

function ownCheck(name: CheckName, evidence: Evidence, opening: Opening, cause: Cause | undefined): Found {
  if (opening.checks.includes(name)) {
    const finding = opening.find(name);
    if (finding === 'unknown') return unknown('what it needs cannot be read');
    return finding === 'pass' ? { outcome: 'pass', text: passText(name, evidence, opening) } : failure(finding);
  }
  switch (name) {
    case 'key':
      return keyCheck(evidence);
    case 'token':
      return tokenCheck(evidence);
    case 'signature':
      return signatureCheck(evidence, cause);
    case 'limits':
      return evidence.claim === undefined ? unknown('not read') : { outcome: 'pass', text: limitsText(evidence) };
    case 'form':
    case 'time':
    case 'scope':
    case 'headers':
      return { outcome: 'pass', text: 'none' };
    default:
      return unknown('known to the server alone');
  }
}

function passText(name: CheckName, { context, claim, rules }: Evidence, opening: Opening): string {
  switch (name) {
    case 'form':
      return forms[opening.mechanism];
    case 'time': {
      const endsMs = claim?.expiresAtMs;
      if (endsMs === undefined) return opening.mechanism.endsWith('-header') ? 'the clocks agree' : 'in time';
      return `${describeSeconds(Math.floor((endsMs - rules.settings.nowMs) / 1000))} left`;
    }
    case 'scope': {
      const scope = claim?.scope;
      return scope === undefined ? 'same day' : `${scope.region}, ${scope.service}, same day`;
    }
    case 'headers':
      return context === undefined ? '' : 'nothing unsigned';
    default:
      return '';
  }
}

function keyCheck({ claim, material, keys }: Evidence): Found {
  if (claim === undefined) return unknown('not looked up');
  if (keys === 'none') return unknown('not looked up: no secret was given');
  if (keys === 'given') return { outcome: 'pass', text: `${claim.accessKeyId}, with the secret that was given` };
  if (!isKnown(material, claim)) return failure(unknownKey(claim));
  return { outcome: 'pass', text: 'known, enabled' };
}

function tokenCheck({ claim, material, keys, rules }: Evidence): Found {
  if (claim === undefined) return unknown('not looked at');
  if (claim.token === undefined) return { outcome: 'pass', text: 'none' };
  if (keys !== 'looked up' || material === undefined) return unknown('only the server knows which token it issued');
  const fault = tokenFault(material, claim, rules.settings.nowMs);
  return fault === undefined ? { outcome: 'pass', text: 'the one that was issued' } : failure(fault);
}

function signatureCheck(evidence: Evidence, cause: Cause | undefined): Found {
  const { claim, secret, opening } = evidence;
  if (claim === undefined) return unknown('not computed');
  if (secret === undefined) {
    if (opening?.mechanism === 'sigv4-query' && !/^[0-9a-f]{64}$/.test(claim.signature)) {
      return { outcome: 'fail', text: 'not 64 lower-case hex digits', reason: cause?.reason ?? 'SignatureMismatch' };
    }
    return unknown('not computed: no secret was given');
  }
  if (matching(claim.attempts(secret), claim.signature) !== undefined) return { outcome: 'pass', text: 'equal' };
  const tried =
    cause === undefined || cause.tried === 0
      ? ''
      : ` (${cause.tried} ${cause.tried === 1 ? 'candidate' : 'candidates'})`;
  const equal = cause?.change === undefined ? '' : `; equal for ${cause.change.what} ${cause.change.signed}`;
  return { outcome: 'fail', text: `differs${equal}${tried}`, reason: cause?.reason ?? 'SignatureMismatch' };
}

function limitsText({ context }: Evidence): string {
  const limits = (context?.target.query ?? []).filter(([name]) => isLimitName(name));
  if (limits.length === 0) return 'none';
  return limits.map(([name, value]) => `${name.slice('x-link-'.length)} ${value}`).join(', ');
}

function unsigned(method: string): Found {
  if (method === 'OPTIONS') return unknown('OPTIONS is never authenticated');
  return { outcome: 'fail', text: 'no signature', reason: 'NotSigned' };
}

function failure({ message, reason }: Refusal): Found {
  return { outcome: 'fail', text: message, reason };
}

function unknown(text: string): Found {
  return { outcome: 'unknown', text };
}
