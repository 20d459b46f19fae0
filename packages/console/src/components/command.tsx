import { Button } from './button.tsx';
import { copyText } from './copy.ts';

/** A line to run in a terminal, with its copy button. */
export function Command({ text, label = 'Command' }: { readonly text: string; readonly label?: string }) {
  return (
    <div className="flex items-start gap-1 rounded-md bg-sunken py-0.5 pr-0.5 pl-3">
      <pre className="min-w-0 flex-1 py-1.5 font-mono text-xs whitespace-pre-wrap">{text}</pre>
      <Button aria-label={`Copy: ${label}`} icon="copy" kind="quiet" onClick={() => copyText(text, label)} />
    </div>
  );
}
