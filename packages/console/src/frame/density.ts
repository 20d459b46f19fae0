import { useSyncExternalStore } from 'react';
import { useIsWide } from '../components/wide.ts';

/** How much room rows have. */
export type Density = 'comfortable' | 'compact';

const stored = 'tidegate-density';
const watchers = new Set<() => void>();

/** Shows what this browser keeps. */
export function applyDensity(): void {
  try {
    show(localStorage.getItem(stored) === 'compact' ? 'compact' : 'comfortable');
  } catch {
    // Storage may be switched off: then rows have their room.
    show('comfortable');
  }
}

/** Keeps a choice and shows it. */
export function chooseDensity(density: Density): void {
  try {
    if (density === 'compact') localStorage.setItem(stored, density);
    else localStorage.removeItem(stored);
  } catch {
    // Shown all the same, until the page is left.
  }
  show(density);
}

function show(density: Density): void {
  document.documentElement.dataset['density'] = density;
  for (const tell of watchers) tell();
}

export function useDensity(): Density {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => (document.documentElement.dataset['density'] === 'compact' ? 'compact' : 'comfortable'),
  );
}

/** Heights of a row: where tables have columns, the same when they are to be compact, and where rows are stacked. */
export type RowHeights = { readonly wide: number; readonly compact: number; readonly stacked: number };

/** The height that rows have now. */
export function useRowPx({ wide, compact, stacked }: RowHeights, isStacked?: boolean): number {
  const isWide = useIsWide();
  const density = useDensity();
  return (isStacked ?? !isWide) ? stacked : density === 'compact' ? compact : wide;
}
