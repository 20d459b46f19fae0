import type { ReactNode } from 'react';
import { RestFailure } from '../states.tsx';
import type { MorePages, RowList } from './row-list.ts';

type RowTableProps<Row> = TableHeadProps & {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly rowPx: number;
  readonly list: RowList;
  /** Absent: these are all. */
  readonly pages?: MorePages | undefined;
  /** A row, and its place among all; it is `absolute` at that many heights. */
  readonly children: (row: Row, at: number) => ReactNode;
};

/** The frame of a list of any number of rows of equal height: its head, the rows that are drawn, and why the rest did not come. */
export function RowTable<Row>({ label, rows, rowPx, list, pages, children, ...head }: RowTableProps<Row>) {
  const { place, first, end } = list;
  return (
    <>
      <div aria-label={label} aria-rowcount={pages?.hasNextPage === true ? -1 : rows.length + 1} role="table">
        <TableHead {...head} />
        <div className="relative" ref={place} role="rowgroup" style={{ height: rows.length * rowPx }}>
          {rows.slice(first, end).map((row, index) => children(row, first + index))}
        </div>
      </div>
      {pages !== undefined && <RestFailure pages={pages} />}
    </>
  );
}

type TableHeadProps = {
  /** Over the columns. */
  readonly headers: readonly string[];
  /** Classes of the grid that head and rows share. */
  readonly columns: string;
  /** Room at both sides, as its rows have. */
  readonly pad?: 'px-3' | 'px-4';
  /** A column before them, of boxes that select. */
  readonly hasSelection?: boolean;
};

/** The head of a table whose rows stack what they say below 1024 px; there it is heard and not seen. */
function TableHead({ headers, columns, pad = 'px-4', hasSelection = false }: TableHeadProps) {
  return (
    <div
      aria-rowindex={1}
      className={`h-8.75 items-center border-b border-line text-xs text-muted max-lg:sr-only ${pad} ${columns}`}
      role="row"
    >
      {hasSelection && (
        <span role="columnheader">
          <span className="sr-only">Select</span>
        </span>
      )}
      {headers.map((text) => (
        <span className="truncate pr-3 font-medium" key={text} role="columnheader">
          {text}
        </span>
      ))}
    </div>
  );
}
