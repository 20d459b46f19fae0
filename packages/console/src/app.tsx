import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { Router } from 'wouter';
import { Toasts } from './components/toast.tsx';
import { onSignedOut } from './data/api.ts';
import { ApiError } from './data/api-error.ts';
import { queries } from './data/hooks.ts';
import { readSession, type SessionInfo, signInByCode, takeCode } from './data/session.ts';
import { Frame } from './frame/frame.tsx';
import { SessionContext } from './frame/session-context.ts';

const SignIn = lazy(async () => ({ default: (await import('./screens/sign-in/sign-in.tsx')).SignIn }));

type Gate =
  | { readonly kind: 'asking' }
  | { readonly kind: 'out'; readonly why?: string | undefined }
  /** `isLost`: the session ended; the page stays as it is under the sign-in, with what was typed. */
  | { readonly kind: 'in'; readonly session: SessionInfo; readonly isLost: boolean };

/** The console: who is signed in sees the frame, anybody else the sign-in. */
export function App() {
  const [gate, setGate] = useState<Gate>({ kind: 'asking' });

  useEffect(() => {
    let isGone = false;
    enter().then(
      (next) => {
        if (!isGone) setGate(next);
      },
      () => setGate({ kind: 'out', why: 'The server cannot be reached.' }),
    );
    return () => {
      isGone = true;
    };
  }, []);

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
      <Suspense>
        {gate.kind === 'out' && <SignIn onSignedIn={onSignedIn} why={gate.why} />}
        {gate.kind === 'in' && gate.isLost && (
          <SignIn
            accessKeyId={gate.session.accessKeyId}
            onSignedIn={onSignedIn}
            why="Your session has ended. Sign in to go on where you were."
          />
        )}
      </Suspense>
      <Toasts />
    </>
  );
}

async function enter(): Promise<Gate> {
  const code = takeCode();
  if (code !== undefined) {
    try {
      return { kind: 'in', session: await signInByCode(code), isLost: false };
    } catch (error) {
      const session = await readSession();
      if (session !== undefined) return { kind: 'in', session, isLost: false };
      return { kind: 'out', why: error instanceof ApiError ? error.message : undefined };
    }
  }
  const session = await readSession();
  return session === undefined ? { kind: 'out' } : { kind: 'in', session, isLost: false };
}
