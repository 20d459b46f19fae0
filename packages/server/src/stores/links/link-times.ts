/** Times that stand for "never" where an order needs a number: before every real one, and after. */
export const neverSeenMs = 0;
export const neverEndsMs = 8_640_000_000_000_000;

/** What holds for one link at one moment, as far as its ledger row and the revocations say. */
export type LinkStanding = {
  readonly isRevoked: boolean;
  /** The earlier of its signed end and a tightened one; `neverEndsMs` when there is none. */
  readonly endsAtMs: number;
  readonly usesSpent: number;
  readonly usesLimit: number | undefined;
  readonly bytesCounted: number;
  readonly bytesLimit: number | undefined;
};

/** LDG-50: the one state that a link is shown in. */
export function stateOf(standing: LinkStanding, nowMs: number): 'active' | 'spent' | 'revoked' | 'expired' {
  if (standing.isRevoked) return 'revoked';
  if (standing.endsAtMs <= nowMs) return 'expired';
  if (standing.usesLimit !== undefined && standing.usesSpent >= standing.usesLimit) return 'spent';
  if (standing.bytesLimit !== undefined && standing.bytesCounted >= standing.bytesLimit) return 'spent';
  return 'active';
}
