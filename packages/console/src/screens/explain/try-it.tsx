import type { Explanation } from '@tidegate/presign/admin';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useSession } from '../../frame/session-context.ts';
import { reasonSentence } from '../../reason-words.ts';
import type { Asked } from './asked.tsx';
import { urlIn } from './url-parts.ts';

type TryItProps = { readonly explanation: Explanation; readonly text: string; readonly asked: Asked };

/** Uses the link, after a word that this is a use. Only links to read, and only where this console's server answers. */
export function TryIt({ explanation: { inspection }, text, asked }: TryItProps) {
  const { session } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [answer, setAnswer] = useState<string>();
  const url = urlIn(text);
  const isOwn = URL.canParse(url) && new URL(url).origin === new URL(session.endpoint).origin;
  const isRead =
    ['', 'GET', 'HEAD'].includes(asked.method) && !/^(?:Put|Post|Delete|Upload)/.test(inspection.operation ?? 'Get');
  if (!isOwn || !isRead) return null;
  const use = async (): Promise<void> => {
    setAnswer('Asking…');
    setAnswer(await answerOf(url, asked));
  };
  return (
    <>
      <Button
        onClick={() => {
          setAnswer(undefined);
          setOpen(true);
        }}
      >
        Try it
      </Button>
      {isOpen && (
        <Dialog onClose={() => setOpen(false)} title="Try it">
          <div className="flex flex-col gap-4 p-4">
            <p className="text-base text-text">This is a real request and may consume a use.</p>
            <p className="min-h-5 font-semibold text-text" role="status">
              {answer}
            </p>
            <div className="flex justify-end gap-2">
              <Button onClick={() => setOpen(false)}>{answer === undefined ? 'Cancel' : 'Close'}</Button>
              {answer === undefined && (
                <Button kind="primary" onClick={() => void use()}>
                  Use the link
                </Button>
              )}
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** What the link is answered. Its content is not read: one use is enough to see that it works. */
async function answerOf(url: string, { method, headers }: Asked): Promise<string> {
  const stop = new AbortController();
  try {
    const answer = await fetch(url, {
      method: method === '' ? 'GET' : method,
      headers: Object.fromEntries(headers),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      redirect: 'manual',
      signal: stop.signal,
    });
    if (answer.ok) {
      stop.abort();
      return `It works: ${answer.status}.`;
    }
    const reason = /<Reason>(\w+)<\/Reason>/.exec(await answer.text())?.[1];
    return `Refused: ${answer.status}${reason === undefined ? '' : `, ${reasonSentence(reason)}`}.`;
  } catch {
    return 'No response: the server cannot be reached from here, or its CORS rules do not allow this page.';
  }
}
