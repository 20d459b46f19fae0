/**
 * Both sides of one round. `processor`: the same for a second of time on the processors instead of one of the clock, where the
 * row knows it. A neighbour that takes the processors away changes the one little, and the other much.
 */
export type Sides = {
  readonly a: number;
  readonly b: number;
  readonly processor?: { readonly a: number; readonly b: number };
};

/** One comparison of two things measured side by side. The figure is the ratio of the medians, `a / b`. */
export type Row = {
  /** As in the table of targets: `P5`. */
  readonly id: string;
  readonly what: string;
  readonly against: string;
  /** Unit of both sides, for people: `1/s`, `MB/s`, `ms`. */
  readonly unit: string;
  /** Ratio to reach. Absent: the row is reported and never fails. */
  readonly target?: number;
  /** True: the ratio must be at least the target; false: at most. */
  readonly atLeast: boolean;
  /** Makes what both sides need. Called once, before the first round. */
  readonly open?: () => Promise<void>;
  /** It loads a server or a store, whose hot code the engine compiles over the first seconds: what it gives then is run and not counted. */
  readonly warms?: boolean;
  /** One round: both sides, one after the other. */
  readonly run: () => Promise<Sides>;
  readonly close?: () => Promise<void>;
};
