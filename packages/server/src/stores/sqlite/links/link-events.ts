import { eventIdOf, eventNumberOf } from '../../links/link-cursor.ts';
import type { LinkEvent, LinkStore, Page } from '../../links/link-store.ts';
import { Pieces } from '../../upkeep/turns.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';

const names = [
  ...['n', 'type', 'at_ms', 'link', 'client', 'user_agent', 'method', 'status', 'bytes', 'duration_ms', 'reason'],
  ...['request_id', 'count', 'account', 'data'],
];
const columns = names.join(', ');
/** Rows that one page looks at, and that one piece of it reads. */
const mostScanned = 2_000;
const sliceRows = 250;
/** Events stand in the order in which they were written; their times are up to so much behind it. */
const lateMs = 60_000;

type EventQuery = Parameters<LinkStore['listEvents']>[0];

/** One page of events, in the order in which they were written. It may be short, or empty, while `next` is set. */
export async function listEvents(
  metadata: Pick<Metadata, 'sql' | 'clock'>,
  query: EventQuery,
): Promise<Page<LinkEvent>> {
  const pieces = new Pieces(metadata.clock);
  const items: LinkEvent[] = [];
  let { cursor } = query;
  for (let scanned = 0; scanned < mostScanned; scanned += sliceRows) {
    const slice = readSlice(metadata, { ...query, cursor, limit: query.limit - items.length });
    items.push(...slice.items);
    cursor = slice.next;
    if (cursor === undefined || items.length === query.limit) break;
    if (pieces.isOver) await pieces.next();
  }
  return { items, next: cursor };
}

function readSlice({ sql }: Pick<Metadata, 'sql'>, query: EventQuery): Page<LinkEvent> {
  const { linkId, types, reasons, visibility, fromMs, toMs, cursor, limit, order } = query;
  const [sign, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const start = cursor === undefined ? (order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER) : eventNumberOf(cursor);
  const [onlyType, ...moreTypes] = types ?? [];
  const isOfOneType = linkId === undefined && onlyType !== undefined && moreTypes.length === 0;
  // One of few ways through the rows; what else is asked for is judged row by row.
  const [index, of, only] = isOfOneType
    ? ['INDEXED BY link_events_by_type', 'type = :only AND', { only: onlyType }]
    : linkId === undefined
      ? ['', '', {}]
      : ['INDEXED BY link_events_by_link', 'link = :only AND', { only: linkId }];
  const way = `FROM link_events ${index} WHERE ${of} n ${sign} :start ORDER BY n ${direction}`;
  const read = sql.get(
    `SELECT ${columns}, count > 0 AND (:types IS NULL OR instr(:types, ' ' || type || ' '))
       AND (:reasons IS NULL OR instr(:reasons, ' ' || coalesce(reason, '') || ' '))
       AND (:from IS NULL OR at_ms >= :from) AND (:to IS NULL OR at_ms < :to)
       AND (:isBounded IS NULL OR EXISTS (SELECT 1 FROM links l WHERE l.id = link_events.link
         AND (:account IS NULL OR l.account = :account) AND (:key IS NULL OR l.akid = :key))) AS fits
     FROM (SELECT * ${way} LIMIT ${sliceRows}) AS link_events`,
  );
  const rows = read.iterate({
    ...only,
    start,
    types: wordsOf(types),
    reasons: wordsOf(reasons),
    from: fromMs ?? null,
    to: toMs ?? null,
    isBounded: visibility?.accountId === undefined && visibility?.accessKeyId === undefined ? null : 1,
    account: visibility?.accountId ?? null,
    key: visibility?.accessKeyId ?? null,
  });
  const items: LinkEvent[] = [];
  let last: { readonly atMs: number; readonly id: string } | undefined;
  let scanned = 0;
  for (const row of rows) {
    if (items.length === limit) return { items, next: last?.id };
    scanned += 1;
    const atMs = numberOf(row, 'at_ms');
    last = { atMs, id: eventIdOf(atMs, numberOf(row, 'n')) };
    if (row['fits'] === 1) items.push(eventOf(row));
  }
  if (scanned < sliceRows || last === undefined) return { items, next: undefined };
  const isPast =
    order === 'asc' ? last.atMs >= (toMs ?? Number.POSITIVE_INFINITY) + lateMs : last.atMs < (fromMs ?? 0) - lateMs;
  return { items, next: isPast ? undefined : last.id };
}

function wordsOf(words: readonly string[] | undefined): string | null {
  return words === undefined ? null : ` ${words.join(' ')} `;
}

/** The columns that `eventOf` reads, of a table by its short name. */
export function eventColumns(table: string): string {
  return names.map((name) => `${table}.${name}`).join(', ');
}

export function eventOf(row: Row): LinkEvent {
  const atMs = numberOf(row, 'at_ms');
  const data = optionalText(row, 'data');
  return {
    id: eventIdOf(atMs, numberOf(row, 'n')),
    type: textOf(row, 'type'),
    atMs,
    linkId: optionalText(row, 'link'),
    client: textOf(row, 'client'),
    userAgent: textOf(row, 'user_agent'),
    method: textOf(row, 'method'),
    status: numberOf(row, 'status'),
    bytes: numberOf(row, 'bytes'),
    durationMs: numberOf(row, 'duration_ms'),
    reason: optionalText(row, 'reason'),
    requestId: textOf(row, 'request_id'),
    count: numberOf(row, 'count'),
    accountId: optionalText(row, 'account'),
    data: data === undefined ? undefined : JSON.parse(data),
  };
}
