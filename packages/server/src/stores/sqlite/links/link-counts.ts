import type { LinkFilter } from '../../links/link-store.ts';
import type { Pieces } from '../../upkeep/turns.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';
import { filterValues, type Named } from './link-filter.ts';

const hourMs = 3_600_000;
/** Rows of one slice: a millisecond or two. */
const sliceCounts = 2_000;
const sliceLinks = 1_000;

const fits = `(:account IS NULL OR account = :account) AND (:accessKey IS NULL OR akid = :accessKey)
  AND (:kinds IS NULL OR instr(:kinds, ' ' || kind || ' '))`;
const place = '(account, akid, kind, hour)';

/** Links that expire in later hours than this one are not expired; those of earlier hours are. This hour is read link by link. */
const countHours = `SELECT
    coalesce(sum(unused) FILTER (WHERE hour < :hour), 0) AS expired_unused,
    coalesce(sum(links - unused) FILTER (WHERE hour < :hour), 0) AS expired_used,
    coalesce(sum(spent_unused) FILTER (WHERE hour > :hour), 0) AS spent_unused,
    coalesce(sum(spent - spent_unused) FILTER (WHERE hour > :hour), 0) AS spent_used,
    coalesce(sum(unused - spent_unused) FILTER (WHERE hour > :hour), 0) AS active_unused,
    coalesce(sum(links - unused - spent + spent_unused) FILTER (WHERE hour > :hour), 0) AS active_used,
    coalesce(sum(links - spent) FILTER (WHERE hour > :hour AND hour < :soonHour), 0) AS ending
  FROM link_counts WHERE ${place} > (:fromAccount, :fromKey, :fromKind, :fromHour)
    AND ${place} <= (:toAccount, :toKey, :toKind, :toHour) AND ${fits}`;
const lastOfSlice = `SELECT account, akid, kind, hour FROM link_counts
  WHERE ${place} > (?, ?, ?, ?) ORDER BY account, akid, kind, hour LIMIT 1 OFFSET ${sliceCounts - 1}`;
const lastEnd = `SELECT ended_ms, n FROM links INDEXED BY links_by_end
  WHERE (ended_ms, n) > (?, ?) AND ended_ms < ? ORDER BY ended_ms, n LIMIT 1 OFFSET ${sliceLinks - 1}`;

/** Links of one slice of an hour, for a statement over `links`. */
export const byEnd = '(ended_ms, n) > (:fromMs, :fromN) AND (ended_ms, n) <= (:toMs, :toN)';

/** Whether the counts by the hour answer for a filter: they know accounts, keys and kinds. */
export function isCounted({ accountId, accessKeyId, kinds, states, unusedOnly, ...rest }: LinkFilter): boolean {
  return Object.values(rest).every((value) => value === undefined);
}

/** What the counts by the hour say of a filter: all but the links that expire in the hour of `nowMs`. */
export async function countWholeHours(
  { sql }: Pick<Metadata, 'sql'>,
  filter: LinkFilter,
  { nowMs, soonMs }: { readonly nowMs: number; readonly soonMs: number },
  add: (row: Row | undefined) => void,
  pieces: Pieces,
): Promise<void> {
  const { account = null, accessKey = null, kinds = null } = filterValues(filter);
  const values: Named = { account, accessKey, kinds, hour: hourOf(nowMs), soonHour: hourOf(soonMs) };
  // Rows of one account are neighbors.
  const behind = filter.accountId === undefined ? '\u{10FFFF}' : filter.accountId;
  let from: Row = { account: filter.accountId ?? '', akid: '', kind: '', hour: -1 };
  for (;;) {
    const found = sql.get(lastOfSlice).get(...placeOf(from));
    const isLast = found === undefined || textOf(found, 'account') > behind;
    const to = isLast ? { account: behind, akid: '\u{10FFFF}', kind: '', hour: 0 } : found;
    const [fromAccount = '', fromKey = '', fromKind = '', fromHour = 0] = placeOf(from);
    const [toAccount = '', toKey = '', toKind = '', toHour = 0] = placeOf(to);
    const bounds = { fromAccount, fromKey, fromKind, fromHour, toAccount, toKey, toKind, toHour };
    add(sql.get(countHours).get({ ...values, ...bounds }));
    if (isLast) return;
    from = found;
    if (pieces.isOver) await pieces.next();
  }
}

/** What `byEnd` is bound to for the links that expire in the hour of `atMs`, slice by slice. */
export function* slicesOfHour({ sql }: Pick<Metadata, 'sql'>, atMs: number): Iterable<Named> {
  const startMs = hourOf(atMs) * hourMs;
  const endMs = startMs + hourMs;
  for (let [fromMs, fromN] = [startMs, -1]; ; ) {
    const last = sql.get(lastEnd).get(fromMs, fromN, endMs);
    if (last === undefined) {
      yield { fromMs, fromN, toMs: endMs - 1, toN: Number.MAX_SAFE_INTEGER };
      return;
    }
    const [toMs, toN] = [numberOf(last, 'ended_ms'), numberOf(last, 'n')];
    yield { fromMs, fromN, toMs, toN };
    [fromMs, fromN] = [toMs, toN];
  }
}

function hourOf(atMs: number): number {
  return Math.floor(atMs / hourMs);
}

function placeOf(row: Row): readonly [string, string, string, number] {
  return [textOf(row, 'account'), textOf(row, 'akid'), textOf(row, 'kind'), numberOf(row, 'hour')];
}
