import { useState } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { chooseSingleKeys, listShortcuts, type Shortcut, singleKeysOn } from './shortcuts.ts';

const names: Readonly<Record<string, string>> = {
  mod: 'Ctrl ⌘',
  shift: 'Shift',
  ' ': 'Space',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: '⏎',
};
const everywhere = ['mod+k', '?', 'z|mod+z'];

/** Every key that does something here. */
export function KeyList({ onClose }: { readonly onClose: () => void }) {
  const [isOn, setOn] = useState(singleKeysOn);
  const all = listShortcuts();
  const groups = [
    ['On this screen', all.filter(({ keys }) => !keys.startsWith('g ') && !everywhere.includes(keys))],
    ['Everywhere', all.filter(({ keys }) => everywhere.includes(keys))],
    ['Go to', all.filter(({ keys }) => keys.startsWith('g '))],
  ] as const;
  return (
    <Dialog onClose={onClose} title="Keys" width="wide">
      <div className="gap-6 overflow-y-auto p-4 sm:columns-2">
        {groups.map(([title, shortcuts]) => (
          <section className="mb-4 break-inside-avoid" key={title}>
            <h3 className="mb-2 text-xs text-muted">{title}</h3>
            <dl className="grid grid-cols-[96px_minmax(0,1fr)] items-center gap-y-1.5">
              {shortcuts.map((shortcut) => (
                <Row key={shortcut.keys} shortcut={shortcut} />
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="flex items-center gap-2 border-t border-line px-4 py-3">
        <input
          checked={isOn}
          className="check"
          onChange={({ target }) => {
            chooseSingleKeys(target.checked);
            setOn(target.checked);
          }}
          type="checkbox"
        />
        Single-key shortcuts
      </label>
    </Dialog>
  );
}

function Row({ shortcut: { keys, text } }: { readonly shortcut: Shortcut }) {
  return (
    <div className="contents">
      <dt className="flex flex-wrap gap-1">
        {keys.split('|').map((way) => (
          <span className="flex gap-1" key={way}>
            {partsOf(way).map((key) => (
              <kbd className="key" key={key}>
                {names[key] ?? key}
              </kbd>
            ))}
          </span>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}

/** The keys of one way, pressed together or one after the other: a space or a plus between two, or alone a key itself. */
function partsOf(way: string): readonly string[] {
  if (way.length === 1) return [way];
  const [, first = way, last] = /^(\w+)[+ ](.+)$/s.exec(way) ?? [];
  return last === undefined ? [first] : [first, last];
}
