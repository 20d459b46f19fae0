import { Link } from 'wouter';
import { KeyName, useKeyNotes } from '../../components/key-name.tsx';
import { Ago, useNow } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatCount, shortId } from '../../format.ts';
import { useSession } from '../../frame/session-context.ts';
import { reasonSentence } from '../../reason-words.ts';
import { About, LogCard } from './log-card.tsx';
import { groupRefusals, type RefusalGroup } from './refusal-groups.ts';
import { fallbackSpan, spanStart } from './spans.ts';

const columns =
  'lg:grid lg:grid-cols-[minmax(0,34fr)_minmax(0,22fr)_minmax(0,16fr)_72px_92px_92px_minmax(0,20fr)_64px] max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:content-center max-lg:gap-x-3';
const headers = ['Reason', 'Signer', 'Bucket', 'Count', 'First', 'Last', 'Example', 'Explain'] as const;

/** Refusals of the last day in groups: what went wrong, with whose links, where. */
export function Refusals() {
  const { session } = useSession();
  const isOwner = session.role === 'owner';
  const from = spanStart(fallbackSpan, useNow());
  const unnamed = useAsk('listRefusals', { from }, { enabled: isOwner, everyMs: 20_000 });
  const named = useAsk('listActivity', { type: 'link.refused', from, limit: 1000 });
  const notes = useKeyNotes();
  const failed = named.isError || !isOwner ? named : unnamed;
  const isPending = named.isPending || (isOwner && unnamed.isPending);
  const isAll = named.data === undefined || named.data.next === null;
  return (
    <LogCard
      asked={{ ...failed, isPending }}
      cells={(group) => <Cells group={group} notes={notes} />}
      columns={columns}
      empty="No refused requests in the last 24 hours"
      failed="Can't load refusals."
      headers={headers}
      keyOf={({ reason, signer, bucket }) => `${reason} ${signer} ${bucket}`}
      label="Refusals by cause"
      name="Refusals"
      // Half of them would be counted for all.
      rows={isPending ? [] : groupRefusals(named.data?.items ?? [], unnamed.data?.items ?? [])}
      stackedPx={84}
    >
      <About>
        The last 24 hours, by reason, signer and bucket{isAll ? '' : ': the newest 1,000 refusals of links'}
      </About>
    </LogCard>
  );
}

type CellsProps = { readonly group: RefusalGroup; readonly notes: ReadonlyMap<string, string | null> };

function Cells({ group: { reason, signer, bucket, count, first, last, link }, notes }: CellsProps) {
  return (
    <>
      <div className="truncate pr-3 font-semibold max-lg:col-start-1 max-lg:row-start-1" role="cell" title={reason}>
        {reasonSentence(reason)}
      </div>
      <div className="truncate pr-3 max-lg:col-span-2 max-lg:row-start-2 max-lg:text-muted" role="cell">
        {signer === '' ? '–' : <KeyName id={signer} notes={notes} />}
        <span className="lg:hidden">{bucket === '' ? '' : ` · ${bucket}`}</span>
      </div>
      <div className="truncate pr-3 max-lg:hidden" role="cell" title={bucket}>
        {bucket === '' ? '–' : bucket}
      </div>
      <div className="text-danger max-lg:col-start-2 max-lg:row-start-1 max-lg:text-right" role="cell">
        {formatCount(count)}
      </div>
      <div className="truncate text-muted max-lg:hidden" role="cell">
        {first === undefined ? '–' : <Ago at={first} />}
      </div>
      <div className="truncate text-muted max-lg:col-start-1 max-lg:row-start-3" role="cell">
        <Ago at={last} />
      </div>
      <div className="truncate pr-3 max-lg:hidden" role="cell">
        {link === undefined ? (
          '–'
        ) : (
          <Link className="font-mono text-xs text-accent underline" href={`/links/${link}`}>
            {shortId(link)}
          </Link>
        )}
      </div>
      <div className="max-lg:col-start-2 max-lg:row-start-3 max-lg:text-right" role="cell">
        <Link className="text-accent underline" href={`/explain?reason=${encodeURIComponent(reason)}`}>
          Why?
        </Link>
      </div>
    </>
  );
}
