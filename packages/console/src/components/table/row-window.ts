import { type RefObject, useCallback, useLayoutEffect, useState } from 'react';

/** Rows that are drawn beyond the window, so that a quick scroll shows no gap. */
const aheadRows = 16;
/** What sticks to the top and the bottom of the window. */
const stuckPx = 64;

type Range = { readonly first: number; readonly end: number };

type RowWindow = Range & {
  /** Scrolls a row into view and renders it in the next pass. */
  readonly show: (at: number) => void;
};

/**
 * Which rows of equal height are visible as the page scrolls; only those are rendered.
 * @param place the element that is as high as all rows together
 */
export function useRowWindow(place: RefObject<HTMLElement | null>, count: number, rowPx: number): RowWindow {
  // First only what fits the window, so that it appears sooner. The rest follows in the next frame.
  const [shown, setShown] = useState<Range>(() => ({ first: 0, end: Math.ceil(innerHeight / rowPx) }));
  const measure = useCallback((): void => {
    if (place.current === null) return;
    const above = -place.current.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / rowPx) - aheadRows);
    const end = Math.ceil((above + innerHeight) / rowPx) + aheadRows;
    // In steps of a few rows, so that scrolling by a pixel renders nothing.
    const step = aheadRows / 2;
    const next = { first: Math.floor(first / step) * step, end: Math.ceil(end / step) * step };
    setShown((now) => (now.first === next.first && now.end === next.end ? now : next));
  }, [place, rowPx]);
  useLayoutEffect(() => {
    let frame = 0;
    const ask = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        measure();
      });
    };
    ask();
    addEventListener('scroll', ask, { passive: true });
    addEventListener('resize', ask);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', ask);
      removeEventListener('resize', ask);
    };
  }, [measure]);
  const show = useCallback(
    (at: number): void => {
      if (place.current === null) return;
      const top = place.current.getBoundingClientRect().top + at * rowPx;
      if (top < stuckPx) scrollBy(0, top - stuckPx);
      else if (top + rowPx > innerHeight - stuckPx) scrollBy(0, top + rowPx - innerHeight + stuckPx);
      // Immediately: the next frame may be late.
      measure();
    },
    [place, rowPx, measure],
  );
  return { first: Math.min(shown.first, count), end: Math.min(shown.end, count), show };
}
