import { hmacHex, hmacKey } from '@tidegate/presign/internal';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { send } from '../../data/api.ts';
import { ApiError } from '../../data/api-error.ts';
import { asSession, type SessionInfo } from '../../data/session.ts';

type SignInProps = {
  readonly onSignedIn: (session: SessionInfo) => void;
  /** Why it is asked for. */
  readonly why?: string | undefined;
  /** Who was signed in. */
  readonly accessKeyId?: string;
};

/** Who are you: by a key and its secret, which stays in this browser. */
export function SignIn({ onSignedIn, why, accessKeyId = '' }: SignInProps) {
  const [error, setError] = useState<string | undefined>(why);
  const [isBusy, setBusy] = useState(false);
  const [isShown, setShown] = useState(false);
  const summary = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Tidegate';
  }, []);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(undefined);
    try {
      onSignedIn(await signIn(String(form.get('username')).trim(), String(form.get('password')).trim()));
    } catch (failure) {
      setError(textOf(failure));
      setBusy(false);
      summary.current?.focus();
    }
  };
  return (
    <main className="mx-auto flex min-h-dvh max-w-100 flex-col justify-center gap-6 px-4 py-8">
      <div className="flex items-center justify-center gap-3 text-accent">
        <Icon name="mark" size={28} />
        <h1 className="text-xl font-semibold text-text">Tidegate</h1>
      </div>
      <form className="card flex flex-col gap-4 p-5" onSubmit={(event) => void submit(event)}>
        <p className={error === undefined ? 'sr-only' : 'text-danger'} ref={summary} role="alert" tabIndex={-1}>
          {error}
        </p>
        <Field
          autoCapitalize="off"
          autoComplete="username"
          autoFocus
          className="font-mono"
          defaultValue={accessKeyId}
          label="Access key"
          name="username"
          required
          spellCheck={false}
        />
        <Field
          autoComplete="current-password"
          className="pr-16 font-mono"
          label="Secret"
          name="password"
          note="The secret never leaves this browser; it signs a challenge from the server."
          required
          trailing={
            <button
              aria-pressed={isShown}
              className="h-8 rounded-md px-3 text-muted hover:text-text"
              onClick={() => setShown(!isShown)}
              type="button"
            >
              {isShown ? 'hide' : 'show'}
            </button>
          }
          type={isShown ? 'text' : 'password'}
        />
        <Button className="h-9" disabled={isBusy} kind="primary" type="submit">
          Sign in
        </Button>
        <p className="text-center text-muted">
          On the server: <code className="font-mono text-text">tidegate console</code>
        </p>
      </form>
    </main>
  );
}

function textOf(failure: unknown): string {
  if (!(failure instanceof ApiError)) return 'Sign-in failed. Try again.';
  if (failure.status !== 429) return failure.message;
  const wait = failure.problem?.detail ?? '';
  return `Too many attempts. ${wait}`.trim();
}

/**
 * Signs in: the secret signs a challenge here and goes nowhere. The text is that of the server's `session-endpoints.ts`.
 * @throws ApiError
 */
async function signIn(accessKeyId: string, secret: string): Promise<SessionInfo> {
  const asked = await send('POST', '/session/challenge');
  const challenge = typeof asked === 'object' && asked !== null && 'challenge' in asked ? String(asked.challenge) : '';
  const atMs = Date.now();
  const text = `TIDEGATE-CONSOLE-SIGN-IN\n${location.origin}\n${accessKeyId}\n${atMs}\n${challenge}`;
  const proof = hmacHex(hmacKey(secret), text);
  return asSession(await send('POST', '/session', { body: { accessKeyId, challenge, atMs, proof } }));
}
