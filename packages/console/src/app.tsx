import { useCallback, useEffect, useState } from 'react';
import { Router } from 'wouter';
import { lazyPart } from './components/lazy-part.tsx';
import { Failure } from './components/states.tsx';
import { Toasts } from './components/toast.tsx';
import { onSignedOut } from './data/api.ts';
import { ApiError } from './data/api-error.ts';
import { queries } from './data/hooks.ts';
import { readSession, type SessionInfo, signInByCode, takeCode } from './data/session.ts';
import { Frame } from './frame/frame.tsx';
import { SessionContext } from './frame/session-context.ts';

const SignIn = lazyPart(async () => (await import('./screens/sign-in/sign-in.tsx')).SignIn, 'screen');

type Gate =
  | { readonly kind: 'asking' }
  /** Whether anybody is signed in could not be found out. */
  | { readonly kind: 'unknown'; readonly error: unknown }
  | { readonly kind: 'out'; readonly why?: string | undefined }
  /** `isLost`: the session ended; the page stays as it is under the sign-in, with what was typed. */
  | { readonly kind: 'in'; readonly session: SessionInfo; readonly isLost: boolean };

/** The console: who is signed in sees the frame, anybody else the sign-in. */
export function App() {
  const [gate, setGate] = useState<Gate>({ kind: 'asking' });

  useEffect(() => {
    let isGone = false;
    if (gate.kind !== 'asking') return;
    const show = (next: Gate): void => {
      if (!isGone) setGate(next);
    };
    enter().then(show, (error: unknown) => show({ kind: 'unknown', error }));
    return () => {
      isGone = true;
    };
  }, [gate.kind]);

  useEffect(() => onSignedOut(() => setGate((now) => (now.kind === 'in' ? { ...now, isLost: true } : now))), []);

  const onSignedIn = useCallback((session: SessionInfo) => {
    setGate((now) => {
      // Somebody else signed in where another was: nothing of theirs may stay.
      if (now.kind === 'in' && now.session.accessKeyId !== session.accessKeyId) queries.clear();
      return { kind: 'in', session, isLost: false };
    });
    void queries.invalidate();
  }, []);

  const onSignOut = useCallback(() => {
    queries.clear();
    setGate({ kind: 'out' });
  }, []);

  if (gate.kind === 'asking') return <div aria-busy="true" aria-label="Tidegate" role="group" />;
  return (
    <>
      {gate.kind === 'in' && (
        <SessionContext value={{ session: gate.session, onSignedIn, onSignOut }}>
          <div className={gate.isLost ? 'hidden' : ''} inert={gate.isLost}>
            <Router base="/_">
              <Frame />
            </Router>
          </div>
        </SessionContext>
      )}
      {gate.kind === 'unknown' && (
        <main className="mx-auto max-w-160 px-3 pt-16">
          <h1 className="mb-4 text-xl font-semibold">Tidegate</h1>
          <section className="card">
            <Failure error={gate.error} onRetry={() => setGate({ kind: 'asking' })} what="Can't load the console." />
          </section>
        </main>
      )}
      {gate.kind === 'out' && <SignIn onSignedIn={onSignedIn} why={gate.why} />}
      {gate.kind === 'in' && gate.isLost && (
        <SignIn
          accessKeyId={gate.session.accessKeyId}
          onSignedIn={onSignedIn}
          why="Your session has ended. Sign in to continue where you left off."
        />
      )}
      <Toasts />
    </>
  );
}

/** The sign-in code of the address, until the server has seen it. */
let code: string | undefined;

async function enter(): Promise<Gate> {
  code ??= takeCode();
  if (code !== undefined) {
    try {
      const session = await signInByCode(code);
      code = undefined;
      return { kind: 'in', session, isLost: false };
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) throw error;
      code = undefined;
      const session = await readSession();
      if (session !== undefined) return { kind: 'in', session, isLost: false };
      return { kind: 'out', why: error instanceof ApiError ? error.message : undefined };
    }
  }
  const session = await readSession();
  return session === undefined ? { kind: 'out' } : { kind: 'in', session, isLost: false };
}
