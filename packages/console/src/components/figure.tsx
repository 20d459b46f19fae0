import type { ReactNode } from 'react';

type FigureProps = {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: string;
  readonly isBad?: boolean;
};

/** A number with its name, in a card of several. */
export function Figure({ label, value, note = '', isBad = false }: FigureProps) {
  return (
    <div className="-mt-px -ml-px border-t border-l border-line px-4 py-3 max-sm:last:col-span-2">
      <p className="text-xs leading-5 text-muted">{label}</p>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className={`text-xl font-semibold whitespace-nowrap ${isBad ? 'text-danger' : ''}`}>{value}</span>
        {note !== '' && <span className="text-xs text-muted">{note}</span>}
      </p>
    </div>
  );
}
