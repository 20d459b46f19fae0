import type { ReactNode } from 'react';

type FactsProps = {
  readonly rows: readonly (readonly [name: string, value: ReactNode])[];
  /** Over the whole page: names stand above their values where that is narrow. */
  readonly isWide?: boolean;
  /** Room around them. */
  readonly pad?: 'px-4 py-3' | '';
};

/** What is known of one thing: names and values, one a line. */
export function Facts({ rows, isWide = false, pad = 'px-4 py-3' }: FactsProps) {
  const columns = isWide
    ? 'sm:grid-cols-[160px_minmax(0,1fr)] sm:gap-y-2'
    : 'grid-cols-[fit-content(50%)_minmax(0,1fr)] gap-y-1.5';
  return (
    <dl className={`grid gap-x-4 ${columns} ${pad}`}>
      {rows.map(([name, value]) => (
        <div className="contents" key={name}>
          <dt className="min-w-18 text-muted">{name}</dt>
          <dd className={`min-w-0 ${isWide ? 'max-sm:mb-2' : ''}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
