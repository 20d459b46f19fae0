import { Link } from 'wouter';
import { KeyName, useKeyNotes } from '../../components/key-name.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import type { Output } from '../../data/api.ts';
import { useAskPages } from '../../data/hooks.ts';
import { formatExact } from '../../format.ts';
import { aboutEntry, eventWords } from './audit-words.ts';
import { LogCard } from './log-card.tsx';
import { logTime } from './spans.ts';

type Entry = Output<'listAudit'>['items'][number];

const columns =
  'lg:grid lg:grid-cols-[124px_minmax(0,20fr)_minmax(0,22fr)_minmax(0,50fr)] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';

/** Who changed what. */
export function Audit() {
  const pages = useAskPages('listAudit', { limit: 200 }, { everyMs: 10_000 });
  const notes = useKeyNotes();
  return (
    <LogCard
      asked={pages}
      cells={(entry) => <Cells entry={entry} notes={notes} />}
      columns={columns}
      empty="No changes yet"
      failed="Can't load the audit log."
      headers={['Time', 'Action', 'User', 'Target']}
      keyOf={({ id }) => id}
      label="Who changed what"
      name="Audit"
      pages={pages}
      rows={pages.data?.pages.flatMap(({ items }) => items) ?? []}
      stackedPx={62}
    />
  );
}

type CellsProps = { readonly entry: Entry; readonly notes: ReadonlyMap<string, string | null> };

function Cells({ entry, notes }: CellsProps) {
  const nowMs = useNow();
  const zone = useZone();
  const { time, event, actor, fields } = entry;
  const atMs = Date.parse(time);
  const { text, to } = aboutEntry(fields, notes);
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
      <div className="truncate pr-3 max-lg:order-4 max-lg:text-right max-lg:text-xs" role="cell">
        <KeyName id={actor} notes={notes} />
      </div>
      <div className="truncate text-muted max-lg:order-3 max-lg:text-xs" role="cell" title={text}>
        {to === undefined ? (
          text
        ) : (
          <Link className="text-text" href={to}>
            {text}
          </Link>
        )}
      </div>
    </>
  );
}
