import type { Statements } from '../schema/connection.ts';
import { numberOf } from '../schema/rows.ts';

/** What happened with a link since its row was written, in numbers that no order goes by. */
export type Addition = {
  /** The number of its row. */
  readonly n: number;
  readonly seenMs: number;
  /** 0: it was not used. */
  readonly usedMs: number;
  readonly uses: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
};

/** So many go into one statement: a call of the database costs more than the row. */
const atOnce = 50;

/**
 * Inside a transaction: adds to links that have rows, in a narrow table beside them (LDG-66). A link that is used again and again
 * has its wide row written once a minute, not once a second.
 * @returns numbers of links whose rows are gone, as another process swept them; nothing was added to those
 */
export function addToLinks(sql: Statements, additions: readonly Addition[]): ReadonlySet<number> {
  let added = 0;
  for (let at = 0; at < additions.length; ) {
    const count = additions.length - at >= atOnce ? atOnce : 1;
    const values: number[] = [];
    for (const { n, seenMs, usedMs, uses, bytesIn, bytesOut } of additions.slice(at, at + count)) {
      values.push(n, seenMs, uses, bytesIn, bytesOut, usedMs);
    }
    added += Number(sql.get(count === 1 ? addOne : addMany).run(...values).changes);
    at += count;
  }
  if (added === additions.length) return none;
  const find = sql.get('SELECT 1 FROM links WHERE n = ?');
  return new Set(additions.filter(({ n }) => find.get(n) === undefined).map(({ n }) => n));
}

const none: ReadonlySet<number> = new Set();

const addOne = addingOf(1);
const addMany = addingOf(atOnce);

function addingOf(rows: number): string {
  return `INSERT INTO link_additions (link, seen_ms, uses, bytes_in, bytes_out, used_ms)
    SELECT n, column2, column3, column4, column5, column6
      FROM (VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?)').join(', ')}) CROSS JOIN links ON n = column1
      WHERE true
    ON CONFLICT (link) DO UPDATE SET seen_ms = max(link_additions.seen_ms, excluded.seen_ms),
      uses = link_additions.uses + excluded.uses, bytes_in = link_additions.bytes_in + excluded.bytes_in,
      bytes_out = link_additions.bytes_out + excluded.bytes_out, used_ms = max(link_additions.used_ms, excluded.used_ms)`;
}

/** Inside a transaction: what was added to a link, for whoever takes it over into the link's row or elsewhere. */
export function takeAddition(sql: Statements, n: number): Addition | undefined {
  const row = sql
    .get('DELETE FROM link_additions WHERE link = ? RETURNING seen_ms, used_ms, uses, bytes_in, bytes_out')
    .get(n);
  if (row === undefined) return undefined;
  return {
    n,
    seenMs: numberOf(row, 'seen_ms'),
    usedMs: numberOf(row, 'used_ms'),
    uses: numberOf(row, 'uses'),
    bytesIn: numberOf(row, 'bytes_in'),
    bytesOut: numberOf(row, 'bytes_out'),
  };
}

/** Inside a transaction: takes what was added over into the link's row, and so brings it into its place in the orders (LDG-65). */
export function takeOver(sql: Statements, n: number): void {
  const added = takeAddition(sql, n);
  if (added === undefined) return;
  sql
    .get(
      `UPDATE links SET seen_ms = max(seen_ms, ?1), last_seen_ms = max(last_seen_ms, ?1), noted_uses = noted_uses + ?2,
         bytes_in = bytes_in + ?3, bytes_out = bytes_out + ?4, last_used_ms = max(last_used_ms, ?6) WHERE n = ?5`,
    )
    .run(added.seenMs, added.uses, added.bytesIn, added.bytesOut, n, added.usedMs);
}
