import { compareKeys, keyAfter, laterKey, successor } from '../objects/key-order.ts';
import type { ListedPage } from '../objects/object-store.ts';

/** What a page is asked for; the bucket is the source's business. */
export type PageQuery = {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly after: string;
  readonly limit: number;
};

/** Where reading goes on: at `key`, and among entries of that very key behind `id` (uploads of one key). */
export type Cursor = { readonly key: string; readonly behindId: string };

/** Entries from the cursor on up to the key `before` (exclusive; undefined: no bound), at most `limit`, in order. */
export type ReadRun<Entry> = (from: Cursor, before: string | undefined, limit: number) => readonly Entry[];

export type PageSource<Entry> = {
  readonly readRun: ReadRun<Entry>;
  /** The same, of keys alone, where an engine has them without their rows: enough for common prefixes. */
  readonly readKeys?: ReadRun<{ readonly key: string }>;
  /** Where reading goes on behind an entry. */
  readonly behind: (entry: Entry) => Cursor;
};

/** Most rows read at once while looking for common prefixes: a flat folder costs one query a run, a deep one a query a prefix. */
const maxRunRows = 32;

/** A common prefix that `key` falls into, its delimiter included; undefined when it stands for itself. */
function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** Where a page begins: behind `after`, and behind all keys under it when it is a common prefix (STO-43). */
export function pageStart(query: PageQuery): string | undefined {
  const { prefix, delimiter, after } = query;
  if (after === '') return prefix;
  if (after.startsWith(prefix) && commonPrefixOf(after, prefix, delimiter) === after) {
    const next = successor(after);
    return next === undefined ? undefined : laterKey(prefix, next);
  }
  return laterKey(prefix, keyAfter(after));
}

/**
 * One page of a listing whose cost follows the entries of the page, never the keys under a common prefix (STO-44):
 * reading jumps behind a prefix as soon as a second key in it is met.
 * @param start where the page begins; undefined: behind everything
 */
export function readPage<Entry extends { readonly key: string }>(
  query: PageQuery,
  start: Cursor | undefined,
  source: PageSource<Entry>,
): ListedPage<Entry> {
  const { prefix, delimiter, limit } = query;
  const entries: ListedPage<Entry>['entries'][number][] = [];
  const before = successor(prefix);
  const grouped = delimiter !== undefined && delimiter !== '';
  let from = limit > 0 ? start : undefined;
  let runRows = grouped ? 4 : limit + 1;
  // Behind a common prefix another one is likely, and of that no more than the key is needed.
  let wantsKeys = false;
  while (from !== undefined && (before === undefined || compareKeys(from.key, before) < 0)) {
    const asked: number = Math.min(runRows, limit - entries.length + 1);
    if (wantsKeys && source.readKeys !== undefined) {
      const [first] = source.readKeys(from, before, 1);
      const common = first === undefined ? undefined : commonPrefixOf(first.key, prefix, delimiter);
      if (first === undefined) break;
      if (common !== undefined) {
        if (entries.length === limit) return { entries, next: nameOf(entries.at(-1)) };
        entries.push({ kind: 'prefix', prefix: common });
        from = cursorAt(successor(common));
        continue;
      }
      wantsKeys = false;
    }
    const run: readonly Entry[] = source.readRun(from, before, asked);
    from = undefined;
    runRows = grouped ? Math.min(maxRunRows, runRows * 2) : runRows;
    for (const [index, entry] of run.entries()) {
      const common = commonPrefixOf(entry.key, prefix, delimiter);
      const last = entries.at(-1);
      if (common !== undefined && last?.kind === 'prefix' && last.prefix === common) {
        from = cursorAt(successor(common));
        runRows = 2;
        wantsKeys = true;
        break;
      }
      if (entries.length === limit) return { entries, next: nameOf(last) };
      entries.push(common === undefined ? { kind: 'entry', entry } : { kind: 'prefix', prefix: common });
      if (index === run.length - 1 && run.length === asked) {
        from = common === undefined ? source.behind(entry) : cursorAt(successor(common));
      }
    }
  }
  return { entries, next: undefined };
}

/** The cursor at a key, before all entries of it. */
export function cursorAt(key: string | undefined): Cursor | undefined {
  return key === undefined ? undefined : { key, behindId: '' };
}

function nameOf(last: ListedPage<{ readonly key: string }>['entries'][number] | undefined): string | undefined {
  return last === undefined ? undefined : last.kind === 'prefix' ? last.prefix : last.entry.key;
}
