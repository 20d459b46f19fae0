import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Button } from './button.tsx';

type DialogProps = {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Widest, in pixels. */
  readonly width?: 'narrow' | 'wide';
  /** Without a heading to see: the palette. */
  readonly bare?: boolean;
  /** Stays over what opens later. */
  readonly isAbove?: boolean;
};

const raisings = new Set<() => void>();

/**
 * A dialog over the page, the browser's own: it holds the focus, Esc closes it, and the focus goes back to what opened it.
 */
export function Dialog({ title, onClose, children, width = 'narrow', bare = false, isAbove = false }: DialogProps) {
  const titleId = useId();
  const place = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = place.current;
    const show = (): void => {
      dialog?.showModal();
      // The browser takes the first of its elements, which is the one that closes it.
      dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    };
    const raise = (): void => {
      dialog?.close();
      show();
    };
    show();
    for (const raiseOther of raisings) raiseOther();
    if (isAbove) raisings.add(raise);
    return () => {
      raisings.delete(raise);
      // Closed before it is taken out, else the browser does not give the focus back.
      dialog?.close();
    };
  }, [isAbove]);
  return (
    <dialog
      aria-labelledby={titleId}
      className={`m-auto mt-[min(12vh,96px)] max-h-[calc(100dvh-min(12vh,96px)-16px)] w-[calc(100vw-24px)] animate-appear flex-col overflow-hidden rounded-lg border border-line bg-surface text-text shadow-xl backdrop:bg-[rgb(0_20_18/0.4)] open:flex ${width === 'wide' ? 'max-w-160' : 'max-w-120'}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === place.current) onClose();
      }}
      ref={place}
    >
      {bare ? (
        <h2 className="sr-only" id={titleId}>
          {title}
        </h2>
      ) : (
        <div className="flex items-center justify-between border-b border-line py-2 pr-2 pl-4">
          <h2 className="text-base font-semibold" id={titleId}>
            {title}
          </h2>
          <Button aria-label="Close" icon="close" kind="quiet" onClick={onClose} />
        </div>
      )}
      {children}
    </dialog>
  );
}
