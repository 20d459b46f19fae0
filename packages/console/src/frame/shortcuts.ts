import { useLayoutEffect, useRef } from 'react';

/** A key that does something as long as its component is shown. */
export type Shortcut = { readonly keys: string; readonly text: string; readonly act: () => void };

const shortcuts = new Set<Shortcut>();
const offKey = 'tidegate-keys-off';
/** How long `g` waits for its second key. */
const secondKeyMs = 1_500;
let leading: { readonly key: string; readonly atMs: number } | undefined;

/** Whether single keys act (WCAG 2.1.4: they can be switched off). */
export function singleKeysOn(): boolean {
  try {
    return localStorage.getItem(offKey) === null;
  } catch {
    return true;
  }
}

export function chooseSingleKeys(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(offKey);
    else localStorage.setItem(offKey, '1');
  } catch {
    // Without storage they stay on.
  }
}

/** Every key that acts now, for the list that `?` shows. */
export function listShortcuts(): readonly Shortcut[] {
  // Of two for the same keys the one that was added last acts.
  return [...new Map([...shortcuts].map((shortcut) => [shortcut.keys, shortcut])).values()];
}

/**
 * `useKey('n', 'New link', act)`, `useKey('g l', 'Links', act)`, `useKey('mod+k', …)`. Not while somebody types or a dialog is
 * open, but for those with `mod`.
 */
export function useKey(keys: string, text: string, act: () => void, isOn = true): void {
  const latest = useRef(act);
  latest.current = act;
  // With what is shown, not a frame later: who sees a button may press its key.
  useLayoutEffect(() => {
    if (!isOn) return;
    const shortcut: Shortcut = { keys, text, act: () => latest.current() };
    shortcuts.add(shortcut);
    return () => {
      shortcuts.delete(shortcut);
    };
  }, [keys, text, isOn]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and the blank are taken by what has the focus, where it does something by them. */
function takesItself(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    (key === 'Enter' && target.matches('a[href], button, summary, input')) ||
    (key === ' ' && target.matches('button, summary, input'))
  );
}

function find(keys: string): Shortcut | undefined {
  // The one that was added last is the innermost.
  return [...shortcuts].findLast((shortcut) => shortcut.keys.split('|').includes(keys));
}

/** Listens to the keyboard. @returns what ends it */
export function listenToKeys(): () => void {
  const take = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const isMod = event.metaKey || event.ctrlKey;
    if (isMod) {
      const found = event.altKey ? undefined : find(`mod+${event.key.toLowerCase()}`);
      if (found === undefined || (event.key.toLowerCase() === 'z' && isTyping(event.target))) return;
      event.preventDefault();
      found.act();
      return;
    }
    if (
      event.altKey ||
      isTyping(event.target) ||
      takesItself(event.target, event.key) ||
      document.querySelector('dialog[open],[role="menu"]:popover-open') !== null
    )
      return;
    if (!singleKeysOn() && event.key.length === 1) return;
    const isSecond = leading !== undefined && Date.now() - leading.atMs < secondKeyMs;
    const pressed = event.shiftKey && event.key === ' ' ? 'shift+ ' : event.key;
    const keys = isSecond ? `${leading?.key} ${pressed}` : pressed;
    leading = undefined;
    const found = find(keys);
    if (found !== undefined) {
      event.preventDefault();
      found.act();
    } else if (!isSecond && [...shortcuts].some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
      leading = { key: event.key, atMs: Date.now() };
    }
  };
  addEventListener('keydown', take);
  return () => removeEventListener('keydown', take);
}
