import { cloneElement, type KeyboardEvent, type ReactElement, useId, useRef, useState } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type MenuEntry = {
  readonly text: string;
  readonly icon?: IconName;
  readonly isChosen?: boolean;
  readonly isDanger?: boolean;
  /** Why it cannot be taken: shown under its text. */
  readonly disabledWhy?: string | undefined;
  /** A second line. */
  readonly note?: string;
  readonly onChoose: () => void;
};

type TriggerProps = {
  'aria-haspopup'?: 'menu';
  'aria-expanded'?: boolean;
  'aria-controls'?: string;
  ref?: (element: HTMLElement | null) => void;
  onClick?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
};

type MenuProps = {
  /** The button that opens it. */
  readonly trigger: ReactElement<TriggerProps>;
  readonly entries: readonly MenuEntry[];
  readonly align?: 'start' | 'end';
};

const gapPx = 4;
const edgePx = 8;

/** A menu under a button: the browser's own popover, which closes by Esc and by a click elsewhere. */
export function Menu({ trigger, entries, align = 'start' }: MenuProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const open = (first: 'first' | 'last'): void => {
    const menu = place.current;
    if (menu === null || button.current === null) return;
    menu.showPopover();
    put(menu, button.current.getBoundingClientRect(), align);
    itemsOf(menu)
      .at(first === 'first' ? 0 : -1)
      ?.focus();
  };
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        'aria-controls': id,
        ref: (element: HTMLElement | null) => {
          button.current = element;
        },
        onClick: () => (isOpen ? place.current?.hidePopover() : open('first')),
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          open(event.key === 'ArrowDown' ? 'first' : 'last');
        },
      })}
      <div
        className="fixed m-0 min-w-44 animate-appear overflow-y-auto rounded-lg border border-line bg-surface p-1 text-text shadow-xl"
        id={id}
        onKeyDown={(event) => moveBy(event, place.current)}
        onToggle={(event) => setOpen(event.newState === 'open')}
        popover="auto"
        ref={place}
        role="menu"
      >
        {entries.map((entry) => (
          <Item
            entry={entry}
            key={entry.text}
            onTake={() => {
              place.current?.hidePopover();
              button.current?.focus();
              entry.onChoose();
            }}
          />
        ))}
      </div>
    </>
  );
}

function Item({ entry, onTake }: { readonly entry: MenuEntry; readonly onTake: () => void }) {
  const { text, icon, isChosen, isDanger, disabledWhy, note } = entry;
  const isOff = disabledWhy !== undefined;
  return (
    <button
      aria-disabled={isOff}
      className={`flex min-h-8 w-full items-center gap-2 rounded-md px-2 py-1 text-left outline-none focus:bg-tint pointer-coarse:min-h-11 ${isOff ? 'text-muted' : isDanger === true ? 'text-danger' : ''}`}
      onClick={() => !isOff && onTake()}
      onPointerEnter={({ currentTarget }) => currentTarget.focus({ preventScroll: true })}
      role={isChosen === undefined ? 'menuitem' : 'menuitemradio'}
      tabIndex={-1}
      type="button"
      {...(isChosen !== undefined && { 'aria-checked': isChosen })}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span className="flex-1">
        {text}
        {(disabledWhy ?? note) !== undefined && <span className="block text-xs text-muted">{disabledWhy ?? note}</span>}
      </span>
      {isChosen === true && <Icon name="check" />}
    </button>
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

/** Under the button where there is room, else above; never beyond the window. */
function put(menu: HTMLElement, at: DOMRect, align: 'start' | 'end'): void {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = innerHeight - at.bottom - gapPx - edgePx;
  const above = at.top - gapPx - edgePx;
  const isAbove = height > below && above > below;
  const shown = Math.min(height, Math.max(below, above));
  const left = align === 'start' ? at.left : at.right - width;
  menu.style.left = `${Math.max(edgePx, Math.min(left, document.documentElement.clientWidth - width - edgePx))}px`;
  menu.style.top = `${isAbove ? at.top - gapPx - shown : at.bottom + gapPx}px`;
  menu.style.maxHeight = `${Math.max(below, above)}px`;
}

function moveBy(event: KeyboardEvent, menu: HTMLElement | null): void {
  if (menu === null) return;
  const items = itemsOf(menu);
  const focused = document.activeElement;
  const at = items.findIndex((item) => item.isSameNode(focused));
  const byLetter = (): number => {
    const starts = (item: HTMLElement): boolean => item.textContent.toLowerCase().startsWith(event.key.toLowerCase());
    const behind = items.findIndex((item, index) => index > at && starts(item));
    return behind === -1 ? items.findIndex(starts) : behind;
  };
  const moves: Readonly<Record<string, () => number>> = {
    ArrowDown: () => (at + 1) % items.length,
    ArrowUp: () => (at - 1 + items.length) % items.length,
    Home: () => 0,
    End: () => items.length - 1,
  };
  if (event.key === 'Tab') menu.hidePopover();
  const move = moves[event.key] ?? (/^[a-z0-9]$/i.test(event.key) ? byLetter : undefined);
  if (move === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[move()]?.focus();
}
