import type { Link } from '@tidegate/presign/admin';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { FilterHead } from '../../components/filter-head.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu } from '../../components/menu.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { sayFailed } from '../../components/toast.tsx';
import { useAsk, useAskPages } from '../../data/hooks.ts';
import { restoreLinks, revokeLinks } from '../../data/revoking.ts';
import { formatCount, plural, shortKey } from '../../format.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import type { NewKind } from '../new-link/draft.ts';
import { useFirstSteps } from './first-steps.ts';
import { type LinkFilters, queryOf, useLinkFilters, useLiveRows } from './link-list.ts';
import { LinkTable } from './link-table.tsx';
import { Summary } from './summary.tsx';

const FirstRun = lazy(async () => ({ default: (await import('./first-run.tsx')).FirstRun }));
const NewLink = lazy(async () => ({ default: (await import('../new-link/new-link.tsx')).NewLink }));

/** Everything handed out, and what became of it. */
export function Links() {
  const [filters, change] = useLinkFilters();
  const input = useMemo(() => queryOf(filters), [filters]);
  const pages = useAskPages('listLinks', input, { keep: true });
  const rows = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const { waiting, showWaiting } = useLiveRows(rows);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter(({ id }) => selected.has(id));
  const isWaiting = pages.isKept && !pages.isError;
  const isFiltered = Object.keys(filters).some((name) => name !== 'sort');
  const steps = useFirstSteps(pages, rows, isFiltered);
  const isEmpty = pages.isSuccess && rows.length === 0 && !pages.hasNextPage;
  return (
    <Page
      actions={
        <div className="flex gap-2">
          <Button
            className="max-sm:hidden"
            onClick={() => {
              import('./export.ts').then(({ exportCsv }) => exportCsv(input)).catch(sayFailed);
            }}
          >
            Export
          </Button>
          <NewLinkMenu />
        </div>
      }
      subtitle="Everything handed out, and what became of it"
      title="Links"
    >
      {steps.isShown && (
        <Suspense>
          <FirstRun links={steps.links} onHide={steps.hide} />
        </Suspense>
      )}
      {(!steps.isShown || rows.length > 0) && (
        <>
          <Summary onFilter={change} />
          <section aria-label="Ledger" className="card">
            <Filters
              filters={filters}
              onChange={change}
              status={
                pages.data === undefined ? '' : `${plural(rows.length, 'link')}${pages.hasNextPage ? ' so far' : ''}`
              }
            />
            {waiting > 0 && (
              <button
                className="w-full border-b border-line bg-tint py-1.5 text-center font-semibold text-accent"
                onClick={() => {
                  scrollTo(0, 0);
                  showWaiting();
                }}
                type="button"
              >
                {formatCount(waiting)} new
              </button>
            )}
            {pages.isError && (
              <Failure error={pages.error} onRetry={() => void pages.refetch()} what="The ledger did not answer." />
            )}
            {pages.isPending && <LoadingRows />}
            {rows.length > 0 && (
              <div aria-busy={isWaiting} className={isWaiting ? 'opacity-60 transition-opacity delay-300' : ''}>
                <LinkTable onSelected={setSelected} pages={pages} rows={rows} selected={selected} />
              </div>
            )}
            {isEmpty && isFiltered && (
              <Empty title="No link matches.">
                <Button onClick={() => change({ state: '', kind: '', key: '', find: '', refused: '' })}>
                  Clear filters
                </Button>
              </Empty>
            )}
            {isEmpty && !isFiltered && <Empty title="Nothing was handed out yet." />}
          </section>
          {chosen.length > 0 && <Selection chosen={chosen} onClear={() => setSelected(new Set())} />}
        </>
      )}
    </Page>
  );
}

const kinds: readonly (readonly [NewKind, string, string])[] = [
  ['share', 'Share', 'Short, held by the server'],
  ['link', 'Presigned URL', 'Signed with your key, at most 7 days'],
  ['upload', 'Upload link', 'One file, by PUT'],
  ['request', 'File request', 'A page where others send files'],
];

function NewLinkMenu() {
  const [params, setParams] = useSearchParams();
  const wanted = params.get('new');
  const open = useCallback(
    (kind: string | undefined) => {
      setParams((now) => {
        const next = new URLSearchParams(now);
        if (kind === undefined) for (const name of ['new', 'bucket', 'at']) next.delete(name);
        else next.set('new', kind);
        return next;
      });
    },
    [setParams],
  );
  useKey('n', 'New link', () => open('share'));
  const kind = kinds.find(([name]) => name === wanted)?.[0];
  return (
    <>
      <Menu
        align="end"
        entries={kinds.map(([name, text, note]) => ({ text, note, onChoose: () => open(name) }))}
        trigger={
          <Button icon="plus" kind="primary">
            New link
          </Button>
        }
      />
      <Suspense>{kind !== undefined && <NewLink kind={kind} onClose={() => open(undefined)} />}</Suspense>
    </>
  );
}

const stateWords = { '': 'all', active: 'active', spent: 'spent', revoked: 'revoked', expired: 'expired' } as const;
const kindWords = { '': 'any', link: 'presigned', share: 'shares', request: 'requests' } as const;
const sortWords = {
  '': 'last used',
  expires: 'ends first',
  '-expires': 'ends last',
  '-created': 'newest',
  '-firstSeen': 'first used',
} as const;

type FiltersProps = {
  readonly filters: LinkFilters;
  readonly onChange: (change: LinkFilters) => void;
  /** How many there are; empty while it is not known. */
  readonly status: string;
};

function Filters({ filters, onChange, status }: FiltersProps) {
  const { session } = useSession();
  const keys = useAsk('listKeys', {}, { enabled: session.role === 'owner' });
  const keyWords = Object.fromEntries([
    ['', 'any'],
    ...(keys.data?.items.slice(0, 30).map(({ id, note }) => [id, note ?? shortKey(id)]) ?? []),
  ]);
  const chips = [
    { label: 'State', name: 'state', words: stateWords },
    { label: 'Kind', name: 'kind', words: kindWords },
    ...(session.role === 'owner' ? [{ label: 'Key', name: 'key', words: keyWords } as const] : []),
    { label: 'Sort', name: 'sort', words: sortWords },
  ] as const;
  return (
    <FilterHead
      find={filters.find ?? ''}
      isEager={false}
      label="Bucket, prefix or label"
      onFind={(text) => onChange({ find: text.trim() })}
      placeholder="Bucket/prefix, or label"
      status={status}
    >
      {chips.map(({ label, name, words }) => (
        <Choice
          isNamed={name === 'state'}
          key={name}
          label={label}
          onChoose={(value) => onChange({ [name]: value })}
          value={filters[name] ?? ''}
          words={words}
        />
      ))}
      {filters.refused !== undefined && (
        <button className="chip" data-on onClick={() => onChange({ refused: '' })} type="button">
          Refused <Icon name="close" size={12} />
          <span className="sr-only">, remove this filter</span>
        </button>
      )}
    </FilterHead>
  );
}

function Selection({ chosen, onClear }: { readonly chosen: readonly Link[]; readonly onClear: () => void }) {
  const revocable = chosen.filter(({ state }) => state !== 'revoked');
  // A wider rule holds others too: it is lifted where it is told, not by the way.
  const revoked = chosen.filter(({ revocation }) => revocation !== null && 'id' in revocation.rule);
  useKey('x', 'Revoke', () => void revokeLinks(revocable), revocable.length > 0);
  useKey('Escape', 'Select nothing', onClear);
  return (
    <div className="sticky bottom-4 z-10 flex flex-wrap items-center gap-2 self-center rounded-lg border border-line-strong bg-surface px-3 py-2 shadow-lg max-sm:bottom-18">
      <span className="mr-2 font-semibold">{chosen.length} selected</span>
      <Button disabled={revocable.length === 0} hint="x" kind="danger" onClick={() => void revokeLinks(revocable)}>
        Revoke
      </Button>
      <Button disabled={revoked.length === 0} onClick={() => void restoreLinks(revoked)}>
        Restore
      </Button>
      <Button
        onClick={() => {
          import('../../components/copy.ts').then(
            ({ copyText }) => copyText(chosen.map(({ id }) => id).join('\n'), plural(chosen.length, 'fingerprint')),
            sayFailed,
          );
        }}
      >
        Copy fingerprints
      </Button>
      <Button aria-label="Select nothing" icon="close" kind="quiet" onClick={onClear} />
    </div>
  );
}
