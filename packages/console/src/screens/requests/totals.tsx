import type { FileRequest } from '@tidegate/presign/admin';
import { Figure } from '../../components/figure.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { formatBytes, formatCount, formatMoment, formatSpan, plural } from '../../format.ts';

/** Received files against what may come. */
export function Totals({ request }: { readonly request: FileRequest }) {
  const nowMs = useNow();
  const zone = useZone();
  const { uses, bytes, clients, refusals, expiresAt, limits } = request;
  const endsMs = expiresAt === null ? undefined : Date.parse(expiresAt);
  const isOver = endsMs !== undefined && endsMs <= nowMs;
  const { totalBytes } = limits;
  const whole =
    bytes.limit !== null
      ? formatBytes(bytes.limit)
      : typeof totalBytes === 'number'
        ? formatBytes(totalBytes)
        : totalBytes;
  return (
    <div className="card grid grid-cols-2 overflow-hidden sm:grid-cols-3 lg:grid-cols-5">
      <Figure
        label="Files"
        note={
          uses.limit === null
            ? uses.open > 0
              ? `${plural(uses.open, 'more')} coming`
              : ''
            : `of ${formatCount(uses.limit)}`
        }
        value={formatCount(uses.count)}
      />
      <Figure label="Received" note={whole === undefined ? '' : `of ${whole}`} value={formatBytes(bytes.in)} />
      <Figure
        label={isOver ? 'Expired' : 'Expires'}
        note={endsMs === undefined ? '' : formatMoment(endsMs, nowMs, zone)}
        value={endsMs === undefined ? 'Never' : `${formatSpan(Math.abs(endsMs - nowMs) / 1000)}${isOver ? ' ago' : ''}`}
      />
      <Figure label="Senders" note={clients > 0 ? 'by address' : ''} value={formatCount(clients)} />
      <Figure isBad={refusals.total > 0} label="Refused" value={formatCount(refusals.total)} />
    </div>
  );
}
