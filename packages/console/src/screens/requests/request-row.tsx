import type { FileRequest } from '@tidegate/presign/admin';
import { Link } from 'wouter';
import { Gauge } from '../../components/gauge.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Ago, Moment, useNow } from '../../components/time.tsx';
import { formatBytes, shortId } from '../../format.ts';
import { cameWords, fileLimits, nameOf, standingOf, wholeLimits } from './request-words.ts';

/** Columns of the table, from 1024 px on. */
export const columns =
  'lg:grid lg:grid-cols-[minmax(0,30fr)_minmax(0,22fr)_minmax(0,20fr)_minmax(0,14fr)_minmax(0,14fr)]';

type RequestRowProps = {
  readonly request: FileRequest;
  readonly at: number;
  readonly isActive: boolean;
  readonly rowPx: number;
};

/** A file request in the list. */
export function RequestRow({ request, at, isActive, rowPx }: RequestRowProps) {
  const nowMs = useNow();
  const { mark, word } = standingOf(request, nowMs);
  const { id, bucket, key, note, uses, bytes, lastSeen, expiresAt, refusals, title } = request;
  const made = [shortId(id), ...(title === null ? [] : [`into ${bucket}/${key}`]), ...(note === null ? [] : [note])];
  return (
    <div
      aria-rowindex={at + 2}
      className={`absolute inset-x-0 top-0 grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-3 border-b border-line px-4 py-2.5 last:border-0 lg:gap-x-0 lg:py-2.25 ${columns} ${isActive ? 'bg-tint/40' : 'hover:bg-tint/40'}`}
      data-row={at}
      role="row"
      style={{ height: rowPx, transform: `translateY(${at * rowPx}px)` }}
    >
      <div className="min-w-0 pr-4 max-lg:col-span-2" role="cell">
        <div className="flex items-center gap-2.5">
          <StateMark state={mark} />
          <Link
            className="min-w-0 truncate text-base leading-5 font-semibold after:absolute after:inset-0"
            href={`/requests/${id}`}
            title={nameOf(request)}
          >
            {nameOf(request)}
          </Link>
          {word !== 'Open' && (
            <span className={mark === 'revoked' ? 'text-danger' : 'text-muted'}>{word.toLowerCase()}</span>
          )}
        </div>
        <div className="truncate text-xs leading-5 text-muted lg:compact:hidden">{made.join(' · ')}</div>
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-2" role="cell">
        <div className="truncate max-lg:text-muted">{fileLimits(request)}</div>
        <div className="truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">{wholeLimits(request)}</div>
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-3" role="cell">
        <div className="flex min-w-0 items-center gap-2">
          {uses.limit !== null && <Gauge left={uses.left ?? 0} of={uses.limit} />}
          <span className="truncate">{cameWords(request)}</span>
        </div>
        <div className="truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">
          {bytes.in > 0 && formatBytes(bytes.in)}
        </div>
      </div>
      <div className="min-w-0 pr-3 max-lg:row-start-3 max-lg:pr-0 max-lg:text-right" role="cell">
        <div className="truncate">{lastSeen === null ? '–' : <Ago at={lastSeen} />}</div>
        <div className="truncate text-xs leading-5 text-danger max-lg:hidden compact:hidden">
          {refusals.total > 0 && `${refusals.total} refused`}
        </div>
      </div>
      <div className="min-w-0 max-lg:row-start-2 max-lg:text-right" role="cell">
        <div className="truncate">{expiresAt === null ? 'never' : <Ago at={expiresAt} />}</div>
        <div className="truncate text-xs leading-5 text-muted max-lg:hidden compact:hidden">
          {expiresAt !== null && <Moment at={expiresAt} />}
        </div>
      </div>
    </div>
  );
}
