import type { ReactNode } from 'react';
import { type RowHeights, useRowPx } from '../frame/density.ts';
import { type MorePages, useRowList } from './row-list.ts';
import { RestFailure } from './states.tsx';
import { TableHead } from './table-head.tsx';

type GridTableProps<Row> = {
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

/** A table of any number of rows of equal height: those in sight are drawn. */
export function GridTable<Row>({ label, headers, columns, rows, rowPx, keyOf, cells, pages }: GridTableProps<Row>) {
  const heightPx = useRowPx(rowPx);
  const { place, first, end, active } = useRowList({ rows, keyOf, rowPx: heightPx, pages });
  return (
    <>
      <div aria-label={label} aria-rowcount={pages?.hasNextPage === true ? -1 : rows.length + 1} role="table">
        <TableHead columns={columns} headers={headers} />
        <div className="relative" ref={place} role="rowgroup" style={{ height: rows.length * heightPx }}>
          {rows.slice(first, end).map((row, index) => (
            <div
              aria-rowindex={first + index + 2}
              className={`absolute inset-x-0 top-0 items-center overflow-hidden border-b border-line px-4 last:border-0 ${first + index === active ? 'bg-tint/40' : 'hover:bg-tint/40'} ${columns}`}
              data-row={first + index}
              key={keyOf(row)}
              role="row"
              tabIndex={-1}
              style={{ height: heightPx, transform: `translateY(${(first + index) * heightPx}px)` }}
            >
              {cells(row)}
            </div>
          ))}
        </div>
      </div>
      {pages !== undefined && <RestFailure pages={pages} />}
    </>
  );
}
