import type { Link } from '@tidegate/presign/admin';
import { Icon } from '../../components/icon.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatMoment } from '../../format.ts';
import { lifeSpan, percent } from './time-scale.ts';

const mostMarks = 40;

/** The life of a link from its making to its end, with what happened on the way. */
export function Life({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const zone = useZone();
  const { data } = useAsk('listLinkEvents', { id: link.id, limit: 200 });
  const { fromMs, toMs, hasBeginning, hasEnd } = lifeSpan(link, nowMs);
  const at = (ms: number): string => `${percent(ms, fromMs, toMs)}%`;
  const events = (data?.items ?? [])
    .filter(({ type }) => type === 'link.used' || type === 'link.refused')
    .slice(0, mostMarks);
  const spentAt = data?.items.find(({ type }) => type === 'link.spent')?.time;
  const lastUse = events.find(({ reason }) => reason === null);
  const spentMs = spentAt === undefined ? undefined : Date.parse(spentAt);
  const revokedMs = link.revocation === null ? undefined : Date.parse(link.revocation.at);
  const isOver = nowMs >= toMs;
  const isDone = link.state !== 'active' || isOver;
  const isNear = (oneMs: number, otherMs: number | undefined): boolean =>
    otherMs !== undefined && Math.abs(percent(oneMs, fromMs, toMs) - percent(otherMs, fromMs, toMs)) < roomPercent.wide;
  return (
    <section aria-label="Life" className="card px-6 pt-5 pb-4">
      <div aria-hidden="true" className="relative h-7">
        <div className="absolute inset-x-0 top-2.5 h-2 rounded-full border border-line bg-sunken" />
        <div
          className="absolute top-2.5 left-0 h-2 rounded-full bg-accent/40"
          style={{ width: at(isDone && lastUse !== undefined ? Date.parse(lastUse.time) : Math.min(nowMs, toMs)) }}
        />
        {events.map(({ id, time, reason }) => (
          <span
            className={`absolute top-3.5 -translate-1/2 ${reason === null ? 'size-4 rounded-full border-2 border-surface bg-accent' : 'text-base leading-none font-bold text-danger'}`}
            key={id}
            style={{ left: at(Date.parse(time)) }}
          >
            {reason !== null && '×'}
          </span>
        ))}
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
          <b className="font-semibold">{hasBeginning ? 'Made' : 'First seen'}</b> {formatMoment(fromMs, nowMs, zone)}
        </span>
        {spentMs !== undefined && (
          <Label at={percent(spentMs, fromMs, toMs)} name="Spent" text={formatMoment(spentMs, nowMs, zone)} />
        )}
        {revokedMs !== undefined && !isNear(revokedMs, spentMs) && (
          <Label at={percent(revokedMs, fromMs, toMs)} name="Revoked" text={formatMoment(revokedMs, nowMs, zone)} />
        )}
        {!isOver && !isNear(nowMs, spentMs) && !isNear(nowMs, revokedMs) && (
          <Label at={percent(nowMs, fromMs, toMs)} name="Now" text="" />
        )}
        {hasEnd ? (
          <span className="absolute right-0">
            <b className="font-semibold">{toMs <= nowMs ? 'Ended' : 'Ends'}</b> {formatMoment(toMs, nowMs, zone)}
          </span>
        ) : (
          <b className="absolute right-0 font-semibold">Never ends</b>
        )}
      </div>
    </section>
  );
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
