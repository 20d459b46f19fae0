import type { EventSumQuery, EventSums, SummedEvents } from '../../links/event-sums.ts';
import { hourMs } from '../../links/link-notes.ts';
import { Pieces } from '../../upkeep/turns.ts';
import { KeptCounts } from '../commit/kept-counts.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row } from '../schema/rows.ts';

/** Events of one piece: a millisecond or two. */
const sliceEvents = 500;
/** Events that one sum looks at, the newest ones. */
const mostEvents = 200_000;
/** Events stand in the order in which they were written; their times are up to so much behind it. */
const lateMs = 60_000;

/** Uses and refusals of links in steps of time, summed by the database in pieces (ADM-15, ADM-45). */
export class LinkEventSums {
  readonly #metadata: Metadata;
  readonly #kept: KeptCounts<EventSums>;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
    this.#kept = new KeptCounts(metadata.clock);
  }

  sum(query: EventSumQuery): Promise<EventSums> {
    return this.#kept.get(JSON.stringify(query), () => this.#sumNow(query));
  }

  async #sumNow(query: EventSumQuery): Promise<EventSums> {
    return isOfHours(query) ? await this.#sumHours(query) : await this.#sumEvents(query);
  }

  /** Whole hours, of all visible links: they were summed as they were written. */
  async #sumHours({ accountId, accessKeyId, fromMs, toMs, stepMs }: EventSumQuery): Promise<EventSums> {
    const { sql, clock } = this.#metadata;
    const pieces = new Pieces(clock);
    const sums = sql.get(
      `SELECT 0 AS step, is_use, is_get, nullif(reason, '') AS reason, sum(count) AS count, sum(bytes) AS bytes
       FROM link_event_hours WHERE hour_ms = :hour
         AND (:account IS NULL OR account = :account) AND (:key IS NULL OR akid = :key) GROUP BY 2, 3, 4`,
    );
    const next = sql.get('SELECT hour_ms FROM link_event_hours WHERE hour_ms >= ? AND hour_ms < ? LIMIT 1');
    const groups = new Map<string, SummedEvents>();
    for (let row = next.get(fromMs, toMs); row !== undefined; ) {
      const hour = numberOf(row, 'hour_ms');
      const step = Math.floor((hour - fromMs) / stepMs);
      for (const sum of sums.all({ hour, account: accountId ?? null, key: accessKeyId ?? null })) {
        addTo(groups, { ...sum, step });
      }
      if (pieces.isOver) await pieces.next();
      row = next.get(hour + hourMs, toMs);
    }
    return { groups: [...groups.values()], complete: true };
  }

  async #sumEvents({ linkId, accountId, accessKeyId, fromMs, toMs, stepMs }: EventSumQuery): Promise<EventSums> {
    const { sql, clock } = this.#metadata;
    const pieces = new Pieces(clock);
    const ofLink = linkId === undefined ? '' : 'link = :link AND';
    const isBounded = accountId !== undefined || accessKeyId !== undefined;
    const sums = sql.get(
      `SELECT CAST((e.at_ms - :from) / :step AS INTEGER) AS step, e.type = 'link.used' AS is_use, e.reason, e.method = 'GET' AS is_get,
         sum(e.count) AS count, sum(e.bytes) AS bytes
       FROM (SELECT * FROM link_events WHERE ${ofLink} n >= :low AND n < :before) e
       ${isBounded ? 'JOIN links l ON l.id = e.link AND (:account IS NULL OR l.account = :account) AND (:key IS NULL OR l.akid = :key)' : ''}
       WHERE e.count > 0 AND e.at_ms >= :from AND e.at_ms < :to AND e.type IN ('link.used', 'link.refused')
       GROUP BY 1, 2, 3, 4`,
    );
    const lowest = sql.get(
      `SELECT n, at_ms FROM link_events WHERE ${ofLink} n < :before ORDER BY n DESC LIMIT 1 OFFSET ${sliceEvents - 1}`,
    );
    const link = linkId === undefined ? {} : { link: linkId };
    const bounds = isBounded ? { account: accountId ?? null, key: accessKeyId ?? null } : {};
    const groups = new Map<string, SummedEvents>();
    let before = Number.MAX_SAFE_INTEGER;
    for (let looked = 0; looked < mostEvents; looked += sliceEvents) {
      const low = lowest.get({ ...link, before });
      const from = low === undefined ? 0 : numberOf(low, 'n');
      for (const row of sums.all({ ...link, ...bounds, from: fromMs, to: toMs, step: stepMs, low: from, before })) {
        addTo(groups, row);
      }
      if (low === undefined || numberOf(low, 'at_ms') < fromMs - lateMs) {
        return { groups: [...groups.values()], complete: true };
      }
      before = from;
      if (pieces.isOver) await pieces.next();
    }
    return { groups: [...groups.values()], complete: false };
  }
}

function isOfHours({ linkId, fromMs, toMs, stepMs }: EventSumQuery): boolean {
  return linkId === undefined && [fromMs, toMs, stepMs].every((ms) => ms % hourMs === 0);
}

function addTo(groups: Map<string, SummedEvents>, row: Row): void {
  const step = numberOf(row, 'step');
  const reason = optionalText(row, 'reason');
  const isUse = numberOf(row, 'is_use') === 1;
  const isGet = numberOf(row, 'is_get') === 1;
  const name = `${step} ${isUse} ${isGet} ${reason ?? ''}`;
  const there = groups.get(name);
  groups.set(name, {
    ...{ step, isUse, isGet, reason },
    count: (there?.count ?? 0) + numberOf(row, 'count'),
    bytes: (there?.bytes ?? 0) + numberOf(row, 'bytes'),
  });
}
