import { useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useNow } from '../components/time.tsx';
import { useLiveState } from '../data/live.ts';
import { formatSpan } from '../format.ts';
import { useShownHead } from './head.ts';
import { useSession } from './session-context.ts';
import { chooseTheme, isDark } from './theme.ts';

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

/** Above the page: where one is, the search, whether what is shown is current, the theme. */
export function TopBar({ onSearch }: { readonly onSearch: () => void }) {
  const { back } = useShownHead();
  const { session } = useSession();
  return (
    <header className="sticky top-0 z-10 flex h-14 items-center gap-3 border-b border-line bg-bg px-3 sm:px-6">
      {back === undefined ? (
        <>
          <span className="flex items-center gap-2.5 text-accent sm:hidden">
            <Icon name="mark" size={20} />
            <span className="text-base font-semibold text-text">Tidegate</span>
          </span>
          <span className="text-muted max-sm:hidden">{new URL(session.endpoint).host}</span>
        </>
      ) : (
        <Link className="flex h-8 items-center gap-2 rounded-md pr-2 text-muted hover:text-text" href={back.to}>
          <Icon name="back" />
          {back.text}
        </Link>
      )}
      <button
        className="ml-auto flex h-8 items-center gap-2.5 rounded-md border border-line bg-surface px-2.5 text-muted hover:text-text max-sm:w-9 max-sm:justify-center sm:w-72"
        onClick={onSearch}
        type="button"
      >
        <Icon name="search" />
        <span className="flex-1 text-left max-sm:sr-only">Search or paste a link</span>
        <span aria-hidden="true" className="key max-sm:hidden">
          {isMac ? '⌘K' : 'Ctrl K'}
        </span>
      </button>
      <Live />
      <ThemeButton />
    </header>
  );
}

function Live() {
  const state = useLiveState();
  const now = useNow();
  const text =
    state.kind === 'paused'
      ? `Paused ${formatSpan((now - state.sinceMs) / 1000)} ago`
      : state.kind === 'starting'
        ? 'Connecting'
        : 'Live';
  const isOn = state.kind === 'live' || state.kind === 'polling';
  return (
    <span
      className="flex items-center gap-2 text-muted"
      role="status"
      title={state.kind === 'polling' ? 'Refreshed every 10 seconds' : undefined}
    >
      <span
        aria-hidden="true"
        className={`size-1.75 rounded-full ring-2 ${isOn ? 'bg-accent ring-accent/20' : 'bg-warn ring-warn/20'}`}
      />
      {text}
    </span>
  );
}

function ThemeButton() {
  const [dark, setDark] = useState(isDark);
  return (
    <Button
      aria-label={dark ? 'Light theme' : 'Dark theme'}
      className="text-text"
      icon="theme"
      kind="quiet"
      onClick={() => {
        chooseTheme(dark ? 'light' : 'dark');
        setDark(!dark);
      }}
    />
  );
}
