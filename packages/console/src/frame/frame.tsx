import { Component, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { lazyPart } from '../components/lazy-part.tsx';
import { Empty, Failure } from '../components/states.tsx';
import { undoLast } from '../components/toast.tsx';
import { followEvents, readAgainOn, useLiveEvents } from '../data/live.ts';
import { screens } from '../screens/index.ts';
import { useShownHead } from './head.ts';
import { BottomBar, Rail } from './nav.tsx';
import { Page } from './page.tsx';
import { listenToKeys, useKey } from './shortcuts.ts';
import { TopBar } from './top-bar.tsx';

const Palette = lazyPart(async () => (await import('./palette.tsx')).Palette);
const SessionEnd = lazyPart(async () => (await import('./session-end.tsx')).SessionEnd, 'nothing');
const KeyList = lazyPart(async () => (await import('./key-list.tsx')).KeyList);
const routes = screens.map(({ path, load }) => ({ path, Shown: lazyPart(load, 'screen') }));

/** What stands around every screen. */
export function Frame() {
  const [open, setOpen] = useState<'nothing' | 'palette' | 'keys'>('nothing');
  const close = () => setOpen('nothing');
  useLayoutEffect(listenToKeys, []);
  useEffect(() => {
    const ending = new AbortController();
    followEvents(ending.signal).catch(() => {
      // It ends by its signal alone; what breaks is tried again inside.
    });
    return () => ending.abort();
  }, []);
  useLiveEvents(readAgainOn);
  useKey('mod+k', 'Search, or paste a link', () => setOpen('palette'));
  useKey('?', 'Keyboard shortcuts', () => setOpen('keys'));
  useKey('z|mod+z', 'Undo the last change', undoLast);
  return (
    <div className="min-h-dvh sm:pl-14 lg:pl-52">
      <button
        className="sr-only rounded-md bg-accent p-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
        onClick={() => document.querySelector('main')?.focus()}
        type="button"
      >
        Skip to content
      </button>
      <Rail />
      <TopBar onSearch={() => setOpen('palette')} />
      <Main />
      <BottomBar />
      <SessionEnd />
      {open === 'palette' && <Palette onClose={close} />}
      {open === 'keys' && <KeyList onClose={close} />}
    </div>
  );
}

/** The screen. It gets the focus when another one is shown, and its title is said. */
function Main() {
  const [path] = useLocation();
  const { title } = useShownHead();
  const place = useRef<HTMLElement>(null);
  const shown = useRef(path);
  // With the screen, not after it is painted: by then somebody's keys may have moved the focus into it.
  useLayoutEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    place.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {title}
      </p>
      <main className="pb-16 sm:pb-0" id="main" ref={place} tabIndex={-1}>
        <Boundary key={path}>
          <Switch>
            {routes.map(({ path: pattern, Shown }) => (
              <Route key={pattern} path={pattern}>
                <Shown />
              </Route>
            ))}
            <Route path="/">
              <Redirect replace to="/links" />
            </Route>
            <Route>
              <NoScreen />
            </Route>
          </Switch>
        </Boundary>
      </main>
    </>
  );
}

type BoundaryProps = { readonly children: ReactNode };
type BoundaryState = { readonly error: unknown };

/** A screen that throws while it is drawn leaves a message and a way to try again, never a blank page. */
class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="mx-auto max-w-400 px-3 pt-5 sm:px-6">
        <h1 className="mb-4 text-xl font-semibold">Something went wrong</h1>
        <section className="card">
          <Failure
            error={error}
            onRetry={() => this.setState({ error: undefined })}
            what="Can't show this page: a fault in the console."
          />
        </section>
      </div>
    );
  }
}

/** An address without a screen: one that was cut, or of another version. */
function NoScreen() {
  return (
    <Page title="Page not found">
      <Empty title="This page doesn't exist">
        <Link className="text-accent underline" href="/links">
          Go to Links
        </Link>
      </Empty>
    </Page>
  );
}
