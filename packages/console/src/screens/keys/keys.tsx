import type { Key } from '@tidegate/presign/admin';
import { lazy, Suspense } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { FilterHead } from '../../components/filter-head.tsx';
import { GridTable } from '../../components/grid-table.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { Ago } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatCount, plural, shortKey } from '../../format.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { reachWords, roles, ruleWords } from './key-words.ts';

const NewKey = lazy(async () => ({ default: (await import('./new-key.tsx')).NewKey }));
const columns =
  'lg:grid lg:grid-cols-[minmax(0,24fr)_116px_minmax(0,18fr)_minmax(0,30fr)_56px_92px_84px] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Key', 'Role', 'Reach', 'Rules for its links', 'Links', 'Last used', 'State'] as const;
/** Links that are counted by key. */
const mostCounted = 500;

/** The access keys, and what holds for the links of each. */
export function Keys() {
  const { session } = useSession();
  const [params, setParams] = useSearchParams();
  const isOwner = session.role === 'owner';
  const keys = useAsk('listKeys', {}, { enabled: isOwner });
  const links = useAsk('listLinks', { state: 'active', limit: mostCounted }, { enabled: isOwner });
  const set = (name: string, value: string | undefined): void => {
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value === undefined || value === '') next.delete(name);
      else next.set(name, value);
      return next;
    });
  };
  const find = params.get('find') ?? '';
  const rows = (keys.data?.items ?? []).filter((key) => fits(key, find));
  const active = countByKey(links.data?.items ?? []);
  const isAll = links.data?.next === null;
  useKey('n', 'New key', () => set('new', '1'), isOwner);
  if (!isOwner) {
    return (
      <Page title="Keys">
        <section className="card">
          <Empty title="Keys are for owners. Yours cannot see them." />
        </section>
      </Page>
    );
  }
  return (
    <Page
      actions={
        <Button hint="n" icon="plus" kind="primary" onClick={() => set('new', '1')}>
          New key
        </Button>
      }
      subtitle="Who signs, and what every link of theirs may be"
      title="Keys"
    >
      <section aria-label="Keys" className="card overflow-hidden">
        <FilterHead
          find={find}
          label="Key, note, account or bucket"
          onFind={(text) => set('find', text)}
          status={plural(rows.length, 'key')}
        />
        {keys.isError && (
          <Failure error={keys.error} onRetry={() => void keys.refetch()} what="The keys did not come." />
        )}
        {keys.isPending && <LoadingRows rowHeightPx={58} />}
        {rows.length > 0 && (
          <GridTable
            cells={(key) => (
              <Cells active={active.get(key.id) ?? 0} isAll={isAll} keyShown={key} own={session.accessKeyId} />
            )}
            columns={columns}
            headers={headers}
            keyOf={({ id }) => id}
            label="Access keys"
            rowPx={{ wide: 58, compact: 40, stacked: 84 }}
            rows={rows}
          />
        )}
        {keys.isSuccess && rows.length === 0 && (
          <Empty title={find === '' ? 'No keys yet.' : 'No key matches.'}>
            {find !== '' && <Button onClick={() => set('find', undefined)}>Clear filter</Button>}
          </Empty>
        )}
      </section>
      <Suspense>{params.has('new') && <NewKey onClose={() => set('new', undefined)} />}</Suspense>
    </Page>
  );
}

function fits(key: Key, find: string): boolean {
  const asked = find.toLowerCase();
  return [key.id, key.note ?? '', key.owner.name, ...key.buckets].some((text) => text.toLowerCase().includes(asked));
}

function countByKey(
  links: readonly { readonly signer: { readonly accessKeyId: string } | null }[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { signer } of links) {
    if (signer !== null) counts.set(signer.accessKeyId, (counts.get(signer.accessKeyId) ?? 0) + 1);
  }
  return counts;
}

type CellsProps = { readonly keyShown: Key; readonly active: number; readonly isAll: boolean; readonly own: string };

function Cells({ keyShown, active, isAll, own }: CellsProps) {
  const { id, note, role, owner, state, lastUsed, governance } = keyShown;
  const rules = ruleWords(governance);
  const reach = reachWords(keyShown);
  return (
    <>
      <div className="min-w-0 pr-3" role="cell">
        <Link className="block truncate text-base leading-5 font-semibold" href={`/keys/${id}`} title={note ?? id}>
          {note ?? shortKey(id)}
        </Link>
        <span className="block truncate text-xs leading-5 text-muted lg:compact:hidden">
          <code className="font-mono">{shortKey(id)}</code>
          {` · ${owner.name}`}
          {id === own && ' · yours'}
        </span>
      </div>
      <div className="truncate pr-3 max-lg:row-start-2 max-lg:text-xs" role="cell">
        {roles[role][0]}
      </div>
      <div className="truncate pr-3 max-lg:hidden" role="cell" title={reach}>
        {reach}
      </div>
      <div
        className={`truncate pr-3 max-lg:row-start-3 max-lg:text-xs ${rules.length === 0 ? 'text-muted' : ''}`}
        role="cell"
        title={rules.join(', ')}
      >
        {rules.length === 0 ? 'No rules' : rules.join(', ')}
      </div>
      <div className="tabular-nums max-lg:hidden" role="cell">
        {formatCount(active)}
        {isAll ? '' : '+'}
      </div>
      <div className="truncate text-muted max-lg:row-start-2 max-lg:text-right max-lg:text-xs" role="cell">
        {lastUsed == null ? 'never' : <Ago at={lastUsed} />}
      </div>
      <div
        className={`max-lg:col-start-2 max-lg:row-start-1 max-lg:text-right ${state === 'disabled' ? 'text-danger' : 'text-muted'}`}
        role="cell"
      >
        {state === 'disabled' ? 'Disabled' : 'Enabled'}
      </div>
    </>
  );
}
