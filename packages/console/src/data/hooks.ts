import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ask, type Input, type Operation, type Output } from './api.ts';
import { QueryStore } from './query-store.ts';

/** What the page knows of the server, by operation and input. */
export const queries = new QueryStore();

/** An answer, or that it is not there yet, or why not. What was known stays while it is asked again. */
export type Asked<Data> = {
  readonly data: Data | undefined;
  readonly error: Error | undefined;
  /** Nothing is known yet. */
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly isSuccess: boolean;
  readonly isFetching: boolean;
  readonly refetch: () => Promise<void>;
};

type AskOptions = { readonly enabled?: boolean; readonly everyMs?: number };
type PagesOptions = AskOptions & {
  /** What was known of the question before stays until this one is answered. */
  readonly keep?: boolean;
};

/** Reads whatever has a name that can be read again by: operations of the admin API, and what S3 lists. */
export function useQuestion<Data>(
  key: string,
  name: string,
  read: (signal: AbortSignal, known: unknown) => Promise<Data>,
  { enabled = true, everyMs }: AskOptions = {},
): Asked<Data> {
  const latest = useRef(read);
  latest.current = read;
  const [, draw] = useState<object>();
  const state = queries.state(key);
  // Asked with what is drawn, not after it is painted: the answer is waited for.
  useLayoutEffect(() => {
    if (!enabled) return;
    return queries.watch(
      key,
      name,
      (signal, known) => latest.current(signal, known),
      () => draw({}),
    );
  }, [key, name, enabled]);
  const refetch = useCallback(() => queries.again(key), [key]);
  useEffect(() => {
    if (everyMs === undefined || !enabled) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refetch();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, enabled, refetch]);
  return useMemo(() => {
    const { error, isFetching } = state;
    // Sound: what is put under a key is what its question reads.
    const data = state.data as Data | undefined;
    const isError = error !== undefined;
    return {
      data,
      error,
      isError,
      isFetching,
      isPending: data === undefined && !isError,
      isSuccess: data !== undefined,
      refetch,
    };
  }, [state, refetch]);
}

function keyOf(name: Operation, input: object): string {
  return `${name} ${JSON.stringify(input)}`;
}

/** Reads one operation, and again whenever something says that it changed: `useAsk('readKey', { id })`. */
export function useAsk<Name extends Operation>(
  name: Name,
  input: Input<Name>,
  options: AskOptions = {},
): Asked<Output<Name>> {
  return useQuestion(keyOf(name, input), name, (signal) => ask(name, input, { signal }), options);
}

/** An operation that answers page by page. */
type Paged = { readonly items: readonly unknown[]; readonly next: string | null };
type PagedName = { [Name in Operation]: Output<Name> extends Paged ? Name : never }[Operation];

/** All pages that were asked for so far. */
export type Pages<Page> = { readonly pages: readonly Page[] };

export type AskedPages<Page> = Asked<Pages<Page>> & {
  /** The question that `data` answers: the one before as long as nothing is known of this one. */
  readonly shownKey: string;
  readonly isKept: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  /** Why the next page did not come. */
  readonly nextError: Error | undefined;
  /** Never rejects: what failed is in `nextError`. */
  readonly fetchNextPage: () => Promise<void>;
};

/** Reads a list page by page: `useAskPages('listLinks', { state: 'active' })`, then `fetchNextPage()`. @see Pages */
export function useAskPages<Name extends PagedName>(
  name: Name,
  input: Input<Name>,
  options: PagesOptions = {},
): AskedPages<Output<Name>> {
  return usePages(
    `${keyOf(name, input)} pages`,
    name,
    (cursor, signal) =>
      ask(name, { ...input, ...(cursor !== null && { cursor }) }, signal === undefined ? {} : { signal }),
    options,
  );
}

/** The same for lists from elsewhere. `next` of a page is where the one behind it begins. */
export function usePages<Page extends { readonly next: string | null }>(
  key: string,
  name: string,
  readPage: (cursor: string | null, signal?: AbortSignal) => Promise<Page>,
  options: PagesOptions = {},
): AskedPages<Page> {
  const asked = useQuestion<Pages<Page>>(
    key,
    name,
    async (signal, known) => {
      // Sound: as in useQuestion.
      const count = (known as Pages<Page> | undefined)?.pages.length ?? 1;
      const pages: Page[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await readPage(cursor, signal);
        pages.push(page);
        cursor = page.next;
      } while (cursor !== null && pages.length < count);
      return { pages };
    },
    options,
  );
  const [going, setGoing] = useState<{ readonly key: string; readonly failure?: Error }>();
  const isFetchingNextPage = going?.key === key && going.failure === undefined;
  const next = asked.data?.pages.at(-1)?.next ?? null;
  const fetchNextPage = async (): Promise<void> => {
    if (next === null || isFetchingNextPage) return;
    setGoing({ key });
    try {
      const page = await readPage(next);
      queries.patchOne(key, (data) => {
        // Sound: as in useQuestion.
        const known = data as Pages<Page>;
        // Read again meanwhile, it may end elsewhere.
        return known.pages.at(-1)?.next === next ? { pages: [...known.pages, page] } : known;
      });
      setGoing(undefined);
    } catch (error) {
      setGoing({ key, failure: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  const nextError = going?.key === key ? going.failure : undefined;
  const kept = useRef({ key, data: asked.data });
  if (asked.data !== undefined || options.keep !== true) kept.current = { key, data: asked.data };
  const { key: shownKey, data } = kept.current;
  return {
    ...{
      ...asked,
      data,
      isPending: data === undefined && !asked.isError,
      isKept: data !== undefined && shownKey !== key,
    },
    ...{ shownKey, hasNextPage: next !== null, isFetchingNextPage, nextError, fetchNextPage },
  };
}

/** Something that is done when it is asked for. */
export type Act<Name extends Operation> = {
  readonly isPending: boolean;
  readonly error: Error | undefined;
  readonly data: Output<Name> | undefined;
  /** @throws ApiError */
  readonly mutateAsync: (input: Input<Name>) => Promise<Output<Name>>;
  /** What fails is in `error`. */
  readonly mutate: (input: Input<Name>) => void;
  readonly reset: () => void;
};

/** Carries out one operation; what is named in `changes` is read again afterwards. */
export function useAct<Name extends Operation>(name: Name, changes: readonly Operation[] = []): Act<Name> {
  const [state, setState] = useState<Pick<Act<Name>, 'isPending' | 'error' | 'data'>>({
    isPending: false,
    error: undefined,
    data: undefined,
  });
  const mutateAsync = async (input: Input<Name>): Promise<Output<Name>> => {
    setState({ isPending: true, error: undefined, data: undefined });
    try {
      const data = await ask(name, input);
      setState({ isPending: false, error: undefined, data });
      await readAgain(changes);
      return data;
    } catch (failure) {
      const error = failure instanceof Error ? failure : new Error(String(failure));
      setState({ isPending: false, error, data: undefined });
      throw error;
    }
  };
  return {
    ...state,
    mutateAsync,
    mutate: (input) => {
      mutateAsync(input).catch(() => {
        // It is in the state, for who shows it.
      });
    },
    reset: () => setState({ isPending: false, error: undefined, data: undefined }),
  };
}

/** Reads again what is shown of these operations, or of what S3 lists. */
export function readAgain(names: readonly (Operation | `s3 ${string}`)[]): Promise<void> {
  return queries.invalidate(new Set(names));
}

/**
 * Carries out a deletion; what is shown of the thing is not asked for any more.
 * @param parts what the questions about it begin with: `{ id }`, or bucket and key in a list
 * @param name of those questions; all without it
 */
export function removing<Done>(
  parts: readonly string[] | { readonly id: string },
  act: () => Promise<Done>,
  name = '',
): Promise<Done> {
  // As the keys of questions have it, up to where more may follow.
  const start = JSON.stringify(parts).slice(0, -1);
  return queries.removing((key) => key.startsWith(name) && key.slice(key.search(/[[{]/)).startsWith(start), act);
}
