import { refusal } from '@tidegate/protocol';
import type { Claim, ClaimRequest, Demand, Settlement } from '../link-store.ts';
import { linkOf, type MemoryLink, type MemoryLinkState, type MemorySession } from './memory-link-state.ts';

type Read = Extract<Demand, { kind: 'read' }>;

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
  const { session, isSpending, drawnBytes } = takeUse(state, request, known, nowMs);
  const reservedBytes = drawnBytes ?? wanted ?? (Number.isFinite(left) ? left : 0);
  const link = linkOf(state, facts, nowMs);
  if (terms.clients !== undefined) link.claimedClients.add(clientPrefix);
  link.isLimited = true;
  link.usesLimit = terms.uses;
  link.bytesLimit = terms.totalBytes;
  link.countedBytes = counted + reservedBytes;
  if (isSpending) link.spentUses += 1;
  const usesLeft = terms.uses === undefined ? undefined : Math.max(0, terms.uses - link.spentUses);
  return { linkId: facts.id, session: session?.n, spentUse: isSpending, reservedBytes, usesLeft };
}

type Taken = {
  readonly session: MemorySession | undefined;
  readonly isSpending: boolean;
  readonly drawnBytes?: number;
};

function takeUse(
  state: MemoryLinkState,
  { link: facts, terms, demand }: ClaimRequest,
  known: MemoryLink | undefined,
  nowMs: number,
): Taken {
  if (terms.uses === undefined || demand.kind === 'free') return { session: undefined, isSpending: false };
  if (demand.kind === 'read') {
    const open = known?.sessions.find((one) => !one.isClosed && one.key === demand.key && one.etag === demand.etag);
    const drawnBytes = open === undefined ? undefined : draw(open, demand, terms.graceMs, nowMs);
    if (open !== undefined && drawnBytes !== undefined) return { session: open, isSpending: false, drawnBytes };
    if (open !== undefined && known !== undefined) close(known, open);
  }
  if ((known?.spentUses ?? 0) >= terms.uses) throw refusal('AccessDenied', {}, 'LinkUsesSpent');
  if (demand.kind === 'write') return { session: undefined, isSpending: true };
  state.sessions += 1;
  const session: MemorySession = {
    n: state.sessions,
    key: demand.key,
    etag: demand.etag,
    objectBytes: demand.objectBytes,
    lastMs: nowMs,
    graceMs: terms.graceMs,
    bytesLeft: budgetOf(demand.objectBytes) - demand.lengthBytes,
    movedBytes: 0,
    running: 1,
    restarts: 0,
    arrived: new Set(),
    isClosed: false,
  };
  linkOf(state, facts, nowMs).sessions.push(session);
  return { session, isSpending: true };
}

function budgetOf(objectBytes: number): number {
  return Math.ceil((objectBytes * 5) / 4);
}

/** @returns undefined when the session is over */
function draw(session: MemorySession, demand: Read, graceMs: number, nowMs: number): number | undefined {
  if (session.running === 0 && nowMs - session.lastMs > graceMs) return undefined;
  const isRestart = demand.offset === 0 && session.running === 0 && session.restarts < 2;
  if (isRestart) {
    session.restarts += 1;
    session.bytesLeft = budgetOf(session.objectBytes);
    session.arrived.clear();
  } else if (demand.lengthBytes > session.bytesLeft) {
    if (demand.toEnd !== true || session.bytesLeft < session.objectBytes / 64) return undefined;
  }
  const drawnBytes = Math.min(demand.lengthBytes, session.bytesLeft);
  session.bytesLeft -= drawnBytes;
  session.running += 1;
  session.lastMs = nowMs;
  session.graceMs = graceMs;
  return drawnBytes;
}

function close(link: MemoryLink, session: MemorySession): void {
  session.isClosed = true;
  if (session.running === 0) link.sessions = link.sessions.filter((other) => other !== session);
}

export function settleInMemory(state: MemoryLinkState, claim: Claim, settlement: Settlement, nowMs: number): void {
  const link = state.links.get(claim.linkId);
  if (link === undefined) return;
  const { movedBytes, delivered, outcome } = settlement;
  link.countedBytes = Math.max(0, link.countedBytes - claim.reservedBytes + movedBytes);
  if (claim.session === undefined) {
    if (claim.spentUse && outcome === 'failed') link.spentUses = Math.max(0, link.spentUses - 1);
    return;
  }
  const session = link.sessions.find(({ n }) => n === claim.session);
  if (session === undefined) return;
  session.running -= 1;
  session.movedBytes += movedBytes;
  session.lastMs = Math.max(session.lastMs, nowMs);
  session.bytesLeft = Math.min(
    session.bytesLeft + Math.max(0, claim.reservedBytes - movedBytes),
    budgetOf(session.objectBytes),
  );
  if (delivered !== undefined) {
    for (let byte = delivered.start; byte <= delivered.end; byte += 1) session.arrived.add(byte);
  }
  const isEmpty = session.objectBytes === 0;
  if (session.running === 0 && session.movedBytes === 0 && (!isEmpty || outcome === 'failed')) {
    link.sessions = link.sessions.filter((other) => other !== session);
    link.spentUses = Math.max(0, link.spentUses - 1);
    return;
  }
  const isWhole = isEmpty ? outcome === 'done' : session.arrived.size >= session.objectBytes;
  if (isWhole || session.isClosed) close(link, session);
}
