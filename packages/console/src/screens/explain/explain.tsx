import { useCallback, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Failure, LoadingRows } from '../../components/states.tsx';
import { useNow } from '../../components/time.tsx';
import { ApiError } from '../../data/api-error.ts';
import { useAct } from '../../data/hooks.ts';
import { takeHandedOver, useHandedOver } from '../../frame/handover.ts';
import { Page } from '../../frame/page.tsx';
import { useKey } from '../../frame/shortcuts.ts';
import { reasonSentence } from '../../reason-words.ts';
import { type Asked, AskedAs, inputOf, nothingAsked, PasteBox } from './asked.tsx';
import { Here } from './here.tsx';
import { RecentRefusals } from './recent-refusals.tsx';
import { readHere } from './url-parts.ts';
import { Verdict } from './verdict.tsx';

/** Why a link works or fails. What is pasted lives on this page alone: in no address, no storage. */
export function Explain() {
  const [params] = useSearchParams();
  const [text, setText] = useState(() => takeHandedOver() ?? '');
  const [asked, setAsked] = useState<Asked>(nothingAsked);
  const [isLocal, setLocal] = useState(false);
  const [isEditing, setEditing] = useState(text === '');
  const box = useRef<HTMLTextAreaElement>(null);
  const explain = useAct('explainUrl');
  const latest = useRef(explain);
  latest.current = explain;
  const take = useCallback((next: string) => {
    setText(next);
    setEditing(next === '');
    latest.current.reset();
  }, []);
  useHandedOver(take);
  useKey('/', 'Paste another link', () => {
    setEditing(true);
    requestAnimationFrame(() => box.current?.select());
  });
  useEffect(() => {
    if (text !== '' && !isLocal && !isEditing) latest.current.mutate(inputOf(text, asked));
  }, [text, asked, isLocal, isEditing]);
  const nowMs = useNow();
  const reason = params.get('reason');
  const { data, error, isPending } = explain;
  const isShown = text !== '' && !isEditing;
  const shown = isLocal ? readHere(text, nowMs).shown : (data?.inspection.redacted ?? readHere(text, nowMs).shown);
  return (
    <Page title="Explain a link">
      <PasteBox
        box={box}
        change={isLocal ? undefined : data?.cause?.change?.what}
        isEditing={isEditing}
        onEdit={() => {
          setEditing(true);
          requestAnimationFrame(() => box.current?.select());
        }}
        onTake={take}
        shown={shown}
        text={text}
      />
      <AskedAs
        asked={asked}
        endpoint={data?.inspection.endpoint}
        isLocal={isLocal}
        onAsked={setAsked}
        onLocal={(next) => {
          setLocal(next);
          explain.reset();
        }}
      />
      {isShown && isLocal && <Here text={text} />}
      {isShown && !isLocal && data !== undefined && <Verdict asked={asked} explanation={data} text={text} />}
      {isShown && !isLocal && isPending && (
        <section className="card">
          <LoadingRows rows={5} />
        </section>
      )}
      {isShown && !isLocal && error !== undefined && (
        <section className="card">
          <Unexplained error={error} onRetry={() => explain.mutate(inputOf(text, asked))} />
        </section>
      )}
      {!isShown && reason !== null && /^\w{1,40}$/.test(reason) && <About reason={reason} />}
      {!isShown && <RecentRefusals />}
    </Page>
  );
}

/** What was pasted cannot be read: said as it is, with what to do. */
function Unexplained({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const problem = error instanceof ApiError ? error.problem : undefined;
  const first = problem?.errors?.[0];
  if (problem?.status !== 400) return <Failure error={error} onRetry={onRetry} what="Can't explain this URL." />;
  return (
    <div className="flex flex-col gap-1 p-5" role="alert">
      <p className="text-base font-semibold">Nothing to explain in this</p>
      <p>{first?.detail ?? problem.detail ?? problem.title}</p>
      <p className="text-muted">{first?.hint ?? problem.hint ?? 'Paste the whole URL, from https:// on.'}</p>
    </div>
  );
}

/** Asked from a refusal in the log: its URL is not there, for the log keeps none. */
function About({ reason }: { readonly reason: string }) {
  return (
    <section className="card flex flex-col gap-1 p-5">
      <h2 className="text-base font-semibold">{reasonSentence(reason)}</h2>
      <p>The log does not store URLs. Paste the refused URL or the error response to find the cause.</p>
      <code className="font-mono text-xs text-muted">{reason}</code>
    </section>
  );
}
