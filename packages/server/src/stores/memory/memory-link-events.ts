import type { EventSumQuery, EventSums, EventVisibility, SummedEvents } from '../links/event-sums.ts';
import { eventIdOf, eventNumberOf } from '../links/link-cursor.ts';
import type { FoldedEvent } from '../links/link-notes.ts';
import type { LinkEvent, LinkStore, Page } from '../links/link-store.ts';
import type { MemoryLinkState } from './memory-link-state.ts';

/** A page of events, in the order in which they were told. */
export function listEventsInMemory(
  state: MemoryLinkState,
  events: readonly FoldedEvent[],
  query: Parameters<LinkStore['listEvents']>[0],
): Page<LinkEvent> {
  const { linkId, types, reasons, visibility, fromMs, toMs, cursor, limit, order } = query;
  const all = events.map((event, index) => ({ ...event, id: eventIdOf(event.atMs, index + 1) }));
  if (order === 'desc') all.reverse();
  const sign = order === 'asc' ? 1 : -1;
  const after = cursor === undefined ? undefined : eventNumberOf(cursor);
  const wanted = all.filter(
    (event) =>
      (linkId === undefined || event.linkId === linkId) &&
      (types === undefined || types.includes(event.type)) &&
      (reasons === undefined || reasons.includes(event.reason ?? '')) &&
      event.atMs >= (fromMs ?? 0) &&
      event.atMs < (toMs ?? Number.POSITIVE_INFINITY) &&
      isVisible(state, event, visibility) &&
      (after === undefined || sign * (eventNumberOf(event.id) - after) > 0),
  );
  const items = wanted.slice(0, limit);
  return { items, next: items.length < wanted.length ? items.at(-1)?.id : undefined };
}

/** Uses and refusals in steps of time. */
export function sumEventsInMemory(
  state: MemoryLinkState,
  events: readonly FoldedEvent[],
  { linkId, fromMs, toMs, stepMs, ...visibility }: EventSumQuery,
): EventSums {
  const groups = new Map<string, SummedEvents>();
  for (const event of events) {
    const { atMs, method, reason, type } = event;
    if (atMs < fromMs || atMs >= toMs || (linkId !== undefined && event.linkId !== linkId)) continue;
    if ((type !== 'link.used' && type !== 'link.refused') || !isVisible(state, event, visibility)) continue;
    const group = {
      ...{ step: Math.floor((atMs - fromMs) / stepMs), isUse: type === 'link.used', isGet: method === 'GET', reason },
    };
    const there = groups.get(JSON.stringify(group));
    groups.set(JSON.stringify(group), {
      ...group,
      count: (there?.count ?? 0) + event.count,
      bytes: (there?.bytes ?? 0) + event.bytes,
    });
  }
  return { groups: [...groups.values()], complete: true };
}

function isVisible(
  { links }: MemoryLinkState,
  { linkId }: FoldedEvent,
  visibility: EventVisibility | undefined,
): boolean {
  const { accountId, accessKeyId } = visibility ?? { accountId: undefined, accessKeyId: undefined };
  if (accountId === undefined && accessKeyId === undefined) return true;
  const link = linkId === undefined ? undefined : links.get(linkId);
  if (link === undefined) return false;
  const { facts } = link;
  return (
    (accountId === undefined || facts.accountId === accountId) &&
    (accessKeyId === undefined || facts.accessKeyId === accessKeyId)
  );
}
