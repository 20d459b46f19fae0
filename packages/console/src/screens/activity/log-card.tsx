import type { ReactNode } from 'react';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { GridTable, type GridTableProps } from '../../components/table/grid-table.tsx';
import type { Asked } from '../../data/hooks.ts';

type LogCardProps<Row> = Omit<GridTableProps<Row>, 'rowPx'> & {
  /** What the card is called. */
  readonly name: string;
  readonly asked: Pick<Asked<unknown>, 'isPending' | 'error' | 'refetch'>;
  /** Said when it did not come. */
  readonly failed: string;
  /** Said when there is nothing. */
  readonly empty: string;
  /** The height of a row in pixels where it stacks what it says. */
  readonly stackedPx: number;
  /** Above the table: what it is about, filters. */
  readonly children?: ReactNode;
};

const rowPx = { wide: 40, compact: 32 } as const;

/** A table of Activity: it is on its way, did not come, has nothing, or is there. */
export function LogCard<Row>({ name, asked, failed, empty, stackedPx, children, ...table }: LogCardProps<Row>) {
  const { isPending, error, refetch } = asked;
  const isEmpty = table.rows.length === 0;
  return (
    <section aria-label={name} className="card overflow-hidden">
      {children}
      {error !== undefined && <Failure error={error} onRetry={() => void refetch()} what={failed} />}
      {isEmpty && isPending && <LoadingRows rowHeightPx={rowPx.wide} />}
      {isEmpty && !isPending && error === undefined && <Empty title={empty} />}
      {!isEmpty && <GridTable {...table} rowPx={{ ...rowPx, stacked: stackedPx }} />}
    </section>
  );
}

/** A line above a table, on what is in it. */
export function About({ children }: { readonly children: ReactNode }) {
  return <p className="border-b border-line px-4 py-2.5 text-muted">{children}</p>;
}
