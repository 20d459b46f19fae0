import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { copyText } from './copy.ts';

type PastesProps = {
  /** The same for several programs. */
  readonly texts: readonly (readonly [name: string, text: string])[];
  /** What is copied, in a word. */
  readonly what: string;
  /** Before the names of the programs. */
  readonly heading?: ReactNode;
};

/** Lines to paste: one program is chosen among several. */
export function Pastes({ texts, what, heading }: PastesProps) {
  const [at, setAt] = useState(0);
  const [name = '', text = ''] = texts[at] ?? [];
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        {heading}
        {(texts.length > 1 ? texts : []).map(([one], index) => (
          <button
            aria-pressed={index === at}
            className="chip"
            data-on={index === at ? '' : undefined}
            key={one}
            onClick={() => setAt(index)}
            type="button"
          >
            {one}
          </button>
        ))}
      </div>
      <div className="flex items-start rounded-md border border-line bg-sunken pr-1 pl-3">
        <pre className="min-w-0 flex-1 py-2.5 font-mono text-xs leading-5 whitespace-pre-wrap">{text}</pre>
        <span className="py-1">
          <Button
            aria-label={`Copy ${what.toLowerCase()} for ${name}`}
            icon="copy"
            kind="quiet"
            onClick={() => copyText(text, what)}
          />
        </span>
      </div>
    </div>
  );
}
