import { Link } from 'wouter';
import { GridTable } from '../../components/grid-table.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import type { Output } from '../../data/api.ts';
import { useAsk, useAskPages } from '../../data/hooks.ts';
import { formatExact, shortKey } from '../../format.ts';
import { logTime } from './spans.ts';

type Entry = Output<'listAudit'>['items'][number];

const columns =
  'lg:grid lg:grid-cols-[124px_minmax(0,20fr)_minmax(0,22fr)_minmax(0,50fr)] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';

/** Who changed what. */
export function Audit() {
  const pages = useAskPages('listAudit', { limit: 200 }, { everyMs: 10_000 });
  const keys = useAsk('listKeys', {});
  const notes = new Map(keys.data?.items.map(({ id, note }) => [id, note]));
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-label="Audit" className="card overflow-hidden">
      {pages.isError && (
        <Failure error={pages.error} onRetry={() => void pages.refetch()} what="The audit log did not answer." />
      )}
      {pages.isPending && <LoadingRows rowHeightPx={40} />}
      {rows.length > 0 && (
        <GridTable
          cells={(entry) => <Cells entry={entry} note={notes.get(entry.actor)} />}
          columns={columns}
          headers={['Time', 'What', 'Who', 'Of what']}
          keyOf={({ id }) => id}
          label="Who changed what"
          pages={pages}
          rowPx={{ wide: 40, compact: 32, stacked: 62 }}
          rows={rows}
        />
      )}
      {pages.isSuccess && rows.length === 0 && <Empty title="Nobody changed anything yet." />}
    </section>
  );
}

function Cells({ entry, note }: { readonly entry: Entry; readonly note: string | null | undefined }) {
  const nowMs = useNow();
  const zone = useZone();
  const { time, event, actor, fields } = entry;
  const atMs = Date.parse(time);
  const about = Object.entries(fields).filter(([name]) => name !== 'by');
  const words = about.map(([name, value]) => `${name} ${value}`).join(' · ');
  const key = about.find(([name]) => name === 'key')?.[1];
  return (
    <>
      <time
        className="text-muted max-lg:order-2 max-lg:text-xs"
        dateTime={time}
        role="cell"
        title={formatExact(atMs, zone)}
      >
        {logTime(atMs, nowMs, zone)}
      </time>
      <div className="truncate pr-3 font-semibold max-lg:order-1" role="cell">
        {eventWords(event)}
      </div>
      <div className="truncate pr-3 max-lg:order-4 max-lg:text-right max-lg:text-xs" role="cell" title={actor}>
        {note ?? <code className="font-mono text-xs">{shortKey(actor)}</code>}
      </div>
      <div className="truncate text-muted max-lg:order-3 max-lg:text-xs" role="cell" title={words}>
        {key !== undefined && /^[A-Z0-9]{16,32}$/.test(key) ? (
          <Link className="text-text" href={`/keys/${key}`}>
            {words}
          </Link>
        ) : (
          words
        )}
      </div>
    </>
  );
}

/** `Key created` of `key.created` */
function eventWords(event: string): string {
  const text = event.replaceAll('.', ' ').replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
