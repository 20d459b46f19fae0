import type { ReactNode } from 'react';

/** A short word in a box: a method. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return (
    <span className="inline-grid h-5 min-w-9 shrink-0 place-items-center rounded-sm border border-line px-1.5 font-mono text-[10px] leading-none tracking-wide text-muted">
      {children}
    </span>
  );
}
