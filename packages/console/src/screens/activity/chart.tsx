import { type KeyboardEvent, useRef } from 'react';
import { useNow, useZone } from '../../components/time.tsx';
import type { Output } from '../../data/api.ts';
import { formatBytes, formatCount, formatMoment, plural } from '../../format.ts';
import { stepWords } from './spans.ts';

type Series = Output<'readActivitySeries'>;

type ChartProps = {
  readonly series: Series;
  /** The step that is shown alone, by its time. */
  readonly chosen: string | null;
  readonly onChoose: (time: string | undefined) => void;
};

const heightPx = 72;

/** Uses and refusals in steps of time, one on the other. A bar chooses its step; the arrows go from one to the next. */
export function Chart({ series: { points, step, complete }, chosen, onChoose }: ChartProps) {
  const nowMs = useNow();
  const zone = useZone();
  const bars = useRef<HTMLDivElement>(null);
  const most = Math.max(1, ...points.map(({ used, refused }) => used + refused));
  const used = points.reduce((sum, point) => sum + point.used, 0);
  const refused = points.reduce((sum, point) => sum + point.refused, 0);
  const bytes = points.reduce((sum, point) => sum + point.bytes, 0);
  const tabStop = Math.max(
    0,
    points.findIndex(({ time }) => time === chosen),
  );
  const move = (event: KeyboardEvent): void => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const all = [...(bars.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = all.findIndex((bar) => bar.matches(':focus'));
    all[at + way]?.focus();
  };
  const middle = points[Math.floor(points.length / 2)]?.time;
  return (
    <div className="border-b border-line px-4 pt-3 pb-2">
      <div className="flex flex-wrap gap-x-5 gap-y-1 pb-2">
        <p>
          <span aria-hidden="true" className="mr-2 inline-block size-2.5 rounded-full bg-accent" />
          <span className="font-semibold">{formatCount(used)}</span> <span className="text-muted">used</span>
        </p>
        <p>
          <span aria-hidden="true" className="mr-2 font-bold text-danger">
            ×
          </span>
          <span className={`font-semibold ${refused > 0 ? 'text-danger' : ''}`}>{formatCount(refused)}</span>{' '}
          <span className="text-muted">refused</span>
        </p>
        <p className="text-muted">{formatBytes(bytes)}</p>
        {!complete && <p className="text-muted">Only the newest 20,000</p>}
      </div>
      <div
        aria-label="Uses and refusals over time"
        className="flex items-end gap-px border-b border-line-strong"
        onKeyDown={move}
        ref={bars}
        role="toolbar"
        style={{ height: heightPx }}
      >
        {points.map((point, at) => {
          const isChosen = point.time === chosen;
          const words = `${stepWords(Date.parse(point.time), step, nowMs, zone)}: ${plural(point.used, 'use')}, ${formatCount(point.refused)} refused`;
          return (
            <button
              aria-label={words}
              aria-pressed={isChosen}
              className={`flex h-full min-w-0 flex-1 flex-col justify-end rounded-t-sm sm:px-0.75 hover:bg-tint ${isChosen ? 'bg-tint' : ''}`}
              key={point.time}
              onClick={() => onChoose(isChosen ? undefined : point.time)}
              tabIndex={at === tabStop ? 0 : -1}
              title={words}
              type="button"
            >
              <span className="block rounded-t-sm bg-danger" style={{ height: barPx(point.refused, most) }} />
              <span
                className={`block bg-accent ${point.refused === 0 ? 'rounded-t-sm' : 'mt-px'}`}
                style={{ height: barPx(point.used, most) }}
              />
            </button>
          );
        })}
      </div>
      <div aria-hidden="true" className="flex justify-between pt-1 text-xs text-muted">
        {[points[0]?.time, middle].map((time) => (
          <span key={time ?? ''}>{time === undefined ? '' : formatMoment(Date.parse(time), nowMs, zone)}</span>
        ))}
        <span>now</span>
      </div>
    </div>
  );
}

/** What happened at all is seen: at least three pixels. */
function barPx(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(3, Math.round((count / most) * (heightPx - 6)));
}
