import type { Link, LinkEvent } from '@tidegate/presign/admin';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { KeyName, useKeyNotes } from '../../components/key-name.tsx';
import { Menu } from '../../components/menu.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatBytes, formatClock, formatMoment, formatTook, shortAgent } from '../../format.ts';
import { reasonSentence } from '../../reason-words.ts';

const filters = { all: 'All', uses: 'Uses', refused: 'Refused' } as const;
type Filter = keyof typeof filters;
const fewest = 20;

/** What happened with a link, the newest first. */
export function Events({ link }: { readonly link: Link }) {
  const [filter, setFilter] = useState<Filter>('all');
  const [isWhole, setWhole] = useState(false);
  const found = useAsk('listLinkEvents', { id: link.id, limit: 200 });
  const notes = useKeyNotes();
  const events = inOrder(found.data?.items ?? []).filter(
    ({ type }) => filter === 'all' || type === (filter === 'refused' ? 'link.refused' : 'link.used'),
  );
  return (
    <section className="card">
      <div className="flex items-center justify-between border-b border-line py-2 pr-3 pl-4">
        <h2 className="font-semibold">Events</h2>
        <Menu
          align="end"
          entries={Object.entries(filters).map(([name, text]) => ({
            text,
            isChosen: name === filter,
            onChoose: () => setFilter(name === 'uses' || name === 'refused' ? name : 'all'),
          }))}
          trigger={
            <button className="chip" type="button">
              {filters[filter]}
            </button>
          }
        />
      </div>
      {found.isPending && <LoadingRows rowHeightPx={33} rows={5} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} what="Can't load events." />}
      {found.isSuccess && events.length === 0 && <Empty title="No events yet" />}
      <ol>
        {events.slice(0, isWhole ? undefined : fewest).map((event) => (
          <EventRow event={event} key={event.id} link={link} notes={notes} />
        ))}
      </ol>
      {!isWhole && events.length > fewest && (
        <div className="p-2 text-center">
          <Button kind="quiet" onClick={() => setWhole(true)}>
            {events.length - fewest} more
          </Button>
        </div>
      )}
    </section>
  );
}

/** What one request did, in the order that it did so: it all bears the same time. */
const order = ['link.first-used', 'link.used', 'link.spent'];

function inOrder(events: readonly LinkEvent[]): readonly LinkEvent[] {
  return events.toSorted(
    (one, other) =>
      Date.parse(other.time) - Date.parse(one.time) || order.indexOf(other.type) - order.indexOf(one.type),
  );
}

const words: Readonly<Record<string, string>> = {
  'link.registered': 'Registered',
  'link.first-used': 'First used',
  'link.spent': 'Used up',
  'link.revoked': 'Revoked',
  'link.restored': 'Restored',
  'link.tightened': 'Limited further',
  'link.expiring': 'Expires soon',
  'share.created': 'Created',
  'share.changed': 'Changed',
  'request.closed': 'Closed',
  'request.uploaded': 'Received',
  'object.uploaded': 'Received',
};

type EventRowProps = {
  readonly event: LinkEvent;
  readonly link: Link;
  readonly notes: ReadonlyMap<string, string | null>;
};

function EventRow({ event, link, notes }: EventRowProps) {
  const nowMs = useNow();
  const zone = useZone();
  const { time, type, method, reason, client, bytes, ms, count } = event;
  const atMs = Date.parse(time);
  const isUse = type === 'link.used';
  const isRefused = type === 'link.refused';
  const moment = nowMs - atMs < 86_400_000 ? formatClock(atMs, zone) : formatMoment(atMs, nowMs, zone);
  return (
    <li className="flex flex-wrap items-center gap-x-4 border-b border-line px-4 py-1.5 last:border-0">
      <time className="w-15 shrink-0 text-muted" dateTime={time}>
        {moment}
      </time>
      <span
        className={`flex w-24 shrink-0 items-center gap-1.5 font-medium ${isRefused ? 'text-danger' : isUse ? 'text-accent' : ''}`}
      >
        {isRefused && <span aria-hidden="true">×</span>}
        {isUse && <span aria-hidden="true" className="size-2.5 rounded-full bg-accent" />}
        {type === 'link.spent' && <span aria-hidden="true" className="size-2.5 rounded-full border-2 border-muted" />}
        {type === 'link.revoked' && (
          <span className="text-danger">
            <Icon name="revoke" size={12} />
          </span>
        )}
        {isRefused ? 'Refused' : isUse ? 'Used' : (words[type] ?? type)}
      </span>
      <span className="min-w-0 flex-1 truncate">
        {method !== '' && [client.address, shortAgent(client.userAgent)].filter((text) => text !== '').join(' · ')}
      </span>
      <span className="text-right text-muted">
        {isRefused && reasonSentence(reason ?? '')}
        {isUse && `${formatBytes(bytes)} in ${formatTook(ms)}`}
        {count > 1 && ` ×${count}`}
        {type === 'link.revoked' && link.revocation !== null && <KeyName id={link.revocation.by} notes={notes} />}
      </span>
    </li>
  );
}
