import type { Link, LinkEvent } from '@tidegate/presign/admin';
import { Icon } from '../../components/icon.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatCount, formatMoment, formatSpan } from '../../format.ts';
import { type Cluster, clusters, lifeSpan, zoomedScale } from './time-scale.ts';

/** The life of a link from its making to its end, with what happened on the way. */
export function Life({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const zone = useZone();
  const { data } = useAsk('listLinkEvents', { id: link.id, limit: 200 });
  const { fromMs, toMs, hasBeginning, hasEnd } = lifeSpan(link, nowMs);
  const events = (data?.items ?? []).filter(({ type }) => type === 'link.used' || type === 'link.refused');
  const spentAt = data?.items.find(({ type }) => type === 'link.spent')?.time;
  const lastUse = events.find(({ reason }) => reason === null);
  const spentMs = spentAt === undefined ? undefined : Date.parse(spentAt);
  const revokedMs = link.revocation === null ? undefined : Date.parse(link.revocation.at);
  const { at: placeOf, window } = zoomedScale(fromMs, toMs, [
    ...events.map(({ time }) => Date.parse(time)),
    ...(revokedMs === undefined ? [] : [revokedMs]),
  ]);
  const at = (ms: number): string => `${placeOf(ms)}%`;
  const isOver = nowMs >= toMs;
  const isDone = link.state !== 'active' || isOver;
  const isNear = (oneMs: number, otherMs: number | undefined): boolean =>
    otherMs !== undefined && Math.abs(placeOf(oneMs) - placeOf(otherMs)) < roomPercent.wide;
  return (
    <section aria-label="Timeline" className="card px-6 pt-5 pb-4">
      <div aria-hidden="true" className="relative mt-3 h-7">
        <div className="absolute inset-x-0 top-2.5 h-2 rounded-full border border-line bg-sunken" />
        <div
          className="absolute top-2.5 left-0 h-2 rounded-full bg-accent/40"
          style={{ width: at(isDone && lastUse !== undefined ? Date.parse(lastUse.time) : Math.min(nowMs, toMs)) }}
        />
        {window?.map((ms) => (
          <span
            className="absolute top-1 h-5 border-l border-dashed border-line-strong"
            key={ms}
            style={{ left: at(ms) }}
          />
        ))}
        <Marks
          found={clusters(
            events.filter(({ reason }) => reason === null),
            placeOf,
          )}
          isRefused={false}
        />
        <Marks
          found={clusters(
            events.filter(({ reason }) => reason !== null),
            placeOf,
          )}
          isRefused
        />
        {revokedMs !== undefined && (
          <span
            className="absolute top-3.5 -translate-1/2 rounded-full bg-surface text-danger"
            style={{ left: at(revokedMs) }}
          >
            <Icon name="revoke" size={16} />
          </span>
        )}
        {nowMs > fromMs && nowMs < toMs && (
          <span className="absolute inset-y-0 w-px bg-text" style={{ left: at(nowMs) }} />
        )}
      </div>
      <div className="relative h-5 text-xs leading-5">
        <span className="absolute left-0">
          <b className="font-semibold">{hasBeginning ? 'Created' : 'First used'}</b> {formatMoment(fromMs, nowMs, zone)}
        </span>
        {spentMs !== undefined && (
          <Label at={placeOf(spentMs)} name="Used up" text={formatMoment(spentMs, nowMs, zone)} />
        )}
        {revokedMs !== undefined && !isNear(revokedMs, spentMs) && (
          <Label at={placeOf(revokedMs)} name="Revoked" text={formatMoment(revokedMs, nowMs, zone)} />
        )}
        {!isOver && !isNear(nowMs, spentMs) && !isNear(nowMs, revokedMs) && (
          <Label at={placeOf(nowMs)} name="Now" text="" />
        )}
        {hasEnd ? (
          <span className="absolute right-0">
            <b className="font-semibold">{toMs <= nowMs ? 'Expired' : 'Expires'}</b> {formatMoment(toMs, nowMs, zone)}
          </span>
        ) : (
          <b className="absolute right-0 font-semibold">Never expires</b>
        )}
      </div>
      {window !== undefined && (
        <p className="pt-1 text-xs text-muted">
          Enlarged: {formatMoment(window[0], nowMs, zone)} to {formatMoment(window[1], nowMs, zone)}, of{' '}
          {formatSpan((toMs - fromMs) / 1000)}
        </p>
      )}
    </section>
  );
}

type MarksProps = { readonly found: readonly Cluster<LinkEvent>[]; readonly isRefused: boolean };

/** Uses on the line, refusals above it: neither covers the other. */
function Marks({ found, isRefused }: MarksProps) {
  return found.map(({ left, count, events: [event] }) => (
    <span
      className={`absolute flex -translate-x-1/2 items-center ${isRefused ? '-top-3 text-xs leading-none font-bold text-danger' : 'top-1.5'}`}
      key={event?.id}
      style={{ left: `${left}%` }}
    >
      {isRefused ? (
        `×${count > 1 ? ` ${formatCount(count)}` : ''}`
      ) : (
        <span
          className={`grid h-4 min-w-4 place-items-center rounded-full border-2 border-surface bg-accent text-[10px] leading-none font-semibold text-on-accent ${count > 1 ? 'px-1' : ''}`}
        >
          {count > 1 ? formatCount(count) : ''}
        </span>
      )}
    </span>
  ));
}

/** How far from both ends, in percent, a label has room: a narrow page has less. */
const roomPercent = { wide: 14, narrow: 32 } as const;

/** A moment under the line, where it does not run into those at the ends. */
function Label({ at, name, text }: { readonly at: number; readonly name: string; readonly text: string }) {
  const edge = Math.min(at, 100 - at);
  if (edge < roomPercent.wide) return null;
  return (
    <span
      className={`absolute -translate-x-1/2 whitespace-nowrap ${edge < roomPercent.narrow ? 'max-lg:hidden' : ''}`}
      style={{ left: `${at}%` }}
    >
      <b className="font-semibold">{name}</b> {text}
    </span>
  );
}
