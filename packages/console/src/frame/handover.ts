import { useEffect } from 'react';

/**
 * What one screen hands to the next: a link that was pasted. In memory alone, for once: a URL that somebody can use never
 * becomes a part of the console's own address (SEC-514).
 */
let pasted: string | undefined;
let taker: ((text: string) => void) | undefined;

export function handOver(text: string): void {
  if (taker === undefined) pasted = text;
  else taker(text);
}

/** @returns what was handed over, once */
export function takeHandedOver(): string | undefined {
  const text = pasted;
  pasted = undefined;
  return text;
}

/** Takes what is handed over while the screen is shown already. Keep `take` stable. */
export function useHandedOver(take: (text: string) => void): void {
  useEffect(() => {
    taker = take;
    return () => {
      taker = undefined;
    };
  }, [take]);
}
