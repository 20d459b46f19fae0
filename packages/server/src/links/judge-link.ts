import { describeSeconds, limitParameter, type ReadLimits } from '@tidegate/presign/internal';
import { allRights } from '../stores/keys/key-rights.ts';
import type { Governance, KeyRecord } from '../stores/keys/key-store.ts';
import type { LinkFacts, LinkStore } from '../stores/links/link-store.ts';
import { deniedLink } from './denied-link.ts';
import { areLimits, type EffectiveTerms, effectiveTerms } from './effective.ts';
import { checkHead } from './enforcement.ts';

/** One request with a link, as far as the link is judged. */
export type LinkRequest = {
  readonly facts: LinkFacts;
  readonly key: KeyRecord;
  /** The operation that this request wants: under a grant, or as a HEAD, another one than the link was signed for. */
  readonly operation: string;
  /** The key that was asked for; under a grant it lies below `facts.key`. */
  readonly keyAskedFor: string;
  readonly outsideGrant: boolean;
  readonly client: { readonly address: string; readonly secure: boolean };
  readonly rawHeaders: readonly string[];
};

/** What the store of links is asked while a link is judged. */
export type LinkLookups = Pick<
  LinkStore,
  'epoch' | 'findRevocation' | 'readTightening' | 'isRegistered' | 'readPolicy'
>;

/** What the server's own settings say of every link. */
export type LinkRules = {
  /** Longest life of a link, in seconds; undefined: what its signature allows. */
  readonly maxExpiryS: number | undefined;
};

/** A link that may be used now. */
export type JudgedLink = {
  /** `LinkStore.epoch()` as it was when the link was judged. */
  readonly epoch: number;
  /** undefined: nothing narrows the link. */
  readonly terms: EffectiveTerms | undefined;
};

/**
 * Whether a verified link may be used now: taken back, then what its key allows, then its limits (specification, section 10,
 * step 9). Nothing is counted here, and nothing of an object is looked at. Synchronous: it is asked again wherever a decision
 * becomes final.
 * @throws S3Error AccessDenied with the reason
 */
export function judgeLink(request: LinkRequest, lookups: LinkLookups, rules: LinkRules, nowMs: number): JudgedLink {
  const { facts, key, client, rawHeaders, keyAskedFor, outsideGrant } = request;
  const epoch = lookups.epoch();
  const revocation = facts.keyIsPrefix
    ? lookups.findRevocation(facts, request.keyAskedFor)
    : lookups.findRevocation(facts);
  if (revocation !== undefined) throw deniedLink('LinkRevoked', {});
  // Shares have a longest life of their own, judged when they are made.
  if (facts.kind === 'link') judgeLife(facts, rules.maxExpiryS, nowMs);
  judgeKeyRules(request, lookups, nowMs);
  const others = narrowingLimits(facts, key, lookups);
  const tightening = lookups.readTightening(facts.id);
  if (!areLimits(facts.limits) && others.length === 0 && tightening === undefined) return { epoch, terms: undefined };
  const terms = effectiveTerms(facts.limits, facts.method, others, tightening);
  checkHead(terms, { client, rawHeaders, keyAskedFor, outsideGrant, nowMs });
  return { epoch, terms };
}

/** SigV2 links carry no signing time: what is left of their life is judged instead. No end is longer than any end. */
function judgeLife({ signedAtMs, expiresAtMs }: LinkFacts, maxExpiryS: number | undefined, nowMs: number): void {
  if (maxExpiryS === undefined) return;
  const asksS = expiresAtMs === undefined ? undefined : Math.ceil((expiresAtMs - (signedAtMs ?? nowMs)) / 1000);
  if (asksS !== undefined && asksS <= maxExpiryS) return;
  const asked = asksS === undefined ? 'No end' : describeSeconds(asksS);
  throw deniedLink('LinkTooLong', { asked, max: describeSeconds(maxExpiryS) });
}

/** LNK-23: what the key that signed it lets its links be, and every key above it (SEC-310). */
function judgeKeyRules(request: LinkRequest, lookups: LinkLookups, nowMs: number): void {
  for (const { governance } of allRights(request.key)) {
    if (governance !== undefined) judgeGovernance(request, governance, lookups, nowMs);
  }
}

function judgeGovernance(
  { facts, key, operation }: LinkRequest,
  governance: Governance,
  lookups: LinkLookups,
  nowMs: number,
): void {
  judgeLife(facts, governance.maxExpirySeconds, nowMs);
  const { operations } = governance;
  if (operations !== undefined && !operations.includes(operation) && !operations.includes(facts.operation)) {
    throw deniedLink('KeyNotAllowed', { id: key.accessKeyId, action: operation });
  }
  if (governance.registeredOnly === true && !lookups.isRegistered(facts)) {
    throw deniedLink('LinkNotRegistered', { id: key.accessKeyId });
  }
  for (const property of governance.require ?? []) {
    if (facts.limits[property] !== undefined) continue;
    throw deniedLink('LinkLimitMissing', { id: key.accessKeyId, name: limitParameter(property) });
  }
}

/** ReadLimits of the key and of policies. A default counts where the link says nothing of its own; a cap always (LNK-24). */
function narrowingLimits(facts: LinkFacts, key: KeyRecord, lookups: LinkLookups): readonly ReadLimits[] {
  let found: ReadLimits[] | undefined;
  for (const { governance, policiesOf = key.accessKeyId } of allRights(key)) {
    if (governance === undefined) continue;
    found ??= [];
    const { caps, defaults } = governance;
    for (const limits of [caps, defaults === undefined ? undefined : without(defaults, facts.limits)]) {
      if (limits === undefined) continue;
      found.push(limits);
      if (limits.policy !== undefined) found.push(policyLimits(policiesOf, limits.policy, lookups));
    }
  }
  // Nearly every link: its key is not governed, and it names no policy.
  const { policy } = facts.limits;
  if (policy === undefined) return found ?? noLimits;
  return [...(found ?? noLimits), policyLimits(facts.accessKeyId, policy, lookups)];
}

/** A policy belongs to the key whose link or governance names it: one of another key has no say there (SEC-234, ADM-61). */
function policyLimits(accessKeyId: string, name: string, lookups: LinkLookups): ReadLimits {
  const policy = lookups.readPolicy(accessKeyId, name);
  if (policy === undefined) throw deniedLink('LinkPolicyGone', { name });
  return policy.limits;
}

const noLimits: readonly ReadLimits[] = [];

function without(defaults: ReadLimits, stated: ReadLimits): ReadLimits {
  const kept: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(defaults)) {
    // Sound: `ReadLimits` has no members but its own.
    if (stated[property as keyof ReadLimits] === undefined) kept[property] = value;
  }
  return kept;
}
