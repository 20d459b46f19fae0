import { compareKeys } from '../objects/key-order.ts';
import type { ListedPage } from '../objects/object-store.ts';

export type MemoryPage = {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly after: string;
  readonly limit: number;
};

/** A listing by its definition: everything, grouped, sorted, cut. `isBehind` says what `after` leaves out among entries. */
export function listPage<Entry extends { readonly key: string }>(
  all: readonly Entry[],
  page: MemoryPage,
  isBehind: (entry: Entry) => boolean,
): ListedPage<Entry> {
  const { prefix, delimiter, after, limit } = page;
  const entries: ListedPage<Entry>['entries'][number][] = [];
  const named = new Set<string>();
  for (const entry of all) {
    if (!entry.key.startsWith(prefix)) continue;
    const common = commonPrefix(entry.key, prefix, delimiter);
    if (common === undefined) {
      if (isBehind(entry)) entries.push({ kind: 'entry', entry });
      continue;
    }
    // `after` names a whole common prefix, or a key somewhere in it.
    if (common === after || (after !== '' && compareKeys(entry.key, after) <= 0) || named.has(common)) continue;
    named.add(common);
    entries.push({ kind: 'prefix', prefix: common });
  }
  const cut = entries.slice(0, limit);
  const last = cut.at(-1);
  const next = last === undefined ? undefined : last.kind === 'prefix' ? last.prefix : last.entry.key;
  return { entries: cut, next: entries.length > limit ? next : undefined };
}

function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
