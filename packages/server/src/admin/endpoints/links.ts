import { parseLimits } from '@tidegate/presign/internal';
import { z } from 'zod';
import { allRights } from '../../stores/keys/key-rights.ts';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import { sessionIdPrefix } from '../../stores/keys/new-credentials.ts';
import type { TemporaryRecord } from '../../stores/keys/temporary-store.ts';
import type { LinkFilter, LinkRecord, LinkTotals } from '../../stores/links/link-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { etagOf, requireMatch } from '../json/etag.ts';
import { durationSchema } from '../json/governance-json.ts';
import {
  anyOf,
  defaultPageItems,
  isoTime,
  pageOf,
  pageQuery,
  sortAsked,
  time,
  timeAsked,
} from '../json/json-fields.ts';
import { type HeldLink, linkShown, showLink, shownId } from '../json/link-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';
import { asItHolds } from '../json/share-json.ts';
import { asSeenBy, findLink, keysOf, sees, visibilityOf } from '../reach.ts';
import { pastedFields, pastedOf } from './pasted.ts';

const listQuery = z.strictObject({
  ...pageQuery,
  sort: sortAsked(['lastSeen', 'firstSeen', 'expires', 'created']).optional(),
  state: anyOf(['active', 'spent', 'revoked', 'expired']).optional(),
  kind: anyOf(['link', 'share', 'request']).optional(),
  bucket: z.string().max(63).optional(),
  prefix: z.string().max(1024).optional(),
  /** A key, or temporary credentials by their id. */
  accessKeyId: z.string().max(128).optional(),
  /** Exact, or what it begins with when it ends in `*`. */
  label: z.string().max(65).optional(),
  /** Those that refused somebody alone. */
  refused: z.literal('true').optional(),
  /** Those alone that nobody has used, whatever their state. */
  unused: z.literal('true').optional(),
  /** With the numbers of all links that fit. */
  totals: z.literal('true').optional(),
  seenFrom: timeAsked.optional(),
  seenTo: timeAsked.optional(),
});

/** ADM-50. `state` and `unused` are left out of account in all but `matching`. */
const totalsShown = z.object({
  all: z.int(),
  active: z.int(),
  spent: z.int(),
  revoked: z.int(),
  expired: z.int(),
  /** Of the active: those that nobody has used. */
  unused: z.int(),
  /** Of the active: those that end within a day. */
  ending: z.int(),
  /** Links that fit every filter: the length of the list. */
  matching: z.int(),
  /** All numbers are exact as of then. */
  at: time,
});

const noTotals = { byState: { active: 0, spent: 0, revoked: 0, expired: 0 }, unused: 0, ending: 0, matching: 0 };

function showTotals({ byState, unused, ending, matching, atMs }: LinkTotals): z.input<typeof totalsShown> {
  const { active, spent, revoked, expired } = byState;
  const all = active + spent + revoked + expired;
  return { all, ...byState, unused, ending, matching, at: isoTime(atMs) };
}

export const listLinks = endpoint({
  method: 'GET',
  path: '/links',
  action: 'tidegate:ListLinks',
  who: 'signer',
  text: 'The ledger: links, shares and file requests, the last seen first.',
  query: listQuery,
  answer: pageOf(linkShown).extend({ totals: totalsShown.optional() }),
  async handle({ actor, query }, tools) {
    const { links } = tools;
    const visibility = visibilityOf(actor);
    const { sort = { field: 'lastSeen', order: 'desc' }, limit = defaultPageItems, cursor, totals, ...asked } = query;
    const session = await sessionAsked(asked.accessKeyId, tools);
    const filters = session === undefined ? asked : { ...asked, accessKeyId: session.parent };
    if (
      visibility.accessKeyId !== undefined &&
      (filters.accessKeyId ?? visibility.accessKeyId) !== visibility.accessKeyId
    ) {
      const none = totals && { totals: showTotals({ ...noTotals, atMs: tools.clock.nowMs() }) };
      return { status: 200, value: { items: [], next: null, ...none } };
    }
    const accessKeyId = visibility.accessKeyId ?? filters.accessKeyId;
    await links.flush();
    const filter: LinkFilter = {
      accountId: visibility.accountId,
      ...(filters.state !== undefined && { states: filters.state }),
      ...(filters.kind !== undefined && { kinds: filters.kind }),
      ...(filters.bucket !== undefined && { bucket: filters.bucket }),
      ...(filters.prefix !== undefined && { prefix: filters.prefix }),
      ...(accessKeyId !== undefined && { accessKeyId }),
      ...(session !== undefined && { sessionTokenHash: session.tokenHash }),
      ...(filters.label !== undefined && { label: filters.label }),
      ...(filters.refused !== undefined && { refusedOnly: true }),
      ...(filters.unused !== undefined && { unusedOnly: true }),
      ...(filters.seenFrom !== undefined && { seenFromMs: filters.seenFrom }),
      ...(filters.seenTo !== undefined && { seenToMs: filters.seenTo }),
    };
    const page = await links.listLinks({ ...filter, sort: sort.field, order: sort.order, cursor, limit });
    const counted = totals && { totals: showTotals(await links.countLinks(filter)) };
    const signers = await keysOf(
      page.items.map(({ accessKeyId }) => accessKeyId),
      tools,
    );
    const pieces = new Pieces(tools.clock);
    const items: z.input<typeof linkShown>[] = [];
    for (const link of page.items) {
      if (pieces.isOver) await pieces.next();
      const held = await asSeenBy(actor, await holding(link, tools), tools);
      items.push(showLink(held, signers.get(link.accessKeyId)));
    }
    return { status: 200, value: { items, next: page.next ?? null, ...counted } };
  },
});

/** The temporary credentials that links are asked for by; those that nobody knows signed none. */
async function sessionAsked(
  accessKeyId: string | undefined,
  { temporary }: AdminTools,
): Promise<Pick<TemporaryRecord, 'parent' | 'tokenHash'> | undefined> {
  if (accessKeyId?.startsWith(sessionIdPrefix) !== true) return undefined;
  return (await temporary.find(accessKeyId)) ?? { parent: accessKeyId, tokenHash: '' };
}

export const readLink = endpoint({
  method: 'GET',
  path: '/links/{id}',
  action: 'tidegate:ReadLink',
  who: 'signer',
  text: 'One link of the ledger, by `lk_…`, `sh_…` or `rq_…`.',
  answer: linkShown,
  async handle({ actor, id }, tools) {
    return await shown(await findLink(id, actor, tools), actor, tools, 200);
  },
});

const registration = z.strictObject({
  ...pastedFields,
  label: z
    .string()
    .regex(/^[\w.~-]{1,64}$/, 'is not a label: 1 to 64 of A-Za-z0-9._~-')
    .optional(),
  note: z.string().max(256).optional(),
});

export const registerLink = endpoint({
  method: 'POST',
  path: '/links',
  action: 'tidegate:RegisterLink',
  who: 'signer',
  text: 'Makes a link known before its first use. Its signature must hold; the URL is not kept.',
  body: registration,
  status: 201,
  answer: linkShown,
  async handle({ actor, body }, tools) {
    const { label, note } = body;
    const found = await tools.examiner.identify(pastedOf(body));
    if ('reason' in found) throw badUrl(found.text, found.reason);
    if (!sees(actor, found.facts)) throw notYours(found.facts.accessKeyId);
    const record = await tools.links.register(found.facts, { label, note });
    tools.audit('link.registered', { link: shownId('link', record.id), key: record.accessKeyId });
    tools.tell({ type: 'link.registered', linkId: record.id });
    return await shown(record, actor, tools, 201);
  },
});

const tightening = z.strictObject({
  /** The link itself, where it was never used and so is not in the ledger yet. Its signature must hold; it is not kept. */
  url: pastedFields.url.optional(),
  expiresAt: timeAsked.optional(),
  /** The same as a time from now. */
  expiresIn: durationSchema.optional(),
  uses: z.int().min(1).max(1_000_000).optional(),
  ip: z.array(z.string().max(64)).min(1).max(64).optional(),
});

export const tightenLink = endpoint({
  method: 'PATCH',
  path: '/links/{id}',
  action: 'tidegate:TightenLink',
  who: 'signer',
  text: 'Narrows a presigned URL after it went out: an earlier end, fewer uses, addresses. Never widens it.',
  body: tightening,
  answer: linkShown,
  async handle({ actor, id, body, ifMatch }, tools) {
    const link = await linkToTighten(id, body.url, actor, tools);
    requireMatch(ifMatch, linkEtag(link));
    if (link.kind !== 'link') {
      throw badField('id', 'Shares and file requests are changed at /shares/{id} and /requests/{id}.');
    }
    const { expiresIn, uses, ip } = body;
    if (expiresIn !== undefined && body.expiresAt !== undefined) {
      throw badField('expiresIn', 'Say expiresAt or expiresIn, not both.');
    }
    const expiresAtMs = expiresIn === undefined ? body.expiresAt : tools.clock.nowMs() + expiresIn * 1000;
    refuseWider(link, { expiresAtMs, uses });
    if (ip !== undefined) checkAddresses(ip, link, tools);
    const changed = await tools.links.tighten(link.id, {
      ...link.tightening,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      ...(uses !== undefined && { uses }),
      ...(ip !== undefined && { ip }),
    });
    tools.audit('link.tightened', {
      link: shownId(link.kind, link.id),
      ...(expiresAtMs !== undefined && { expiresAt: isoTime(expiresAtMs) }),
      ...(uses !== undefined && { uses: String(uses) }),
      ...(ip !== undefined && { ip: ip.join(',') }),
    });
    return await shown(changed ?? link, actor, tools, 200);
  },
});

/** ADM-12: a link that was never seen is made known by its URL, as registering it does. */
async function linkToTighten(
  id: string,
  url: string | undefined,
  actor: KeyRecord,
  tools: AdminTools,
): Promise<LinkRecord> {
  if (url === undefined) return await findLink(id, actor, tools);
  const found = await tools.examiner.identify(pastedOf({ url }));
  if ('reason' in found) throw badUrl(found.text, found.reason);
  const { facts, key } = found;
  if (!sees(actor, facts)) throw notYours(facts.accessKeyId);
  if (!facts.id.startsWith(id.replace(/^lk_/, '')))
    throw badField('url', `It is the link ${shownId('link', facts.id)}.`);
  await tools.links.flush();
  const known = await tools.links.readLink(facts.id);
  if (known !== undefined) return known;
  // Registering would let in what its key refuses now.
  if (allRights(key).some(({ governance }) => governance?.registeredOnly === true)) {
    throw badField('url', 'Its key admits registered links alone, and this one is not: there is nothing to narrow.');
  }
  return await tools.links.register(facts, { label: undefined, note: undefined });
}

/** ADM-12: what is signed can be narrowed alone; what would widen it is refused, not passed over. */
function refuseWider(
  link: LinkRecord,
  { expiresAtMs, uses }: { readonly expiresAtMs: number | undefined; readonly uses: number | undefined },
): void {
  const endsAtMs = link.tightening.expiresAtMs ?? link.expiresAtMs;
  if (expiresAtMs !== undefined && endsAtMs !== undefined && expiresAtMs > endsAtMs) {
    throw badField('expiresAt', `It ends at ${isoTime(endsAtMs)} already.`, 'Make a new link.');
  }
  const most = link.tightening.uses ?? link.uses.limit;
  if (uses !== undefined && most !== undefined && uses > most) {
    throw badField('uses', `It has ${most} ${most === 1 ? 'use' : 'uses'}, and cannot get more.`, 'Make a new link.');
  }
}

/** Addresses as links have them (LNK-14), within those that the link was narrowed to before. */
function checkAddresses(ip: readonly string[], { tightening: before }: LinkRecord, { examiner }: AdminTools): void {
  for (const entry of ip) {
    if ('fault' in parseLimits([['x-link-ip', entry]], { method: 'GET' })) {
      throw badField('ip', `${JSON.stringify(entry)} is not an address or CIDR.`);
    }
  }
  if (before.ip !== undefined && !examiner.areWithin(ip, before.ip)) {
    throw badField('ip', `It is for ${before.ip.join(', ')} already, and cannot get more.`, 'Make a new link.');
  }
}

/** What If-Match of a link compares: what was changed by people, not what uses count. */
function linkEtag({ id, tightening: narrowed, revocation, note, label }: LinkRecord): string {
  return etagOf([id, narrowed, revocation?.id, note, label]);
}

async function shown(link: LinkRecord, actor: KeyRecord, tools: AdminTools, status: 200 | 201) {
  const signer = await tools.keys.readKey(link.accessKeyId);
  const held = await asSeenBy(actor, await holding(link, tools), tools);
  return { status, value: showLink(held, signer?.record), etag: linkEtag(link) };
}

/** A share or a file request with what it was changed to since it was made (SHR-10). */
async function holding(link: LinkRecord, { shares }: AdminTools): Promise<HeldLink> {
  const share = link.kind === 'link' ? undefined : await shares.find(link.id);
  return share === undefined ? link : asItHolds(link, share);
}

/** A URL that names no link. */
export function badUrl(detail: string, reason: string): AdminProblem {
  return new AdminProblem({
    status: 400,
    code: 'LinkNotVerified',
    reason,
    title: 'The URL is not a link of this server',
    errors: [{ field: 'url', detail, hint: "Why: tidegate explain 'URL'" }],
  });
}

/** A link of a key that the actor does not see. */
export function notYours(accessKeyId: string): AdminProblem {
  return new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'Not a link of yours',
    detail: `It was signed by ${accessKeyId}, which your key does not stand above.`,
  });
}
