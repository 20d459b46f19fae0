import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { FilterHead } from '../../components/filter-head.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { useIsWide, useMedia } from '../../components/wide.ts';
import { S3Refused } from '../../data/s3.ts';
import { plural } from '../../format.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { readObjectsAgain, restoreObjects } from './changes.ts';
import { BucketTabs, Crumbs } from './crumbs.tsx';
import type { EntryActs } from './folder-row.tsx';
import { useFolder, useLinkCounts, useVersioning } from './folder-rows.ts';
import { FolderTable } from './folder-table.tsx';
import type { Entry } from './objects.ts';
import { baseName, folderHref, shownName, usePlace } from './place.ts';
import { Selection } from './selection.tsx';
import { UploadZone } from './upload/zone.tsx';

const NewLink = lazy(async () => ({ default: (await import('../new-link/new-link.tsx')).NewLink }));
const ObjectPanel = lazy(async () => ({ default: (await import('./object/panel.tsx')).ObjectPanel }));
const Removal = lazy(async () => ({ default: (await import('./removal.tsx')).Removal }));
const NewFolder = lazy(async () => ({ default: (await import('./name-dialogs.tsx')).NewFolder }));
const MoveFolder = lazy(async () => ({ default: (await import('./name-dialogs.tsx')).MoveFolder }));
const MoveObject = lazy(async () => ({ default: (await import('./name-dialogs.tsx')).MoveObject }));

/** What is open above the list. */
type Asked =
  | { readonly kind: 'remove'; readonly entries: readonly Entry[] }
  | { readonly kind: 'rename' | 'move' | 'copy'; readonly entry: Entry }
  | { readonly kind: 'folder' };

const noObject = { object: undefined, version: undefined };

type FolderProps = { readonly bucket: string; readonly prefix: string };

/** A folder of a bucket. */
export function Folder({ bucket, prefix }: FolderProps) {
  const { session } = useSession();
  const [place, change] = usePlace();
  const { pages, rows } = useFolder(place);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<Asked>();
  const mayWrite = session.role === 'owner' || session.role === 'write';
  const acts = useActs(bucket, mayWrite, setAsked);
  const links = useLinkCounts(bucket, prefix);
  const isWide = useIsWide();
  const isWidest = useMedia('(min-width: 1440px)');
  const isOpen = place.object !== undefined;
  const chosen = rows.filter(({ key }) => selected.has(key));
  const none = useCallback(() => setSelected(new Set()), []);
  useFresh();
  const title = prefix === '' ? bucket : shownName(baseName(prefix)).replace(/\/$/, '') || '(no name)';
  const isFirstEmpty = pages.isSuccess && rows.length === 0 && place.find === '' && !place.isDeleted;
  useKey('n', 'New folder', () => setAsked({ kind: 'folder' }), mayWrite);
  return (
    <UploadZone bucket={bucket} mayWrite={mayWrite} prefix={prefix}>
      {(uploading: ReactNode) => (
        <>
          <Page
            actions={
              mayWrite && (
                <>
                  <Button hint="n" icon="plus" onClick={() => setAsked({ kind: 'folder' })}>
                    New folder
                  </Button>
                  {uploading}
                </>
              )
            }
            backText={prefix === '' ? 'Buckets' : 'Up'}
            backTo={prefix === '' ? '/browse' : folderHref(bucket, prefix.slice(0, -baseName(prefix).length))}
            heading={<Crumbs bucket={bucket} prefix={prefix} />}
            title={title}
          >
            {prefix === '' && <BucketTabs bucket={bucket} />}
            <div className={isOpen && isWide ? 'grid grid-cols-[minmax(0,1fr)_380px] items-start gap-4' : ''}>
              <div className="card min-w-0 overflow-hidden">
                <Filter bucket={bucket} count={pages.data && rows.length} hasMore={pages.hasNextPage} />
                {pages.isError && <Refused bucket={bucket} error={pages.error} onRetry={() => void pages.refetch()} />}
                {pages.isPending && <LoadingRows rowHeightPx={40} />}
                {isFirstEmpty && <Nothing bucket={bucket} prefix={prefix} />}
                {pages.isSuccess && rows.length === 0 && !isFirstEmpty && (
                  <Empty
                    title={
                      place.find === '' ? 'Nothing was deleted here.' : `No name starts with “${place.find}” here.`
                    }
                  >
                    <Button onClick={() => change({ find: '', isDeleted: false })}>Clear filters</Button>
                  </Empty>
                )}
                {rows.length > 0 && (
                  <FolderTable
                    acts={acts}
                    bucket={bucket}
                    isStacked={!isWide || (isOpen && !isWidest)}
                    links={links}
                    onSelected={setSelected}
                    pages={pages}
                    rows={rows}
                    selected={selected}
                  />
                )}
              </div>
              <Suspense>
                {place.object !== undefined && (
                  <ObjectPanel
                    acts={acts}
                    bucket={bucket}
                    isBeside={isWide}
                    key={place.object}
                    objectKey={place.object}
                    onClose={() => change(noObject)}
                    versionId={place.version}
                  />
                )}
              </Suspense>
            </div>
            {chosen.length > 0 && <Selection acts={acts} bucket={bucket} chosen={chosen} onClear={none} />}
          </Page>
          <Asking asked={asked} bucket={bucket} onClose={() => setAsked(undefined)} onGone={none} prefix={prefix} />
          <Sharing />
        </>
      )}
    </UploadZone>
  );
}

/** Another folder is another page: the focus and the top of it belong to it. */
function useFresh(): void {
  const isFirst = useRef(document.activeElement === document.body);
  useEffect(() => {
    if (isFirst.current) return;
    document.querySelector('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
}

function useActs(bucket: string, mayWrite: boolean, ask: (asked: Asked) => void): EntryActs {
  const versioning = useVersioning(bucket);
  const [{ object }, change] = usePlace();
  const shown = useRef({ object, change });
  shown.current = { object, change };
  const [, setParams] = useSearchParams();
  return useMemo(
    () => ({
      mayWrite,
      share: ({ key }) =>
        setParams((now) => {
          const next = new URLSearchParams(now);
          next.set('new', 'share');
          next.set('at', key);
          return next;
        }),
      remove: (entries) => {
        // With versions nothing is lost: it is done, and can be taken back.
        if (versioning !== 'enabled') ask({ kind: 'remove', entries });
        else {
          if (entries.some(({ key }) => key === shown.current.object)) shown.current.change(noObject);
          import('./removal.tsx').then(({ deleteEntries }) => deleteEntries(bucket, entries)).catch(sayFailed);
        }
      },
      move: (kind, entry) => ask({ kind, entry }),
      restore: ({ key, markerId }) => {
        restoreObjects(bucket, [{ key, markerId }])
          .then(() => {
            say(`${shownName(baseName(key))} restored.`);
            return readObjectsAgain();
          })
          .catch(sayFailed);
      },
    }),
    [bucket, mayWrite, versioning, setParams, ask],
  );
}

type AskingProps = FolderProps & {
  readonly asked: Asked | undefined;
  readonly onClose: () => void;
  readonly onGone: () => void;
};

function Asking({ asked, bucket, prefix, onClose, onGone }: AskingProps) {
  const [{ object }, change] = usePlace();
  if (asked === undefined) return null;
  return (
    <Suspense>
      {asked.kind === 'remove' && (
        <Removal
          bucket={bucket}
          entries={asked.entries}
          onClose={onClose}
          onDone={() => {
            onGone();
            if (asked.entries.some(({ key }) => key === object)) change(noObject);
          }}
        />
      )}
      {asked.kind === 'folder' && <NewFolder bucket={bucket} onClose={onClose} prefix={prefix} />}
      {(asked.kind === 'rename' || asked.kind === 'move') && asked.entry.isFolder && (
        <MoveFolder bucket={bucket} kind={asked.kind} onClose={onClose} prefix={asked.entry.key} />
      )}
      {(asked.kind === 'rename' || asked.kind === 'move' || asked.kind === 'copy') && !asked.entry.isFolder && (
        <MoveObject
          bucket={bucket}
          kind={asked.kind}
          objectKey={asked.entry.key}
          onClose={onClose}
          onMoved={(key) => {
            onGone();
            if (object === asked.entry.key && asked.kind !== 'copy') change({ object: key, version: undefined });
          }}
        />
      )}
    </Suspense>
  );
}

/** The panel of a new link, over the folder. */
function Sharing() {
  const [params, setParams] = useSearchParams();
  const close = (): void =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      next.delete('new');
      next.delete('at');
      return next;
    });
  const wanted = params.get('new');
  if (wanted !== 'share' && wanted !== 'link' && wanted !== 'upload' && wanted !== 'request') return null;
  return (
    <Suspense>
      <NewLink kind={wanted} onClose={close} />
    </Suspense>
  );
}

type FilterProps = {
  readonly bucket: string;
  /** undefined: not known yet. */
  readonly count: number | undefined;
  readonly hasMore: boolean;
};

function Filter({ bucket, count, hasMore }: FilterProps) {
  const [{ find, isDeleted }, change] = usePlace();
  const versioning = useVersioning(bucket);
  return (
    <FilterHead
      find={find}
      isEager={false}
      label="Names that start with"
      onFind={(text) => change({ find: text })}
      placeholder="Starts with"
      status={count === undefined ? '' : `${plural(count, 'entry', 'entries')}${hasMore ? ' so far' : ''}`}
    >
      {(versioning === 'enabled' || versioning === 'suspended' || isDeleted) && (
        <button
          aria-pressed={isDeleted}
          className="chip"
          data-on={isDeleted ? '' : undefined}
          onClick={() => change({ isDeleted: !isDeleted, object: undefined })}
          type="button"
        >
          Deleted
        </button>
      )}
    </FilterHead>
  );
}

function Nothing({ bucket, prefix }: FolderProps) {
  const { session } = useSession();
  return (
    <Empty title="Nothing here yet. Drop files, or:">
      <div className="w-full max-w-140 text-left text-text">
        <Command
          label="aws cli"
          text={`aws --endpoint-url ${session.endpoint} s3 cp FILE 's3://${bucket}/${prefix.replaceAll("'", "'\\''")}'`}
        />
      </div>
    </Empty>
  );
}

type RefusedProps = { readonly bucket: string; readonly error: unknown; readonly onRetry: () => void };

function Refused({ bucket, error, onRetry }: RefusedProps) {
  const { session } = useSession();
  const status = error instanceof S3Refused ? error.status : undefined;
  if (status === 404) {
    return (
      <Empty title={`There is no bucket ${bucket}.`}>
        <Link className="font-semibold text-accent" href="/browse">
          All buckets
        </Link>
      </Empty>
    );
  }
  if (status !== 403) return <Failure error={error} onRetry={onRetry} what="This folder cannot be listed." />;
  const where = session.prefixes.length > 0 ? ` under ${session.prefixes.join(', ')}` : '';
  return (
    <Empty title={`Your key may not list this (it may: ${session.role}${where}).`}>
      <span className="flex flex-wrap gap-3">
        {session.prefixes.map((prefix) => (
          <Link className="font-semibold text-accent" href={folderHref(bucket, prefix)} key={prefix}>
            {prefix}
          </Link>
        ))}
      </span>
    </Empty>
  );
}
