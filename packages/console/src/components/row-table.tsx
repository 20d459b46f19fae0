import type { ReactNode } from 'react';
import type { MorePages, RowList } from './row-list.ts';
import { RestFailure } from './states.tsx';
import { TableHead, type TableHeadProps } from './table-head.tsx';

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
