import type { LinkId } from './link-store.ts';

/** Whose events are asked for: undefined bounds nothing. */
export type EventVisibility = { readonly accountId: string | undefined; readonly accessKeyId: string | undefined };

/** Uses and refusals of one link, or of all in sight, from `fromMs` on and before `toMs`, in steps. */
export type EventSumQuery = EventVisibility & {
  readonly linkId: LinkId | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
};

/** Events that agree in all of this, added up. */
export type SummedEvents = {
  /** Counted from `fromMs`, 0 is the first. */
  readonly step: number;
  readonly isUse: boolean;
  readonly isGet: boolean;
  readonly reason: string | undefined;
  readonly count: number;
  readonly bytes: number;
};

/** `complete: false`: there are more events than are examined, and the oldest are not included. */
export type EventSums = { readonly groups: readonly SummedEvents[]; readonly complete: boolean };
