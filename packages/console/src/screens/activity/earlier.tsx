import { GridTable } from '../../components/grid-table.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import type { Output } from '../../data/api.ts';
import { useAsk, useAskPages } from '../../data/hooks.ts';
import { formatBytes, formatCount, formatDay, plural, shortKey } from '../../format.ts';
import { useSession } from '../../frame/session-context.ts';

type Day = Output<'listDays'>['items'][number];

const columns =
  'lg:grid lg:grid-cols-[124px_minmax(0,24fr)_minmax(0,24fr)_72px_84px_84px_92px_92px] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Day', 'Bucket', 'Signer', 'Links', 'Uses', 'Refused', 'Sent', 'Received'] as const;

/** What is left of links that the ledger has let go: their sums by the day that each was last seen (LDG-85). */
export function Earlier() {
  const { session } = useSession();
  const pages = useAskPages('listDays', { limit: 200 });
  const keys = useAsk('listKeys', {}, { enabled: session.role === 'owner' });
  const notes = new Map(keys.data?.items.map(({ id, note }) => [id, note]));
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-label="Earlier" className="card overflow-hidden">
      <p className="border-b border-line px-4 py-2.5 text-muted">
        Links that the ledger has let go, summed up by the day that each was last seen, in UTC
      </p>
      {pages.isError && (
        <Failure error={pages.error} onRetry={() => void pages.refetch()} what="The earlier days did not come." />
      )}
      {pages.isPending && <LoadingRows rowHeightPx={40} />}
      {rows.length > 0 && (
        <GridTable
          cells={(day) => <Cells day={day} note={notes.get(day.accessKeyId)} />}
          columns={columns}
          headers={headers}
          keyOf={({ day, bucket, accessKeyId }) => `${day} ${bucket} ${accessKeyId}`}
          label="Earlier days"
          pages={pages}
          rowPx={{ wide: 40, compact: 32, stacked: 84 }}
          rows={rows}
        />
      )}
      {pages.isSuccess && rows.length === 0 && <Empty title="Every link is still in the ledger." />}
    </section>
  );
}

type CellsProps = { readonly day: Day; readonly note: string | null | undefined };

function Cells({ day: { day, bucket, accessKeyId, links, uses, bytes, refused }, note }: CellsProps) {
  return (
    <>
      <time className="truncate pr-3 font-semibold max-lg:row-start-1" dateTime={day} role="cell">
        {formatDay(Date.parse(day))}
      </time>
      <div className="truncate pr-3 max-lg:row-start-2" role="cell" title={bucket}>
        {bucket}
      </div>
      <div className="truncate pr-3 max-lg:row-start-3 max-lg:text-muted" role="cell" title={accessKeyId}>
        {note ?? <code className="font-mono text-xs">{shortKey(accessKeyId)}</code>}
      </div>
      <div className="max-lg:hidden" role="cell">
        {formatCount(links)}
      </div>
      <div className="max-lg:col-start-2 max-lg:row-start-1 max-lg:text-right" role="cell">
        <span className="lg:hidden">{plural(uses, 'use')}</span>
        <span className="max-lg:hidden">{formatCount(uses)}</span>
      </div>
      <div
        className={`max-lg:col-start-2 max-lg:row-start-2 max-lg:text-right ${refused > 0 ? 'text-danger' : 'max-lg:text-muted'}`}
        role="cell"
      >
        {formatCount(refused)}
        <span className="lg:hidden"> refused</span>
      </div>
      <div className="truncate max-lg:col-start-2 max-lg:row-start-3 max-lg:text-right max-lg:text-muted" role="cell">
        {formatBytes(bytes.out)}
        <span className="lg:hidden"> sent</span>
      </div>
      <div className="truncate max-lg:hidden" role="cell">
        {formatBytes(bytes.in)}
      </div>
    </>
  );
}
