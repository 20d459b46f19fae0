import { useEffect, useSyncExternalStore } from 'react';

/** What the frame says of a screen: its title, and where it came from. */
export type Head = { readonly title: string; readonly back?: { readonly to: string; readonly text: string } };

let head: Head = { title: '' };
const watchers = new Set<() => void>();

/** Names the screen: in the tab, to screen readers, and in the bar above. */
export function useHead(title: string, backTo?: string, backText?: string): void {
  useEffect(() => {
    head = { title, ...(backTo !== undefined && { back: { to: backTo, text: backText ?? 'Back' } }) };
    document.title = `${title} · Tidegate`;
    for (const tell of watchers) tell();
  }, [title, backTo, backText]);
}

/** What the screen that is shown said of itself. */
export function useShownHead(): Head {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => head,
  );
}
