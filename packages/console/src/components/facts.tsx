import type { ReactNode } from 'react';

type FactsProps = {
  readonly rows: readonly (readonly [name: string, value: ReactNode])[];
  /** Room around them. */
  readonly pad?: 'px-4 py-3' | '';
};

/** What is known of one thing, in a narrow place: names and values, one a line. */
export function Facts({ rows, pad = 'px-4 py-3' }: FactsProps) {
  return (
    <dl className={`grid grid-cols-[88px_minmax(0,1fr)] gap-y-1.5 ${pad}`}>
      {rows.map(([name, value]) => (
        <div className="contents" key={name}>
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
