import { z } from 'zod';
import type { KeyRecord } from '../stores/key-store.ts';
import type { LinkEvent, LinkQuery, LinkRecord } from '../stores/link-store.ts';
import { type AdminTools, endpoint } from './endpoint.ts';
import { isoTime, time } from './json-fields.ts';
import { sees, sightOf } from './reach.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const hours = 24;
const pageItems = 1_000;
/** So many links and events are looked at; beyond that the numbers say that they are not all. */
const mostPages = 5;

export const readSummary = endpoint({
  method: 'GET',
  path: '/summary',
  action: 'tidegate:ReadSummary',
  who: 'signer',
  text: 'The ledger in numbers: links that work, those that end within a day, what was refused and sent in the last day.',
  answer: z.object({
    /** `complete: false`: at least so many. */
    active: z.object({ count: z.int(), complete: z.boolean() }),
    ending: z.object({ count: z.int(), complete: z.boolean() }),
    refused: z.object({ count: z.int(), byReason: z.record(z.string(), z.int()) }),
    sent: z.object({ bytes: z.int(), points: z.array(z.object({ time, bytes: z.int() })) }),
    /** Whether all events of the day were counted. */
    complete: z.boolean(),
  }),
  async handle({ actor }, tools) {
    await tools.links.flush();
    const nowMs = tools.clock.nowMs();
    const active = await countLinks(actor, tools, () => true);
    const ending = await countLinks(actor, tools, (link) => endsBefore(link, nowMs + dayMs), 'expires');
    const { events, complete } = await dayOfEvents(actor, nowMs - dayMs, tools);
    const fromMs = Math.floor(nowMs / hourMs) * hourMs - (hours - 1) * hourMs;
    const points = Array.from({ length: hours }, (_, at) => ({ time: isoTime(fromMs + at * hourMs), bytes: 0 }));
    const byReason: Record<string, number> = {};
    let refused = 0;
    let bytes = 0;
    for (const event of events) {
      if (event.type === 'link.refused') {
        const { reason = 'Unknown' } = event;
        refused += event.count;
        byReason[reason] = (byReason[reason] ?? 0) + event.count;
      } else if (event.type === 'link.used' && event.method === 'GET') {
        bytes += event.bytes;
        const point = points[Math.floor((event.atMs - fromMs) / hourMs)];
        if (point !== undefined) point.bytes += event.bytes;
      }
    }
    return {
      status: 200,
      value: { active, ending, refused: { count: refused, byReason }, sent: { bytes, points }, complete },
    };
  },
});

function endsBefore({ expiresAtMs }: LinkRecord, atMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= atMs;
}

/** Counts links that work, from the first that ends, until one does not fit. */
async function countLinks(
  actor: KeyRecord,
  { links }: AdminTools,
  fits: (link: LinkRecord) => boolean,
  sort: LinkQuery['sort'] = 'created',
): Promise<{ readonly count: number; readonly complete: boolean }> {
  const { accountId, accessKeyId } = sightOf(actor);
  let cursor: string | undefined;
  let count = 0;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await links.listLinks({
      accountId,
      ...(accessKeyId !== undefined && { accessKeyId }),
      states: ['active'],
      sort,
      order: 'asc',
      cursor,
      limit: pageItems,
    });
    for (const link of page.items) {
      // Sorted by their ends, those that never end last: behind the first that does not fit none does.
      if (fits(link)) count += 1;
      else return { count, complete: true };
    }
    if (page.next === undefined) return { count, complete: true };
    cursor = page.next;
  }
  return { count, complete: false };
}

async function dayOfEvents(
  actor: KeyRecord,
  fromMs: number,
  tools: AdminTools,
): Promise<{ readonly events: readonly LinkEvent[]; readonly complete: boolean }> {
  const isRoot = sightOf(actor).accountId === undefined;
  const known = new Map<string, LinkRecord | undefined>();
  const events: LinkEvent[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await tools.links.listEvents({ linkId: undefined, cursor, limit: pageItems, order: 'desc' });
    for (const event of page.items) {
      if (event.atMs < fromMs) return { events, complete: true };
      const link = isRoot ? undefined : await linkOf(event.linkId, known, tools);
      if (isRoot || (link !== undefined && sees(actor, link))) events.push(event);
    }
    if (page.next === undefined) return { events, complete: true };
    cursor = page.next;
  }
  return { events, complete: false };
}

/** The link of an event, each looked up once. */
async function linkOf(
  id: string | undefined,
  known: Map<string, LinkRecord | undefined>,
  { links }: AdminTools,
): Promise<LinkRecord | undefined> {
  if (id === undefined) return undefined;
  if (!known.has(id)) known.set(id, await links.readLink(id));
  return known.get(id);
}
