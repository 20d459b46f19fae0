import type { ReactNode } from 'react';
import { type RowHeights, useRowPx } from '../../frame/density.ts';
import { type MorePages, useRowList } from './row-list.ts';
import { RowTable } from './row-table.tsx';

export type GridTableProps<Row> = {
  readonly label: string;
  /** Over the columns, from 1024 px on; under it a row stacks what it says. */
  readonly headers: readonly string[];
  /** Classes of the grid: `lg:grid lg:grid-cols-[…]`. */
  readonly columns: string;
  readonly rows: readonly Row[];
  readonly rowPx: RowHeights;
  readonly keyOf: (row: Row) => string;
  /** The cells of a row; the first link in it is what `j`, `k` and Enter take. */
  readonly cells: (row: Row) => ReactNode;
  /** Absent: these are all. */
  readonly pages?: MorePages;
};

/** A table of any number of rows of equal height; only visible rows are rendered. */
export function GridTable<Row>({ label, headers, columns, rows, rowPx, keyOf, cells, pages }: GridTableProps<Row>) {
  const heightPx = useRowPx(rowPx);
  const list = useRowList({ rows, keyOf, rowPx: heightPx, pages });
  return (
    <RowTable columns={columns} headers={headers} label={label} list={list} pages={pages} rowPx={heightPx} rows={rows}>
      {(row, at) => (
        <div
          aria-rowindex={at + 2}
          className={`absolute inset-x-0 top-0 items-center overflow-hidden border-b border-line px-4 last:border-0 ${at === list.active ? 'bg-tint/40' : 'hover:bg-tint/40'} ${columns}`}
          data-row={at}
          key={keyOf(row)}
          role="row"
          style={{ height: heightPx, transform: `translateY(${at * heightPx}px)` }}
          tabIndex={-1}
        >
          {cells(row)}
        </div>
      )}
    </RowTable>
  );
}
