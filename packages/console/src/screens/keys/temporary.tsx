import { Link } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { GridTable } from '../../components/table/grid-table.tsx';
import { Ago, Moment } from '../../components/time.tsx';
import { useAsk, useAskPages } from '../../data/hooks.ts';
import { shortKey } from '../../format.ts';
import { TemporaryDialog } from './temporary-dialog.tsx';
import { nameOf, policyWords, type TemporaryCredentials, temporaryStates } from './temporary-words.ts';

const columns =
  'lg:grid lg:grid-cols-[minmax(0,26fr)_minmax(0,18fr)_minmax(0,30fr)_minmax(0,14fr)_minmax(0,12fr)_84px] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Credentials', 'Created with', 'May do', 'Expires', 'Created', 'State'] as const;
/** Keys that the filter offers. */
const mostKeys = 30;
const stateWords = { '': 'all', active: 'active', revoked: 'revoked', expired: 'expired', inactive: 'inactive' };

type TemporaryProps = {
  readonly params: URLSearchParams;
  readonly onSet: (name: string, value: string | undefined) => void;
};

/** Temporary credentials: what STS gave out, by whom it was asked for, and when it ends. */
export function Temporary({ params, onSet }: TemporaryProps) {
  const [state, parent, shown] = [params.get('state') ?? '', params.get('key') ?? '', params.get('id')];
  const asked = { limit: 100, ...(state !== '' && { state }), ...(parent !== '' && { parent }) };
  const pages = useAskPages('listTemporaryCredentials', asked, { keep: true, everyMs: 10_000 });
  const keys = useAsk('listKeys', { limit: 1_000 });
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const keyWords = Object.fromEntries([
    ['', 'any'],
    ...(keys.data?.items.slice(0, mostKeys).map(({ id, note }) => [id, note ?? shortKey(id)]) ?? []),
  ]);
  const isFiltered = state !== '' || parent !== '';
  return (
    <section aria-label="Temporary credentials" className="card overflow-hidden">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2.5">
        <Choice isNamed label="State" onChoose={(value) => onSet('state', value)} value={state} words={stateWords} />
        <Choice label="Created with" onChoose={(value) => onSet('key', value)} value={parent} words={keyWords} />
        <span className="ml-auto whitespace-nowrap text-muted" role="status">
          {pages.data !== undefined && `${rows.length} shown${pages.hasNextPage ? ' so far' : ''}`}
        </span>
      </div>
      {pages.isError && (
        <Failure error={pages.error} onRetry={() => void pages.refetch()} what="Can't load temporary credentials." />
      )}
      {pages.isPending && <LoadingRows rowHeightPx={58} />}
      {rows.length > 0 && (
        <GridTable
          cells={(one) => <Cells params={params} shown={one} />}
          columns={columns}
          headers={headers}
          key={pages.shownKey}
          keyOf={({ id }) => id}
          label="Temporary credentials"
          pages={pages}
          rowPx={{ wide: 58, compact: 40, stacked: 84 }}
          rows={rows}
        />
      )}
      {pages.isSuccess && rows.length === 0 && !pages.hasNextPage && (
        <Empty title={isFiltered ? 'No credentials match.' : 'No temporary credentials'}>
          {isFiltered ? (
            <Button
              onClick={() => {
                onSet('state', undefined);
                onSet('key', undefined);
              }}
            >
              Clear filters
            </Button>
          ) : (
            <p>
              Programs get them from STS (GetSessionToken, AssumeRole). They are listed until one day after they expire.
            </p>
          )}
        </Empty>
      )}
      {shown !== null && <TemporaryDialog id={shown} key={shown} onClose={() => onSet('id', undefined)} />}
    </section>
  );
}

type CellsProps = { readonly shown: TemporaryCredentials; readonly params: URLSearchParams };

function Cells({ shown, params }: CellsProps) {
  const { id, parent, role, policy, issuedAt, endsAt, state } = shown;
  const to = new URLSearchParams(params);
  to.set('id', id);
  const may = policyWords(policy).join('; ');
  return (
    <>
      <div className="min-w-0 pr-3" role="cell">
        <Link className="block truncate text-base leading-5 font-semibold" href={`/keys?${to}`} title={id}>
          {nameOf(shown)}
        </Link>
        <span className="block truncate text-xs leading-5 text-muted lg:compact:hidden">
          <code className="font-mono">{shortKey(id)}</code>
          {role !== null && ` · ${role}`}
        </span>
      </div>
      <div className="truncate pr-3 max-lg:row-start-2 max-lg:text-xs" role="cell" title={parent.accessKeyId}>
        {parent.note ?? <code className="font-mono text-xs">{shortKey(parent.accessKeyId)}</code>}
      </div>
      <div
        className={`truncate pr-3 max-lg:row-start-3 max-lg:text-xs ${policy === null ? 'text-muted' : ''}`}
        role="cell"
        title={may}
      >
        {may}
      </div>
      <div className="truncate pr-3 max-lg:row-start-2 max-lg:pr-0 max-lg:text-right max-lg:text-xs" role="cell">
        <Ago at={endsAt} />
        <span className="block truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">
          <Moment at={endsAt} />
        </span>
      </div>
      <div className="truncate text-muted max-lg:hidden" role="cell">
        <Ago at={issuedAt} />
      </div>
      <div
        className={`max-lg:col-start-2 max-lg:row-start-1 max-lg:text-right ${state === 'revoked' ? 'text-danger' : 'text-muted'}`}
        role="cell"
      >
        {temporaryStates[state]}
      </div>
    </>
  );
}
