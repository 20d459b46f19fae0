import type { Link } from '@tidegate/presign/admin';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { type AskedPages, readAgain, useAsk, usePages, useQuestion } from '../../data/hooks.ts';
import { type LiveEvent, useLiveEvents } from '../../data/live.ts';
import {
  type Entry,
  type FolderPage,
  folderList,
  listDeleted,
  listFolder,
  readVersioning,
  versionList,
} from './objects.ts';
import type { Place } from './place.ts';

/** What a folder shows, in the order that the address asks for. */
export function useFolder({ bucket, prefix, find, isDeleted, sort }: Place): {
  readonly pages: AskedPages<FolderPage>;
  readonly rows: readonly Entry[];
} {
  const from = prefix + find;
  const pages = usePages<FolderPage>(
    `${folderList} ${JSON.stringify([bucket, from, isDeleted])}`,
    folderList,
    (cursor, signal) => (isDeleted ? listDeleted : listFolder)(bucket, from, cursor, signal),
  );
  useArrivals();
  const rows = useMemo(() => {
    const all = pages.data?.pages.flatMap(({ entries }) => entries) ?? [];
    return sorted(all, sort);
  }, [pages.data, sort]);
  return { pages, rows };
}

/** What comes in by links and file requests shows by itself; a flood of it is read once a while. */
function useArrivals(): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const take = useCallback((event: LiveEvent | 'poll') => {
    if (event === 'poll' || !/^(?:object|request)\.uploaded$/.test(event.type)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      readAgain([folderList]).catch(() => undefined);
    }, arrivalsMs);
  }, []);
  useLiveEvents(take);
  useEffect(() => () => clearTimeout(timer.current), []);
}

const arrivalsMs = 1_000;

const orders: Readonly<Record<string, (one: Entry, other: Entry) => number>> = {
  name: (one, other) => (one.key < other.key ? -1 : 1),
  size: (one, other) => one.sizeBytes - other.sizeBytes,
  changed: (one, other) => one.changedAt.localeCompare(other.changedAt),
};

/** Folders stay above objects. The store gives names in order already. */
function sorted(entries: readonly Entry[], sort: string): readonly Entry[] {
  const order = orders[sort.replace(/^-/, '')];
  if (order === undefined) return entries;
  const turn = sort.startsWith('-') ? -1 : 1;
  return entries.toSorted((one, other) =>
    one.isFolder === other.isFolder ? turn * order(one, other) : one.isFolder ? -1 : 1,
  );
}

/** How the bucket keeps versions; undefined while it is not known. */
export function useVersioning(bucket: string): 'off' | 'enabled' | 'suspended' | undefined {
  const { data, isError } = useQuestion(`${versionList} ${JSON.stringify([bucket])}`, versionList, (signal) =>
    readVersioning(bucket, signal),
  );
  return data ?? (isError ? 'off' : undefined);
}

const mostLinks = 1_000;

/** Active links by the row that they stand for: an object, or a folder with all below it. */
export function useLinkCounts(bucket: string, prefix: string): ReadonlyMap<string, string> {
  const { data } = useAsk(
    'listLinks',
    { bucket, state: 'active', limit: mostLinks, ...(prefix !== '' && { prefix }) },
    { everyMs: 30_000 },
  );
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const link of data?.items ?? []) {
      const row = rowOf(link, prefix);
      if (row !== undefined) counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    const more = data?.next == null ? '' : '+';
    return new Map([...counts].map(([row, count]) => [row, `${count}${more} active`]));
  }, [data, prefix]);
}

function rowOf({ key }: Link, prefix: string): string | undefined {
  if (!key.startsWith(prefix) || key === prefix) return undefined;
  const slash = key.indexOf('/', prefix.length);
  return slash < 0 ? key : key.slice(0, slash + 1);
}
