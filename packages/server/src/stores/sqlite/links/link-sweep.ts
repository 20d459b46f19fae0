import { hourMs } from '../../links/link-notes.ts';
import type { LinkRetention } from '../../links/link-retention.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';
import { takeAddition } from './link-additions.ts';
import { bumpEpochForRemoval } from './link-epoch.ts';
import { linkRoom } from './link-rows.ts';

const touches = { room: linkRoom, names: ['ledger'] };
/** Links of one transaction: about 5 ms, so that requests are served in between (SEC-909). */
const sliceLinks = 50;
const sliceRows = 500;
const dayMs = 86_400_000;
/** A session stays this much longer than its grace. */
const idleSpareMs = hourMs;
/** Hours of refused requests stay apart so long; then they are added up to days. */
const hoursKeptMs = 2 * dayMs;

const folded =
  'n, id, kind, akid, bucket, ended_ms, seen_ms, max_uses, spent_uses, noted_uses, bytes_in, bytes_out, refused';

/** Retention (LDG-80 to LDG-84), in slices. */
export class LinkSweep {
  readonly #metadata: Metadata;
  readonly #retention: () => LinkRetention;

  /** @param retention as it is at the time of a run */
  constructor(metadata: Metadata, retention: () => LinkRetention) {
    this.#metadata = metadata;
    this.#retention = retention;
  }

  async run(nowMs: number): Promise<void> {
    const { eventsKeptMs, keptAfterEndMs, refusalsKeptMs, daysKeptMs } = this.#retention();
    await this.#foldAll(() => this.#endedBefore(nowMs - keptAfterEndMs));
    await this.#foldAll(() => this.#overNumber(nowMs));
    await this.#removeEvents(nowMs);
    await this.#removeAll('link_event_hours', 'hour_ms < ?', nowMs - eventsKeptMs);
    await this.#removeAll('link_sessions', 'last_ms + grace_ms < ?', this.#metadata.sessionMs() - idleSpareMs);
    await this.#removeRevocations(nowMs);
    await this.#addUpRefusals(nowMs);
    await this.#removeAll('refused_requests', 'to_ms < ?', nowMs - refusalsKeptMs);
    await this.#removeAll('link_days', 'day_ms < ?', nowMs - daysKeptMs);
  }

  #endedBefore(beforeMs: number): readonly Row[] {
    return this.#metadata.sql
      .get(`SELECT ${folded} FROM links WHERE ended_ms < ? ORDER BY ended_ms LIMIT ${sliceLinks}`)
      .all(beforeMs);
  }

  /**
   * LDG-81: the unlimited ones that ended longest ago; when all of them are still good, those that were not seen for
   * longest. What limits, what somebody registered or tightened, stays.
   */
  #overNumber(nowMs: number): readonly Row[] {
    const { sql } = this.#metadata;
    const row = sql.get('SELECT links FROM link_epoch WHERE one = 1').get();
    const over = (row === undefined ? 0 : numberOf(row, 'links')) - this.#retention().maxLinks;
    if (over <= 0) return [];
    const most = Math.min(over, sliceLinks);
    const ended = sql
      .get(
        `SELECT ${folded} FROM links INDEXED BY links_unlimited_by_end WHERE limited = 0 AND ended_ms <= ?
         ORDER BY ended_ms, n LIMIT ?`,
      )
      .all(nowMs, most);
    if (ended.length > 0) return ended;
    return sql
      .get(
        `SELECT ${folded} FROM (SELECT * FROM links INDEXED BY links_by_last_seen ORDER BY last_seen_ms LIMIT 2000)
         WHERE limited = 0 AND registered_ms IS NULL AND tightening IS NULL AND kind = 'link' LIMIT ?`,
      )
      .all(most);
  }

  async #foldAll(find: () => readonly Row[]): Promise<void> {
    for (;;) {
      if (find().length === 0) return;
      await this.#metadata.commits.write(touches, () => {
        for (const row of find()) this.#fold(row);
      });
    }
  }

  /** Inside a transaction: what happened goes into the sums of the link's last day; the rest is forgotten. */
  #fold(row: Row): void {
    const { sql } = this.#metadata;
    const n = numberOf(row, 'n');
    const added = takeAddition(sql, n);
    const seenMs = Math.max(numberOf(row, 'seen_ms'), added?.seenMs ?? 0);
    const notedUses = numberOf(row, 'noted_uses') + (added?.uses ?? 0);
    const isNoted = row['max_uses'] === null && textOf(row, 'kind') !== 'request';
    const uses = isNoted ? notedUses : numberOf(row, 'spent_uses');
    sql
      .get(
        `INSERT INTO link_days (day_ms, bucket, akid, links, uses, bytes_in, bytes_out, refused)
         VALUES (?, ?, ?, 1, ?, ?, ?, ?)
         ON CONFLICT (day_ms, bucket, akid) DO UPDATE SET links = links + 1, uses = uses + excluded.uses,
           bytes_in = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out,
           refused = refused + excluded.refused`,
      )
      .run(
        seenMs - (seenMs % dayMs),
        textOf(row, 'bucket'),
        textOf(row, 'akid'),
        uses,
        numberOf(row, 'bytes_in') + (added?.bytesIn ?? 0),
        numberOf(row, 'bytes_out') + (added?.bytesOut ?? 0),
        numberOf(row, 'refused'),
      );
    sql.get('DELETE FROM link_clients WHERE link = ?').run(n);
    sql.get('DELETE FROM link_sessions WHERE link = ?').run(n);
    sql.get('DELETE FROM link_refusals WHERE link = ?').run(n);
    sql.get('DELETE FROM link_tightenings WHERE id = ?').run(textOf(row, 'id'));
    sql.get('DELETE FROM links WHERE n = ?').run(n);
    sql.get('UPDATE link_epoch SET links = links - 1').run();
  }

  /** Events are numbered in their order, so both bounds are one number. */
  async #removeEvents(nowMs: number): Promise<void> {
    const { sql } = this.#metadata;
    const { eventsKeptMs, maxEvents } = this.#retention();
    const last = sql.get('SELECT max(n) AS last FROM link_events').get()?.['last'];
    const from = typeof last === 'number' ? last - maxEvents : 0;
    await this.#removeAll('link_events', 'n <= ?', from);
    for (;;) {
      const first = sql.get('SELECT n, at_ms FROM link_events ORDER BY n LIMIT 1').get();
      if (first === undefined || numberOf(first, 'at_ms') >= nowMs - eventsKeptMs) return;
      await this.#metadata.commits.write(touches, () => {
        sql
          .get(
            `DELETE FROM link_events WHERE n IN
               (SELECT n FROM (SELECT n, at_ms FROM link_events ORDER BY n LIMIT ${sliceRows}) WHERE at_ms < ?)`,
          )
          .run(nowMs - eventsKeptMs);
      });
    }
  }

  async #removeRevocations(nowMs: number): Promise<void> {
    const { sql, commits } = this.#metadata;
    const where = 'kept_until_ms IS NOT NULL AND kept_until_ms < ?';
    const find = sql.get(`SELECT 1 FROM link_revocations WHERE ${where} LIMIT 1`);
    while (find.get(nowMs) !== undefined) {
      await commits.write(touches, () => {
        sql
          .get(
            `DELETE FROM link_revocations WHERE n IN (SELECT n FROM link_revocations WHERE ${where} LIMIT ${sliceRows})`,
          )
          .run(nowMs);
        bumpEpochForRemoval(this.#metadata);
      });
    }
  }

  async #addUpRefusals(nowMs: number): Promise<void> {
    const { sql, commits } = this.#metadata;
    const beforeMs = nowMs - hoursKeptMs;
    const find = sql.get(
      `SELECT from_ms FROM refused_requests WHERE from_ms < ? AND to_ms = from_ms + ${hourMs} ORDER BY from_ms LIMIT 1`,
    );
    for (let row = find.get(beforeMs); row !== undefined; row = find.get(beforeMs)) {
      const fromMs = numberOf(row, 'from_ms');
      const day = fromMs - (fromMs % dayMs);
      await commits.write(touches, () => {
        sql
          .get(
            `INSERT INTO refused_requests (from_ms, to_ms, reason, bucket, akid, count, last_ms)
             SELECT ?1, ?2, reason, bucket, akid, count, last_ms FROM refused_requests WHERE from_ms = ?3 AND to_ms = ?4
             ON CONFLICT (from_ms, to_ms, reason, bucket, akid)
             DO UPDATE SET count = count + excluded.count, last_ms = max(last_ms, excluded.last_ms)`,
          )
          .run(day, day + dayMs, fromMs, fromMs + hourMs);
        sql.get('DELETE FROM refused_requests WHERE from_ms = ? AND to_ms = ?').run(fromMs, fromMs + hourMs);
      });
    }
  }

  async #removeAll(table: SweptTable, where: string, value: number): Promise<void> {
    const { sql, commits } = this.#metadata;
    const key = keyOfTable[table];
    const find = sql.get(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`);
    while (find.get(value) !== undefined) {
      await commits.write(touches, () => {
        sql
          .get(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${sliceRows})`)
          .run(value);
      });
    }
  }
}

type SweptTable = 'link_sessions' | 'link_events' | 'link_event_hours' | 'refused_requests' | 'link_days';

const keyOfTable: Readonly<Record<SweptTable, string>> = {
  link_sessions: 'n',
  link_events: 'n',
  link_event_hours: 'hour_ms, account, akid, is_use, is_get, reason',
  refused_requests: 'from_ms, to_ms, reason, bucket, akid',
  link_days: 'day_ms, bucket, akid',
};
