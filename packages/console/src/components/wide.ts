import { useEffect, useState } from 'react';

/** Whether tables have columns; below, their rows are stacked. */
export function useIsWide(): boolean {
  return useMedia('(min-width: 1024px)');
}

/** Whether a media query holds, as it changes. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const take = (): void => setHolds(list.matches);
    take();
    list.addEventListener('change', take);
    return () => list.removeEventListener('change', take);
  }, [query]);
  return holds;
}
