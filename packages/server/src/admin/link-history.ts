import { z } from 'zod';
import type { LinkEvent, LinkId, LinkKind } from '../stores/link-store.ts';
import { type AdminTools, endpoint } from './endpoint.ts';
import { durationSchema } from './governance-json.ts';
import { defaultPageItems, isoTime, names, pageOf, pageQuery, sortAsked, time, timeAsked } from './json-fields.ts';
import { eventShown, shownId } from './link-json.ts';
import { findLink } from './reach.ts';
import { badField } from './read-json.ts';

/** Events that clients and series are counted from: the newest ones. */
const mostCounted = 20_000;
const pageEvents = 1_000;
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

export const listLinkClients = endpoint({
  method: 'GET',
  path: '/links/{id}/clients',
  action: 'tidegate:ListLinkClients',
  who: 'signer',
  text: 'Who used a link, by address, as its newest 20,000 events have it.',
  answer: z.object({ items: z.array(clientShown), complete: z.boolean() }),
  async handle({ actor, id }, tools) {
    const link = await findLink(id, actor, tools);
    const { events, complete } = await newestEvents(link.id, undefined, tools);
    const clients = new Map<string, LinkEvent[]>();
    for (const event of events) {
      if (!isRequest(event)) continue;
      const there = clients.get(event.client);
      if (there === undefined) clients.set(event.client, [event]);
      else there.push(event);
    }
    const items = [...clients].map(([address, own]) => {
      const sum = (read: (event: LinkEvent) => number) => own.reduce((total, event) => total + read(event), 0);
      const times = own.map(({ atMs }) => atMs);
      return {
        address,
        userAgents: [...new Set(own.map(({ userAgent }) => userAgent))].slice(0, 10),
        requests: sum(({ count }) => count),
        refused: sum(({ count, reason }) => (reason === undefined ? 0 : count)),
        bytes: sum(({ bytes }) => bytes),
        firstSeen: isoTime(times.reduce((least, at) => Math.min(least, at))),
        lastSeen: isoTime(times.reduce((most, at) => Math.max(most, at))),
      };
    });
    return { status: 200, value: { items, complete } };
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
  action: 'tidegate:ReadLinkSeries',
  who: 'signer',
  text: 'Uses, refusals and bytes of a link in steps of time, for charts; the last day in hours where nothing is said.',
  query: seriesQuery,
  answer: seriesShown,
  async handle({ actor, id, query }, tools) {
    const link = await findLink(id, actor, tools);
    return { status: 200, value: await seriesOf(query, link.id, tools) };
  },
});

/**
 * What happened with one link, or with all, in steps of time.
 * @param isSeen whether an event counts for who asks
 * @throws AdminProblem when that would be too many points
 */
export async function seriesOf(
  query: z.output<typeof seriesQuery>,
  linkId: LinkId | undefined,
  tools: AdminTools,
  isSeen: (event: LinkEvent) => Promise<boolean> = () => Promise.resolve(true),
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
  const { events, complete } = await newestEvents(linkId, fromMs, tools);
  for (const event of events) {
    const point = points[Math.floor((event.atMs - fromMs) / stepMs)];
    if (point === undefined || !isRequest(event) || !(await isSeen(event))) continue;
    if (event.reason === undefined) point.used += event.count;
    else point.refused += event.count;
    point.bytes += event.bytes;
  }
  return { step: stepMs / 1000, points, complete };
}

/** Series of all links take and answer the same. */
export const seriesForm = { query: seriesQuery, answer: seriesShown } as const;

/** Requests are told of as uses and refusals; `link.first-used` tells of one of them once more. */
function isRequest({ type }: LinkEvent): boolean {
  return type === 'link.used' || type === 'link.refused';
}

/** The newest events of a link, or of all, back to a time. `complete: false`: there are more. */
async function newestEvents(
  linkId: LinkId | undefined,
  fromMs: number | undefined,
  { links }: AdminTools,
): Promise<{ readonly events: readonly LinkEvent[]; readonly complete: boolean }> {
  const events: LinkEvent[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < mostCounted; seen += pageEvents) {
    const page = await links.listEvents({ linkId, cursor, limit: pageEvents, order: 'desc' });
    for (const event of page.items) {
      if (fromMs !== undefined && event.atMs < fromMs) return { events, complete: true };
      events.push(event);
    }
    if (page.next === undefined) return { events, complete: true };
    cursor = page.next;
  }
  return { events, complete: false };
}
