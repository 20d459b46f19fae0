import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { say, sayFailed } from '../components/toast.tsx';
import { ask } from '../data/api.ts';
import { readAgain } from '../data/hooks.ts';
import { screens } from '../screens/index.ts';
import { handOver } from './handover.ts';
import type { PaletteEntry } from './palette-entry.ts';

const linkForms = [/^curl\s/i, /^https?:\/\/\S+[?&]/i, /^https?:\/\/[^/]+\/s\/\w/i];
const errorForm = /^<(?:\?xml|Error)\b/;

/** Whether a text is a link, or something that has one or a refusal in it, and not a word to look for. */
export function isPasted(text: string): boolean {
  return errorForm.test(text) || linkForms.some((form) => form.test(text));
}

/** The URL of what was pasted: of a curl command its own. */
function urlIn(text: string): string {
  return /^curl\s/i.test(text) ? (/https?:\/\/[^\s'"]+/.exec(text)?.[0] ?? text) : text;
}

/**
 * What can be done with a link that was pasted. Its text goes to the server in a body, and into no address and no store
 * (SEC-514).
 */
export function usePastedEntries(text: string): readonly PaletteEntry[] {
  const [, go] = useLocation();
  const isLink = isPasted(text) && !errorForm.test(text);
  const id = useFingerprint(isLink ? urlIn(text) : '');
  if (!isPasted(text)) return [];
  const explain: PaletteEntry = {
    id: 'explain',
    text: errorForm.test(text) ? 'Explain this error' : 'Explain it',
    icon: 'explain',
    hint: isLink ? 'Alt ⏎' : '⏎',
    act: () => {
      handOver(text);
      go('/explain');
    },
  };
  const canExplain = screens.some(({ path }) => path === '/explain');
  if (!isLink) return canExplain ? [explain] : [];
  const name = id ?? 'it';
  return [
    { id: 'open', text: `Open ${name}`, icon: 'links', hint: '⏎', act: () => void open(text, id, go).catch(sayFailed) },
    ...(canExplain ? [explain] : []),
    {
      id: 'revoke',
      text: `Revoke ${name}`,
      icon: 'revoke',
      hint: 'Shift ⏎',
      act: () => void revoke(urlIn(text)).catch(sayFailed),
    },
  ];
}

/** The name of a pasted link in the ledger, as soon as the server has read it. */
function useFingerprint(url: string): string | undefined {
  const [found, setFound] = useState<{ readonly url: string; readonly id: string | undefined }>();
  useEffect(() => {
    if (url === '') return;
    const ending = new AbortController();
    ask('inspectUrl', { url }, { signal: ending.signal }).then(
      ({ fingerprint }) => setFound({ url, id: fingerprint }),
      () => {
        // Opening it shows the error.
      },
    );
    return () => ending.abort();
  }, [url]);
  return found?.url === url ? found.id : undefined;
}

async function open(text: string, known: string | undefined, go: (to: string) => void): Promise<void> {
  const id = known ?? (await ask('inspectUrl', { url: urlIn(text) })).fingerprint;
  if (id === undefined) throw new Error('It has no signature, so it is not a link.');
  go(`/links/${id}`);
}

async function revoke(url: string): Promise<void> {
  const { id } = await ask('revoke', { match: { url } });
  const again = () => readAgain(['listLinks', 'readLink', 'listLinkEvents', 'readSummary']);
  const undo = (): void => {
    if (id !== null) ask('undoRevocation', { id }).then(again, sayFailed);
  };
  say('Revoked.', id === null ? undefined : undo);
  await again();
}
