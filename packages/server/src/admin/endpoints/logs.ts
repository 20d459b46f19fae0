import { z } from 'zod';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { LinkEvent, LinkRecord } from '../../stores/links/link-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import {
  anyOf,
  defaultPageItems,
  isoTime,
  names,
  pageOf,
  pageQuery,
  sortAsked,
  time,
  timeAsked,
} from '../json/json-fields.ts';
import { eventShown } from '../json/link-json.ts';
import { listEndpoint, pageOfWhole } from '../list-endpoint.ts';
import { visibilityOf } from '../reach.ts';
import { seriesForm, seriesOf, showEvent } from './link-history.ts';

const hourMs = 3_600_000;
/** Pages that one request looks through for events of links that its actor sees. */
const mostPages = 20;

/** An event with what its link is for, as far as the ledger knows it. */
const activityShown = eventShown.extend({
  target: z.object({ bucket: z.string(), key: z.string(), isPrefix: z.boolean() }).nullable(),
  signer: z.string().nullable(),
});

export const listActivity = endpoint({
  method: 'GET',
  path: '/activity',
  action: 'tidegate:ListActivity',
  who: 'signer',
  text: 'What happened with all links, the newest first.',
  query: z.strictObject({
    ...pageQuery,
    sort: sortAsked(['time']).optional(),
    type: names.optional(),
    reason: names.optional(),
    from: timeAsked.optional(),
    to: timeAsked.optional(),
  }),
  answer: pageOf(activityShown),
  async handle({ actor, query }, tools) {
    const { limit = defaultPageItems, cursor, sort, type, reason, from = 0, to } = query;
    await tools.links.flush();
    const order = sort?.order ?? 'desc';
    const seen = new Map<string, LinkRecord | undefined>();
    const pieces = new Pieces(tools.clock);
    const items: z.input<typeof activityShown>[] = [];
    let next = cursor;
    for (let pages = 0; pages < mostPages && items.length < limit; pages += 1) {
      if (pieces.isOver) await pieces.next();
      const page = await tools.links.listEvents({
        linkId: undefined,
        visibility: visibilityOf(actor),
        ...(type !== undefined && { types: type }),
        ...(reason !== undefined && { reasons: reason }),
        fromMs: from,
        ...(to !== undefined && { toMs: to }),
        cursor: next,
        limit: limit - items.length,
        order,
      });
      for (const event of page.items) {
        if (pieces.isOver) await pieces.next();
        const { linkId } = event;
        items.push(showActivity(event, linkId === undefined ? undefined : await linkOf(linkId, seen, tools)));
      }
      next = page.next;
      if (next === undefined) break;
    }
    return { status: 200, value: { items, next: next ?? null } };
  },
});

function showActivity(event: LinkEvent, link: LinkRecord | undefined): z.input<typeof activityShown> {
  return {
    ...showEvent(event, link?.kind ?? 'link'),
    target: link === undefined ? null : { bucket: link.bucket, key: link.key, isPrefix: link.keyIsPrefix },
    signer: link === undefined || link.kind !== 'link' ? null : link.accessKeyId,
  };
}

export const readActivitySeries = endpoint({
  method: 'GET',
  path: '/activity/series',
  cost: 'heavy',
  action: 'tidegate:ReadActivitySeries',
  who: 'signer',
  text: 'Uses, refusals and bytes of all links in steps of time, for charts; the last day in hours where nothing is said.',
  ...seriesForm,
  async handle({ actor, query }, tools) {
    await tools.links.flush();
    return { status: 200, value: await seriesOf(query, undefined, visibilityOf(actor), tools) };
  },
});

/** The link of an event, each looked up once. */
async function linkOf(
  id: string,
  seen: Map<string, LinkRecord | undefined>,
  { links }: AdminTools,
): Promise<LinkRecord | undefined> {
  if (!seen.has(id)) seen.set(id, await links.readLink(id));
  return seen.get(id);
}

export const listDays = endpoint({
  method: 'GET',
  path: '/activity/days',
  action: 'tidegate:ListDays',
  who: 'signer',
  text: 'What links did that the ledger has let go, summed up by the day that each was last seen, by bucket and access key; the newest day first.',
  query: z.strictObject({
    ...pageQuery,
    bucket: z.string().max(63).optional(),
    accessKeyId: z.string().max(128).optional(),
    /** Days that begin from then on. */
    from: timeAsked.optional(),
    to: timeAsked.optional(),
  }),
  answer: pageOf(
    z.object({
      /** The begin of the day, in UTC. */
      day: time,
      bucket: z.string(),
      accessKeyId: z.string(),
      links: z.int(),
      uses: z.int(),
      bytes: z.object({ out: z.int(), in: z.int() }),
      refused: z.int(),
    }),
  ),
  async handle({ actor, query }, tools) {
    const { limit = defaultPageItems, cursor, bucket, accessKeyId, from = 0, to = tools.clock.nowMs() } = query;
    const own = await visibleKeys(actor, tools);
    const asked = accessKeyId === undefined ? undefined : [accessKeyId];
    const page = await tools.links.listDays({
      bucket,
      accessKeyIds: own === undefined ? asked : own.filter((id) => asked?.includes(id) ?? true),
      fromMs: from,
      toMs: to,
      cursor,
      limit,
    });
    const items = page.items.map(({ dayMs, bytesIn, bytesOut, ...sum }) => {
      return { ...sum, day: isoTime(dayMs), bytes: { out: bytesOut, in: bytesIn } };
    });
    return { status: 200, value: { items, next: page.next ?? null } };
  },
});

/** The keys whose links an actor sees; undefined: all. */
async function visibleKeys(actor: KeyRecord, { keys }: AdminTools): Promise<readonly string[] | undefined> {
  const { accountId, accessKeyId } = visibilityOf(actor);
  if (accountId === undefined) return undefined;
  if (accessKeyId !== undefined) return [accessKeyId];
  return await keys.accessKeyIds(accountId);
}

/** As many groups as the store gives. */
const mostRefusalGroups = 1_000;

export const listRefusals = listEndpoint({
  path: '/refusals',
  action: 'tidegate:ListRefusals',
  text: 'Refused requests that no link could be named for, counted: by reason, bucket and access key, of the last day where nothing is said; the 1,000 most frequent, by name.',
  filters: { group: anyOf(['reason', 'bucket', 'accessKeyId']).optional(), from: timeAsked.optional() },
  item: z.object({
    reason: z.string().optional(),
    bucket: z.string().optional(),
    accessKeyId: z.string().optional(),
    count: z.int(),
    last: time,
  }),
  defaultItems: mostRefusalGroups,
  async page({ actor, query, limit, cursor }, tools) {
    const { group = ['reason', 'accessKeyId', 'bucket'], from = tools.clock.nowMs() - 24 * hourMs } = query;
    await tools.links.flush();
    // Who may not see every account sees what named its own keys.
    const rows = await tools.links.listRefusals({
      groupBy: group,
      accessKeyIds: await visibleKeys(actor, tools),
      sinceMs: from,
    });
    const { items, next } = pageOfWhole(rows, ({ group: of }) => JSON.stringify(Object.entries(of).sort()), {
      ...{ limit, cursor },
    });
    return { items: items.map(({ group: of, count, lastMs }) => ({ ...of, count, last: isoTime(lastMs) })), next };
  },
});

export const listAudit = endpoint({
  method: 'GET',
  path: '/audit',
  action: 'tidegate:ListAudit',
  text: 'Who changed what, the newest first.',
  query: z.strictObject({
    ...pageQuery,
    sort: sortAsked(['time']).optional(),
    event: names.optional(),
    actor: z.string().max(128).optional(),
    from: timeAsked.optional(),
    to: timeAsked.optional(),
  }),
  answer: pageOf(
    z.object({
      id: z.string(),
      time,
      event: z.string(),
      actor: z.string(),
      requestId: z.string(),
      fields: z.record(z.string(), z.string()),
    }),
  ),
  async handle({ actor, query }, { records }) {
    const { limit = defaultPageItems, cursor, sort, event, from, to } = query;
    const visibility = visibilityOf(actor);
    const page = await records.listAudit({
      accountId: visibility.accountId,
      actor: visibility.accessKeyId ?? query.actor,
      events: event,
      fromMs: from,
      toMs: to,
      cursor,
      limit,
      order: sort?.order ?? 'desc',
    });
    const items = page.items.map(({ id, atMs, event: name, actor: by, requestId, fields }) => ({
      id,
      time: isoTime(atMs),
      event: name,
      actor: by,
      requestId,
      fields,
    }));
    return { status: 200, value: { items, next: page.next ?? null } };
  },
});
