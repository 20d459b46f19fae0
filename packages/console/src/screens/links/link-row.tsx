import type { Link } from '@tidegate/presign/admin';
import type { MouseEvent } from 'react';
import { Link as RouterLink } from 'wouter';
import { Gauge } from '../../components/gauge.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Tag } from '../../components/tag.tsx';
import { Ago, Moment, useNow } from '../../components/time.tsx';
import { plural } from '../../format.ts';
import { leftWords, limitWords, madeWords, markOf, tagOf, targetOf } from '../../link-words.ts';

/** Columns of the table, from 1024 px on. */
export const columns =
  'lg:grid lg:grid-cols-[38px_minmax(0,29fr)_minmax(0,21fr)_minmax(0,18fr)_minmax(0,18fr)_minmax(0,12fr)]';

type LinkRowProps = {
  readonly link: Link;
  readonly at: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onSelect: (isRange: boolean) => void;
  readonly rowPx: number;
};

/** A link in the ledger: two lines, in four where there is little room. */
export function LinkRow({ link, at, isSelected, isActive, onSelect, rowPx }: LinkRowProps) {
  const nowMs = useNow();
  const limits = limitWords(link);
  const isOld = link.signature === 'sigv2';
  return (
    <div
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      className={`absolute inset-x-0 top-0 grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-3 border-b border-line px-4 py-2.5 last:border-0 lg:gap-x-0 lg:px-3 lg:py-2.25 ${columns} ${isSelected ? 'bg-tint' : isActive ? 'bg-tint/40' : 'hover:bg-tint/40'}`}
      data-row={at}
      role="row"
      style={{ height: rowPx, transform: `translateY(${at * rowPx}px)` }}
    >
      <div className="pt-0.5 max-sm:hidden max-lg:absolute max-lg:top-3 max-lg:right-4" role="cell">
        <input
          aria-label={`Select ${targetOf(link)}`}
          checked={isSelected}
          className="check block"
          onChange={() => undefined}
          onClick={(event: MouseEvent) => onSelect(event.shiftKey)}
          type="checkbox"
        />
      </div>
      <div className="min-w-0 pr-4 max-lg:col-span-2 sm:max-lg:pr-7" role="cell">
        <div className="flex items-center gap-2.5">
          <StateMark state={markOf(link, nowMs)} />
          <Tag>{tagOf(link)}</Tag>
          <RouterLink
            className="min-w-0 truncate text-base leading-5 font-semibold after:absolute after:inset-0 lg:after:left-10"
            href={`/links/${link.id}`}
            title={targetOf(link)}
          >
            {targetOf(link)}
          </RouterLink>
        </div>
        <div className="truncate text-xs leading-5 text-muted lg:compact:hidden">{madeWords(link).join(' · ')}</div>
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-2" role="cell">
        {isOld ? (
          <div className="truncate text-warn">SigV2: cannot have limits</div>
        ) : (
          <div className={`truncate ${limits.length === 0 ? 'text-muted' : 'max-lg:text-muted'}`}>
            {limits[0] ?? 'No limits'}
          </div>
        )}
        <div className="truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">
          {limits.slice(1).join(' · ')}
        </div>
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-3" role="cell">
        <Left link={link} />
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-3 max-lg:pr-0 max-lg:text-right" role="cell">
        <div className="truncate">{link.lastSeen === null ? '–' : <Ago at={link.lastSeen} />}</div>
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
}

function Left({ link }: { readonly link: Link }) {
  if (link.state === 'revoked') {
    return (
      <span className="text-danger">Revoked {link.revocation === null ? '' : <Moment at={link.revocation.at} />}</span>
    );
  }
  const { limit, left } = link.uses;
  const words = leftWords(link);
  if (limit === null) return <span className="block truncate text-muted">{words}</span>;
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
