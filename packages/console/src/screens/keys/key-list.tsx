import type { Key } from '@tidegate/presign/admin';
import { Link } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { FilterHead } from '../../components/table/filter-head.tsx';
import { GridTable } from '../../components/table/grid-table.tsx';
import { Ago } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatCount, plural, shortKey } from '../../format.ts';
import { useSession } from '../../frame/session-context.ts';
import { roles, ruleWords, scopeWords } from './key-words.ts';

const columns =
  'lg:grid lg:grid-cols-[minmax(0,24fr)_116px_minmax(0,18fr)_minmax(0,30fr)_56px_92px_84px] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Key', 'Role', 'Scope', 'Link rules', 'Links', 'Last used', 'State'] as const;
/** Links that are counted by key. */
const mostCounted = 500;

type KeyListProps = { readonly find: string; readonly onFind: (find: string) => void };

/** The access keys that last, and what holds for the links of each. */
export function KeyList({ find, onFind }: KeyListProps) {
  const { session } = useSession();
  const keys = useAsk('listKeys', { limit: 1_000 });
  const links = useAsk('listLinks', { state: 'active', limit: mostCounted });
  const rows = (keys.data?.items ?? []).filter((key) => fits(key, find));
  const active = links.data && countByKey(links.data.items);
  const isAll = links.data?.next === null;
  return (
    <section aria-label="Keys" className="card overflow-hidden">
      <FilterHead
        find={find}
        label="Key, note, account or bucket"
        onFind={onFind}
        status={keys.data === undefined ? '' : plural(rows.length, 'key')}
      />
      {keys.isError && <Failure error={keys.error} onRetry={() => void keys.refetch()} what="Can't load keys." />}
      {keys.isPending && <LoadingRows rowHeightPx={58} />}
      {rows.length > 0 && (
        <GridTable
          cells={(key) => (
            <Cells
              active={active && `${formatCount(active.get(key.id) ?? 0)}${isAll ? '' : '+'}`}
              keyShown={key}
              own={session.accessKeyId}
            />
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
        <Empty title={find === '' ? 'No keys yet.' : 'No keys match.'}>
          {find !== '' && <Button onClick={() => onFind('')}>Clear filter</Button>}
        </Empty>
      )}
    </section>
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

type CellsProps = {
  readonly keyShown: Key;
  /** How many of its links work; undefined: not known yet. */
  readonly active: string | undefined;
  readonly own: string;
};

function Cells({ keyShown, active, own }: CellsProps) {
  const { id, note, role, owner, state, lastUsed, governance } = keyShown;
  const rules = ruleWords(governance);
  const reach = scopeWords(keyShown);
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
        {active ?? '–'}
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
