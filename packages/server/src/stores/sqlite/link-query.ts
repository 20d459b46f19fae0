import { successor } from '../key-order.ts';
import { type Place, readCursor, writeCursor } from '../link-cursor.ts';
import type { LinkQuery, LinkRecord, Page } from '../link-store.ts';
import type { LinkImage } from './link-image.ts';
import { matchingNumbers } from './link-matches.ts';
import type { LinkRecords } from './link-records.ts';
import type { Metadata } from './metadata.ts';
import { numberOf, type Row } from './rows.ts';

/** Candidates that are few enough to be looked at all. */
const mostCandidates = 1_000;
/** Rows and milliseconds that one page may look at (LDG-53). */
const mostScanned = 2_500;
const mostScanMs = 8;
const mostRevocations = 200;

const columns = `n, id, kind, akid, account, label, bucket, key, signed_ms, session_hash, first_seen_ms, last_seen_ms, ended_ms,
  max_uses, max_bytes, spent_uses, counted_bytes, refused`;

const sortColumns = {
  lastSeen: 'last_seen_ms',
  firstSeen: 'first_seen_ms',
  expires: 'ended_ms',
  created: 'n',
} as const;
const sortIndexes = {
  lastSeen: 'links_by_last_seen',
  firstSeen: 'links_by_first_seen',
  expires: 'links_by_end',
  created: undefined,
} as const;

const spentCondition = '(spent_uses >= max_uses OR counted_bytes >= max_bytes)';

/** One way to the rows of a filter: an index, and what must hold in it. */
type Path = { readonly where: string; readonly values: readonly (string | number)[] };

/**
 * Pages of the ledger (LDG-52, LDG-53). Where one of the filters leaves few rows, those are taken, filtered and sorted.
 * Otherwise the order is walked and filtered, and a page ends early when it has looked at enough.
 */
export class LinkQueries {
  readonly #metadata: Metadata;
  readonly #records: LinkRecords;
  readonly #image: LinkImage;

  constructor(metadata: Metadata, records: LinkRecords, image: LinkImage) {
    this.#metadata = metadata;
    this.#records = records;
    this.#image = image;
  }

  list(query: LinkQuery): Page<LinkRecord> {
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const nowMs = this.#metadata.clock.nowMs();
    const candidates = this.#candidates(query, nowMs);
    return candidates === undefined ? this.#walk(query, after, nowMs) : this.#choose(query, candidates, after, nowMs);
  }

  /** Numbers of few rows among which all matches are; undefined: every filter leaves many. */
  #candidates(query: LinkQuery, nowMs: number): readonly number[] | undefined {
    for (const path of pathsOf(query, nowMs)) {
      const rows = this.#metadata.sql
        .get(`SELECT n FROM links WHERE ${path.where} LIMIT ${mostCandidates + 1}`)
        .all(...path.values);
      if (rows.length <= mostCandidates) return rows.map((row) => numberOf(row, 'n'));
    }
    return query.states?.length === 1 && query.states[0] === 'revoked' ? this.#revoked() : undefined;
  }

  #revoked(): readonly number[] | undefined {
    const revocations = this.#image.all(mostRevocations);
    if (revocations === undefined) return undefined;
    const numbers = new Set<number>();
    for (const { match } of revocations) {
      for (const n of matchingNumbers(this.#metadata.sql, match)) {
        numbers.add(n);
        if (numbers.size > mostCandidates) return undefined;
      }
    }
    return [...numbers];
  }

  #choose(query: LinkQuery, numbers: readonly number[], after: Place | undefined, nowMs: number): Page<LinkRecord> {
    const read = this.#metadata.sql.get(`SELECT ${columns} FROM links WHERE n = ?`);
    const sign = query.order === 'asc' ? 1 : -1;
    const compare = (one: Place, other: Place): number => sign * (one.value - other.value || one.n - other.n);
    const places: Place[] = [];
    for (const n of numbers) {
      const row = read.get(n);
      if (row === undefined || !this.#fits(row, query, nowMs)) continue;
      const place = placeOf(row, query);
      if (after === undefined || compare(place, after) > 0) places.push(place);
    }
    places.sort(compare);
    const page = places.slice(0, query.limit);
    const last = places.length > page.length ? page.at(-1) : undefined;
    return this.#page(page, last);
  }

  #walk(query: LinkQuery, after: Place | undefined, nowMs: number): Page<LinkRecord> {
    const { sql, clock } = this.#metadata;
    const { text, values } = walkOf(query, after, nowMs);
    const endsAtMs = clock.monotonicMs() + mostScanMs;
    const page: Place[] = [];
    let last: Place | undefined;
    let scanned = 0;
    for (const row of sql.get(text).iterate(...values)) {
      if (page.length === query.limit || scanned === mostScanned) return this.#page(page, last);
      if (scanned % 64 === 63 && clock.monotonicMs() > endsAtMs) return this.#page(page, last);
      scanned += 1;
      last = placeOf(row, query);
      if (this.#fits(row, query, nowMs)) page.push(last);
    }
    return this.#page(page, undefined);
  }

  #page(places: readonly Place[], last: Place | undefined): Page<LinkRecord> {
    const items = places.flatMap(({ n }) => this.#records.byNumber(n) ?? []);
    return { items, next: last === undefined ? undefined : writeCursor(last) };
  }

  #fits(row: Row, query: LinkQuery, nowMs: number): boolean {
    const { kinds, states, label, seenFromMs, seenToMs } = query;
    if (query.accountId !== undefined && row['account'] !== query.accountId) return false;
    if (query.bucket !== undefined && row['bucket'] !== query.bucket) return false;
    if (query.prefix !== undefined && !String(row['key']).startsWith(query.prefix)) return false;
    if (query.accessKeyId !== undefined && row['akid'] !== query.accessKeyId) return false;
    if (query.sessionTokenHash !== undefined && row['session_hash'] !== query.sessionTokenHash) return false;
    if (label !== undefined && !fitsLabel(row['label'], label)) return false;
    if (kinds !== undefined && !kinds.some((kind) => kind === row['kind'])) return false;
    if (query.refusedOnly === true && numberOf(row, 'refused') === 0) return false;
    const seenMs = numberOf(row, 'last_seen_ms');
    if (seenFromMs !== undefined && seenMs < seenFromMs) return false;
    if (seenToMs !== undefined && (seenMs > seenToMs || seenMs === 0)) return false;
    if (states === undefined) return true;
    return states.includes(this.#records.stateOf(row, this.#records.revocationOf(row), nowMs));
  }
}

function fitsLabel(label: unknown, wanted: string): boolean {
  if (typeof label !== 'string') return false;
  return wanted.endsWith('*') ? label.startsWith(wanted.slice(0, -1)) : label === wanted;
}

function placeOf(row: Row, { sort }: LinkQuery): Place {
  return { value: sort === 'created' ? 0 : numberOf(row, sortColumns[sort]), n: numberOf(row, 'n') };
}

/** The least text behind all that begin so; there is always one for texts that people write. */
function pastPrefix(prefix: string): string {
  return successor(prefix) ?? '\u{10FFFF}'.repeat(1_024);
}

function pathsOf(query: LinkQuery, nowMs: number): readonly Path[] {
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
  if (states !== undefined && states.length > 0) {
    if (states.every((state) => state === 'spent')) add(spentCondition);
    if (states.every((state) => state === 'active' || state === 'spent')) add('ended_ms > ?', nowMs);
    if (states.every((state) => state === 'expired')) add('ended_ms <= ?', nowMs);
  }
  if (kinds !== undefined && kinds.length > 0 && !kinds.includes('link')) {
    const [one = '', other = one] = kinds;
    add("kind <> 'link' AND kind IN (?, ?)", one, other);
  }
  if (seenFromMs !== undefined || seenToMs !== undefined) {
    add('last_seen_ms BETWEEN ? AND ?', seenFromMs ?? 0, seenToMs ?? Number.MAX_SAFE_INTEGER);
  }
  return paths;
}

/** The order as a statement, through the index that leaves out most. */
function walkOf(
  query: LinkQuery,
  after: Place | undefined,
  nowMs: number,
): { readonly text: string; readonly values: (string | number)[] } {
  const { sort, order, seenFromMs, seenToMs, states } = query;
  const column = sortColumns[sort];
  const [sign, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const demand = (condition: string, ...bound: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...bound);
  };
  let index: string | undefined = sortIndexes[sort];
  if (sort === 'lastSeen') {
    const narrowing = narrowingOf(query);
    if (narrowing !== undefined) {
      index = narrowing.index;
      demand(narrowing.where, ...narrowing.values);
    }
    if (seenFromMs !== undefined) demand('last_seen_ms >= ?', seenFromMs);
    if (seenToMs !== undefined) demand('last_seen_ms <= ?', seenToMs);
  }
  if (sort === 'expires' && states !== undefined) {
    if (states.every((state) => state === 'active' || state === 'spent')) demand('ended_ms > ?', nowMs);
    if (states.every((state) => state === 'expired')) demand('ended_ms <= ?', nowMs);
  }
  if (after !== undefined && sort === 'created') demand(`n ${sign} ?`, after.n);
  else if (after !== undefined) demand(`(${column}, n) ${sign} (?, ?)`, after.value, after.n);
  const text = `SELECT ${columns} FROM links ${index === undefined ? '' : `INDEXED BY ${index}`}
    ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
    ORDER BY ${sort === 'created' ? '' : `${column} ${direction}, `}n ${direction}`;
  return { text, values };
}

/** An index in the order of the time last seen that holds all of what is asked for and little else. */
function narrowingOf(query: LinkQuery): (Path & { readonly index: string }) | undefined {
  const { states, kinds, bucket, accessKeyId, accountId } = query;
  const [kind] = kinds ?? [];
  if (query.refusedOnly === true) return { index: 'links_by_refusals', where: 'refused > 0', values: [] };
  if (states?.length === 1 && states[0] === 'spent') {
    return { index: 'links_by_spending', where: spentCondition, values: [] };
  }
  if (kinds?.length === 1 && kind !== undefined && kind !== 'link') {
    return { index: 'links_of_others', where: "kind <> 'link' AND kind = ?", values: [kind] };
  }
  if (bucket !== undefined) return { index: 'links_by_bucket', where: 'bucket = ?', values: [bucket] };
  if (accessKeyId !== undefined) return { index: 'links_by_access_key', where: 'akid = ?', values: [accessKeyId] };
  return accountId === undefined ? undefined : { index: 'links_by_account', where: 'account = ?', values: [accountId] };
}
