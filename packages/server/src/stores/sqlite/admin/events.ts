import {
  type EventBounds,
  type EventPage,
  type EventStore,
  expiringBeforeMs,
  type NewEvent,
  refusalsReportedEveryMs,
  type StreamedEvent,
} from '../../links/event-store.ts';
import { silentEvent } from '../../links/link-notes.ts';
import type { LinkKind } from '../../links/link-store.ts';
import { eventColumns, eventOf } from '../links/link-events.ts';
import { writeEvent } from '../links/link-note-rows.ts';
import { linkRoom } from '../links/link-rows.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';

const touches = { room: linkRoom, names: ['ledger'] };
/** Rows that one page looks at: a flood of refusals that are the ledger's alone is passed over in steps. */
const mostScanned = 2_000;
/** Links of one transaction that are told of late. */
const sliceLate = 500;

/** The stream of events, in the table of the ledger's. */
export class SqliteEvents implements EventStore {
  readonly #metadata: Metadata;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  async tell(events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { commits, sql } = this.#metadata;
    await commits.write(touches, () => {
      for (const event of events) writeEvent(sql, { ...event, count: 1 });
    });
  }

  async read(after: number, limit: number): Promise<EventPage> {
    const { commits, sql } = this.#metadata;
    await commits.barrier(linkRoom, 'all');
    const events: StreamedEvent[] = [];
    let [scanned, last] = [0, after];
    const rows = sql
      .get(
        `SELECT ${eventColumns('e')}, e.told, l.kind AS link_kind, l.account AS link_account, l.akid AS link_akid
         FROM link_events e LEFT JOIN links l ON l.id = e.link WHERE e.n > ? ORDER BY e.n`,
      )
      .iterate(after);
    for (const row of rows) {
      scanned += 1;
      last = numberOf(row, 'n');
      const count = numberOf(row, 'told');
      if (count > 0) events.push(streamedEvent(row, count));
      if (events.length === limit || scanned === mostScanned) break;
    }
    if (scanned > 0) await commits.foreignBarrier();
    return { events, after: last };
  }

  bounds(): EventBounds {
    const row = this.#metadata.sql
      .get('SELECT coalesce(min(n), 0) AS first, coalesce(max(n), 0) AS last FROM link_events')
      .get();
    return row === undefined ? { first: 0, last: 0 } : { first: numberOf(row, 'first'), last: numberOf(row, 'last') };
  }

  async tellWithheld(nowMs: number): Promise<void> {
    const { commits, sql } = this.#metadata;
    const find = sql.get(
      `SELECT r.link, r.reason, r.untold, r.last_ms, l.id FROM link_refusals r JOIN links l ON l.n = r.link
       WHERE r.untold > 0 AND r.told_ms <= ? LIMIT ${sliceLate}`,
    );
    const beforeMs = nowMs - refusalsReportedEveryMs;
    while (find.get(beforeMs) !== undefined) {
      await commits.write(touches, () => {
        for (const row of find.all(beforeMs)) {
          const reason = textOf(row, 'reason');
          // Of the stream alone: the ledger has counted them.
          const event = {
            ...silentEvent('link.refused', numberOf(row, 'last_ms'), textOf(row, 'id')),
            reason,
            count: 0,
          };
          writeEvent(sql, event, numberOf(row, 'untold'));
          sql
            .get('UPDATE link_refusals SET untold = 0, told_ms = ? WHERE link = ? AND reason = ?')
            .run(nowMs, numberOf(row, 'link'), reason);
        }
      });
    }
  }

  async tellExpiring(nowMs: number): Promise<void> {
    const { commits, sql } = this.#metadata;
    const find = sql.get(
      `SELECT s.link, s.account, s.expires_ms FROM shares s
       WHERE s.expires_ms > ?1 AND s.expires_ms <= ?1 + ?2 AND s.kind = 'share' AND s.closed_ms IS NULL
         AND s.created_ms <= s.expires_ms - ?2
         AND NOT EXISTS (SELECT 1 FROM told_ends t WHERE t.link = s.link AND t.expires_ms = s.expires_ms)
         AND NOT EXISTS (SELECT 1 FROM link_revocations r WHERE r.kind = 'link' AND r.value = s.link)
       LIMIT ${sliceLate}`,
    );
    while (find.get(nowMs, expiringBeforeMs) !== undefined) {
      await commits.write(touches, () => {
        for (const row of find.all(nowMs, expiringBeforeMs)) {
          const link = textOf(row, 'link');
          const expiresAtMs = numberOf(row, 'expires_ms');
          const data = { expiresAt: new Date(expiresAtMs).toISOString() };
          writeEvent(sql, {
            ...silentEvent('link.expiring', nowMs, link),
            accountId: textOf(row, 'account'),
            data,
          });
          sql.get('INSERT OR REPLACE INTO told_ends (link, expires_ms) VALUES (?, ?)').run(link, expiresAtMs);
        }
        sql.get('DELETE FROM told_ends WHERE expires_ms < ?').run(nowMs);
      });
    }
  }
}

function streamedEvent(row: Row, count: number): StreamedEvent {
  const kind = optionalText(row, 'link_kind');
  return {
    ...eventOf(row),
    count,
    n: numberOf(row, 'n'),
    link:
      kind === undefined
        ? undefined
        : { kind: kindOf(kind), accountId: textOf(row, 'link_account'), accessKeyId: textOf(row, 'link_akid') },
  };
}

function kindOf(text: string): LinkKind {
  return text === 'share' || text === 'request' ? text : 'link';
}
