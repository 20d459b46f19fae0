import { useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { RestFailure } from '../../components/states.tsx';
import { useRowList } from '../../components/table/row-list.ts';
import type { AskedPages } from '../../data/hooks.ts';
import { useRowPx } from '../../frame/density.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { columns, type EntryActs, FolderRow } from './folder-row.tsx';
import type { Entry, FolderPage } from './objects.ts';
import { usePlace } from './place.ts';

const heights = { wide: 40, compact: 32, stacked: 56 };

type FolderTableProps = {
  readonly bucket: string;
  readonly rows: readonly Entry[];
  readonly pages: AskedPages<FolderPage>;
  readonly links: ReadonlyMap<string, string>;
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
  readonly acts: EntryActs;
  readonly isStacked: boolean;
};

/** The rows of a folder; only visible ones are rendered. */
export function FolderTable({ bucket, rows, pages, links, selected, onSelected, acts, isStacked }: FolderTableProps) {
  const [{ object }] = usePlace();
  const rowPx = useRowPx(heights, isStacked);
  const select = useSelect(rows, selected, onSelected);
  const { place, first, end, active } = useRowList({ rows, keyOf, rowPx, pages, select });
  const current = rows[active];
  useKey(
    's',
    'Share',
    () => current !== undefined && acts.share(current),
    current !== undefined && acts.whyNoShare(current) === undefined,
  );
  useKey(
    'Delete',
    'Delete',
    () => current !== undefined && acts.remove([current]),
    current !== undefined && acts.mayWrite && selected.size === 0,
  );
  return (
    <>
      <div aria-label="Objects" aria-rowcount={pages.hasNextPage ? -1 : rows.length + 1} role="table">
        <Heads isStacked={isStacked} />
        <div className="relative" ref={place} role="rowgroup" style={{ height: rows.length * rowPx - 1 }}>
          {rows.slice(first, end).map((entry, index) => (
            <FolderRow
              acts={acts}
              at={first + index}
              bucket={bucket}
              entry={entry}
              isActive={first + index === active}
              isSelected={selected.has(entry.key)}
              isShown={entry.key === object}
              isStacked={isStacked}
              key={keyOf(entry)}
              links={links.get(entry.key)}
              onSelect={(isRange) => select(first + index, isRange)}
              rowPx={rowPx}
            />
          ))}
        </div>
      </div>
      <RestFailure pages={pages} />
    </>
  );
}

function keyOf({ key, markerId }: Entry): string {
  return `${key} ${markerId ?? ''}`;
}

const heads = [
  ['name', 'Name'],
  ['size', 'Size'],
  ['changed', 'Changed'],
] as const;

function Heads({ isStacked }: { readonly isStacked: boolean }) {
  const [{ sort }, change] = usePlace();
  const by = sort === '' ? 'name' : sort.replace(/^-/, '');
  const isDown = sort.startsWith('-');
  return (
    <div
      aria-rowindex={1}
      className={`border-b border-line px-3 text-xs text-muted ${isStacked ? 'sr-only' : `h-8.75 ${columns}`}`}
      role="row"
    >
      <span role="columnheader">
        <span className="sr-only">Select</span>
      </span>
      {heads.map(([name, text]) => (
        <span
          aria-sort={by === name ? (isDown ? 'descending' : 'ascending') : 'none'}
          className={name === 'size' ? 'pr-3 text-right' : ''}
          key={name}
          role="columnheader"
        >
          <button
            className="inline-flex h-6 items-center gap-1 rounded-sm font-medium hover:text-text"
            onClick={() => change({ sort: by === name && !isDown ? `-${name}` : name === 'name' ? '' : name })}
            tabIndex={isStacked ? -1 : 0}
            type="button"
          >
            {text}
            {by === name && (
              <span className={isDown ? '' : 'rotate-180'}>
                <Icon name="down" size={12} />
              </span>
            )}
          </button>
        </span>
      ))}
      <span className="font-medium" role="columnheader">
        Links
      </span>
      <span role="columnheader">
        <span className="sr-only">Actions</span>
      </span>
    </div>
  );
}

/** Selects a row, or with Shift those from the last one on. */
function useSelect(
  rows: readonly Entry[],
  selected: ReadonlySet<string>,
  onSelected: (selected: ReadonlySet<string>) => void,
): (at: number, isRange: boolean) => void {
  const [anchor, setAnchor] = useState(-1);
  return (at, isRange) => {
    const entry = rows[at];
    if (entry === undefined || entry.markerId !== undefined) return;
    const next = new Set(selected);
    if (isRange && anchor >= 0) {
      for (const one of rows.slice(Math.min(anchor, at), Math.max(anchor, at) + 1)) next.add(one.key);
    } else if (next.has(entry.key)) next.delete(entry.key);
    else next.add(entry.key);
    setAnchor(at);
    onSelected(next);
  };
}
