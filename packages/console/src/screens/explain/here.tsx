import { useNow, useZone } from '../../components/time.tsx';
import { formatExact, formatRelative } from '../../format.ts';
import { partsOf, readHere, urlIn } from './url-parts.ts';

const words = {
  open: 'Not over yet',
  expired: 'Expired',
  'not-yet': 'Signed for later',
  unsigned: 'Not a presigned URL',
  incomplete: 'Part of it is missing',
} as const;

/** What a URL says by itself, read in this browser alone. */
export function Here({ text }: { readonly text: string }) {
  const nowMs = useNow();
  const zone = useZone();
  const { state, endsAtMs, missing } = readHere(text, nowMs);
  const isBad = state === 'expired' || state === 'incomplete';
  return (
    <section className="card">
      <div className="border-b border-line px-5 py-4">
        <h2 className={`text-base font-semibold ${isBad ? 'text-danger' : ''}`}>{words[state]}</h2>
        <p className="text-muted">
          {missing.length > 0 && `Without ${missing.join(', ')}. `}
          {endsAtMs !== undefined &&
            `${isBad ? 'Expired' : 'Expires'} ${formatExact(endsAtMs, zone)}, ${formatRelative(endsAtMs, nowMs)}. `}
          Whether the signature holds only the server can say.
        </p>
      </div>
      <Meanings url={urlIn(text)} />
    </section>
  );
}

/** Every part of a URL that means something, in words. */
export function Meanings({ url }: { readonly url: string }) {
  const zone = useZone();
  const seen = new Set<string>();
  const parts = partsOf(url, zone).filter(({ place, meaning }) => {
    if (meaning === undefined || seen.has(place)) return false;
    seen.add(place);
    return true;
  });
  return (
    <dl className="grid gap-x-4 gap-y-1.5 px-5 py-3 sm:grid-cols-[180px_minmax(0,1fr)]">
      {parts.map(({ place, meaning, text }) => (
        <div className="contents" key={place}>
          <dt className="text-muted">{place}</dt>
          <dd>{place === 'host' || place === 'path' ? <code className="font-mono text-xs">{text}</code> : meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
