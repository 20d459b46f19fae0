import type { Link, LinkEvent } from '@tidegate/presign/admin';
import { useNow, useZone } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatBytes, formatCount, formatExact, formatMoment, shortAgent } from '../../format.ts';
import { reasonSentence } from '../../reason-words.ts';
import { type Cluster, clusters, percent, ticks } from './time-scale.ts';

const mostLanes = 12;
/** So many events are written out where several are one mark. */
const mostInTitle = 8;

type Lane = { readonly address: string; readonly agent: string; readonly events: LinkEvent[] };

/** Uses by client: a lane for each client, time across. The table under it says the same in words. */
export function UseMap({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const zone = useZone();
  const { data } = useAsk('listLinkEvents', { id: link.id, limit: 200 });
  const events = (data?.items ?? []).filter(({ type }) => type === 'link.used' || type === 'link.refused');
  const lanes = lanesOf(events);
  if (lanes.length === 0) return null;
  const times = events.map(({ time }) => Date.parse(time));
  const [first, last] = [Math.min(...times), Math.max(...times, Math.min(nowMs, Math.max(...times) + 600_000))];
  const pad = Math.max(60_000, (last - first) * 0.08);
  const [fromMs, toMs] = [first - pad, last + pad];
  const biggest = Math.max(1, ...events.map(({ bytes }) => bytes));
  return (
    <section className="card">
      <div className="flex flex-wrap items-center justify-between gap-x-4 border-b border-line px-4 py-2.5">
        <h2 className="font-semibold">Uses by client</h2>
        <p aria-hidden="true" className="flex items-center gap-3 text-muted">
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-full bg-accent" /> use
          </span>
          <span className="flex items-center gap-1.5">
            <span className="font-bold text-danger">×</span> refused
          </span>
        </p>
      </div>
      <div className="grid grid-cols-[110px_minmax(0,1fr)] px-4 pt-2 sm:grid-cols-[128px_minmax(0,1fr)]">
        {lanes.slice(0, mostLanes).map(({ address, agent, events: own }) => (
          <div className="contents" key={`${address} ${agent}`}>
            <div className="min-w-0 py-1.5">
              <p className="truncate text-xs font-semibold" title={address}>
                {address === '' ? 'not kept' : address}
              </p>
              <p className="truncate text-xs text-muted" title={agent}>
                {shortAgent(agent) || '–'}
              </p>
            </div>
            <div className="relative border-l border-line">
              <div className="absolute inset-x-0 top-1/2 h-px bg-line" />
              {[true, false].flatMap((isUse) =>
                clusters(
                  own.filter(({ reason }) => (reason === null) === isUse),
                  (ms) => percent(ms, fromMs, toMs),
                  3,
                ).map((found) => <Mark biggest={biggest} found={found} key={`${isUse} ${found.left}`} />),
              )}
              {nowMs > fromMs && nowMs < toMs && (
                <span
                  aria-hidden="true"
                  className="absolute inset-y-0 w-px bg-text"
                  style={{ left: `${percent(nowMs, fromMs, toMs)}%` }}
                />
              )}
            </div>
          </div>
        ))}
        <div />
        <div aria-hidden="true" className="relative h-7 overflow-hidden border-l border-transparent text-xs text-muted">
          {ticks(fromMs, toMs, 6).map((at) => (
            <span
              className={`absolute top-1 whitespace-nowrap ${edgeOf(percent(at, fromMs, toMs))}`}
              key={at}
              style={{ left: `${percent(at, fromMs, toMs)}%` }}
            >
              {formatMoment(at, nowMs, zone).replace(/^.*, /, toMs - fromMs > 86_400_000 ? '$&' : '')}
            </span>
          ))}
        </div>
      </div>
      {lanes.length > mostLanes && <p className="px-4 pb-2 text-muted">{lanes.length - mostLanes} more clients</p>}
      <details className="border-t border-line px-4 py-2">
        <summary className="text-muted">As a table</summary>
        <div className="overflow-x-auto pt-2">
          <table className="w-full text-left text-xs">
            <thead className="text-muted">
              <tr>
                {['When', 'Address', 'Client', 'Sent', 'What'].map((text) => (
                  <th className="pr-3 pb-1 font-medium" key={text} scope="col">
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {events.map(({ id, time, client, bytes, reason, count }) => (
                <tr key={id}>
                  <td className="pr-3 whitespace-nowrap">{formatExact(Date.parse(time), zone)}</td>
                  <td className="pr-3">{client.address}</td>
                  <td className="pr-3">{shortAgent(client.userAgent)}</td>
                  <td className="pr-3 whitespace-nowrap">{formatBytes(bytes)}</td>
                  <td>
                    {reason === null ? 'use' : reasonSentence(reason)}
                    {count > 1 && ` ×${count}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

/** A label at an end of the line stays within it. */
function edgeOf(left: number): string {
  if (left > 90) return '-translate-x-full';
  return left < 10 ? '' : '-translate-x-1/2';
}

type MarkProps = { readonly found: Cluster<LinkEvent>; readonly biggest: number };

/** Uses on the line, refusals above it: neither covers the other. How many one stands for is written beside it. */
function Mark({ found: { left, count, events }, biggest }: MarkProps) {
  const zone = useZone();
  const [first] = events;
  if (first === undefined) return null;
  const words = events
    .slice(0, mostInTitle)
    .map(
      ({ time, reason, bytes, count: folded }) =>
        `${formatExact(Date.parse(time), zone)}: ${reason === null ? `use, ${formatBytes(bytes)}` : reasonSentence(reason)}${folded > 1 ? ` ×${folded}` : ''}`,
    )
    .join('\n');
  const number = count > 1 && (
    <span className="ml-0.5 text-[10px] leading-none font-semibold">{formatCount(count)}</span>
  );
  const place = `absolute flex -translate-1/2 items-center ${left > 90 ? 'flex-row-reverse' : ''}`;
  if (first.reason !== null) {
    return (
      <span className={`${place} top-1/4 text-danger`} style={{ left: `${left}%` }} title={words}>
        <span aria-hidden="true" className="text-base leading-none font-bold">
          ×
        </span>
        {number}
      </span>
    );
  }
  // The area says how much was sent.
  const sizePx = 8 + 6 * Math.sqrt(Math.max(...events.map(({ bytes }) => bytes)) / biggest);
  return (
    <span className={`${place} top-2/3`} style={{ left: `${left}%` }} title={words}>
      <span className="rounded-full bg-accent" style={{ width: sizePx, height: sizePx }} />
      {number}
    </span>
  );
}

function lanesOf(events: readonly LinkEvent[]): readonly Lane[] {
  const lanes = new Map<string, Lane>();
  for (const event of events.toReversed()) {
    const { address, userAgent } = event.client;
    const name = `${address} ${userAgent}`;
    const lane = lanes.get(name);
    if (lane === undefined) lanes.set(name, { address, agent: userAgent, events: [event] });
    else lane.events.push(event);
  }
  return [...lanes.values()];
}
