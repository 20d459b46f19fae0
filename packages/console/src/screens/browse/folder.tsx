import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { FilterHead } from '../../components/table/filter-head.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { useIsWide, useMedia } from '../../components/wide.ts';
import { whyForbidden } from '../../data/rights.ts';
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

const NewLink = lazyPart(async () => (await import('../new-link/new-link.tsx')).NewLink);
const ObjectPanel = lazyPart(async () => (await import('./object/panel.tsx')).ObjectPanel);
const Removal = lazyPart(async () => (await import('./removal.tsx')).Removal);
const NewFolder = lazyPart(async () => (await import('./name-dialogs.tsx')).NewFolder);
const MoveFolder = lazyPart(async () => (await import('./name-dialogs.tsx')).MoveFolder);
const MoveObject = lazyPart(async () => (await import('./name-dialogs.tsx')).MoveObject);

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
  const isThere = useIsThere(bucket, pages.error);
  const mayWrite = isThere && whyForbidden(session.role, 'write') === undefined;
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
            {prefix === '' && isThere && <BucketTabs bucket={bucket} />}
            <div className={isOpen && isWide ? 'grid grid-cols-[minmax(0,1fr)_380px] items-start gap-4' : ''}>
              <div className="card min-w-0 overflow-hidden">
                {isThere && <Filter bucket={bucket} count={pages.data && rows.length} hasMore={pages.hasNextPage} />}
                {pages.isError && <Refused bucket={bucket} error={pages.error} onRetry={() => void pages.refetch()} />}
                {pages.isPending && <LoadingRows rowHeightPx={40} />}
                {isFirstEmpty &&
                  (mayWrite ? <Nothing bucket={bucket} prefix={prefix} /> : <Empty title="This folder is empty" />)}
                {pages.isSuccess && rows.length === 0 && !isFirstEmpty && (
                  <Empty title={place.find === '' ? 'No deleted objects' : `No names start with “${place.find}” here.`}>
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

/** Whether the bucket is there for this key, as far as is known: one that was refused has nothing that could be done in it. */
function useIsThere(bucket: string, error: Error | undefined): boolean {
  const refused = useRef<string>(undefined);
  if (error instanceof S3Refused && (error.status === 403 || error.status === 404)) refused.current = bucket;
  else if (error === undefined) refused.current = undefined;
  return refused.current !== bucket;
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
  const {
    session: { role },
  } = useSession();
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
          // A key that can make no shares signs a URL instead.
          next.set('new', whyForbidden(role, 'share') === undefined ? 'share' : 'link');
          next.set('at', key);
          return next;
        }),
      whyNoShare: ({ isFolder }) => (isFolder ? whyForbidden(role, 'share') : undefined),
      remove: (entries) => {
        // With versions nothing is lost: delete without asking, and offer to undo it.
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
    [bucket, mayWrite, role, versioning, setParams, ask],
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
    <>
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
    </>
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
  return <NewLink kind={wanted} onClose={close} />;
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
    <Empty title="This folder is empty. Drop files here, or run:">
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
      <Empty title={`Bucket “${bucket}” does not exist.`}>
        <Link className="font-semibold text-accent" href="/browse">
          All buckets
        </Link>
      </Empty>
    );
  }
  if (status !== 403) return <Failure error={error} onRetry={onRetry} what="Can't list this folder." />;
  const where = session.prefixes.length > 0 ? ` It can use ${session.prefixes.join(', ')}.` : '';
  return (
    <Empty
      title={`Your key has no access to ${session.prefixes.length > 0 ? 'this folder' : `bucket “${bucket}”`}.${where}`}
    >
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
