import { Link } from 'wouter';
import { Ago } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { shortId } from '../../format.ts';
import { reasonSentence } from '../../reason-words.ts';

const mostShown = 5;

/** The newest refusals of links: what somebody who opens this screen with nothing to paste is probably looking for. */
export function RecentRefusals() {
  const { data } = useAsk('listActivity', { type: 'link.refused', limit: mostShown });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="recent-refusals" className="card">
      <div className="flex items-center justify-between border-b border-line px-4 py-2.5">
        <h2 className="font-semibold" id="recent-refusals">
          Recent refusals
        </h2>
        <Link className="text-accent underline" href="/activity?tab=refusals">
          All refusals
        </Link>
      </div>
      <ul>
        {items.map(({ id, reason, link, target, time }) => (
          <li
            className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 last:border-0"
            key={id}
          >
            <Link
              className="font-medium text-accent underline"
              href={`/explain?reason=${encodeURIComponent(reason ?? 'AccessDenied')}`}
            >
              {reasonSentence(reason ?? 'AccessDenied')}
            </Link>
            <span className="min-w-0 truncate text-muted">
              {[target?.bucket, target?.key].filter((part) => part !== undefined && part !== null).join('/')}
            </span>
            <span className="ml-auto flex gap-3 text-muted">
              {typeof link === 'string' && (
                <Link className="font-mono text-xs text-accent underline" href={`/links/${link}`}>
                  {shortId(link)}
                </Link>
              )}
              <Ago at={time} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
