import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { useKey } from '../frame/shortcuts.ts';
import { Icon } from './icon.tsx';

type FilterHeadProps = {
  /** What the text is looked for in. */
  readonly label: string;
  readonly placeholder?: string;
  readonly find: string;
  readonly onFind: (find: string) => void;
  /** With each letter, or only when the text is done: where each costs a question to the server. */
  readonly isEager?: boolean;
  /** How many there are. */
  readonly status: string;
  /** Further filters, before the text. */
  readonly children?: ReactNode;
};

/** The head of a list: what it is narrowed by, and how many are left. `/` goes to its text, `Esc` clears it. */
export function FilterHead({ label, placeholder, find, onFind, isEager = true, status, children }: FilterHeadProps) {
  const box = useRef<HTMLInputElement>(null);
  // Not by its key: the focus stays in it.
  useLayoutEffect(() => {
    if (box.current !== null && box.current.value !== find) box.current.value = find;
  }, [find]);
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
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
              event.currentTarget.value = '';
              onFind('');
            }
            if (event.key === 'Enter') take(event);
          }}
          placeholder={placeholder ?? label}
          ref={box}
          spellCheck={false}
          {...(isEager && { value: find, onChange: ({ target }) => onFind(target.value) })}
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
