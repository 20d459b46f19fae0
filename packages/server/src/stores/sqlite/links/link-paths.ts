import type { Place } from '../../links/link-cursor.ts';
import type { LinkQuery } from '../../links/link-store.ts';
import { movingSorts } from '../schema/schema-links.ts';
import { type Named, pastPrefix, scannedColumns, usesCount } from './link-filter.ts';

const sortIndexes = {
  lastSeen: 'links_by_last_seen',
  firstSeen: 'links_by_first_seen',
  expires: 'links_by_end',
  created: undefined,
} as const;

const spentCondition = '(spent_uses >= max_uses OR counted_bytes >= max_bytes)';
const unusedCondition = `${usesCount} = 0`;

/** One way to the rows of a filter: an index, and what must hold in it. */
type Path = { readonly where: string; readonly values: readonly (string | number)[] };

/** The ways to all rows that a filter can leave, each through an index. */
export function pathsOf(query: LinkQuery, nowMs: number): readonly Path[] {
  const { label, bucket, prefix, accessKeyId, accountId, states, kinds, seenFromMs, seenToMs } = query;
  const paths: Path[] = [];
  const add = (where: string, ...values: (string | number)[]): void => {
    paths.push({ where, values });
  };
  if (label?.endsWith('*') === true && label !== '*') {
    const start = label.slice(0, -1);
    add('label >= ? AND label < ?', start, pastPrefix(start));
  } else if (label !== undefined && label !== '*') add('label = ?', label);
  if (bucket !== undefined && prefix !== undefined && prefix !== '') {
    add('bucket = ? AND key >= ? AND key < ?', bucket, prefix, pastPrefix(prefix));
  }
  if (bucket !== undefined) add('bucket = ?', bucket);
  if (query.sessionTokenHash !== undefined) add('session_hash = ?', query.sessionTokenHash);
  if (accessKeyId !== undefined) add('akid = ?', accessKeyId);
  if (accountId !== undefined) add('account = ?', accountId);
  if (query.refusedOnly === true) add('refused > 0');
  if (query.unusedOnly === true) add(unusedCondition);
  if (states !== undefined && states.length > 0) {
    if (states.every((state) => state === 'spent')) add(spentCondition);
    if (states.every((state) => state === 'active' || state === 'spent')) add('ended_ms > ?', nowMs);
    if (states.every((state) => state === 'expired')) add('ended_ms <= ?', nowMs);
  }
  if (kinds !== undefined && kinds.length > 0 && !kinds.includes('link')) {
    const [one = '', other = one] = kinds;
    add("kind <> 'link' AND kind IN (?, ?)", one, other);
  }
  // In that order, links that were seen again while one pages have left the index and not the list.
  if (query.sort !== 'lastSeen' && (seenFromMs !== undefined || seenToMs !== undefined)) {
    add('last_seen_ms BETWEEN ? AND ?', seenFromMs ?? 0, seenToMs ?? Number.MAX_SAFE_INTEGER);
  }
  return paths;
}

/** The order as a statement, through the index that leaves out most. */
export function walkOf(
  query: LinkQuery,
  after: Place | undefined,
  nowMs: number,
): { readonly text: string; readonly values: Named } {
  const { sort, order, seenFromMs, seenToMs, states } = query;
  const column = sort === 'created' ? undefined : movingSorts[sort];
  const [sign, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const conditions = ['n <= :newest'];
  const values: Named = {};
  const demand = (condition: string, bound: Named): void => {
    conditions.push(condition);
    Object.assign(values, bound);
  };
  let index: string | undefined = sortIndexes[sort];
  if (sort === 'lastSeen') {
    const narrowing = narrowingOf(query);
    if (narrowing !== undefined) {
      index = narrowing.index;
      demand(narrowing.where, narrowing.values);
    }
    if (seenFromMs !== undefined) demand('last_seen_ms >= :walkFrom', { walkFrom: seenFromMs });
    if (seenToMs !== undefined) demand('last_seen_ms <= :walkTo', { walkTo: seenToMs });
  }
  if (sort === 'expires') {
    // As it is written in the index, or SQLite does not see that it serves.
    if (query.unusedOnly === true) {
      index = 'links_unused';
      demand(unusedCondition, {});
    }
    if (states?.every((state) => state === 'active' || state === 'spent') === true) {
      demand('ended_ms > :walkNow', { walkNow: nowMs });
    }
    if (states?.every((state) => state === 'expired') === true) demand('ended_ms <= :walkNow', { walkNow: nowMs });
  }
  if (after !== undefined && column === undefined) demand(`n ${sign} :afterN`, { afterN: after.n });
  else if (after !== undefined) {
    demand(`(${column}, n) ${sign} (:afterValue, :afterN)`, { afterValue: after.value, afterN: after.n });
  }
  const text = `SELECT ${scannedColumns} FROM links ${index === undefined ? '' : `INDEXED BY ${index}`}
    WHERE ${conditions.join(' AND ')}
    ORDER BY ${column === undefined ? '' : `${column} ${direction}, `}n ${direction}`;
  return { text, values };
}

type Narrowing = { readonly index: string; readonly where: string; readonly values: Named };

/** An index in the order of the time last seen that holds all of what is asked for and little else. */
function narrowingOf(query: LinkQuery): Narrowing | undefined {
  const { states, kinds, bucket, accessKeyId, accountId } = query;
  const [kind] = kinds ?? [];
  if (query.refusedOnly === true) return { index: 'links_by_refusals', where: 'refused > 0', values: {} };
  if (states?.length === 1 && states[0] === 'spent') {
    return { index: 'links_by_spending', where: spentCondition, values: {} };
  }
  if (kinds?.length === 1 && kind !== undefined && kind !== 'link') {
    return { index: 'links_of_others', where: "kind <> 'link' AND kind = :walkKind", values: { walkKind: kind } };
  }
  if (bucket !== undefined) {
    return { index: 'links_by_bucket', where: 'bucket = :walkBucket', values: { walkBucket: bucket } };
  }
  if (accessKeyId !== undefined) {
    return { index: 'links_by_access_key', where: 'akid = :walkKey', values: { walkKey: accessKeyId } };
  }
  return accountId === undefined
    ? undefined
    : { index: 'links_by_account', where: 'account = :walkAccount', values: { walkAccount: accountId } };
}
