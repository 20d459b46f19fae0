import type { Link } from '@tidegate/presign/admin';
import { useCallback, useRef } from 'react';
import { useRowList } from '../../components/table/row-list.ts';
import { RowTable } from '../../components/table/row-table.tsx';
import { revokeLinks } from '../../data/revoking.ts';
import { useRowPx } from '../../frame/density.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { limitWords } from '../../link-words.ts';
import type { LinkPages } from './link-list.ts';
import { columns, LinkRow } from './link-row.tsx';

const heights = { wide: 58, compact: 40, stacked: 102 };
const headers = ['Link', 'Limits', 'Left', 'Last used', 'Expires'] as const;

type LinkTableProps = {
  readonly rows: readonly Link[];
  readonly pages: LinkPages;
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
};

/** The rows of the ledger; only visible ones are rendered. */
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
  const latest = useRef(select);
  latest.current = select;
  const onSelect = useCallback((at: number, isRange: boolean) => latest.current(at, isRange), []);
  const hasLimits = useHasLimits(rows);
  const list = useRowList({
    rows,
    keyOf: ({ id }) => id,
    rowPx,
    question: pages.shownKey,
    pages,
    select,
  });
  const focused = rows[list.active];
  useKey(
    'x',
    'Revoke this link',
    () => focused !== undefined && void revokeLinks([focused]),
    selected.size === 0 && focused !== undefined && focused.state !== 'revoked',
  );
  return (
    <RowTable
      columns={hasLimits ? columns.all : columns.noLimits}
      hasSelection
      headers={hasLimits ? headers : headers.filter((text) => text !== 'Limits')}
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
          hasLimits={hasLimits}
          onSelect={onSelect}
          rowPx={rowPx}
        />
      )}
    </RowTable>
  );
}

/** Whether any of the links has limits; each link is looked at once, however long the list gets. */
function useHasLimits(rows: readonly Link[]): boolean {
  const seen = useRef<{ readonly first: Link | undefined; count: number; has: boolean }>(undefined);
  if (seen.current === undefined || seen.current.first !== rows[0] || seen.current.count > rows.length)
    seen.current = { first: rows[0], count: 0, has: false };
  const known = seen.current;
  for (; !known.has && known.count < rows.length; known.count += 1) {
    const link = rows[known.count];
    known.has = link !== undefined && (link.signature === 'sigv2' || limitWords(link).length > 0);
  }
  return known.has;
}
