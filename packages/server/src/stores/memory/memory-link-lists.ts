import { readListCursor, writeListCursor } from '../links/link-cursor.ts';
import type { LinkFilter, LinkQuery, LinkRecord, LinkState, LinkTotals, Page } from '../links/link-store.ts';
import { neverEndsMs, neverSeenMs } from '../links/link-times.ts';
import type { MemoryLink, MemoryLinkState } from './memory-link-state.ts';

const dayMs = 86_400_000;

/** Lists and counts of the model. A list is the order that its first page was of, kept whole. */
export class MemoryLinkLists {
  readonly #state: MemoryLinkState;
  readonly #recordOf: (link: MemoryLink) => LinkRecord;
  readonly #orders: (readonly { readonly link: MemoryLink; readonly value: number; readonly n: number }[])[] = [];

  constructor(state: MemoryLinkState, recordOf: (link: MemoryLink) => LinkRecord) {
    this.#state = state;
    this.#recordOf = recordOf;
  }

  list(query: LinkQuery): Page<LinkRecord> {
    const cursor = query.cursor === undefined ? undefined : readListCursor(query.cursor);
    const view = cursor?.view ?? { moves: this.#orders.push(this.#orderOf(query)) - 1, newest: this.#state.made };
    const order = this.#orders[view.moves] ?? [];
    const from = cursor === undefined ? 0 : order.findIndex(({ n }) => n === cursor.place.n) + 1;
    const wanted = order.slice(from).filter(({ link, value }) => {
      if (!this.#state.links.has(link.facts.id)) return false;
      const record = this.#recordOf(link);
      return isWanted(query.sort === 'lastSeen' ? { ...record, lastSeenMs: value } : record, query);
    });
    const page = wanted.slice(0, query.limit);
    const last = page.length < wanted.length ? page.at(-1) : undefined;
    const next = last === undefined ? undefined : writeListCursor(last, view);
    return { items: page.map(({ link }) => this.#recordOf(link)), next };
  }

  count(filter: LinkFilter, atMs: number): LinkTotals {
    const { states: _, unusedOnly: __, ...rest } = filter;
    const all = [...this.#state.links.values()].map((link) => this.#recordOf(link));
    const others = all.filter((record) => isWanted(record, rest));
    const active = others.filter(({ state }) => state === 'active');
    const of = (state: LinkState): number => others.filter((record) => record.state === state).length;
    return {
      byState: { active: of('active'), spent: of('spent'), revoked: of('revoked'), expired: of('expired') },
      unused: active.filter(({ uses }) => uses.count === 0).length,
      ending: active.filter((record) => endOf(record) <= atMs + dayMs).length,
      matching: all.filter((record) => isWanted(record, filter)).length,
      atMs,
    };
  }

  #orderOf({ sort, order }: LinkQuery) {
    const value = (link: MemoryLink): number =>
      ({ lastSeen: link.lastSeenMs, firstSeen: link.firstSeenMs, expires: link.endsAtMs, created: 0 })[sort];
    const sign = order === 'asc' ? 1 : -1;
    return [...this.#state.links.values()]
      .map((link) => ({ link, value: value(link), n: link.n }))
      .sort((one, other) => sign * (one.value - other.value || one.n - other.n));
  }
}

function endOf({ expiresAtMs = neverEndsMs, tightening }: LinkRecord): number {
  return Math.min(expiresAtMs, tightening.expiresAtMs ?? neverEndsMs);
}

function isWanted(record: LinkRecord, query: LinkFilter): boolean {
  const { label } = query;
  const seenMs = record.lastSeenMs ?? neverSeenMs;
  return (
    (query.accountId === undefined || record.accountId === query.accountId) &&
    (query.states === undefined || query.states.includes(record.state)) &&
    (query.kinds === undefined || query.kinds.includes(record.kind)) &&
    (query.bucket === undefined || record.bucket === query.bucket) &&
    (query.prefix === undefined || record.key.startsWith(query.prefix)) &&
    (query.accessKeyId === undefined || record.accessKeyId === query.accessKeyId) &&
    (query.sessionTokenHash === undefined || record.sessionTokenHash === query.sessionTokenHash) &&
    (label === undefined || fitsLabel(record.label, label)) &&
    (query.unusedOnly !== true || record.uses.count === 0) &&
    (query.refusedOnly !== true || Object.keys(record.refusals).length > 0) &&
    (query.seenFromMs === undefined || seenMs >= query.seenFromMs) &&
    (query.seenToMs === undefined || (seenMs <= query.seenToMs && seenMs !== neverSeenMs))
  );
}

function fitsLabel(label: string | undefined, wanted: string): boolean {
  if (label === undefined) return false;
  return wanted.endsWith('*') ? label.startsWith(wanted.slice(0, -1)) : label === wanted;
}
