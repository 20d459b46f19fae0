import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { useKey } from '../../frame/shortcuts.ts';
import { Icon } from '../icon.tsx';

type FilterHeadProps = {
  /** What the text is looked for in. */
  readonly label: string;
  readonly placeholder?: string;
  readonly find: string;
  readonly onFind: (find: string) => void;
  /** With each letter, or when typing pauses: where each costs a request to the server. */
  readonly isEager?: boolean;
  /** How many there are. */
  readonly status: string;
  /** Further filters, before the text. */
  readonly children?: ReactNode;
};

/** How long typing pauses before the server is asked. */
const pauseMs = 250;

/** The head of a list: what it is narrowed by, and how many are left. `/` goes to its text, `Esc` clears it. */
export function FilterHead({ label, placeholder, find, onFind, isEager = true, status, children }: FilterHeadProps) {
  const box = useRef<HTMLInputElement>(null);
  // Not by its key: the focus stays in it.
  useLayoutEffect(() => {
    // Not while somebody types in it: what it says is newer than what was asked.
    if (box.current !== null && box.current.value !== find && document.activeElement !== box.current)
      box.current.value = find;
  }, [find]);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    clearTimeout(pause.current);
    if (!isEager && currentTarget.value !== find) onFind(currentTarget.value);
  };
  useKey('/', 'Filter', () => box.current?.focus());
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2.5">
      {children}
      <label className="flex h-7 min-w-40 flex-1 items-center gap-2 px-2 pointer-coarse:h-10">
        <Icon name="search" />
        <input
          aria-label={label}
          className="min-w-0 flex-1 bg-transparent"
          onBlur={take}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              clearTimeout(pause.current);
              event.currentTarget.value = '';
              onFind('');
            }
            if (event.key === 'Enter') take(event);
          }}
          placeholder={placeholder ?? label}
          ref={box}
          spellCheck={false}
          {...(isEager
            ? { value: find, onChange: ({ target }) => onFind(target.value) }
            : {
                onChange: ({ currentTarget }) => {
                  clearTimeout(pause.current);
                  pause.current = setTimeout(() => take({ currentTarget }), pauseMs);
                },
              })}
        />
      </label>
      <span aria-hidden="true" className="key max-lg:hidden">
        /
      </span>
      <span className="whitespace-nowrap text-muted" role="status">
        {status}
      </span>
    </div>
  );
}
