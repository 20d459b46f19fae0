import type { MouseEvent } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Icon } from '../../components/icon.tsx';
import { Menu, type MenuEntry } from '../../components/menu.tsx';
import { Ago } from '../../components/time.tsx';
import { sayFailed } from '../../components/toast.tsx';
import { formatBytes } from '../../format.ts';
import type { Entry } from './objects.ts';
import { baseName, folderHref, shownName } from './place.ts';
import { saveObject } from './save.ts';

/** Columns of the table, where there is room for them. */
export const columns = 'grid grid-cols-[38px_minmax(0,1fr)_90px_120px_100px_120px] items-center';

/** What can be done with a row. */
export type EntryActs = {
  readonly mayWrite: boolean;
  readonly share: (entry: Entry) => void;
  /** Why an entry cannot be shared; undefined: it can. */
  readonly whyNoShare: (entry: Entry) => string | undefined;
  readonly remove: (entries: readonly Entry[]) => void;
  readonly move: (kind: 'rename' | 'move' | 'copy', entry: Entry) => void;
  readonly restore: (entry: Entry) => void;
};

type FolderRowProps = {
  readonly bucket: string;
  readonly entry: Entry;
  readonly at: number;
  readonly rowPx: number;
  readonly isStacked: boolean;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly isShown: boolean;
  readonly links: string | undefined;
  readonly acts: EntryActs;
  readonly onSelect: (isRange: boolean) => void;
};

/** A folder or an object. */
export function FolderRow(props: FolderRowProps) {
  const { bucket, entry, at, rowPx, isStacked, isActive, isSelected, isShown, links, acts, onSelect } = props;
  const { key, isFolder, sizeBytes, changedAt, markerId } = entry;
  const name = shownName(baseName(key));
  const isOdd = name !== baseName(key);
  const style = isSelected || isShown ? 'bg-tint' : isActive ? 'bg-tint/40' : 'hover:bg-tint/40';
  return (
    <div
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      className={`group absolute inset-x-0 top-0 border-b border-line px-3 ${isStacked ? 'grid grid-cols-[38px_minmax(0,1fr)_auto] items-center' : columns} ${style}`}
      data-row={at}
      role="row"
      style={{ transform: `translateY(${at * rowPx}px)`, height: rowPx }}
    >
      <div role="cell">
        {markerId === undefined && (
          <input
            aria-label={`Select ${name}`}
            checked={isSelected}
            className="check relative z-1 block"
            onChange={() => undefined}
            onClick={(event: MouseEvent) => onSelect(event.shiftKey)}
            type="checkbox"
          />
        )}
      </div>
      <div className="min-w-0 pr-3" role="cell">
        <div className="flex items-center gap-2.5">
          <span className={isFolder ? 'text-accent' : 'text-muted'}>
            <Icon name={isFolder ? 'browse' : 'file'} />
          </span>
          <NameLink bucket={bucket} entry={entry} isOdd={isOdd} name={name} />
        </div>
        {isStacked && (
          <div className="truncate pl-6.5 text-xs leading-4 text-muted">
            {isFolder ? 'Folder' : markerId === undefined ? formatBytes(sizeBytes) : 'Deleted'}
            {changedAt !== '' && (
              <>
                {' · '}
                <Ago at={changedAt} />
              </>
            )}
            {links !== undefined && ` · ${links}`}
          </div>
        )}
      </div>
      {!isStacked && (
        <>
          <div className="pr-3 text-right whitespace-nowrap" role="cell">
            {isFolder || markerId !== undefined ? <span className="text-muted">–</span> : formatBytes(sizeBytes)}
          </div>
          <div className="truncate text-muted" role="cell">
            {changedAt === '' ? '–' : <Ago at={changedAt} />}
          </div>
          <div className={`truncate ${links === undefined ? 'text-muted' : ''}`} role="cell">
            {links ?? '–'}
          </div>
        </>
      )}
      <div className="relative z-1 flex justify-end gap-1" role="cell">
        <RowActs acts={acts} bucket={bucket} entry={entry} isStacked={isStacked} name={name} />
      </div>
    </div>
  );
}

type NameLinkProps = Pick<FolderRowProps, 'bucket' | 'entry'> & { readonly name: string; readonly isOdd: boolean };

function NameLink({ bucket, entry: { key, isFolder, markerId }, name, isOdd }: NameLinkProps) {
  const [params] = useSearchParams();
  const style = 'min-w-0 truncate leading-5 after:absolute after:inset-0';
  const title = isOdd ? `${name}. Invisible characters are shown as escapes.` : name;
  if (markerId !== undefined) {
    return (
      <span className="min-w-0 truncate text-muted line-through" title={title}>
        {name}
      </span>
    );
  }
  if (isFolder) {
    const deleted = params.has('deleted') ? '&deleted=1' : '';
    return (
      <Link className={`${style} font-semibold`} href={`${folderHref(bucket, key)}${deleted}`} title={title}>
        {name}
      </Link>
    );
  }
  const next = new URLSearchParams(params);
  next.set('object', key);
  next.delete('version');
  return (
    <Link className={`${style} font-medium`} href={`/browse?${next}`} title={title}>
      {name}
    </Link>
  );
}

type RowActsProps = Pick<FolderRowProps, 'bucket' | 'entry' | 'acts' | 'isStacked'> & { readonly name: string };

function RowActs({ bucket, entry, acts, isStacked, name }: RowActsProps) {
  const [, go] = useLocation();
  const { key, isFolder, markerId } = entry;
  if (markerId !== undefined) {
    return (
      <Button aria-label={`Restore ${name}`} disabled={!acts.mayWrite} onClick={() => acts.restore(entry)}>
        Restore
      </Button>
    );
  }
  const write: readonly MenuEntry[] = !acts.mayWrite
    ? []
    : [
        { text: 'Rename', icon: 'edit', onChoose: () => acts.move('rename', entry) },
        { text: 'Move', icon: 'forward', onChoose: () => acts.move('move', entry) },
        ...(isFolder ? [] : ([{ text: 'Copy to', icon: 'plus', onChoose: () => acts.move('copy', entry) }] as const)),
        { text: 'Delete', icon: 'trash', isDanger: true, onChoose: () => acts.remove([entry]) },
      ];
  const entries: readonly MenuEntry[] = [
    { text: 'Share', icon: 'share', disabledWhy: acts.whyNoShare(entry), onChoose: () => acts.share(entry) },
    ...(isFolder
      ? ([{ text: 'Open', icon: 'browse', onChoose: () => go(folderHref(bucket, key)) }] as const)
      : ([
          { text: 'Download', icon: 'download', onChoose: () => void saveObject(bucket, key).catch(sayFailed) },
        ] as const)),
    { text: 'Copy s3://', icon: 'copy', onChoose: () => copyText(`s3://${bucket}/${key}`, 'Address') },
    ...write,
  ];
  return (
    <>
      {!isStacked && acts.whyNoShare(entry) === undefined && (
        <Button
          aria-label={`Share ${name}`}
          className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
          kind="quiet"
          onClick={() => acts.share(entry)}
        >
          Share
        </Button>
      )}
      <Menu
        align="end"
        entries={entries}
        trigger={<Button aria-label={`More for ${name}`} icon="more" kind="quiet" />}
      />
    </>
  );
}
