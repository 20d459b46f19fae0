import { matchKeyOf } from '../../links/link-revocations.ts';
import type { RevocationMatch } from '../../links/link-store.ts';
import type { Statements } from '../schema/connection.ts';
import { numberOf, type Row } from '../schema/rows.ts';

/** Rows of one read, so that the caller can stop, or let others go first. */
const sliceRows = 500;

/** Numbers of the ledger's links that a revocation's match fits, whatever their time. Reads indexes alone, in slices. */
export function matchingNumbers(sql: Statements, match: RevocationMatch): Iterable<number> {
  const { scope, value } = matchKeyOf(match);
  switch (match.kind) {
    case 'link':
      return sql.get('SELECT n FROM links WHERE id = ?').all(value).map(numberIn);
    case 'label':
      return byNumber((after) => sql.get(byLabel).all(value, scope, after));
    case 'object':
      return byNumber((after) => sql.get(byObject).all(scope, value, after));
    case 'session':
      return byNumber((after) => sql.get(bySession).all(value, after));
    case 'access-key':
      return byOrder('last_seen_ms', -1, (after, n) => sql.get(byAccessKey).all(value, after, n));
    case 'prefix':
      return below(sql, scope, value);
  }
}

const slice = `ORDER BY n LIMIT ${sliceRows}`;
const byLabel = `SELECT n FROM links WHERE label = ? AND akid = ? AND n > ? ${slice}`;
const byObject = `SELECT n FROM links WHERE bucket = ? AND key = ? AND n > ? ${slice}`;
const bySession = `SELECT n FROM links WHERE session_hash = ? AND n > ? ${slice}`;
const byAccessKey = `SELECT n, last_seen_ms FROM links INDEXED BY links_by_access_key
  WHERE akid = ? AND (last_seen_ms, n) > (?, ?) ORDER BY last_seen_ms, n LIMIT ${sliceRows}`;
const fromKey = `SELECT n, key FROM links INDEXED BY links_by_key
  WHERE bucket = ? AND (key, n) > (?, ?) ORDER BY key, n LIMIT ${sliceRows}`;

function* byNumber(read: (after: number) => readonly Row[]): Generator<number> {
  for (let after = -1; ; ) {
    const rows = read(after);
    for (const row of rows) yield numberIn(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < sliceRows) return;
    after = numberIn(last);
  }
}

function* byOrder(
  column: string,
  first: number,
  read: (after: number, n: number) => readonly Row[],
): Generator<number> {
  for (let [after, n] = [first, -1]; ; ) {
    const rows = read(after, n);
    for (const row of rows) yield numberIn(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < sliceRows) return;
    [after, n] = [numberOf(last, column), numberIn(last)];
  }
}

function* below(sql: Statements, bucket: string, prefix: string): Generator<number> {
  for (let [key, n] = [prefix, -1]; ; ) {
    const rows = sql.get(fromKey).all(bucket, key, n);
    for (const row of rows) {
      key = String(row['key']);
      // Keys are in the order of their bytes: behind the first that does not begin so, none does.
      if (!key.startsWith(prefix)) return;
      n = numberIn(row);
      yield n;
    }
    if (rows.length < sliceRows) return;
  }
}

function numberIn(row: Row): number {
  return numberOf(row, 'n');
}
