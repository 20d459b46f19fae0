import { type KeyboardEvent, useId, useState } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { usePaletteEntries } from './palette-entries.ts';
import type { PaletteEntry } from './palette-entry.ts';

/** Search over everything, and the place to paste a link. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const entries = usePaletteEntries(typed.trim());
  const listId = useId();
  const chosenAt = Math.min(at, entries.length - 1);
  const chosen = entries[chosenAt];
  const take = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    entry.act();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((chosenAt + step + entries.length) % Math.max(1, entries.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (event.altKey || event.shiftKey) {
        const hint = event.altKey ? 'Alt ⏎' : 'Shift ⏎';
        take(entries.find((entry) => entry.hint === hint) ?? chosen);
      } else take(chosen);
    }
  };
  return (
    <Dialog bare onClose={onClose} title="Search or paste a link" width="wide">
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Icon name="search" />
        <input
          aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosenAt}`}
          aria-autocomplete="list"
          aria-controls={listId}
          aria-expanded="true"
          aria-label="Search or paste a link"
          autoComplete="off"
          className="h-12 flex-1 bg-transparent text-base outline-none"
          onChange={({ target }) => {
            setTyped(target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          placeholder="Link, label, bucket, key, screen or action"
          role="combobox"
          spellCheck={false}
          value={typed}
        />
        <span aria-hidden="true" className="key">
          Esc
        </span>
      </div>
      <div aria-label="Found" className="max-h-96 overflow-y-auto p-1" id={listId} role="listbox">
        {entries.map((entry, index) => (
          <div
            aria-selected={entry === chosen}
            className={`flex min-h-9 items-center gap-3 rounded-md px-3 ${entry === chosen ? 'bg-tint' : ''}`}
            id={`${listId}-${index}`}
            key={entry.id}
            onPointerUp={() => take(entry)}
            onPointerMove={() => setAt(index)}
            role="option"
          >
            <Icon name={entry.icon} />
            <span className="flex-1 truncate">{entry.text}</span>
            {entry.note !== undefined && <span className="text-xs text-muted">{entry.note}</span>}
            {entry.hint !== undefined && <span className="key">{entry.hint}</span>}
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className="px-4 py-3 text-muted">No results</p>}
    </Dialog>
  );
}
