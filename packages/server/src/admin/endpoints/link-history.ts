import { z } from 'zod';
import type { EventVisibility } from '../../stores/links/event-sums.ts';
import type { LinkEvent, LinkId, LinkKind } from '../../stores/links/link-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { durationSchema } from '../json/governance-json.ts';
import {
  defaultPageItems,
  isoTime,
  names,
  pageOf,
  pageQuery,
  sortAsked,
  time,
  timeAsked,
} from '../json/json-fields.ts';
import { eventShown, shownId } from '../json/link-json.ts';
import { badField } from '../json/read-json.ts';
import { listEndpoint, pageOfWhole } from '../list-endpoint.ts';
import { findLink } from '../reach.ts';

/** Nothing bounds what is asked of a link that was found already. */
const anyone = { accountId: undefined, accessKeyId: undefined } as const;
/** Events that clients are counted from: the newest ones. */
const mostCounted = 20_000;
const pageEvents = 500;
/** Programs that are named of one client. */
const mostAgents = 10;
const mostPoints = 1_000;

/** An event as the API shows it. */
export function showEvent(event: LinkEvent, kind: LinkKind): z.input<typeof eventShown> {
  const {
    id,
    type,
    atMs,
    linkId,
    client,
    userAgent,
    method,
    status,
    bytes,
    durationMs,
    reason,
    requestId,
    count,
    data,
  } = event;
  return {
    id,
    type,
    time: isoTime(atMs),
    link: linkId === undefined ? null : shownId(kind, linkId),
    client: { address: client, userAgent },
    method,
    status,
    bytes,
    ms: durationMs,
    reason: reason ?? null,
    requestId,
    count,
    data: data ?? null,
  };
}

export const listLinkEvents = endpoint({
  method: 'GET',
  path: '/links/{id}/events',
  action: 'tidegate:ListLinkEvents',
  who: 'signer',
  text: 'What happened with a link, the newest first. Equal events of one moment are one, with their number.',
  query: z.strictObject({ ...pageQuery, sort: sortAsked(['time']).optional(), type: names.optional() }),
  answer: pageOf(eventShown),
  async handle({ actor, id, query }, tools) {
    const link = await findLink(id, actor, tools);
    const { limit = defaultPageItems, cursor, sort, type } = query;
    const page = await tools.links.listEvents({
      linkId: link.id,
      ...(type !== undefined && { types: type }),
      cursor,
      limit,
      order: sort?.order ?? 'desc',
    });
    return {
      status: 200,
      value: { items: page.items.map((event) => showEvent(event, link.kind)), next: page.next ?? null },
    };
  },
});

const clientShown = z.object({
  address: z.string(),
  userAgents: z.array(z.string()),
  requests: z.int(),
  refused: z.int(),
  bytes: z.int(),
  firstSeen: time,
  lastSeen: time,
});

export const listLinkClients = listEndpoint({
  path: '/links/{id}/clients',
  action: 'tidegate:ListLinkClients',
  who: 'signer',
  text: 'Who used a link, by address, as its newest 20,000 events have it.',
  item: clientShown,
  more: { complete: z.boolean() },
  defaultItems: 1_000,
  async page({ actor, id, limit, cursor }, tools) {
    const link = await findLink(id, actor, tools);
    const { clients, complete } = await clientsOf(link.id, tools);
    return { ...pageOfWhole(clients, ({ address }) => address, { limit, cursor }), complete };
  },
});

const seriesQuery = z.strictObject({
  step: durationSchema.optional(),
  from: timeAsked.optional(),
  to: timeAsked.optional(),
});
const seriesShown = z.object({
  step: z.int(),
  points: z.array(z.object({ time, used: z.int(), refused: z.int(), bytes: z.int() })),
  complete: z.boolean(),
});

export const readLinkSeries = endpoint({
  method: 'GET',
  path: '/links/{id}/series',
  cost: 'heavy',
  action: 'tidegate:ReadLinkSeries',
  who: 'signer',
  text: 'Uses, refusals and bytes of a link in steps of time, for charts; the last day in hours where nothing is said.',
  query: seriesQuery,
  answer: seriesShown,
  async handle({ actor, id, query }, tools) {
    const link = await findLink(id, actor, tools);
    return { status: 200, value: await seriesOf(query, link.id, anyone, tools) };
  },
});

/**
 * What happened with one link, or with all that somebody sees, in steps of time.
 * @throws AdminProblem when that would be too many points
 */
export async function seriesOf(
  query: z.output<typeof seriesQuery>,
  linkId: LinkId | undefined,
  visibility: EventVisibility,
  tools: AdminTools,
): Promise<z.input<typeof seriesShown>> {
  const stepMs = (query.step ?? 3600) * 1000;
  const toMs = query.to ?? tools.clock.nowMs();
  const fromMs = Math.floor((query.from ?? toMs - 86_400_000) / stepMs) * stepMs;
  const count = Math.ceil((toMs - fromMs) / stepMs);
  if (count < 1) throw badField('from', 'It is later than `to`.');
  if (count > mostPoints) throw badField('step', `That would be ${count} points; at most ${mostPoints} are given.`);
  const points = Array.from({ length: count }, (_, at) => ({
    time: isoTime(fromMs + at * stepMs),
    used: 0,
    refused: 0,
    bytes: 0,
  }));
  const endMs = fromMs + count * stepMs;
  const { groups, complete } = await tools.links.sumEvents({ ...visibility, linkId, fromMs, toMs: endMs, stepMs });
  for (const group of groups) {
    const point = points[group.step];
    if (point === undefined) continue;
    if (group.reason === undefined) point.used += group.count;
    else point.refused += group.count;
    point.bytes += group.bytes;
  }
  return { step: stepMs / 1000, points, complete };
}

/** Series of all links take and answer the same. */
export const seriesForm = { query: seriesQuery, answer: seriesShown } as const;

/** Requests are told of as uses and refusals; `link.first-used` tells of one of them once more. */
const requestTypes = ['link.used', 'link.refused'];

/** Who used a link, as its newest events have it. `complete: false`: there are more. */
async function clientsOf(linkId: LinkId, { links, clock }: AdminTools) {
  const pieces = new Pieces(clock);
  const clients = new Map<string, z.input<typeof clientShown>>();
  let cursor: string | undefined;
  let seen = 0;
  do {
    if (pieces.isOver) await pieces.next();
    const page = await links.listEvents({ linkId, types: requestTypes, cursor, limit: pageEvents, order: 'desc' });
    for (const event of page.items) {
      const there = clients.get(event.client);
      clients.set(event.client, there === undefined ? firstOf(event) : withEvent(there, event));
    }
    seen += pageEvents;
    cursor = page.next;
  } while (cursor !== undefined && seen < mostCounted);
  return { clients: [...clients.values()], complete: cursor === undefined };
}

function firstOf({ client, userAgent, count, reason, bytes, atMs }: LinkEvent): z.input<typeof clientShown> {
  return {
    address: client,
    userAgents: [userAgent],
    requests: count,
    refused: reason === undefined ? 0 : count,
    bytes,
    firstSeen: isoTime(atMs),
    lastSeen: isoTime(atMs),
  };
}

function withEvent(there: z.input<typeof clientShown>, event: LinkEvent): z.input<typeof clientShown> {
  const { userAgents, firstSeen, lastSeen } = there;
  const one = firstOf(event);
  const isKnown = userAgents.includes(event.userAgent) || userAgents.length >= mostAgents;
  return {
    address: there.address,
    userAgents: isKnown ? userAgents : [...userAgents, event.userAgent],
    requests: there.requests + one.requests,
    refused: there.refused + one.refused,
    bytes: there.bytes + one.bytes,
    firstSeen: one.firstSeen < firstSeen ? one.firstSeen : firstSeen,
    lastSeen: one.lastSeen > lastSeen ? one.lastSeen : lastSeen,
  };
}
