import type { Link } from '@tidegate/presign/admin';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { ask, type Input, type Output } from '../../data/api.ts';
import { type AskedPages, readAgain, useAsk } from '../../data/hooks.ts';
import { type LiveEvent, useLiveEvents } from '../../data/live.ts';
import { patchLink } from '../../data/revoking.ts';

/** What the address says of the list: the URL is the state. */
export type LinkFilters = {
  readonly state?: string;
  readonly kind?: string;
  readonly key?: string;
  readonly find?: string;
  readonly refused?: string;
  readonly unused?: string;
  readonly sort?: string;
};

const names = ['state', 'kind', 'key', 'find', 'refused', 'unused', 'sort'] as const;

/** The filters of the address, and how to change one. An empty value takes a filter away. */
export function useLinkFilters(): readonly [LinkFilters, (change: LinkFilters) => void] {
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(
    names.flatMap((name) => {
      const value = params.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );
  const change = useCallback(
    (wanted: LinkFilters) => {
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          for (const [name, value] of Object.entries(wanted)) {
            if (value === undefined || value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        // What is typed is no place to go back to, letter by letter.
        { replace: 'find' in wanted },
      );
    },
    [setParams],
  );
  return [filters, change];
}

/** The filters as the API takes them. */
export function queryOf({ state, kind, key, find, refused, unused, sort }: LinkFilters): Input<'listLinks'> {
  const [bucket = '', prefix = ''] = (find ?? '').includes('/') ? (find ?? '').split(/\/(.*)/s) : [];
  return {
    // So many that the next are asked for before they are reached, and no more: the first rows are waited for.
    limit: 100,
    ...(state !== undefined && { state }),
    ...(kind !== undefined && { kind }),
    ...(key !== undefined && { accessKeyId: key }),
    ...(refused !== undefined && { refused: 'true' }),
    ...(unused !== undefined && { unused: 'true' }),
    ...(sort !== undefined && { sort }),
    ...(bucket !== '' && { bucket }),
    ...(prefix !== '' && { prefix }),
    ...(bucket === '' && find !== undefined && { label: find.endsWith('*') ? find : `${find}*` }),
  };
}

/** How many links there are, counted by the server: exact, and of all pages. */
export type LinkTotals = {
  readonly active: number;
  readonly spent: number;
  readonly revoked: number;
  readonly expired: number;
  readonly all: number;
  readonly unused: number;
  /** That fit every filter. */
  readonly matching: number;
};

/** The totals of what a list asks for; undefined while they are not known. They are asked apart: the rows do not wait for them. */
export function useLinkTotals(input: Input<'listLinks'>): LinkTotals | undefined {
  const { sort: _, ...filters } = input;
  const { data } = useAsk('listLinks', { ...filters, limit: 1, totals: 'true' });
  return data?.totals;
}

export type LinkPages = AskedPages<Output<'listLinks'>>;

const atTopPx = 8;

/**
 * Keeps the rows that are shown up to date in their places. New ones wait in a number above the list while somebody reads
 * further down: nothing moves under a pointer.
 */
export function useLiveRows(rows: readonly Link[]): { readonly waiting: number; readonly showWaiting: () => void } {
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set());
  const known = useRef(new Set<string>());
  useEffect(() => {
    known.current = new Set(rows.map(({ id }) => id));
  }, [rows]);
  const showWaiting = useCallback(() => {
    setWaiting(new Set());
    readAgain(['listLinks', 'readSummary']).catch(() => undefined);
  }, []);
  const pending = useRef({ ids: new Set<string>(), timer: undefined as ReturnType<typeof setTimeout> | undefined });
  const take = useCallback(
    (event: LiveEvent | 'poll') => {
      if (event !== 'poll' && event.link === null) return;
      if (event !== 'poll') pending.current.ids.add(event.link ?? '');
      pending.current.timer ??= setTimeout(() => {
        pending.current.timer = undefined;
        const ids = [...pending.current.ids];
        pending.current.ids.clear();
        const isTop = scrollY <= atTopPx;
        const fresh = ids.filter((id) => !known.current.has(id));
        if (event === 'poll' ? isTop : fresh.length > 0 && isTop) showWaiting();
        else if (fresh.length > 0) setWaiting((now) => new Set([...now, ...fresh]));
        for (const id of ids.filter((one) => known.current.has(one)).slice(0, 50)) refresh(id);
        if (ids.length > 0) readAgain(['readSummary']).catch(() => undefined);
      }, 400);
    },
    [showWaiting],
  );
  useLiveEvents(take);
  useEffect(() => () => clearTimeout(pending.current.timer), []);
  return { waiting: waiting.size, showWaiting };
}

function refresh(id: string): void {
  ask('readLink', { id }).then(
    (link) => patchLink(id, () => link),
    () => {
      // Deleted or filtered out: the next read of the list decides.
    },
  );
}
