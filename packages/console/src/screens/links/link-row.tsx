import type { Link } from '@tidegate/presign/admin';
import { type MouseEvent, memo } from 'react';
import { Link as RouterLink } from 'wouter';
import { Gauge } from '../../components/gauge.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Tag } from '../../components/tag.tsx';
import { Ago, Moment, useNow } from '../../components/time.tsx';
import { plural } from '../../format.ts';
import { isOver, lastUseOf, leftWords, limitWords, madeWords, markOf, tagOf, targetOf } from '../../link-words.ts';

/** Columns of the table, from 1024 px on: the name gets the space that the others do not need. */
export const columns = {
  all: 'lg:grid lg:grid-cols-[38px_minmax(0,44fr)_minmax(0,18fr)_minmax(0,16fr)_minmax(0,13fr)_minmax(0,11fr)]',
  /** No link that is shown has limits. */
  noLimits: 'lg:grid lg:grid-cols-[38px_minmax(0,60fr)_minmax(0,16fr)_minmax(0,13fr)_minmax(0,11fr)]',
} as const;

type LinkRowProps = {
  readonly link: Link;
  readonly at: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly hasLimits: boolean;
  /** Stable, so that a row is drawn again only when something of it changed. */
  readonly onSelect: (at: number, isRange: boolean) => void;
  readonly rowPx: number;
};

/** A link in the ledger: two lines, in four where there is little room. */
export const LinkRow = memo(function LinkRow(props: LinkRowProps) {
  const { link, at, isSelected, isActive, hasLimits, onSelect, rowPx } = props;
  const nowMs = useNow();
  const limits = limitWords(link);
  const isOld = link.signature === 'sigv2';
  const target = targetOf(link);
  const isDim = isOver(link);
  const lastUse = lastUseOf(link);
  return (
    <div
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      className={`absolute inset-x-0 top-0 grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-3 border-b border-line px-4 py-2.5 last:border-0 lg:gap-x-0 lg:px-3 lg:py-2.25 ${hasLimits ? columns.all : columns.noLimits} ${isDim ? 'text-muted' : ''} ${isSelected ? 'bg-tint' : isActive ? 'bg-tint/40' : 'hover:bg-tint/40'}`}
      data-over={isDim ? '' : undefined}
      data-row={at}
      role="row"
      style={{ height: rowPx, transform: `translateY(${at * rowPx}px)` }}
    >
      <div className="pt-0.5 max-sm:hidden max-lg:absolute max-lg:top-3 max-lg:right-4" role="cell">
        <input
          aria-label={`Select ${target}`}
          checked={isSelected}
          className="check block"
          onChange={() => undefined}
          onClick={(event: MouseEvent) => onSelect(at, event.shiftKey)}
          type="checkbox"
        />
      </div>
      <div className="min-w-0 pr-4 max-lg:col-span-2 sm:max-lg:pr-7" role="cell">
        <div className="flex items-center gap-2.5">
          <StateMark state={markOf(link, nowMs)} />
          <Tag>{tagOf(link)}</Tag>
          <RouterLink
            aria-label={target}
            className={`flex min-w-0 text-base leading-5 after:absolute after:inset-0 lg:after:left-10 ${isDim ? '' : 'font-semibold'}`}
            href={`/links/${link.id}`}
            title={target}
          >
            <Name target={target} />
          </RouterLink>
        </div>
        <div className="truncate text-xs leading-5 text-muted lg:compact:hidden">{madeWords(link).join(' · ')}</div>
      </div>
      {hasLimits && (
        <div className="min-w-0 pr-3 max-lg:row-start-2" role="cell">
          {isOld ? (
            <div className="truncate text-warn">SigV2: no limits possible</div>
          ) : (
            <div className={`truncate ${limits.length === 0 ? 'text-muted' : 'max-lg:text-muted'}`}>
              {limits[0] ?? 'No limits'}
            </div>
          )}
          <div className="truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">
            {limits.slice(1).join(' · ')}
          </div>
        </div>
      )}
      <div className="min-w-0 pr-3 max-lg:row-start-3" role="cell">
        <Left link={link} />
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-3 max-lg:pr-0 max-lg:text-right" role="cell">
        <div className="truncate">{lastUse === null ? '–' : <Ago at={lastUse} />}</div>
        <Seen link={link} />
      </div>
      <div className="min-w-0 max-lg:row-start-2 max-lg:text-right" role="cell">
        <div className="truncate">{link.expiresAt === null ? 'never' : <Ago at={link.expiresAt} />}</div>
        <div className="truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">
          {link.expiresAt !== null && <Moment at={link.expiresAt} />}
        </div>
      </div>
    </div>
  );
});

/** Where there is no room for all of a path, its folders are cut, not the name at its end. */
function Name({ target }: { readonly target: string }) {
  const end = target.lastIndexOf('/', target.length - 2) + 1;
  return (
    <>
      <span className="min-w-0 truncate">{target.slice(0, end)}</span>
      <span className="max-w-3/4 shrink-0 truncate">{target.slice(end)}</span>
    </>
  );
}

function Left({ link }: { readonly link: Link }) {
  if (link.state === 'revoked') {
    return (
      <span className="text-danger">Revoked {link.revocation === null ? '' : <Moment at={link.revocation.at} />}</span>
    );
  }
  const { limit, left } = link.uses;
  const words = leftWords(link);
  if (limit === null || isOver(link)) return <span className="block truncate text-muted">{words}</span>;
  const rest = link.state === 'spent' ? 0 : (left ?? 0);
  const isLow = rest > 0 && rest / limit < 0.2;
  return (
    <span className={`flex min-w-0 items-center gap-2 ${isLow ? 'text-warn' : ''}`}>
      <Gauge left={rest} of={limit} />
      <span className="truncate">{words}</span>
    </span>
  );
}

function Seen({ link: { clients, refusals } }: { readonly link: Link }) {
  const text = refusals.total > 0 ? `${refusals.total} refused` : clients > 0 ? plural(clients, 'client') : '';
  return (
    <div
      className={`truncate text-xs leading-5 max-lg:hidden compact:hidden ${refusals.total > 0 ? 'text-danger' : 'text-muted'}`}
    >
      {text}
    </div>
  );
}
