import { useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu } from '../../components/menu.tsx';
import { Tag } from '../../components/tag.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import type { Output } from '../../data/api.ts';
import { useAsk, useAskPages } from '../../data/hooks.ts';
import { formatBytes, formatCount, formatExact, formatTook, shortAgent } from '../../format.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { reasonSentence } from '../../reason-words.ts';
import { Chart } from './chart.tsx';
import { LogCard } from './log-card.tsx';
import { dayWords, fallbackSpan, logTime, type Span, spanStart, spans, stepWords } from './spans.ts';

type Row = Output<'listActivity'>['items'][number];

const outcomes = { '': 'All', used: 'Uses', refused: 'Refusals' } as const;
const columns =
  'lg:grid lg:grid-cols-[104px_minmax(0,34fr)_minmax(0,24fr)_56px_84px_72px_minmax(0,22fr)] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Time', 'Link', 'Client', 'Status', 'Bytes', 'Took', 'Reason'] as const;

/** Requests to links as they come. */
export function RequestLog() {
  const [params, setParams] = useSearchParams();
  const nowMs = useNow();
  const spanName = params.get('span') ?? dayWords;
  const span = spans[spanName] ?? fallbackSpan;
  // As it was when it was opened: a list that begins elsewhere each minute would lose its place.
  const starts = useRef(new Map<string, string>());
  const start = starts.current.get(spanName) ?? spanStart(span, nowMs);
  starts.current.set(spanName, start);
  const only = params.get('what') ?? '';
  const step = stepOf(params.get('at'));
  const change = (wanted: Readonly<Record<string, string>>): void => {
    setParams((now) => {
      const next = new URLSearchParams(now);
      for (const [name, value] of Object.entries(wanted)) {
        if (value === '') next.delete(name);
        else next.set(name, value);
      }
      return next;
    });
  };
  const from = step ?? start;
  const pages = useAskPages(
    'listActivity',
    {
      limit: 200,
      type: only === 'used' ? 'link.used' : only === 'refused' ? 'link.refused' : 'link.used,link.refused',
      from,
      ...(step !== undefined && { to: new Date(Date.parse(step) + span.stepS * 1000).toISOString() }),
    },
    { keep: true },
  );
  const all = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const { rows, waiting, isPaused, setPaused, showWaiting } = useHeld(all);
  useKey('p', isPaused ? 'Resume' : 'Pause', () => setPaused(!isPaused));
  return (
    <LogCard
      asked={pages}
      cells={(row) => <Cells row={row} />}
      columns={columns}
      empty="No requests in this period"
      failed="Can't load the request log."
      headers={headers}
      keyOf={({ id }) => id}
      label="Requests to links"
      name="Requests"
      pages={pages}
      rows={rows}
      stackedPx={62}
    >
      <Filters
        change={change}
        isPaused={isPaused}
        onPause={() => setPaused(!isPaused)}
        only={only}
        span={spanName}
        step={step}
        stepS={span.stepS}
      />
      <Counted chosen={step ?? null} onChoose={(time) => change({ at: time ?? '' })} span={span} />
      {waiting > 0 && (
        <button
          className="w-full border-b border-line bg-tint py-1.5 text-center font-semibold text-accent"
          onClick={showWaiting}
          type="button"
        >
          {formatCount(waiting)} new
        </button>
      )}
    </LogCard>
  );
}

/** A time of the address, if it is one. */
function stepOf(text: string | null): string | undefined {
  return text !== null && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? text : undefined;
}

/** Rows stay where they are while somebody reads further down, or has paused: what came since waits in a number. */
function useHeld(all: readonly Row[]) {
  const [isPaused, setPaused] = useState(false);
  const [newest, setNewest] = useState<string>();
  const isReading = isPaused || scrollY > 8;
  const first = all[0]?.id;
  // Held from the newest that was shown.
  const held = isReading ? (newest ?? first) : first;
  if (held !== newest) setNewest(held);
  const start = held === undefined ? 0 : all.findIndex(({ id }) => id <= held);
  return {
    rows: start < 0 ? all : all.slice(start),
    waiting: Math.max(0, start),
    isPaused,
    setPaused,
    showWaiting: () => {
      scrollTo(0, 0);
      setPaused(false);
      setNewest(first);
    },
  };
}

type CountedProps = {
  readonly span: Span;
  readonly chosen: string | null;
  readonly onChoose: (time: string | undefined) => void;
};

function Counted({ span, chosen, onChoose }: CountedProps) {
  const nowMs = useNow();
  const series = useAsk(
    'readActivitySeries',
    { step: `${span.stepS}s`, from: spanStart(span, nowMs) },
    { everyMs: 20_000 },
  );
  const known = useRef(series.data);
  if (series.data !== undefined) known.current = series.data;
  const shown = known.current?.step === span.stepS ? known.current : series.data;
  if (shown === undefined) return <div className="h-35 border-b border-line" />;
  return <Chart chosen={chosen} onChoose={onChoose} series={shown} />;
}

type FiltersProps = {
  readonly only: string;
  readonly span: string;
  readonly step: string | undefined;
  readonly stepS: number;
  readonly isPaused: boolean;
  readonly onPause: () => void;
  readonly change: (wanted: Readonly<Record<string, string>>) => void;
};

function Filters({ only, span, step, stepS, isPaused, onPause, change }: FiltersProps) {
  const nowMs = useNow();
  const zone = useZone();
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2.5">
      {Object.entries(outcomes).map(([name, text]) => (
        <button
          aria-pressed={name === only}
          className="chip"
          data-on={name === only ? '' : undefined}
          key={name}
          onClick={() => change({ what: name })}
          type="button"
        >
          {text}
        </button>
      ))}
      <Menu
        entries={Object.entries(spans).map(([name, { text }]) => ({
          text,
          isChosen: name === span,
          onChoose: () => change({ span: name === dayWords ? '' : name, at: '' }),
        }))}
        trigger={
          <button className="chip" type="button">
            {spans[span]?.text ?? span}
          </button>
        }
      />
      {step !== undefined && (
        <button className="chip" data-on onClick={() => change({ at: '' })} type="button">
          {stepWords(Date.parse(step), stepS, nowMs, zone)} <Icon name="close" size={12} />
          <span className="sr-only">, remove this filter</span>
        </button>
      )}
      <span className="ml-auto">
        <Button hint="p" icon={isPaused ? 'play' : 'pause'} onClick={onPause}>
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      </span>
    </div>
  );
}

function Cells({ row }: { readonly row: Row }) {
  const nowMs = useNow();
  const zone = useZone();
  const { type, time, link, target, method, status, client, bytes, ms, reason, count } = row;
  const atMs = Date.parse(time);
  const isRefused = type === 'link.refused';
  const name = target === null ? (link ?? '–') : `${target.bucket}/${target.key}${target.isPrefix ? '*' : ''}`;
  const who = [client.address, shortAgent(client.userAgent)].filter((text) => text !== '').join(' · ');
  return (
    <>
      <div className="flex items-center gap-2 max-lg:order-2 max-lg:justify-end max-lg:text-xs" role="cell">
        {isRefused ? (
          <span className="w-2.5 text-center leading-none font-bold text-danger">
            <span aria-hidden="true">×</span>
            <span className="sr-only">Refused</span>
          </span>
        ) : (
          <span className="size-2.5 rounded-full bg-accent">
            <span className="sr-only">Used</span>
          </span>
        )}
        <time className="text-muted" dateTime={time} title={formatExact(atMs, zone)}>
          {logTime(atMs, nowMs, zone)}
        </time>
      </div>
      <div className="flex min-w-0 items-center gap-2.5 pr-3 max-lg:order-1 max-lg:pr-0" role="cell">
        <Tag>{method === 'DELETE' ? 'DEL' : method}</Tag>
        {link === null ? (
          <span className="truncate">{name}</span>
        ) : (
          <Link className="truncate font-semibold" href={`/links/${link}`} title={name}>
            {name}
          </Link>
        )}
        {count > 1 && <span className="shrink-0 text-xs text-muted">×{formatCount(count)}</span>}
      </div>
      <div className="truncate pr-3 text-muted max-lg:order-3 max-lg:text-xs" role="cell" title={client.userAgent}>
        {who === '' ? '–' : who}
      </div>
      <div className={`max-lg:order-4 max-lg:text-right max-lg:text-xs ${isRefused ? 'text-danger' : ''}`} role="cell">
        {status}
        <span className="lg:hidden">{isRefused ? '' : ` · ${formatBytes(bytes)}`}</span>
      </div>
      <div className="truncate max-lg:hidden" role="cell">
        {isRefused ? '–' : formatBytes(bytes)}
      </div>
      <div className="truncate text-muted max-lg:hidden" role="cell">
        {formatTook(ms)}
      </div>
      <div className="truncate text-danger max-lg:hidden" role="cell" title={reason ?? undefined}>
        {reason === null ? '' : reasonSentence(reason)}
      </div>
    </>
  );
}
