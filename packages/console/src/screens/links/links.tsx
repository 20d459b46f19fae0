import type { Link } from '@tidegate/presign/admin';
import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Icon } from '../../components/icon.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Menu } from '../../components/menu.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { FilterHead } from '../../components/table/filter-head.tsx';
import { sayFailed } from '../../components/toast.tsx';
import { useAsk, useAskPages } from '../../data/hooks.ts';
import { restoreLinks, revokeLinks } from '../../data/revoking.ts';
import { type Action, whyForbidden } from '../../data/rights.ts';
import { formatCount, plural, shortKey } from '../../format.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import type { NewKind } from '../new-link/draft.ts';
import { useFirstSteps } from './first-steps.ts';
import { type LinkFilters, type LinkTotals, queryOf, useLinkFilters, useLinkTotals, useLiveRows } from './link-list.ts';
import { LinkTable } from './link-table.tsx';
import { Summary } from './summary.tsx';

const FirstRun = lazyPart(async () => (await import('./first-run.tsx')).FirstRun, 'section');
const NewLink = lazyPart(async () => (await import('../new-link/new-link.tsx')).NewLink);

/** All links and their use. */
export function Links() {
  const [filters, change] = useLinkFilters();
  const input = useMemo(() => queryOf(filters), [filters]);
  const pages = useAskPages('listLinks', input, { keep: true });
  const rows = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const totals = useLinkTotals(input);
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
      subtitle="All links and their use"
      title="Links"
    >
      {steps.isShown && <FirstRun links={steps.links} onHide={steps.hide} />}
      {(!steps.isShown || rows.length > 0) && (
        <>
          <Summary onFilter={change} />
          <section aria-label="Ledger" className="card">
            <Filters
              filters={filters}
              onChange={change}
              status={totals === undefined || pages.isKept ? '' : plural(totals.matching, 'link')}
              totals={totals}
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
              <Failure error={pages.error} onRetry={() => void pages.refetch()} what="Can't load links." />
            )}
            {pages.isPending && <LoadingRows />}
            {rows.length > 0 && (
              <div aria-busy={isWaiting} className={isWaiting ? 'opacity-60 transition-opacity delay-300' : ''}>
                <LinkTable onSelected={setSelected} pages={pages} rows={rows} selected={selected} />
              </div>
            )}
            {isEmpty && isFiltered && (
              <Empty title="No links match.">
                <Button onClick={() => change({ state: '', kind: '', key: '', find: '', refused: '', unused: '' })}>
                  Clear filters
                </Button>
              </Empty>
            )}
            {isEmpty && !isFiltered && <Empty title="No links yet" />}
          </section>
          {chosen.length > 0 && <Selection chosen={chosen} onClear={() => setSelected(new Set())} />}
        </>
      )}
    </Page>
  );
}

const kinds: readonly (readonly [NewKind, string, string, Action])[] = [
  ['share', 'Share', 'Short URL, stored on the server', 'share'],
  ['link', 'Presigned URL', 'Signed with your key, valid for at most 7 days', 'signRead'],
  ['upload', 'Upload link', 'One file, uploaded with PUT', 'signWrite'],
  ['request', 'File request', 'A page where others upload files', 'request'],
];

function NewLinkMenu() {
  const { session } = useSession();
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
  const allowed = kinds.filter(([, , , action]) => whyForbidden(session.role, action) === undefined);
  useKey('n', 'New link', () => open(allowed[0]?.[0]));
  const kind = allowed.find(([name]) => name === wanted)?.[0];
  return (
    <>
      <Menu
        align="end"
        entries={kinds.map(([name, text, note, action]) => ({
          text,
          note,
          disabledWhy: whyForbidden(session.role, action),
          onChoose: () => open(name),
        }))}
        trigger={
          <Button icon="plus" kind="primary">
            New link
          </Button>
        }
      />
      {kind !== undefined && <NewLink kind={kind} onClose={() => open(undefined)} />}
    </>
  );
}

const stateWords = { '': 'all', active: 'active', spent: 'spent', revoked: 'revoked', expired: 'expired' } as const;
const kindWords = { '': 'any', link: 'presigned', share: 'shares', request: 'requests' } as const;
const sortWords = {
  '': 'last used',
  lastSeen: 'least recently used',
  expires: 'expires first',
  '-expires': 'expires last',
  '-created': 'newest',
  created: 'oldest',
  '-firstSeen': 'first used',
} as const;

type FiltersProps = {
  readonly filters: LinkFilters;
  readonly onChange: (change: LinkFilters) => void;
  /** How many there are; empty while it is not known. */
  readonly status: string;
  readonly totals: LinkTotals | undefined;
};

function Filters({ filters, onChange, status, totals }: FiltersProps) {
  const { session } = useSession();
  const keys = useAsk('listKeys', { limit: 1_000 }, { enabled: session.role === 'owner' });
  const keyWords = Object.fromEntries([
    ['', 'any'],
    ...(keys.data?.items.slice(0, 30).map(({ id, note }) => [id, note ?? shortKey(id)]) ?? []),
  ]);
  const chips = [
    { label: 'State', name: 'state', words: stateWords, counts: totals },
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
      {chips.map(({ label, name, words, ...more }) => (
        <Choice
          {...more}
          isNamed={name === 'state'}
          key={name}
          label={label}
          onChoose={(value) => onChange({ [name]: value })}
          value={filters[name] ?? ''}
          words={words}
        />
      ))}
      <button
        aria-pressed={filters.unused !== undefined}
        className="chip"
        data-on={filters.unused === undefined ? undefined : ''}
        onClick={() => onChange(filters.unused === undefined ? { unused: '1', state: 'active' } : { unused: '' })}
        type="button"
      >
        Not used yet{totals === undefined ? '' : ` ${formatCount(totals.unused)}`}
      </button>
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
  // A wider rule covers other links too, so it is removed where it is shown, not as a side effect here.
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
