import type { LinkFilter, LinkState, LinkTotals } from '../../links/link-store.ts';
import { Pieces } from '../../upkeep/turns.ts';
import { KeptCounts } from '../commit/kept-counts.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf } from '../schema/rows.ts';
import { byEnd, countWholeHours, isCounted, slicesOfHour } from './link-counts.ts';
import { filterValues, fitsFilter, type Named, usesCount } from './link-filter.ts';
import type { LinkImage } from './link-image.ts';
import { pathsOf } from './link-paths.ts';
import type { LinkRecords } from './link-records.ts';
import { RevokedLinks } from './revoked-links.ts';

/** Row numbers of one piece: a millisecond or two. */
const sliceLinks = 1_000;
/** Links that are few enough to be counted one by one. */
const mostCandidates = 1_000;
const dayMs = 86_400_000;
/** How old the count of all links may be that metrics show. */
const metricsMs = 60_000;

/** LDG-50, in this order: the first that holds is the state. */
const states: readonly LinkState[] = ['revoked', 'expired', 'spent', 'active'];

/** The registered function that tells whether a link is among those taken back. */
const isRevoked = 'link_is_revoked';

function countingOf(revoked: string, which: string): string {
  const sums = states.flatMap((state, at) => [
    `count(*) FILTER (WHERE state = ${at} AND unused) AS ${state}_unused`,
    `count(*) FILTER (WHERE state = ${at} AND NOT unused) AS ${state}_used`,
  ]);
  // The limit keeps SQLite from asking for the state anew in each sum.
  return `SELECT ${sums.join(', ')}, count(*) FILTER (WHERE state = 3 AND ended_ms <= :soon) AS ending FROM (
    SELECT CASE WHEN ${revoked} THEN 0 WHEN ended_ms <= :now THEN 1
        WHEN spent_uses >= max_uses OR counted_bytes >= max_bytes THEN 2 ELSE 3 END AS state,
      ${usesCount} = 0 AS unused, ended_ms
    FROM links WHERE ${which} AND ${fitsFilter} LIMIT -1)`;
}

const bySlice = 'n > :from AND n <= :to';
const byNumber = 'n IN (SELECT value FROM json_each(:numbers))';

/**
 * Counts links by state (LDG-55). Of accounts, keys and kinds there are counts by the hour in which links end; only the links of the
 * hours that hold now and a day from now, and the revoked ones, are read. Any other filter is counted in slices of row numbers.
 */
export class LinkTotaller {
  readonly #metadata: Metadata;
  readonly #revoked: RevokedLinks;
  readonly #kept: KeptCounts<LinkTotals>;
  #counted: LinkTotals['byState'] | undefined;
  #countedAtMs = 0;

  constructor(metadata: Metadata, records: LinkRecords, image: LinkImage) {
    this.#metadata = metadata;
    this.#kept = new KeptCounts(metadata.clock);
    this.#revoked = new RevokedLinks(metadata, records, image);
    metadata.database.function(isRevoked, { directOnly: true }, (n) => (this.#revoked.has(Number(n)) ? 1 : 0));
  }

  count(filter: LinkFilter): Promise<LinkTotals> {
    return this.#kept.get(JSON.stringify(filter), () => this.#countNow(filter, new Pieces(this.#metadata.clock)));
  }

  /** Of all links, for metrics: at most a minute old. */
  async countByState(): Promise<LinkTotals['byState']> {
    const nowMs = this.#metadata.clock.monotonicMs();
    if (this.#counted === undefined || nowMs - this.#countedAtMs >= metricsMs) {
      this.#counted = (await this.count({ accountId: undefined })).byState;
      this.#countedAtMs = nowMs;
    }
    return this.#counted;
  }

  async #countNow(filter: LinkFilter, pieces: Pieces): Promise<LinkTotals> {
    const { sql, clock } = this.#metadata;
    await this.#revoked.refresh(pieces);
    const { states: asked, unusedOnly, ...rest } = filter;
    const nowMs = clock.nowMs();
    const values = { ...filterValues(rest), now: nowMs, soon: nowMs + dayMs };
    const sums = new Sums();
    const revoked = this.#revoked.isEmpty ? '0' : `${isRevoked}(n)`;
    const numbers = this.#candidates(rest, nowMs);
    if (numbers !== undefined) {
      sums.add(sql.get(countingOf(revoked, byNumber)).get({ ...values, numbers: JSON.stringify(numbers) }));
    } else if (isCounted(rest)) {
      await this.#addCounts(rest, values, sums, pieces);
    } else {
      const count = sql.get(countingOf(revoked, bySlice));
      const next = sql.get('SELECT n FROM links WHERE n > ? ORDER BY n LIMIT 1');
      for (let row = next.get(-1); row !== undefined; ) {
        const from = numberOf(row, 'n') - 1;
        sums.add(count.get({ ...values, from, to: from + sliceLinks }));
        if (pieces.isOver) await pieces.next();
        row = next.get(from + sliceLinks);
      }
    }
    return sums.totals(asked ?? states, unusedOnly === true, nowMs);
  }

  async #addCounts(filter: LinkFilter, values: Counting, sums: Sums, pieces: Pieces): Promise<void> {
    const { now: nowMs, soon: soonMs } = values;
    await countWholeHours(this.#metadata, filter, { nowMs, soonMs }, (row) => sums.add(row), pieces);
    const count = this.#metadata.sql.get(countingOf('0', byEnd));
    for (const slice of slicesOfHour(this.#metadata, nowMs)) {
      sums.add(count.get({ ...values, ...slice }));
      if (pieces.isOver) await pieces.next();
    }
    for (const slice of slicesOfHour(this.#metadata, soonMs)) {
      sums.add({ ending: count.get({ ...values, ...slice })?.['ending'] ?? 0 });
      if (pieces.isOver) await pieces.next();
    }
    const countRevoked = this.#metadata.sql.get(countingOf('0', byNumber));
    for (const numbers of this.#revoked.slices(sliceLinks)) {
      sums.revoke(countRevoked.get({ ...values, numbers: JSON.stringify(numbers) }));
      if (pieces.isOver) await pieces.next();
    }
  }

  #candidates(filter: LinkFilter, nowMs: number): readonly number[] | undefined {
    for (const path of pathsOf({ ...filter, sort: 'created', order: 'asc', cursor: undefined, limit: 1 }, nowMs)) {
      const rows = this.#metadata.sql
        .get(`SELECT n FROM links WHERE ${path.where} LIMIT ${mostCandidates + 1}`)
        .all(...path.values);
      if (rows.length <= mostCandidates) return rows.map((row) => numberOf(row, 'n'));
    }
    return undefined;
  }
}

/** What the counting statements are bound to. */
type Counting = Named & { readonly now: number; readonly soon: number };

class Sums {
  readonly #sums: Named = {};

  add(row: Readonly<Record<string, unknown>> | undefined): void {
    for (const name of Object.keys(row ?? {})) this.#sums[name] = this.#of(name) + numberOf(row ?? {}, name);
  }

  /** Links that were counted by the state they would have are revoked. */
  revoke(row: Readonly<Record<string, unknown>> | undefined): void {
    for (const name of Object.keys(row ?? {})) {
      const count = numberOf(row ?? {}, name);
      this.#sums[name] = Math.max(0, this.#of(name) - count);
      if (name !== 'ending') this.add({ [name.endsWith('_unused') ? 'revoked_unused' : 'revoked_used']: count });
    }
  }

  totals(asked: readonly LinkState[], isUnusedOnly: boolean, atMs: number): LinkTotals {
    const unused = (state: LinkState): number => this.#of(`${state}_unused`);
    const all = (state: LinkState): number => unused(state) + this.#of(`${state}_used`);
    const matching = states
      .filter((state) => asked.includes(state))
      .reduce((sum, state) => sum + (isUnusedOnly ? unused(state) : all(state)), 0);
    return {
      byState: { active: all('active'), spent: all('spent'), revoked: all('revoked'), expired: all('expired') },
      unused: unused('active'),
      ending: this.#of('ending'),
      matching,
      atMs,
    };
  }

  #of(name: string): number {
    return Number(this.#sums[name] ?? 0);
  }
}
