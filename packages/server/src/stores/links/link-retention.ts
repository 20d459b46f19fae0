const dayMs = 86_400_000;

/** How long, and how much of, the ledger is kept (LDG-80 to LDG-84). */
export type LinkRetention = {
  /** After a link's end. */
  readonly keptAfterEndMs: number;
  readonly maxLinks: number;
  readonly eventsKeptMs: number;
  readonly maxEvents: number;
  /** Of refused requests without a link, and of the daily sums. */
  readonly refusalsKeptMs: number;
  readonly daysKeptMs: number;
};

export const defaultRetention: LinkRetention = {
  keptAfterEndMs: 30 * dayMs,
  maxLinks: 1_000_000,
  eventsKeptMs: 30 * dayMs,
  maxEvents: 1_000_000,
  refusalsKeptMs: 30 * dayMs,
  daysKeptMs: 400 * dayMs,
};
