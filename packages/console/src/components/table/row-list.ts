import { type RefObject, useEffect, useRef } from 'react';
import { useRowKeys } from './row-keys.ts';
import { useRowWindow } from './row-window.ts';

/** Rows from the end at which the next page is asked for. */
const aheadRows = 50;

/** What a list needs of pages that come one after the other. */
export type MorePages = {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly nextError: Error | undefined;
  readonly fetchNextPage: () => Promise<void>;
};

type RowListOptions<Row> = {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly rowPx: number;
  /** What the rows answer, where it changes while they are shown. */
  readonly question?: string;
  /** Absent: these are all. */
  readonly pages?: MorePages | undefined;
  /** Absent: rows cannot be selected. */
  readonly select?: (at: number, isRange: boolean) => void;
};

/** What is drawn of a list. */
export type RowList = {
  /** For the element that is as high as all rows together; each row in it has its number in `data-row`. */
  readonly place: RefObject<HTMLDivElement | null>;
  /** The rows from `first` to before `end` are drawn. */
  readonly first: number;
  readonly end: number;
  /** The row that the keys are at; -1: none. */
  readonly active: number;
};

/** A list of any number of rows of equal height: only visible rows are rendered, the next page is prefetched, and keys move the cursor. */
export function useRowList<Row>({ rows, keyOf, rowPx, question, pages, select }: RowListOptions<Row>): RowList {
  const place = useRef<HTMLDivElement>(null);
  const { first, end, show } = useRowWindow(place, rows.length, rowPx);
  useMorePages(pages, end >= rows.length - aheadRows);
  const active = useRowKeys({ place, rows, keyOf, question, show, select });
  return { place, first, end, active };
}

/** Reads the next page as long as it is wanted. One that did not come is asked for again only when somebody says so. */
export function useMorePages(pages: MorePages | undefined, isWanted: boolean): void {
  const { hasNextPage = false, isFetchingNextPage = false, nextError, fetchNextPage } = pages ?? {};
  const isDue = isWanted && hasNextPage && !isFetchingNextPage && nextError === undefined;
  useEffect(() => {
    if (isDue) void fetchNextPage?.();
  }, [isDue, fetchNextPage]);
}
