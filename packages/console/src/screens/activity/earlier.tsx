import { KeyName, useKeyNotes } from '../../components/key-name.tsx';
import type { Output } from '../../data/api.ts';
import { useAskPages } from '../../data/hooks.ts';
import { formatBytes, formatCount, formatDay, plural } from '../../format.ts';
import { About, LogCard } from './log-card.tsx';

type Day = Output<'listDays'>['items'][number];

const columns =
  'lg:grid lg:grid-cols-[124px_minmax(0,24fr)_minmax(0,24fr)_72px_84px_84px_92px_92px] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Day', 'Bucket', 'Signer', 'Links', 'Uses', 'Refused', 'Sent', 'Received'] as const;

/** What is left of links that the ledger has let go: their sums by the day that each was last seen (LDG-85). */
export function Earlier() {
  const pages = useAskPages('listDays', { limit: 200 });
  const notes = useKeyNotes();
  return (
    <LogCard
      asked={pages}
      cells={(day) => <Cells day={day} notes={notes} />}
      columns={columns}
      empty="No older links: the ledger still has every link"
      failed="Can't load older links."
      headers={headers}
      keyOf={({ day, bucket, accessKeyId }) => `${day} ${bucket} ${accessKeyId}`}
      label="Older links"
      name="Earlier"
      pages={pages}
      rows={pages.data?.pages.flatMap(({ items }) => items) ?? []}
      stackedPx={84}
    >
      <About>Older links, summarized by day (UTC) of last use</About>
    </LogCard>
  );
}

type CellsProps = { readonly day: Day; readonly notes: ReadonlyMap<string, string | null> };

function Cells({ day: { day, bucket, accessKeyId, links, uses, bytes, refused }, notes }: CellsProps) {
  return (
    <>
      <time className="truncate pr-3 font-semibold max-lg:row-start-1" dateTime={day} role="cell">
        {formatDay(Date.parse(day))}
      </time>
      <div className="truncate pr-3 max-lg:row-start-2" role="cell" title={bucket}>
        {bucket}
      </div>
      <div className="truncate pr-3 max-lg:row-start-3 max-lg:text-muted" role="cell">
        <KeyName id={accessKeyId} notes={notes} />
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
