import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useKey } from '../../frame/shortcuts.ts';

type RowKeys<Row> = {
  /** The element that is as high as all rows together. Each row in it has its number in `data-row`. */
  readonly place: RefObject<HTMLElement | null>;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What the rows answer; absent: always the same. */
  readonly question?: string | undefined;
  /** Brings a row into sight. */
  readonly show: (at: number) => void;
  /** Absent: rows cannot be selected. */
  readonly select: ((at: number, isRange: boolean) => void) | undefined;
};

/** The row that the keys are at. */
type Mark = { readonly at: number; readonly key: string };

/**
 * What the focus has to do with the marked row: nothing; it is to have it as soon as it is drawn; it has it, and gets it back
 * where drawing takes it away.
 */
type Hold = 'free' | 'going' | 'held';

const none: Mark = { at: -1, key: '' };

/**
 * `j k ↑ ↓ Home End` move in a list, `Enter` opens, `Space` selects, with `Shift` all from the last one on. Wherever the focus gets
 * by other ways, from there the keys go on. The rows of another question begin anew, unless the focus is in a row: then it stays
 * in that one, or in the one that takes its place. Keys may be quicker than an answer.
 * @returns the row that the keys are at, also after others came before it; -1 before the first one
 */
export function useRowKeys<Row>({ place, rows, keyOf, question, show, select }: RowKeys<Row>): number {
  const [, draw] = useState<Mark>(none);
  const mark = useRef(none);
  const hold = useRef<Hold>('free');
  const latest = useRef({ rows, keyOf });
  latest.current = { rows, keyOf };
  const answered = useRef(question);
  if (answered.current !== question && hold.current === 'free') mark.current = none;
  answered.current = question;
  mark.current = follow(mark.current, rows, keyOf);
  const active = mark.current.at;

  const put = useCallback((at: number): void => {
    const row = latest.current.rows[at];
    if (row === undefined) return;
    mark.current = { at, key: latest.current.keyOf(row) };
    draw(mark.current);
  }, []);
  const seek = (): void => {
    const { at } = mark.current;
    if (hold.current === 'free' || at < 0) return;
    const row = rowAt(place.current, at);
    const focused = document.activeElement;
    if (row === null) {
      if (hold.current === 'going') show(at);
    } else if (hold.current === 'going' || focused === null || focused === document.body) {
      hold.current = 'held';
      if (!row.contains(focused)) targetOf(row).focus({ preventScroll: true });
    }
  };
  // A far row is drawn only after the scroll that brings it into sight: with whatever is drawn it is looked for again.
  useLayoutEffect(seek);
  useEffect(() => {
    const enter = ({ target }: Event): void => {
      // A dialog lies above the list: when it goes the list goes on.
      if (!(target instanceof Element) || target.closest('dialog') !== null) return;
      const row = target.closest<HTMLElement>('[data-row]');
      if (row === null || place.current?.contains(row) !== true) hold.current = 'free';
      else {
        hold.current = 'held';
        put(Number(row.dataset['row']));
      }
    };
    const press = ({ target }: Event): void => {
      if (!(target instanceof Element) || target.closest('dialog') === null) hold.current = 'free';
    };
    document.addEventListener('focusin', enter);
    document.addEventListener('pointerdown', press);
    return () => {
      document.removeEventListener('focusin', enter);
      document.removeEventListener('pointerdown', press);
    };
  }, [place, put]);

  const to = (at: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, at));
    put(next);
    hold.current = 'going';
    show(next);
    seek();
  };
  const open = (): void => {
    const row = rowAt(place.current, mark.current.at);
    if (row === null) to(mark.current.at);
    else targetOf(row).click();
  };
  const isAny = rows.length > 0;
  const canSelect = select !== undefined && active >= 0;
  useKey('j|ArrowDown', 'Next', () => to(mark.current.at + 1), isAny);
  useKey('k|ArrowUp', 'Previous', () => to(mark.current.at - 1), isAny);
  useKey('Home', 'First', () => to(0), isAny);
  useKey('End', 'Last', () => to(rows.length - 1), isAny);
  useKey('Enter', 'Open', open, active >= 0);
  useKey(' ', 'Select', () => select?.(mark.current.at, false), canSelect);
  useKey('shift+ ', 'Select a range', () => select?.(mark.current.at, true), canSelect);
  return active;
}

/** Where a marked row is now. Is it gone, then the one that took its place is marked. */
function follow<Row>(mark: Mark, rows: readonly Row[], keyOf: (row: Row) => string): Mark {
  if (mark.at < 0) return none;
  const here = rows[Math.min(mark.at, rows.length - 1)];
  if (here === undefined) return none;
  if (keyOf(here) === mark.key) return rows[mark.at] === here ? mark : { at: rows.length - 1, key: mark.key };
  const at = rows.findIndex((row) => keyOf(row) === mark.key);
  return at >= 0 ? { at, key: mark.key } : { at: Math.min(mark.at, rows.length - 1), key: keyOf(here) };
}

function rowAt(place: HTMLElement | null, at: number): HTMLElement | null {
  return place?.querySelector<HTMLElement>(`[data-row="${at}"]`) ?? null;
}

/** What of a row takes the focus: where it leads, what it does, or itself. */
function targetOf(row: HTMLElement): HTMLElement {
  return row.querySelector<HTMLElement>('a, button') ?? row;
}
