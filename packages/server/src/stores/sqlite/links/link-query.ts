import { type ListView, type Place, readListCursor, writeListCursor } from '../../links/link-cursor.ts';
import type { LinkQuery, LinkRecord, Page } from '../../links/link-store.ts';
import { Pieces } from '../../upkeep/turns.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, type Row } from '../schema/rows.ts';
import { movingSorts } from '../schema/schema-links.ts';
import { filterValues, type Named, scannedColumns, unusedValue } from './link-filter.ts';
import type { LinkImage } from './link-image.ts';
import { matchingNumbers } from './link-matches.ts';
import { inOneView, MovedPlaces, viewOf } from './link-moves.ts';
import { pathsOf, walkOf } from './link-paths.ts';
import type { LinkRecords } from './link-records.ts';

/** Candidates that are few enough to be looked at all. */
const mostCandidates = 1_000;
/** Rows and milliseconds that one page may consider at (LDG-53). */
const mostScanned = 2_500;
const mostScanMs = 8;
const mostRevocations = 200;

const readCandidate = `SELECT ${scannedColumns} FROM links WHERE n = :candidate`;

/** One page being made. */
type Asked = {
  readonly query: LinkQuery;
  /** What the statements are bound to. */
  readonly values: Named;
  readonly view: ListView;
  readonly after: Place | undefined;
  readonly nowMs: number;
  readonly moved: MovedPlaces | undefined;
  readonly compare: (one: Place, other: Place) => number;
};

/** Places on a page; `last`: where the next one goes on. */
type Found = { readonly places: readonly Place[]; readonly last: Place | undefined };

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

  async list(query: LinkQuery): Promise<Page<LinkRecord>> {
    const { sql, clock } = this.#metadata;
    const pieces = new Pieces(clock);
    const cursor = query.cursor === undefined ? undefined : readListCursor(query.cursor);
    const { sort } = query;
    const moved = cursor === undefined || sort === 'created' ? undefined : new MovedPlaces(sql, sort, cursor.view);
    while (moved?.readOn() === false) await pieces.next();
    const view = cursor?.view ?? viewOf(sql);
    const { places, last } = inOneView(this.#metadata, () => {
      // What others have written since.
      while (moved?.readOn() === false);
      return this.#find(query, cursor?.place, view, moved);
    });
    const items: LinkRecord[] = [];
    for (const { n } of places) {
      if (pieces.isOver) await pieces.next();
      const record = this.#records.byNumber(n);
      // While others went first it may have gone, or got another state.
      if (record !== undefined && query.states?.includes(record.state) !== false) items.push(record);
    }
    return { items, next: last === undefined ? undefined : writeListCursor(last, view) };
  }

  #find(query: LinkQuery, after: Place | undefined, view: ListView, moved: MovedPlaces | undefined): Found {
    const sign = query.order === 'asc' ? 1 : -1;
    const asked: Asked = {
      query,
      values: { ...filterValues(filterOf(query)), ...unusedValue(query) },
      view,
      after,
      nowMs: this.#metadata.clock.nowMs(),
      moved,
      compare: (one, other) => sign * (one.value - other.value || one.n - other.n),
    };
    const candidates = this.#candidates(asked);
    return candidates === undefined ? this.#walk(asked) : this.#choose(asked, candidates);
  }

  /** Numbers of few rows among which all matches are; undefined: every filter leaves many. */
  #candidates({ query, nowMs }: Asked): readonly number[] | undefined {
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

  #choose(asked: Asked, numbers: readonly number[]): Found {
    const { query, values, after, compare } = asked;
    const read = this.#metadata.sql.get(readCandidate);
    const places: Place[] = [];
    for (const n of numbers) {
      const row = read.get({ ...values, candidate: n });
      const place = row === undefined ? undefined : this.#placeIfWanted(asked, row);
      if (place !== undefined && (after === undefined || compare(place, after) > 0)) places.push(place);
    }
    places.sort(compare);
    const page = places.slice(0, query.limit);
    return { places: page, last: places.length > page.length ? page.at(-1) : undefined };
  }

  /** The order as it is now, with those that have moved put where they were. */
  #walk(asked: Asked): Found {
    const { sql, clock } = this.#metadata;
    const { query, values, after, nowMs, view, moved, compare } = asked;
    const walk = walkOf(query, after, nowMs);
    const before = moved?.sorted((place) => after === undefined || compare(place, after) > 0, compare) ?? [];
    const read = sql.get(readCandidate);
    const endsAtMs = clock.monotonicMs() + mostScanMs;
    const places: Place[] = [];
    let last: Place | undefined;
    let scanned = 0;
    let nextMoved = 0;
    const isFull = (): boolean =>
      places.length === query.limit ||
      scanned === mostScanned ||
      (scanned % 64 === 63 && clock.monotonicMs() > endsAtMs);
    const consider = (row: Row | undefined, place: Place): void => {
      scanned += 1;
      last = place;
      if (row !== undefined && this.#placeIfWanted(asked, row) !== undefined) places.push(place);
    };
    /** @returns whether the page is full */
    const considerMoved = (end: Place | undefined): boolean => {
      for (let place = before[nextMoved]; place !== undefined; place = before[nextMoved]) {
        if (end !== undefined && compare(place, end) > 0) return false;
        if (isFull()) return true;
        nextMoved += 1;
        consider(read.get({ ...values, candidate: place.n }), place);
      }
      return false;
    };
    for (const row of sql.get(walk.text).iterate({ ...values, ...walk.values, newest: view.newest })) {
      const place = placeOf(row, query);
      if (considerMoved(place) || isFull()) return { places, last };
      // One that came here since then stands elsewhere in this list.
      consider(moved?.get(place.n) === undefined ? row : undefined, place);
    }
    return { places, last: considerMoved(undefined) ? last : undefined };
  }

  /** Where a row stands in the list; undefined: it is not in it. */
  #placeIfWanted({ query, view, moved, nowMs }: Asked, row: Row): Place | undefined {
    const n = numberOf(row, 'n');
    if (row['fits'] !== 1 || n > view.newest) return undefined;
    const value = moved?.get(n) ?? placeOf(row, query).value;
    if (!isSeenWithin(query, value)) return undefined;
    const { states } = query;
    if (states !== undefined && !states.includes(this.#records.stateOf(row, this.#records.revocationOf(row), nowMs))) {
      return undefined;
    }
    return { value, n };
  }
}

function placeOf(row: Row, { sort }: LinkQuery): Place {
  return { value: sort === 'created' ? 0 : numberOf(row, movingSorts[sort]), n: numberOf(row, 'n') };
}

/** In the order of the time last seen the places of the list say when that was; else the row does. */
function filterOf(query: LinkQuery): LinkQuery {
  if (query.sort !== 'lastSeen') return query;
  const { seenFromMs: _, seenToMs: __, ...rest } = query;
  return rest;
}

function isSeenWithin({ sort, seenFromMs = 0, seenToMs }: LinkQuery, value: number): boolean {
  if (sort !== 'lastSeen') return true;
  return value >= seenFromMs && (seenToMs === undefined || (value <= seenToMs && value > 0));
}
