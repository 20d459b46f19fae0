import type { ReactNode } from 'react';
import { useAsk } from '../../data/hooks.ts';
import { formatBytes, formatCount } from '../../format.ts';
import { reasonWord } from '../../reason-words.ts';
import type { LinkFilters } from './link-list.ts';

type SummaryProps = { readonly onFilter: (change: LinkFilters) => void };

const none: LinkFilters = { state: '', kind: '', key: '', find: '', refused: '', unused: '', sort: '' };

/** The day in four numbers, each a filter. */
export function Summary({ onFilter }: SummaryProps) {
  const { data } = useAsk('readSummary', {}, { everyMs: 60_000 });
  const about = ({ count, complete }: { count: number; complete: boolean }): string =>
    `${formatCount(count)}${complete ? '' : '+'}`;
  const reasons = Object.entries(data?.refused.byReason ?? {})
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, 2);
  return (
    <div className="card grid grid-cols-2 overflow-hidden sm:grid-cols-4">
      <Cell label="Active" onClick={() => onFilter({ ...none, state: 'active' })} value={data && about(data.active)} />
      <Cell
        label="Expiring today"
        onClick={() => onFilter({ ...none, state: 'active', sort: 'expires' })}
        value={data && about(data.ending)}
      />
      <Cell
        label="Refused today"
        note={reasons.map(([reason, count]) => `${formatCount(count)} ${reasonWord(reason)}`).join(' · ')}
        onClick={() => onFilter({ ...none, refused: '1' })}
        value={data && formatCount(data.refused.count)}
      />
      <Cell label="Sent today" onClick={() => onFilter(none)} value={data && formatBytes(data.sent.bytes)}>
        {data !== undefined && <Spark values={data.sent.points.map(({ bytes }) => bytes)} />}
      </Cell>
    </div>
  );
}

type CellProps = {
  readonly label: string;
  readonly value: string | undefined;
  readonly note?: string;
  readonly onClick: () => void;
  readonly children?: ReactNode;
};

function Cell({ label, value, note, onClick, children }: CellProps) {
  return (
    <button
      className="flex items-end justify-between gap-2 overflow-hidden border-line px-4 py-3 text-left -outline-offset-2! hover:bg-tint/40 max-sm:odd:border-r max-sm:nth-[-n+2]:border-b sm:not-first:border-l"
      onClick={onClick}
      type="button"
    >
      <span className={children === undefined ? 'min-w-0' : 'shrink-0'}>
        <span className="block text-xs leading-5 whitespace-nowrap text-muted">{label}</span>
        <span className="flex items-baseline gap-2">
          <span className="text-xl leading-7 font-semibold whitespace-nowrap">{value ?? '–'}</span>
          {note !== undefined && note !== '' && (
            <span className="truncate text-xs text-muted max-lg:hidden">{note}</span>
          )}
        </span>
      </span>
      {children !== undefined && <span className="overflow-hidden max-[380px]:hidden">{children}</span>}
    </button>
  );
}

/** A little curve beside a number, which says the same in words. */
function Spark({ values }: { readonly values: readonly number[] }) {
  const [width, height] = [84, 26];
  const most = Math.max(...values, 1);
  const points = values.map((value, at) => {
    const x = (at / Math.max(1, values.length - 1)) * width;
    return `${x.toFixed(1)},${(height - 1 - (value / most) * (height - 3)).toFixed(1)}`;
  });
  return (
    <svg aria-hidden="true" className="shrink-0" height={height} viewBox={`0 0 ${width} ${height}`} width={width}>
      <polygon fill="var(--accent)" opacity="0.15" points={`0,${height} ${points.join(' ')} ${width},${height}`} />
      <polyline fill="none" points={points.join(' ')} stroke="var(--accent)" strokeLinejoin="round" strokeWidth="1.5" />
    </svg>
  );
}
