import { z } from 'zod';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import { temporaryKeptMs } from '../../stores/keys/temporary-store.ts';
import type { LinkFacts, LinkRecord, Revocation, RevocationMatch } from '../../stores/links/link-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import {
  defaultPageItems,
  isoTime,
  maybeIsoTime,
  maybeTime,
  pageOf,
  pageQuery,
  timeAsked,
} from '../json/json-fields.ts';
import { linkShown, revocationShown, showLink, showMatch, shownId, showRevocation } from '../json/link-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { asSeenBy, mayChange, visibilityOf } from '../reach.ts';
import { askedMatch, readMatch } from './revocation-match.ts';

const dayMs = 86_400_000;
/** No SigV4 link lives longer, and none is admitted that was signed further ahead than clocks may differ (SIG-40). */
const longestLinkMs = 7 * dayMs + 15 * 60_000;
/** Links that are counted before one is told that there are more. */
const mostCounted = 100_000;

const revocationAsked = z.strictObject({
  match: askedMatch,
  /** Covers what was signed, or seen, until then. Default: now; of temporary credentials by their id, their end. */
  before: timeAsked.optional(),
  reason: z.string().max(256).optional(),
  /** Counts, and does nothing. */
  dryRun: z.boolean().optional(),
});

const revocationMade = revocationShown.extend({
  /** Null: `dryRun`. */
  id: z.string().nullable(),
  at: maybeTime,
  /** Links signed from then on work: a link says the second that it was signed in, no less. Null: it names one link. */
  worksFrom: maybeTime,
  /** Links of the ledger that it covers, at most 100,000 are counted. Links that were never seen are covered too. */
  matched: z.int(),
  active: z.int(),
  /** Transfers that were ended at once, in all processes of the server; what a process that did not answer ends is not in it. */
  cut: z.int(),
  /** False: the URL was taken at its word, for it was signed with headers that were not given. */
  verified: z.boolean(),
  /** The link that was named, where one is in the ledger. */
  link: linkShown.nullable(),
});

export const revoke = endpoint({
  method: 'POST',
  path: '/revocations',
  cost: 'heavy',
  action: 'tidegate:Revoke',
  who: 'signer',
  text: 'Takes links back, those too that were never seen: one by `url` or `id`, or all of a label, object, prefix, access key, session token or temporary credentials.',
  body: revocationAsked,
  answer: revocationMade,
  async handle({ actor, body }, tools) {
    const { links, clock } = tools;
    const nowMs = clock.nowMs();
    await links.flush();
    const { match, facts, verified, temporary } = await readMatch(body.match, actor, tools);
    // STS-32: temporary credentials are taken back until their end, with what they have not signed yet.
    const endsAtMs = body.before === undefined ? temporary?.endsAtMs : undefined;
    const beforeMs = endsAtMs ?? Math.min(body.before ?? nowMs, nowMs);
    const counted = await links.countMatches(match, beforeMs, mostCounted);
    const asked = {
      match,
      beforeMs,
      by: actor.accessKeyId,
      reason: body.reason,
      keptUntilMs:
        endsAtMs === undefined
          ? keptUntilMs(match, facts, beforeMs, tools.admitsSigV2)
          : Math.max(endsAtMs, nowMs) + temporaryKeptMs,
    };
    const epoch = links.epoch();
    const made = body.dryRun === true ? undefined : await links.revoke(asked);
    const cut = made === undefined ? 0 : await tools.cutTransfers(epoch);
    const found = match.kind === 'link' ? await links.readLink(match.id) : undefined;
    if (made !== undefined) tellRevocation(made, found, temporary?.accessKeyId, actor, tools);
    const link = found === undefined ? undefined : await asSeenBy(actor, found, tools);
    const signer = link === undefined ? undefined : await tools.keys.readKey(link.accessKeyId);
    return {
      status: 200,
      value: {
        id: made?.id ?? null,
        match: showAsked(match, link ?? facts),
        before: isoTime(beforeMs),
        at: maybeIsoTime(made?.atMs),
        by: asked.by,
        reason: asked.reason ?? null,
        keptUntil: maybeIsoTime(asked.keptUntilMs),
        worksFrom: match.kind === 'link' ? null : isoTime(secondAfter(beforeMs)),
        ...counted,
        cut,
        verified,
        link: link === undefined ? null : showLink(link, signer?.record),
      },
    };
  },
});

/** LDG-31: links that were signed in the second of a revocation may be older than it, and nobody can tell. */
function secondAfter(beforeMs: number): number {
  return (Math.floor(beforeMs / 1000) + 1) * 1000;
}

function showAsked(match: RevocationMatch, link: Pick<LinkFacts, 'kind' | 'id'> | undefined) {
  return link === undefined ? showMatch(match) : { id: shownId(link.kind, link.id) };
}

function tellRevocation(
  { id, match, atMs, reason }: Revocation,
  link: LinkRecord | undefined,
  temporary: string | undefined,
  actor: KeyRecord,
  tools: AdminTools,
): void {
  tools.audit('link.revoked', {
    revocation: id,
    ...(temporary !== undefined && { temporary }),
    rule: JSON.stringify(showMatch(match)),
    ...(reason !== undefined && { reason }),
  });
  tools.tell({
    type: 'link.revoked',
    atMs,
    linkId: match.kind === 'link' ? match.id : undefined,
    userAgent: userAgentFor(actor, link),
    reason,
    data: {
      revocation: id,
      match: JSON.stringify(showMatch(match)),
      ...(temporary !== undefined && { accessKeyId: temporary }),
    },
  });
}

/** ADM-62: who revoked something, in an event of the link's account: another account's key is not told. */
function userAgentFor(actor: KeyRecord, link: Pick<LinkRecord, 'accountId'> | undefined): string {
  return link === undefined || link.accountId === actor.account.id ? actor.accessKeyId : '';
}

/**
 * ADM-32: when the last link that a revocation can match has ended. One link ends when it ends. Links of SigV4 end seven days
 * after they were signed; those of SigV2 carry no signing time and may end at any, so while they are admitted a revocation of
 * several links is kept until it is undone.
 */
function keptUntilMs(
  match: RevocationMatch,
  facts: Pick<LinkFacts, 'expiresAtMs'> | undefined,
  beforeMs: number,
  admitsSigV2: boolean,
): number | undefined {
  if (match.kind === 'link') return facts?.expiresAtMs;
  // Temporary credentials end, but a SigV2 link signed with them says nothing of when it was made.
  return admitsSigV2 ? undefined : beforeMs + longestLinkMs;
}

const revocationsQuery = z.strictObject({
  ...pageQuery,
  /** Those alone that name this link. */
  link: z
    .string()
    .regex(/^(?:lk|sh|rq)_[a-z2-7]{16}$/, 'is not the name of a link')
    .optional(),
});

export const listRevocations = endpoint({
  method: 'GET',
  path: '/revocations',
  action: 'tidegate:ListRevocations',
  who: 'signer',
  text: 'What was taken back and not undone, the newest first.',
  query: revocationsQuery,
  answer: pageOf(revocationShown),
  async handle({ actor, query }, tools) {
    const { limit = defaultPageItems, cursor, link } = query;
    const mine = await ownTest(actor, tools);
    const isWanted = (revocation: Revocation): boolean => {
      const { match } = revocation;
      if (link !== undefined && (match.kind !== 'link' || !match.id.startsWith(link.slice(3)))) return false;
      return mine(revocation);
    };
    const items: Revocation[] = [];
    let next = cursor;
    const pieces = new Pieces(tools.clock);
    for (let pages = 0; pages < mostPages; pages += 1) {
      if (pieces.isOver) await pieces.next();
      const page = await tools.links.listRevocations({ cursor: next, limit });
      next = page.next;
      items.push(...page.items.filter(isWanted));
      // A page is given whole: cutting it would lose what stands behind its end.
      if (items.length > 0 || next === undefined) break;
    }
    return { status: 200, value: { items: items.map(showRevocation), next: next ?? null } };
  },
});

/** Pages that one request looks through for what its actor sees. */
const mostPages = 100;

export const undoRevocation = endpoint({
  method: 'DELETE',
  path: '/revocations/{id}',
  action: 'tidegate:UndoRevocation',
  who: 'signer',
  text: 'Undoes a revocation: what it alone covered works again. Also 204 when it is gone already.',
  async handle({ actor, id }, tools) {
    const found = await tools.links.readRevocation(id);
    if (found === undefined) return { status: 204 };
    const isOwn = (await ownTest(actor, tools))(found);
    if (!isOwn || !(await mayChange(found.by, actor, tools))) {
      throw new AdminProblem({
        status: 403,
        code: 'AccessDenied',
        title: 'Not a revocation of yours',
        detail: isOwn ? `${id} was made by ${found.by}.` : `${id} was made by another key.`,
      });
    }
    if (await tools.links.undoRevocation(id)) {
      tools.audit('link.restored', { revocation: id, rule: JSON.stringify(showMatch(found.match)) });
      tools.tell({
        type: 'link.restored',
        linkId: found.match.kind === 'link' ? found.match.id : undefined,
        userAgent: userAgentFor(
          actor,
          found.match.kind === 'link' ? await tools.links.readLink(found.match.id) : undefined,
        ),
        data: { revocation: id, match: JSON.stringify(showMatch(found.match)) },
      });
    }
    return { status: 204 };
  },
});

/** Whether a revocation was made within what the actor sees: by itself, or by a key of its account. */
async function ownTest(actor: KeyRecord, { keys }: AdminTools): Promise<(revocation: Revocation) => boolean> {
  const visibility = visibilityOf(actor);
  if (visibility.accountId === undefined) return () => true;
  if (visibility.accessKeyId !== undefined) return ({ by }) => by === visibility.accessKeyId;
  const own = new Set(await keys.accessKeyIds(visibility.accountId));
  return ({ by }) => own.has(by);
}
