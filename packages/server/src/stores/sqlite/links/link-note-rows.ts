import { refusalsReportedEveryMs } from '../../links/event-store.ts';
import {
  type FoldedEvent,
  hourOf,
  type LinkNotes,
  type NoteBook,
  noteBounds,
  silentEvent,
} from '../../links/link-notes.ts';
import { neverSeenMs } from '../../links/link-times.ts';
import type { Statements } from '../schema/connection.ts';
import { numberOf, type Row } from '../schema/rows.ts';
import { type Addition, addToLinks, takeOver } from './link-additions.ts';
import { insertLink } from './link-rows.ts';

/** What this process knows of a link's row since it wrote it: enough to add to it without a look. */
export type KnownLink = {
  readonly n: number;
  readonly isLimited: boolean;
  readonly hasUses: boolean;
  /** Hashes of the clients that are counted. */
  readonly clients: readonly number[];
};

/** What was told of a link, and what is known of its row. */
export type PendingNotes = { readonly notes: LinkNotes; readonly known: KnownLink | undefined };

/** What of one batch may still become events. */
export type EventRoom = { readonly book: NoteBook; firstUses: number };

/**
 * Inside a transaction: adds what happened with links to their rows.
 * @param mayWait whether a link may keep its place in the orders for now
 * @returns for each what is known of its row if the transaction holds; undefined: something was only added (LDG-66)
 */
export function writeNotes(
  sql: Statements,
  pending: readonly PendingNotes[],
  mayWait: (n: number) => boolean,
  room: EventRoom,
): readonly (KnownLink | undefined)[] {
  const isMore = pending.map((one) => isMoreOfTheSame(one) && mayWait(one.known.n));
  const gone = addToLinks(
    sql,
    pending.flatMap(({ notes, known }, index) =>
      known !== undefined && isMore[index] ? additionOf(notes, known) : [],
    ),
  );
  return pending.map(({ notes, known }, index) => {
    const isAdded = known !== undefined && isMore[index] === true && !gone.has(known.n);
    const written = isAdded ? undefined : writeWhole(sql, notes, room);
    if (notes.events.length > 0) writeEvents(sql, notes, written?.n ?? known?.n ?? 0);
    return written;
  });
}

function additionOf({ lastSeenMs, lastUsedMs, used, bytesIn, bytesOut }: LinkNotes, { n }: KnownLink): Addition {
  return { n, seenMs: lastSeenMs, usedMs: lastUsedMs, uses: used, bytesIn, bytesOut };
}

/** Whether only numbers change that no index holds. */
function isMoreOfTheSame(pending: PendingNotes): pending is PendingNotes & { readonly known: KnownLink } {
  const { notes, known } = pending;
  if (known === undefined || notes.refused !== undefined || (notes.isLimited && !known.isLimited)) return false;
  if (notes.used > 0 && !known.hasUses) return false;
  if (known.clients.length >= noteBounds.clients) return true;
  for (const client of notes.clients) if (!known.clients.includes(client)) return false;
  return true;
}

function writeWhole(sql: Statements, notes: LinkNotes, room: EventRoom): KnownLink {
  const { link } = notes;
  const row = sql.get('SELECT n, noted_uses, seen_clients FROM links WHERE id = ?').get(link.id);
  const n = row === undefined ? insertLink(sql, link, { seenAtMs: notes.firstSeenMs }) : numberOf(row, 'n');
  if (row !== undefined) takeOver(sql, n);
  const before = clientsIn(row);
  const clients = [...new Set([...before, ...notes.clients])].slice(0, noteBounds.clients);
  const refusals = writeRefusalsOf(sql, n, notes);
  sql
    .get(
      `UPDATE links SET
         first_seen_ms = CASE WHEN first_seen_ms = ${neverSeenMs} THEN ?1 ELSE min(first_seen_ms, ?1) END,
         last_seen_ms = max(last_seen_ms, seen_ms, ?2), seen_ms = max(seen_ms, ?2), limited = max(limited, ?3),
         noted_uses = noted_uses + ?4, bytes_in = bytes_in + ?5, bytes_out = bytes_out + ?6, refused = refused + ?7,
         seen_clients = coalesce(?8, seen_clients), last_used_ms = max(last_used_ms, ?10),
         first_used_ms = CASE WHEN ?10 = 0 THEN first_used_ms WHEN first_used_ms = 0 THEN ?11 ELSE min(first_used_ms, ?11) END
       WHERE n = ?9`,
    )
    .run(
      notes.firstSeenMs,
      notes.lastSeenMs,
      notes.isLimited ? 1 : 0,
      notes.used,
      notes.bytesIn,
      notes.bytesOut,
      refusals,
      clients.length === before.length ? null : blobOf(clients),
      n,
      notes.lastUsedMs,
      notes.used === 0 ? 0 : notes.firstUsedMs,
    );
  const usedBefore = row !== undefined && numberOf(row, 'noted_uses') > 0;
  if (notes.used > 0 && !usedBefore) writeFirstUse(sql, notes, room);
  return { n, isLimited: notes.isLimited, hasUses: usedBefore || notes.used > 0, clients };
}

/** @returns how many there are */
function writeRefusalsOf(sql: Statements, n: number, { refused }: LinkNotes): number {
  let refusals = 0;
  for (const [reason, { count, lastMs }] of refused ?? []) {
    refusals += count;
    sql
      .get(
        `INSERT INTO link_refusals (link, reason, count, last_ms, told_ms, untold) VALUES (?1, ?2, ?3, ?4, 0, ?3)
         ON CONFLICT (link, reason) DO UPDATE SET count = count + excluded.count,
           last_ms = max(last_ms, excluded.last_ms), untold = untold + excluded.count`,
      )
      .run(n, reason, count, lastMs);
  }
  return refusals;
}

/** Uses and refusals by the hour, for sums over all links (`link-event-sums.ts`). */
function countInHour(sql: Statements, { accountId, accessKeyId }: LinkNotes['link'], event: FoldedEvent): void {
  sql
    .get(
      `INSERT INTO link_event_hours (hour_ms, account, akid, is_use, is_get, reason, count, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (hour_ms, account, akid, is_use, is_get, reason)
       DO UPDATE SET count = count + excluded.count, bytes = bytes + excluded.bytes`,
    )
    .run(
      hourOf(event.atMs),
      accountId,
      accessKeyId,
      event.type === 'link.used' ? 1 : 0,
      event.method === 'GET' ? 1 : 0,
      event.reason ?? '',
      event.count,
      event.bytes,
    );
}

/** EVT-6: of refusals for one reason the first of a minute is told of, with all that were held back before it. */
function writeEvents(sql: Statements, { link, events }: LinkNotes, n: number): void {
  for (const event of events) {
    countInHour(sql, link, event);
    if (event.type !== 'link.refused') {
      writeEvent(sql, event);
      continue;
    }
    const reason = event.reason ?? '';
    const row = sql
      .get('SELECT untold FROM link_refusals WHERE link = ? AND reason = ? AND told_ms <= ? AND untold > 0')
      .get(n, reason, event.atMs - refusalsReportedEveryMs);
    if (row === undefined) {
      writeEvent(sql, event, 0);
      continue;
    }
    writeEvent(sql, event, numberOf(row, 'untold'));
    sql
      .get('UPDATE link_refusals SET untold = 0, told_ms = ? WHERE link = ? AND reason = ?')
      .run(event.atMs, n, reason);
  }
}

function writeFirstUse(sql: Statements, notes: LinkNotes, room: EventRoom): void {
  room.firstUses -= 1;
  const first = notes.events.find(({ type }) => type === 'link.used');
  const event = first ?? silentEvent('', notes.firstSeenMs, notes.link.id);
  if (room.firstUses < 0) room.book.lose(event.atMs, 1);
  else writeEvent(sql, { ...event, type: 'link.first-used', count: 1 });
}

function clientsIn(row: Row | undefined): readonly number[] {
  const seen = row?.['seen_clients'];
  if (!(seen instanceof Uint8Array)) return [];
  const bytes = Buffer.from(seen.buffer, seen.byteOffset, seen.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readUInt32LE(index * 4));
}

function blobOf(clients: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(clients.length * 4);
  for (const [index, client] of clients.entries()) bytes.writeUInt32LE(client, index * 4);
  return bytes;
}

/** @param streamed how many events of the stream it stands for; 0: only the ledger has it */
export function writeEvent(sql: Statements, event: FoldedEvent, streamed = streamedCount(event)): void {
  sql
    .get(
      `INSERT INTO link_events
         (type, at_ms, link, client, user_agent, method, status, bytes, duration_ms, reason, request_id, count, account,
          data, told)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      event.type,
      event.atMs,
      event.linkId ?? null,
      event.client,
      event.userAgent,
      event.method,
      event.status,
      event.bytes,
      Math.round(event.durationMs),
      event.reason ?? null,
      event.requestId,
      event.count,
      event.accountId ?? null,
      event.data === undefined ? null : JSON.stringify(event.data),
      streamed,
    );
}

/** What the ledger says of itself is no event of the stream. */
function streamedCount({ type, count }: FoldedEvent): number {
  return type === 'ledger.overflow' ? 0 : count;
}
