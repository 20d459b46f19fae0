let held = 0;

function ask(event: Event): void {
  event.preventDefault();
}

/** Has the browser ask before the page is left, until the function that it returns is called. */
export function holdPage(): () => void {
  if (typeof document === 'undefined') return () => undefined;
  if (held++ === 0) globalThis.addEventListener('beforeunload', ask);
  return () => {
    if (--held === 0) globalThis.removeEventListener('beforeunload', ask);
  };
}
