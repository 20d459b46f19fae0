import type { Link } from '@tidegate/presign/admin';
import { useRef } from 'react';
import { useRowList } from '../../components/row-list.ts';
import { RowTable } from '../../components/row-table.tsx';
import { useRowPx } from '../../frame/density.ts';
import type { LinkPages } from './link-list.ts';
import { columns, LinkRow } from './link-row.tsx';

const heights = { wide: 58, compact: 40, stacked: 102 };
const headers = ['Link', 'Limits', 'Left', 'Last used', 'Ends'] as const;

type LinkTableProps = {
  readonly rows: readonly Link[];
  readonly pages: LinkPages;
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
};

/** The rows that are in sight, of any number. */
export function LinkTable({ rows, pages, selected, onSelected }: LinkTableProps) {
  const rowPx = useRowPx(heights);
  // By its id: rows come before it, and another question has others.
  const anchor = useRef('');
  const select = (at: number, isRange: boolean): void => {
    const link = rows[at];
    if (link === undefined) return;
    const next = new Set(selected);
    const start = rows.findIndex(({ id }) => id === anchor.current);
    if (isRange && start >= 0) {
      const [from, to] = [Math.min(start, at), Math.max(start, at)];
      for (const one of rows.slice(from, to + 1)) next.add(one.id);
    } else if (next.has(link.id)) next.delete(link.id);
    else next.add(link.id);
    anchor.current = link.id;
    onSelected(next);
  };
  const list = useRowList({
    rows,
    keyOf: ({ id }) => id,
    rowPx,
    question: pages.shownKey,
    pages,
    select,
  });
  return (
    <RowTable
      columns={columns}
      hasSelection
      headers={headers}
      label="Links"
      list={list}
      pad="px-3"
      pages={pages}
      rowPx={rowPx}
      rows={rows}
    >
      {(link, at) => (
        <LinkRow
          at={at}
          isActive={at === list.active}
          isSelected={selected.has(link.id)}
          key={link.id}
          link={link}
          onSelect={(isRange) => select(at, isRange)}
          rowPx={rowPx}
        />
      )}
    </RowTable>
  );
}
