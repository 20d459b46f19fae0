import type { Explanation } from '@tidegate/presign/admin';
import { useRef } from 'react';
import { Link } from 'wouter';
import { Pastes } from '../../components/pastes.tsx';
import { shortId } from '../../format.ts';
import { useSession } from '../../frame/session-context.ts';
import type { Asked } from './asked.tsx';
import { Checks } from './checks.tsx';
import { fixesOf } from './fixes.ts';
import { Meanings } from './here.tsx';
import { SignedBytes } from './signed-bytes.tsx';
import { TryIt } from './try-it.tsx';

type VerdictProps = { readonly explanation: Explanation; readonly text: string; readonly asked: Asked };

/** The answer: what is wrong, how to fix it, and every check. */
export function Verdict({ explanation, text, asked }: VerdictProps) {
  const { session } = useSession();
  const { cause, inspection } = explanation;
  const fixes = cause === null ? [] : fixesOf(cause, cause.signWith ?? session.endpoint);
  // Nothing in it could be checked: a list of what was not looked at says no more.
  const isUnread = explanation.checks.every(({ name, text: said }) => name === 'form' || said === 'not looked at');
  const bytes = useRef<HTMLDetailsElement>(null);
  const tried = /\((\d+) candidates?\)/.exec(
    explanation.checks.find(({ name }) => name === 'signature')?.text ?? '',
  )?.[1];
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_320px] lg:items-start">
      <section aria-label="Answer" className="card overflow-hidden">
        <Head explanation={explanation} hasFixes={fixes.length > 0} />
        {fixes.map((fix) => (
          <div className="border-t border-line px-4.5 py-3.5" key={fix.title}>
            <Pastes heading={<h3 className="mr-1 font-semibold">{fix.title}</h3>} texts={fix.texts} what="Fix" />
          </div>
        ))}
        <Findings explanation={explanation} />
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 border-t border-line px-4.5 py-3 text-muted">
          {cause !== null && <span>{cause.id ?? cause.reason}</span>}
          {tried !== undefined && (
            <span>
              · Found with {tried} {tried === '1' ? 'attempt' : 'attempts'}
            </span>
          )}
          {explanation.canonicalRequest !== undefined && (
            <button
              className="text-accent underline"
              onClick={() => {
                if (bytes.current === null) return;
                bytes.current.open = true;
                bytes.current.querySelector('summary')?.focus();
              }}
              type="button"
            >
              Bytes that were signed
            </button>
          )}
          {inspection.fingerprint !== undefined && isSignatureRight(explanation) && (
            <Link className="text-accent underline" href={`/links/${inspection.fingerprint}`}>
              {shortId(inspection.fingerprint)} in the ledger
            </Link>
          )}
          <span className="ml-auto">
            <TryIt asked={asked} explanation={explanation} text={text} />
          </span>
        </p>
        <details className="border-t border-line">
          <summary className="px-4.5 py-2.5 font-medium">Details</summary>
          <Meanings url={inspection.redacted} />
        </details>
        <details className="border-t border-line" ref={bytes}>
          <summary className="px-4.5 py-2.5 font-medium">Bytes that were signed</summary>
          <SignedBytes explanation={explanation} />
        </details>
      </section>
      {!isUnread && <Checks explanation={explanation} />}
    </div>
  );
}

/** The ledger holds links by their signature: a wrong one is in no entry. */
function isSignatureRight({ checks }: Explanation): boolean {
  const signature = checks.find(({ name }) => name === 'signature');
  return signature?.outcome === 'pass' || signature?.would === 'pass';
}

const marks = {
  holds: ['✓', 'bg-ok/12 text-ok'],
  fails: ['✕', 'bg-danger/12 text-danger'],
  unknown: ['?', 'bg-warn/12 text-warn'],
} as const;

type HeadProps = { readonly explanation: Explanation; readonly hasFixes: boolean };

function Head({ explanation: { outcome, cause, inspection }, hasFixes }: HeadProps) {
  const [glyph, color] = marks[outcome];
  const title =
    outcome === 'holds'
      ? 'Works'
      : outcome === 'unknown'
        ? 'Cannot be determined'
        : `Fails: ${lowerFirst(cause?.title ?? 'it is refused')}`;
  const { change } = cause ?? {};
  return (
    <div className="flex gap-4 px-4.5 py-4">
      <span aria-hidden="true" className={`grid size-6.5 shrink-0 place-items-center rounded-full ${color}`}>
        {glyph}
      </span>
      <div className="flex min-w-0 flex-col gap-1.5">
        <h2 className="text-base leading-6.5 font-semibold">{title}</h2>
        {change !== undefined && (
          <dl className="grid grid-cols-[84px_minmax(0,1fr)] gap-y-1 sm:grid-cols-[100px_minmax(0,1fr)]">
            <dt className="text-muted">signed for</dt>
            <dd className="font-mono text-xs leading-5">{change.signed}</dd>
            <dt className="text-muted">asked as</dt>
            <dd className="font-mono text-xs leading-5">
              <mark className="border-b-2 border-warn bg-warn/15 text-text">{change.got}</mark>
            </dd>
          </dl>
        )}
        {cause !== null && change === undefined && cause.text !== '' && <p>{cause.text}</p>}
        {cause !== null && cause.fix !== '' && !hasFixes && <p className="text-muted">{cause.fix}</p>}
        {outcome === 'unknown' && cause === null && <p>It has no signature that this server can check.</p>}
        {outcome === 'holds' && (
          <p className="text-muted">
            Whoever has it can {verbOf(inspection.operation)}{' '}
            <code className="font-mono text-xs">{pathOf(inspection)}</code>.
          </p>
        )}
      </div>
    </div>
  );
}

function verbOf(operation: string | undefined): string {
  return operation?.startsWith('Put') === true ? 'write' : operation?.startsWith('Delete') === true ? 'delete' : 'use';
}

function pathOf({ bucket, key }: Explanation['inspection']): string {
  return [bucket, key].filter((part) => part !== undefined && part !== '').join('/') || '/';
}

function lowerFirst(text: string): string {
  // Words such as URL stay as they are.
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** What else is worth knowing of it; the cause stands above. */
function Findings({ explanation: { cause, inspection } }: { readonly explanation: Explanation }) {
  const findings = inspection.findings.filter(({ code }) => code !== cause?.reason);
  if (findings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 border-t border-line px-4.5 py-3">
      {findings.map(({ code, severity, text, fix }) => (
        <li key={code}>
          <span className={severity === 'error' ? 'text-danger' : severity === 'warning' ? 'text-warn' : ''}>
            {text}
          </span>{' '}
          {fix !== undefined && <span className="text-muted">{fix}</span>}
        </li>
      ))}
    </ul>
  );
}
