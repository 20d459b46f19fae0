import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Button } from './button.tsx';

export type Toast = {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'failed';
  /** Takes it back, by its button or `z`. */
  readonly undo?: (() => void) | undefined;
};

const shownMs = 10_000;
const mostShown = 3;

let toasts: readonly Toast[] = [];
let nextId = 1;
const watchers = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function become(next: readonly Toast[]): void {
  toasts = next;
  for (const tell of watchers) tell();
}

function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  become(toasts.filter((toast) => toast.id !== id));
}

function startTimer(id: number): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => dismiss(id), shownMs),
  );
}

function startTimers(shown: readonly Toast[]): void {
  for (const { id } of shown) startTimer(id);
}

function stopTimers(): void {
  for (const timer of timers.values()) clearTimeout(timer);
}

/** Says what was done, for ten seconds, with a way back. */
export function say(text: string, undo?: () => void): void {
  show({ id: nextId, text, kind: 'done', undo });
}

/** Says what failed. */
export function sayFailed(error: unknown): void {
  show({ id: nextId, text: error instanceof Error ? error.message : 'Something went wrong.', kind: 'failed' });
}

function show(toast: Toast): void {
  nextId += 1;
  const kept = toasts.slice(-(mostShown - 1));
  become([...kept, toast]);
  startTimer(toast.id);
}

/** Undoes the last action that can be undone. @returns false when there is none */
export function undoLast(): boolean {
  const last = toasts.findLast((toast) => toast.undo !== undefined);
  if (last === undefined) return false;
  dismiss(last.id);
  last.undo?.();
  return true;
}

/** The toasts, bottom left. They stay while the pointer or the focus is on them. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => toasts,
  );
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Shown anew, they lie over a dialog that was opened meanwhile.
    place.current?.hidePopover();
    if (shown.length > 0) place.current?.showPopover();
  }, [shown]);
  return (
    <div
      className="pointer-events-none fixed inset-auto bottom-4 left-4 flex max-w-[calc(100vw-32px)] flex-col gap-2 overflow-visible bg-transparent not-popover-open:hidden max-sm:bottom-18"
      onBlur={() => startTimers(shown)}
      onFocus={stopTimers}
      onPointerEnter={stopTimers}
      onPointerLeave={() => startTimers(shown)}
      popover="manual"
      ref={place}
      role="status"
    >
      {shown.map((toast) => (
        <div
          className="pointer-events-auto flex animate-appear items-center gap-3 rounded-lg border border-line-strong bg-surface py-2 pr-2 pl-4 shadow-lg"
          key={toast.id}
        >
          <span className={toast.kind === 'failed' ? 'text-danger' : ''}>{toast.text}</span>
          {toast.undo !== undefined && (
            <Button
              hint="z"
              onClick={() => {
                dismiss(toast.id);
                toast.undo?.();
              }}
            >
              Undo
            </Button>
          )}
          <Button aria-label="Dismiss" icon="close" kind="quiet" onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
