/** Numbers that follow from a seed alone: xorshift of 32 bits. */
export type Seeded = {
  /** A whole number from 0, below `most`. */
  readonly random: (most: number) => number;
  /** 1 to `most` of `pieces`, one after the other. */
  readonly randomText: (pieces: readonly string[], most: number) => string;
};

/** The chance of one file of tests, all of it from its seed. */
export function seeded(seed: number): Seeded {
  let state = seed | 1;
  const random = (most: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
  const randomText = (pieces: readonly string[], most: number): string => {
    let text = '';
    for (let length = 1 + random(most); length > 0; length--) text += pieces[random(pieces.length)];
    return text;
  };
  return { random, randomText };
}
