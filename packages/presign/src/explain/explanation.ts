import { readableText } from '../wire/canonical.ts';
import { type Check, checksOf, type Evidence } from './explanation-checks.ts';
import { explanationText } from './explanation-text.ts';
import { type Inspection, inspect } from './inspect.ts';
import type { Cause } from './near-miss-candidate.ts';
import { type CauseId, fillReason } from './reasons.ts';

/** Why a request holds or fails, check by check. */
export interface Explanation {
  readonly outcome: 'holds' | 'fails' | 'unknown';
  /** In the order of judgement. `skipped`: an earlier one failed; still evaluated where possible (`would`). */
  readonly checks: readonly Check[];
  /** The first failure, and for signatures the near miss that makes it right. */
  readonly cause?: ExplainedCause | undefined;
  /** As the request came. */
  readonly canonicalRequest?: string | undefined;
  readonly stringToSign?: string | undefined;
  readonly inspection: Inspection;
  /** What the CLI prints, without colour. */
  readonly toString: () => string;
}

/** A cause with its texts. For owners: `detail` and `change` may hold what the caller did not send (SIG-97). */
export interface ExplainedCause {
  /** A reason of `reasons`: `HostChanged`. */
  readonly reason: string;
  /** Cause id of SIG-95: `host-changed`; absent for other reasons. */
  readonly id?: CauseId | undefined;
  readonly detail?: string | undefined;
  readonly title: string;
  readonly text: string;
  readonly fix: string;
  readonly change?: { readonly what: string; readonly signed: string; readonly got: string } | undefined;
  /** URL to sign with, where the address was changed. */
  readonly signWith?: string | undefined;
}

/** Combines the findings about a request. `url`: the URL as issued, if known. */
export function buildExplanation(found: Evidence, cause: Cause | undefined, url?: string): Explanation {
  const evidence = { ...found, claim: claimOf(found) };
  const { raw, rules } = evidence;
  const now = new Date(rules.settings.nowMs);
  const inspection = inspect(url ?? urlOf(evidence), { now });
  const checks = checksOf(evidence, cause);
  const explained =
    cause === undefined ? undefined : { ...explainCause(cause), ...signWithOf(cause, found, inspection) };
  const attempt = evidence.claim?.attempts(evidence.secret ?? {})[0];
  const explanation = {
    outcome: outcomeOf(checks),
    checks,
    cause: explained,
    canonicalRequest: attempt?.canonicalRequest === undefined ? undefined : readableText(attempt.canonicalRequest),
    stringToSign: attempt?.stringToSign,
    inspection,
  };
  return { ...explanation, toString: () => explanationText(explanation, raw.method, now) };
}

/** What a request claims that was refused before it was asked: the later checks are evaluated too, if the form can be read. */
function claimOf({ claim, opening }: Evidence): Evidence['claim'] {
  if (claim !== undefined || opening === undefined) return claim;
  return opening.find('form') === 'pass' ? opening.claim() : undefined;
}

function explainCause({ id, reason, detail, values, note, change }: Cause): ExplainedCause {
  const { title, text, fix } = fillReason(reason, values);
  const whole = note === undefined ? text : `${text} ${note}`.trim();
  return { id, reason, detail, title, text: whole, fix, change };
}

/** The address that people reach the server at; where that is not known, the one that was asked. */
function signWithOf(
  { reason, change }: Cause,
  { endpoint, context }: Evidence,
  inspection: Inspection,
): { readonly signWith?: string } {
  if (!['HostChanged', 'PortChanged', 'PathPrefix', 'AddressingStyle'].includes(reason)) return {};
  if (endpoint !== undefined) return { signWith: endpoint };
  const host = change?.what === 'host' ? change.got : context?.head.host;
  if (host === undefined) return {};
  return { signWith: `${inspection.endpoint?.startsWith('http:') === true ? 'http' : 'https'}://${host}` };
}

function outcomeOf(checks: readonly Check[]): Explanation['outcome'] {
  if (checks.some(({ outcome }) => outcome === 'fail')) return 'fails';
  return checks.some(({ name, outcome }) => name === 'signature' && outcome === 'pass') ? 'holds' : 'unknown';
}

/** The address that was asked, as a URL; the scheme is not on the wire. */
function urlOf({ raw, context }: Evidence): string {
  const host = context?.head.host ?? '';
  const target = raw.target.startsWith('/') ? raw.target : `/${raw.target}`;
  return host === '' ? readableText(target) : readableText(`http://${host}${target}`);
}
