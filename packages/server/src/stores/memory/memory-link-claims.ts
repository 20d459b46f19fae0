import { refusal } from '@tidegate/protocol';
import type { Claim, ClaimRequest, DeliveredRange, Demand, Progress, Settlement } from '../links/link-store.ts';
import {
  linkOf,
  type MemoryDoubt,
  type MemoryLink,
  type MemoryLinkState,
  type MemorySession,
  type MemorySpan,
} from './memory-link-state.ts';

type Read = Extract<Demand, { kind: 'read' }>;

const mebibyte = 1024 * 1024;

/** LDG-10 to LDG-28, as plainly as they can be said. @throws S3Error AccessDenied */
export function claimInMemory(state: MemoryLinkState, request: ClaimRequest, nowMs: number): Claim | 'stale' {
  const { link: facts, terms, demand, clientPrefix } = request;
  if (request.epoch !== state.epoch) return 'stale';
  const known = state.links.get(facts.id);
  const isKnownClient = known?.claimedClients.has(clientPrefix) === true;
  if (terms.clients !== undefined && !isKnownClient && (known?.claimedClients.size ?? 0) >= terms.clients) {
    throw refusal('AccessDenied', {}, 'LinkClientsSpent');
  }
  const counted = known === undefined ? 0 : Math.max(known.countedBytes, known.bytesIn + known.bytesOut);
  const wanted = demand.kind === 'write' ? demand.declaredBytes : demand.lengthBytes;
  const left = terms.totalBytes === undefined ? Number.POSITIVE_INFINITY : Math.max(0, terms.totalBytes - counted);
  if (left === 0 ? wanted !== 0 : (wanted ?? 0) > left) throw refusal('AccessDenied', {}, 'LinkBytesSpent');
  const { begun, isSpending } = takeUse(state, request, known, nowMs);
  const countedBytes = wanted ?? (Number.isFinite(left) ? left : 0);
  const link = linkOf(state, facts, nowMs);
  if (terms.clients !== undefined) link.claimedClients.add(clientPrefix);
  link.isLimited = true;
  link.usesLimit = terms.uses;
  link.bytesLimit = terms.totalBytes;
  link.countedBytes = counted + countedBytes;
  if (isSpending) link.spentUses += 1;
  const usesLeft = terms.uses === undefined ? undefined : Math.max(0, terms.uses - link.spentUses);
  return {
    linkId: facts.id,
    session: begun?.session,
    transfer: begun?.transfer,
    spentUse: isSpending,
    reservedBytes: begun?.reservedBytes ?? countedBytes,
    countedBytes,
    usesLeft,
  };
}

type Begun = { readonly session: number; readonly transfer: number; readonly reservedBytes: number };
type Taken = { readonly begun?: Begun; readonly isSpending: boolean };

function takeUse(
  state: MemoryLinkState,
  { link: facts, terms, demand }: ClaimRequest,
  known: MemoryLink | undefined,
  nowMs: number,
): Taken {
  if (terms.uses === undefined || demand.kind === 'free') return { isSpending: false };
  if (demand.kind === 'read') {
    const open = known?.sessions.find((one) => !one.isClosed && one.key === demand.key && one.etag === demand.etag);
    if (open !== undefined && mayDraw(open, demand, terms.graceMs, nowMs)) {
      open.lastMs = nowMs;
      open.graceMs = terms.graceMs;
      if (demand.toEnd === true) goOnAt(open, demand.offset);
      return { begun: begin(open, demand), isSpending: false };
    }
    if (open !== undefined && known !== undefined) close(known, open);
  }
  if ((known?.spentUses ?? 0) >= terms.uses) throw refusal('AccessDenied', {}, 'LinkUsesSpent');
  if (demand.kind === 'write') return { isSpending: true };
  state.sessions += 1;
  const session: MemorySession = {
    n: state.sessions,
    key: demand.key,
    etag: demand.etag,
    objectBytes: demand.objectBytes,
    lastMs: nowMs,
    graceMs: terms.graceMs,
    endedBytes: 0,
    movedBytes: 0,
    restarts: 0,
    transfers: new Map(),
    claims: 0,
    arrived: [],
    unsureBytes: 0,
    doubtful: [],
    isBroken: false,
    isClosed: false,
  };
  linkOf(state, facts, nowMs).sessions.push(session);
  return { begun: begin(session, demand), isSpending: true };
}

/** What the session holds, less what was sent and what is reserved. */
function availableBytes({ objectBytes, endedBytes, transfers, unsureBytes, isBroken }: MemorySession): number {
  const granted = [...transfers.values()].map(({ grantedBytes }) => grantedBytes);
  const unsure = granted.reduce((sum, bytes) => sum + Math.min(bytes, 4 * mebibyte), unsureBytes);
  const spare = Math.max(
    Math.ceil(objectBytes / 4),
    Math.min(unsure, isBroken ? Math.min(objectBytes, 32 * mebibyte) : Math.min(objectBytes - 1, 16 * mebibyte)),
  );
  return objectBytes + spare - endedBytes - granted.reduce((sum, bytes) => sum + bytes, 0);
}

function windowOf({ objectBytes, transfers }: MemorySession): number {
  const [share, least] = transfers.size === 0 ? [8, 262_144] : [128, 65_536];
  return Math.min(64 * mebibyte, Math.max(least, Math.ceil(objectBytes / share)));
}

function begin(session: MemorySession, { offset, lengthBytes }: Read): Begun {
  const reservedBytes = Math.min(lengthBytes, windowOf(session), availableBytes(session));
  session.claims += 1;
  session.transfers.set(session.claims, { from: offset, grantedBytes: reservedBytes });
  return { session: session.n, transfer: session.claims, reservedBytes };
}

/** Whether spans have every byte of an object among them. */
function isWhole(spans: readonly MemorySpan[], objectBytes: number): boolean {
  let reached = 0;
  for (const [from, to] of [...spans].sort(([one], [other]) => one - other)) {
    if (from <= reached) reached = Math.max(reached, to);
  }
  return reached >= objectBytes;
}

function isAllReserved({ objectBytes, arrived, transfers }: MemorySession): boolean {
  const reserved = [...transfers.values()].map(({ from, grantedBytes }): MemorySpan => [from, from + grantedBytes]);
  return isWhole([...arrived, ...reserved], objectBytes);
}

/** Whether the session is there for the request. Begins it afresh where it has to. */
function mayDraw(session: MemorySession, demand: Read, graceMs: number, nowMs: number): boolean {
  const isRunning = session.transfers.size > 0;
  if (!isRunning && nowMs - session.lastMs > graceMs) return false;
  if (demand.lengthBytes === session.objectBytes && (isRunning || isAllReserved(session))) return false;
  const available = availableBytes(session);
  if (demand.lengthBytes <= available) return true;
  if (demand.offset === 0 && isAllReserved(session)) return false;
  if (demand.offset === 0 && !isRunning && session.restarts < 2) {
    session.restarts += 1;
    session.endedBytes = 0;
    session.unsureBytes = 0;
    session.isBroken = false;
    return true;
  }
  return demand.toEnd === true && available >= session.objectBytes / 64;
}

function close(link: MemoryLink, session: MemorySession): void {
  session.isClosed = true;
  if (session.transfers.size === 0) link.sessions = link.sessions.filter((other) => other !== session);
}

function sessionOf(state: MemoryLinkState, claim: Claim): MemorySession | undefined {
  return state.links.get(claim.linkId)?.sessions.find(({ n }) => n === claim.session);
}

export function extendInMemory(state: MemoryLinkState, claim: Claim, { sentBytes, neededBytes }: Progress): number {
  const session = sessionOf(state, claim);
  const transfer = session?.transfers.get(claim.transfer ?? 0);
  if (session === undefined || transfer === undefined) return 0;
  session.arrived.push([transfer.from, transfer.from + sentBytes]);
  const isAlone = session.transfers.size === 1;
  const window = windowOf(isAlone ? { ...session, transfers: new Map() } : session);
  const extendedBytes = Math.max(0, Math.min(neededBytes, window, availableBytes(session)));
  transfer.grantedBytes += extendedBytes;
  return extendedBytes;
}

export function confirmInMemory(
  state: MemoryLinkState,
  claim: Claim,
  delivered: DeliveredRange,
  arrival: 'sure' | 'lost',
): void {
  const session = sessionOf(state, claim);
  const link = state.links.get(claim.linkId);
  if (session === undefined || link === undefined) return;
  const [from, to] = doubtOf(delivered, 'unsure').span;
  session.unsureBytes = Math.max(0, session.unsureBytes - (to - from));
  if (arrival === 'lost') {
    session.isBroken = true;
    session.doubtful = session.doubtful.filter(({ span }) => span[0] < from || span[1] > to);
    addDoubt(session, delivered, arrival);
    return;
  }
  removeDoubt(session, delivered);
  if (isDelivered(session)) close(link, session);
}

/** The last 4 MiB of what was sent; 32 MiB of it when the connection broke. */
function doubtOf({ start, end }: DeliveredRange, arrival: 'unsure' | 'lost'): MemoryDoubt {
  const isLost = arrival === 'lost';
  return { span: [Math.max(start, end + 1 - (isLost ? 32 : 4) * mebibyte), end + 1], isLost };
}

function addDoubt(session: MemorySession, delivered: DeliveredRange, arrival: 'unsure' | 'lost'): void {
  const added = doubtOf(delivered, arrival);
  session.doubtful.push(added);
  session.unsureBytes += added.span[1] - added.span[0];
}

/** A range arrived: nothing in it is in doubt. */
function removeDoubt(session: MemorySession, { start, end }: DeliveredRange): void {
  session.doubtful = session.doubtful.flatMap(({ span: [from, to], isLost }) => {
    const before: MemoryDoubt = { span: [from, Math.min(to, start)], isLost };
    const after: MemoryDoubt = { span: [Math.max(from, end + 1), to], isLost };
    return [before, after].filter(({ span }) => span[0] < span[1]);
  });
}

/** Who asks for all that follows a place within what a broken connection was sent has what is before it. */
function goOnAt(session: MemorySession, offset: number): void {
  session.doubtful = session.doubtful.flatMap((doubt) => {
    const [from, to] = doubt.span;
    if (!doubt.isLost || offset < from || offset > to) return [doubt];
    return offset === to ? [] : [{ span: [offset, to] as const, isLost: true }];
  });
}

/** All of it was sent, and nothing says that it did not arrive. */
function isDelivered({ objectBytes, arrived, transfers, doubtful }: MemorySession): boolean {
  return isWhole(arrived, objectBytes) && transfers.size === 0 && doubtful.length === 0;
}

export function settleInMemory(state: MemoryLinkState, claim: Claim, settlement: Settlement, nowMs: number): void {
  const link = state.links.get(claim.linkId);
  if (link === undefined) return;
  const { movedBytes, delivered, outcome, arrival } = settlement;
  link.countedBytes = Math.max(0, link.countedBytes - claim.countedBytes + movedBytes);
  if (claim.session === undefined) {
    if (claim.spentUse && outcome === 'failed') link.spentUses = Math.max(0, link.spentUses - 1);
    return;
  }
  const session = sessionOf(state, claim);
  if (session === undefined) return;
  session.transfers.delete(claim.transfer ?? 0);
  session.movedBytes += movedBytes;
  session.endedBytes += movedBytes;
  session.lastMs = Math.max(session.lastMs, nowMs);
  if (arrival === 'lost' && movedBytes > 0) session.isBroken = true;
  if (delivered !== undefined && (arrival === 'unsure' || arrival === 'lost')) {
    addDoubt(session, delivered, arrival);
  } else if (delivered !== undefined) removeDoubt(session, delivered);
  if (delivered !== undefined) session.arrived.push([delivered.start, delivered.end + 1]);
  const isRunning = session.transfers.size > 0;
  const isEmpty = session.objectBytes === 0;
  if (!isRunning && session.movedBytes === 0 && (!isEmpty || outcome === 'failed')) {
    link.sessions = link.sessions.filter((other) => other !== session);
    link.spentUses = Math.max(0, link.spentUses - 1);
    return;
  }
  if (session.isClosed || (isEmpty ? outcome === 'done' : isDelivered(session))) close(link, session);
}
