import type { DaySum, LinkFacts, LinkPolicy, LinkRecord, Revocation, Tightening } from '../links/link-store.ts';
import { neverEndsMs, neverSeenMs } from '../links/link-times.ts';

/** A transfer under way: `from` is the first byte that it was claimed for. */
export type MemoryTransfer = { readonly from: number; grantedBytes: number };

/** First byte and the one behind the last. */
export type MemorySpan = readonly [from: number, to: number];

/** A span that may not have arrived; `isLost`: the connection broke. */
export type MemoryDoubt = { readonly span: MemorySpan; isLost: boolean };

/** One download session of the model. Spans that were sent are kept as they came. */
export type MemorySession = {
  readonly n: number;
  readonly key: string;
  readonly etag: string;
  readonly objectBytes: number;
  lastMs: number;
  graceMs: number;
  /** Sent by transfers that have ended. */
  endedBytes: number;
  movedBytes: number;
  restarts: number;
  transfers: Map<number, MemoryTransfer>;
  claims: number;
  arrived: MemorySpan[];
  /** Of ended transfers: what may not have arrived. */
  unsureBytes: number;
  /** Where those are. */
  doubtful: MemoryDoubt[];
  isBroken: boolean;
  isClosed: boolean;
};

export type MemoryLink = {
  readonly n: number;
  facts: LinkFacts;
  note: string | undefined;
  firstSeenMs: number;
  lastSeenMs: number;
  firstUsedMs: number | undefined;
  lastUsedMs: number | undefined;
  endsAtMs: number;
  registeredAtMs: number | undefined;
  tightening: Tightening | undefined;
  usesLimit: number | undefined;
  bytesLimit: number | undefined;
  spentUses: number;
  notedUses: number;
  countedBytes: number;
  bytesIn: number;
  bytesOut: number;
  isLimited: boolean;
  readonly claimedClients: Set<string>;
  readonly seenClients: Set<string>;
  readonly refusals: Map<string, number>;
  sessions: MemorySession[];
};

/** All that the model of the link store knows. */
export type MemoryLinkState = {
  epoch: number;
  made: number;
  sessions: number;
  readonly links: Map<string, MemoryLink>;
  readonly revocations: Map<string, Revocation>;
  readonly policies: Map<string, LinkPolicy>;
  /** By their places. */
  readonly days: Map<string, DaySum>;
};

export function newMemoryLinkState(): MemoryLinkState {
  return {
    ...{ epoch: 1, made: 0, sessions: 0 },
    ...{ links: new Map(), revocations: new Map(), policies: new Map(), days: new Map() },
  };
}

/** The link as the ledger has it, made when it is new. */
export function linkOf(state: MemoryLinkState, facts: LinkFacts, seenAtMs: number): MemoryLink {
  const known = state.links.get(facts.id);
  if (known !== undefined) return known;
  const { limits } = facts;
  state.made += 1;
  const made: MemoryLink = {
    n: state.made,
    facts,
    note: undefined,
    firstSeenMs: seenAtMs,
    lastSeenMs: seenAtMs,
    firstUsedMs: undefined,
    lastUsedMs: undefined,
    endsAtMs: facts.expiresAtMs ?? neverEndsMs,
    registeredAtMs: undefined,
    tightening: undefined,
    usesLimit: limits.uses,
    bytesLimit: limits.totalBytes,
    spentUses: 0,
    notedUses: 0,
    countedBytes: 0,
    bytesIn: 0,
    bytesOut: 0,
    isLimited: limits.uses !== undefined || limits.clients !== undefined || limits.totalBytes !== undefined,
    claimedClients: new Set(),
    seenClients: new Set(),
    refusals: new Map(),
    sessions: [],
  };
  state.links.set(facts.id, made);
  return made;
}

/** Everything of a record but its state and revocation. */
export function recordPartsOf(link: MemoryLink, nowMs: number): Omit<LinkRecord, 'state' | 'revocation'> {
  const open = link.sessions.filter(
    ({ isClosed, transfers, lastMs, graceMs }) => !isClosed && (transfers.size > 0 || lastMs + graceMs >= nowMs),
  ).length;
  return {
    ...link.facts,
    note: link.note,
    firstSeenMs: link.firstSeenMs === neverSeenMs ? undefined : link.firstSeenMs,
    lastSeenMs: link.lastSeenMs === neverSeenMs ? undefined : link.lastSeenMs,
    firstUsedMs: link.firstUsedMs,
    lastUsedMs: link.lastUsedMs,
    registeredAtMs: link.registeredAtMs,
    uses: {
      count: link.usesLimit === undefined ? link.notedUses : link.spentUses,
      limit: link.usesLimit,
      open,
    },
    bytes: { out: link.bytesOut, in: link.bytesIn, limit: link.bytesLimit },
    clients: Math.max(link.claimedClients.size, Math.min(64, link.seenClients.size)),
    refusals: Object.fromEntries(link.refusals),
    tightening: link.tightening ?? {},
  };
}
