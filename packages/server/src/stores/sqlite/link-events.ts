import { eventIdOf, eventNumberOf } from '../link-cursor.ts';
import type { LinkEvent, LinkStore, Page } from '../link-store.ts';
import type { Metadata } from './metadata.ts';
import { numberOf, optionalText, type Row, textOf } from './rows.ts';

const names = [
  ...['n', 'type', 'at_ms', 'link', 'client', 'user_agent', 'method', 'status', 'bytes', 'duration_ms', 'reason'],
  ...['request_id', 'count', 'account', 'data'],
];
const columns = names.join(', ');
/** Rows that one page looks at, where types are filtered among the events of one link. */
const mostScanned = 2_000;

type EventQuery = Parameters<LinkStore['listEvents']>[0];

/** One page of events, in the order in which they were written. */
export function listEvents(metadata: Metadata, query: EventQuery): Page<LinkEvent> {
  const { linkId, types, cursor, limit, order } = query;
  const after = cursor === undefined ? undefined : eventNumberOf(cursor);
  const [sign, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const start = after ?? (order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER);
  const [onlyType, ...moreTypes] = types ?? [];
  const isOfOneType = linkId === undefined && onlyType !== undefined && moreTypes.length === 0;
  const read = metadata.sql.get(
    isOfOneType
      ? `SELECT ${columns} FROM link_events INDEXED BY link_events_by_type WHERE type = ? AND n ${sign} ? ORDER BY n ${direction}`
      : linkId === undefined
        ? `SELECT ${columns} FROM link_events WHERE n ${sign} ? ORDER BY n ${direction}`
        : `SELECT ${columns} FROM link_events INDEXED BY link_events_by_link WHERE link = ? AND n ${sign} ? ORDER BY n ${direction}`,
  );
  const only = isOfOneType ? onlyType : linkId;
  const rows = only === undefined ? read.iterate(start) : read.iterate(only, start);
  const items: LinkEvent[] = [];
  let last: LinkEvent | undefined;
  let scanned = 0;
  for (const row of rows) {
    if (items.length === limit || scanned === mostScanned) return { items, next: last?.id };
    scanned += 1;
    last = eventOf(row);
    // Told of late (EVT-6): counted before.
    if (last.count === 0) continue;
    if (types === undefined || types.includes(last.type)) items.push(last);
  }
  return { items, next: undefined };
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

const groupColumns = { reason: 'reason', bucket: 'bucket', accessKeyId: 'akid' } as const;

/** Refused requests that no link could be named for, since the hour that `sinceMs` lies in (LDG-64). */
export function listRefusals(
  metadata: Metadata,
  { groupBy, sinceMs }: Parameters<LinkStore['listRefusals']>[0],
): Awaited<ReturnType<LinkStore['listRefusals']>> {
  const names = [...new Set(groupBy)];
  const list = names.map((name) => groupColumns[name]).join(', ');
  const rows = metadata.sql
    .get(
      `SELECT ${list === '' ? '' : `${list}, `}sum(count) AS total, max(last_ms) AS last_ms FROM refused_requests
       WHERE to_ms > ? ${list === '' ? '' : `GROUP BY ${list}`} ORDER BY total DESC LIMIT 1000`,
    )
    .all(sinceMs);
  return rows
    .filter((row) => row['total'] !== null)
    .map((row) => ({
      group: Object.fromEntries(names.map((name) => [name, textOf(row, groupColumns[name])])),
      count: numberOf(row, 'total'),
      lastMs: numberOf(row, 'last_ms'),
    }));
}
