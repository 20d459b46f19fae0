import type { Explanation } from '@tidegate/presign/admin';
import { shortKey } from '../../format.ts';

const names: Readonly<Record<string, string>> = {
  form: 'Form',
  time: 'Time',
  scope: 'Scope',
  headers: 'Headers',
  key: 'Key',
  token: 'Token',
  signature: 'Signature',
  revoked: 'Revoked',
  keyPolicy: 'Key policy',
  limits: 'Limits',
  bucketPolicy: 'Bucket policy',
  operation: 'Operation',
};

type Check = Explanation['checks'][number];

const outcomes = { pass: 'holds', fail: 'fails', unknown: 'not known', skipped: 'not reached' } as const;

/** Every check in the order of judgement. */
export function Checks({ explanation: { checks } }: { readonly explanation: Explanation }) {
  return (
    <section className="card">
      <div className="flex items-center justify-between border-b border-line px-4 py-2.5">
        <h2 className="font-semibold">Checks</h2>
        <p className="text-muted">in this order</p>
      </div>
      <ol className="py-1">
        {checks.map((check) => (
          <li
            className="grid grid-cols-[28px_100px_minmax(0,1fr)] items-baseline border-b border-line px-4 py-1.75 last:border-0"
            key={check.name}
          >
            <Mark check={check} />
            <span className={`font-medium ${check.outcome === 'fail' ? 'text-danger' : ''}`}>
              {names[check.name] ?? check.name}
            </span>
            <span className="text-muted">{textOf(check)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function textOf({ outcome, text }: Check): string {
  // What only a server knows was not asked of it here: an earlier check had failed.
  if (outcome === 'skipped' && text === 'known to the server alone') return 'not reached';
  return text
    .replace(/^(\w{16,}), with the secret that was given$/, (_, id: string) => `${shortKey(id)}, known`)
    .replace(/ \(\d+ candidates?\)$/, '');
}

function Mark({ check: { outcome, would, text } }: { readonly check: Check }) {
  const isNone = text === 'none' || outcome === 'unknown';
  const glyph = isNone ? '–' : outcome === 'pass' ? '✓' : outcome === 'fail' ? '✕' : '·';
  const color = isNone
    ? 'text-muted'
    : outcome === 'pass'
      ? 'text-ok'
      : outcome === 'fail'
        ? 'text-danger'
        : 'text-muted';
  return (
    <span className={`font-semibold ${color}`}>
      <span aria-hidden="true">{glyph}</span>
      <span className="sr-only">{would === undefined ? outcomes[outcome] : `would ${would}`}: </span>
    </span>
  );
}
