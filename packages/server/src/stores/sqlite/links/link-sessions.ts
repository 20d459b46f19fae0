import {
  addRange,
  addRanges,
  coversWhole,
  doubtfulRange,
  extraBytes,
  leastDrawnBytes,
  outside,
  type Ranges,
  sessionBytes,
  unsureBytes,
  windowBytes,
} from '../../links/delivered-ranges.ts';
import type { Arrival, Claim, DeliveredRange, Demand, Progress, Settlement } from '../../links/link-store.ts';
import type { Statements } from '../schema/connection.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';

/** A process that runs a transfer says so this often; after four times as long its transfers count as gone. */
export const heartbeatMs = 15_000;
const goneAfterMs = 4 * heartbeatMs;
/** Most restarts from the first byte (LDG-14). */
const maxRestarts = 2;

type ReadDemand = Extract<Demand, { kind: 'read' }>;

/**
 * A transfer under way: its number, the bytes that are reserved and not known to be sent (both ends inclusive; the end is before
 * the start where there are none), and all that were reserved for it so far. It stays when its process dies, so that what may
 * have been sent counts as sent.
 */
type Window = readonly [transfer: number, start: number, end: number, grantedBytes: number];

/** A range that was sent last to a client that may not have it; `isLost`: its connection broke. */
type Doubtful = readonly [start: number, end: number, isLost: 0 | 1];

/** Most of them that are kept; the oldest is taken for arrived. */
const mostDoubtful = 64;

/** A download session as its row says. */
export type Session = {
  readonly n: number;
  readonly link: number;
  readonly objectBytes: number;
  readonly lastMs: number;
  readonly graceMs: number;
  /** Below 0 while bytes that may not have arrived are made up for (LDG-11a). */
  readonly bytesLeft: number;
  readonly movedBytes: number;
  readonly running: number;
  readonly restarts: number;
  /** Ranges that were sent. undefined: too many to know. */
  readonly covered: Ranges | undefined;
  readonly isClosed: boolean;
  readonly windows: readonly Window[];
  /** Bytes of transfers that have ended and may not have arrived. */
  readonly unsureBytes: number;
  /** Where those are, as far as nobody else was sent them since. */
  readonly doubtful: readonly Doubtful[];
  /** A connection broke before its client had all that was sent. */
  readonly isBroken: boolean;
};

const columns =
  'n, link, object_bytes, last_ms, grace_ms, bytes_left, moved_bytes, running, restarts, covered, closed, windows, unsure_bytes, doubtful, broken';

export function readOpenSession(sql: Statements, link: number, key: string, etag: string): Session | undefined {
  const row = sql
    .get(`SELECT ${columns} FROM link_sessions WHERE link = ? AND key = ? AND etag = ? AND closed = 0`)
    .get(link, key, etag);
  return row === undefined ? undefined : sessionOf(row);
}

function readSession(sql: Statements, n: number): Session | undefined {
  const row = sql.get(`SELECT ${columns} FROM link_sessions WHERE n = ?`).get(n);
  return row === undefined ? undefined : sessionOf(row);
}

function sessionOf(row: Row): Session {
  const covered: Ranges | null = JSON.parse(textOf(row, 'covered'));
  const windows: readonly Window[] = JSON.parse(textOf(row, 'windows'));
  const doubtful: readonly Doubtful[] = JSON.parse(textOf(row, 'doubtful'));
  return {
    n: numberOf(row, 'n'),
    link: numberOf(row, 'link'),
    objectBytes: numberOf(row, 'object_bytes'),
    lastMs: numberOf(row, 'last_ms'),
    graceMs: numberOf(row, 'grace_ms'),
    bytesLeft: numberOf(row, 'bytes_left'),
    movedBytes: numberOf(row, 'moved_bytes'),
    running: numberOf(row, 'running'),
    restarts: numberOf(row, 'restarts'),
    covered: covered ?? undefined,
    isClosed: numberOf(row, 'closed') === 1,
    windows,
    unsureBytes: numberOf(row, 'unsure_bytes'),
    doubtful,
    isBroken: numberOf(row, 'broken') === 1,
  };
}

/** LDG-11, LDG-11a: bytes that may be reserved now. */
function availableBytes({ objectBytes, bytesLeft, windows, unsureBytes: ended, isBroken }: Session): number {
  const running = windows.reduce((sum, [, , , grantedBytes]) => sum + unsureBytes(grantedBytes, 'unsure'), 0);
  return bytesLeft + extraBytes(objectBytes, ended + running, isBroken);
}

/** What was sent, or may be with what is reserved; undefined: too many ranges to know. */
function reservedRanges({ covered, windows }: Session): Ranges | undefined {
  if (covered === undefined) return undefined;
  const reserved = windows.map(([, start, end]) => [start, end] as const);
  return addRanges(covered, reserved);
}

/** LDG-13: whether that is all of the object. */
function isAllReserved(session: Session): boolean {
  const reserved = reservedRanges(session);
  return reserved !== undefined && coversWhole(reserved, session.objectBytes);
}

/** How a request for bytes meets the session that is there. */
export type Drawing =
  /** Its first bytes are reserved. */
  | 'draw'
  /** It begins the session afresh, and its first bytes are reserved (LDG-14). */
  | 'restart'
  /** The session is over: another use is needed. */
  | 'over'
  /** The session is over unless what is under way releases bytes (LDG-16). */
  | 'short';

/** LDG-12 to LDG-16. `ownRunning`: transfers of the session that this process knows to be under way. */
export function judgeDrawing(
  session: Session,
  demand: ReadDemand,
  graceMs: number,
  ownRunning: number,
  nowMs: number,
): Drawing {
  const isIdle = nowMs - session.lastMs > graceMs && ownRunning === 0;
  if (isIdle) return 'over';
  const isAnyRunning = ownRunning > 0 || (session.running > 0 && nowMs - session.lastMs <= goneAfterMs);
  const without = isAnyRunning ? 'short' : 'over';
  const { objectBytes } = session;
  // A second download of the whole beside one that is under way is another use, not a part of it.
  const isWhole = demand.lengthBytes === objectBytes;
  if (isWhole && isAnyRunning) return 'short';
  if (isWhole && isAllReserved(session)) return 'over';
  const availableNow = availableBytes(session);
  if (demand.lengthBytes <= availableNow) return 'draw';
  if (demand.offset === 0) {
    if (isAllReserved(session)) return without;
    if (!isAnyRunning && session.restarts < maxRestarts) return 'restart';
  }
  return demand.toEnd === true && availableNow >= leastDrawnBytes(objectBytes) ? 'draw' : without;
}

/** The transfer that a claim begins. */
export type Begun = { readonly session: number; readonly transfer: number; readonly reservedBytes: number };

/** Inside a transaction: a session that a use was spent for. */
export function openSession(sql: Statements, link: number, demand: ReadDemand, graceMs: number, nowMs: number): Begun {
  const { key, etag, objectBytes, offset } = demand;
  const reservedBytes = Math.min(demand.lengthBytes, windowBytes(objectBytes, true));
  const windows: readonly Window[] = [[1, offset, offset + reservedBytes - 1, reservedBytes]];
  const { lastInsertRowid } = sql
    .get(
      `INSERT INTO link_sessions (link, key, etag, object_bytes, last_ms, grace_ms, bytes_left, moved_bytes, running,
         restarts, covered, closed, windows)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 1, 0, '[]', 0, ?)`,
    )
    .run(
      ...[link, key, etag, objectBytes, nowMs, graceMs],
      sessionBytes(objectBytes) - reservedBytes,
      JSON.stringify(windows),
    );
  return { session: Number(lastInsertRowid), transfer: 1, reservedBytes };
}

/** Inside a transaction: reserves the first window of a request, or what there is of it (LDG-12, LDG-16). */
export function drawOn(
  sql: Statements,
  session: Session,
  kind: 'draw' | 'restart',
  demand: ReadDemand,
  graceMs: number,
  nowMs: number,
): Begun {
  const { n, objectBytes } = session;
  const isRestart = kind === 'restart';
  const others = isRestart ? [] : session.windows;
  const freshBytes = sessionBytes(objectBytes);
  const window = windowBytes(objectBytes, others.length === 0);
  const reservedBytes = Math.min(demand.lengthBytes, isRestart ? freshBytes : availableBytes(session), window);
  const transfer = 1 + Math.max(0, ...others.map(([number]) => number));
  const own: Window = [transfer, demand.offset, demand.offset + reservedBytes - 1, reservedBytes];
  // What transfers reserved that ended without a word may have been sent.
  const covered = isRestart ? reservedRanges(session) : session.covered;
  sql
    .get(
      `UPDATE link_sessions SET bytes_left = ?, last_ms = ?, grace_ms = ?, windows = ?, covered = ?, running = ?,
         restarts = restarts + ?, unsure_bytes = ?, broken = ?, doubtful = ? WHERE n = ?`,
    )
    .run(
      ...[(isRestart ? freshBytes : session.bytesLeft) - reservedBytes, nowMs, graceMs],
      ...[JSON.stringify([...others, own]), JSON.stringify(covered ?? null), isRestart ? 1 : session.running + 1],
      ...[isRestart ? 1 : 0, isRestart ? 0 : session.unsureBytes, !isRestart && session.isBroken ? 1 : 0],
      ...[JSON.stringify(doubtfulAfterAsking(session, demand)), n],
    );
  return { session: n, transfer, reservedBytes };
}

/**
 * Inside a transaction: the next window of a transfer. What was sent of the last one is written down with it.
 * @returns how many bytes; undefined: none, and others are under way that may release some
 */
export function extendWindow(
  sql: Statements,
  { session: n, transfer }: Claim,
  { sentBytes, neededBytes }: Progress,
): number | undefined {
  const session = n === undefined ? undefined : readSession(sql, n);
  const own = session?.windows.find(([number]) => number === transfer);
  if (session === undefined || own === undefined) return 0;
  const [number, start, end, grantedBytes] = own;
  const wanted = Math.min(neededBytes, windowBytes(session.objectBytes, session.windows.length === 1));
  const extendedBytes = Math.max(0, Math.min(wanted, availableBytes(session)));
  if (extendedBytes === 0) return session.windows.length > 1 ? undefined : 0;
  const next = Math.max(start, end + 1 - grantedBytes + sentBytes);
  const covered =
    session.covered === undefined || next === start ? session.covered : addRange(session.covered, start, next - 1);
  const extended: Window = [number, next, end + extendedBytes, grantedBytes + extendedBytes];
  sql
    .get('UPDATE link_sessions SET bytes_left = ?, covered = ?, windows = ? WHERE n = ?')
    .run(
      session.bytesLeft - extendedBytes,
      JSON.stringify(covered ?? null),
      JSON.stringify(session.windows.map((window) => (window === own ? extended : window))),
      session.n,
    );
  return extendedBytes;
}

/** Inside a transaction: no request draws on it any more; its row stays while transfers are under way. */
export function closeSession(sql: Statements, session: Session): void {
  if (session.running > 0) sql.get('UPDATE link_sessions SET closed = 1 WHERE n = ?').run(session.n);
  else sql.get('DELETE FROM link_sessions WHERE n = ?').run(session.n);
}

/**
 * Inside a transaction: a transfer has ended. Releases what was not sent, and closes the session when all arrived.
 * @returns whether the use of the session is to be given back: no byte of it was sent and nothing is under way (LDG-15)
 */
export function settleSession(
  sql: Statements,
  { session: n, transfer }: Claim,
  { movedBytes, delivered, outcome, arrival = 'sure' }: Settlement,
  nowMs: number,
): boolean {
  const session = n === undefined ? undefined : readSession(sql, n);
  if (session === undefined) return false;
  const own = session.windows.find(([number]) => number === transfer);
  const running = Math.max(0, session.running - 1);
  const moved = session.movedBytes + movedBytes;
  const windows = session.windows.filter((window) => window !== own);
  const hasNothing = moved === 0 && (outcome === 'failed' || session.objectBytes > 0);
  // What a process that died had reserved may have been sent.
  if (running === 0 && hasNothing && windows.length === 0) {
    sql.get('DELETE FROM link_sessions WHERE n = ?').run(session.n);
    return true;
  }
  const covered = coveredAfter(session, delivered);
  const unsure = session.unsureBytes + unsureBytes(movedBytes, arrival);
  const isBroken = session.isBroken || (arrival === 'lost' && movedBytes > 0);
  const isWhole = covered !== undefined && outcomeCovers(covered, session.objectBytes, outcome);
  const doubtful = doubtfulAfter(session, delivered, arrival);
  const isClosed = session.isClosed || (isWhole && windows.length === 0 && doubtful.length === 0);
  if (isClosed && running === 0) {
    sql.get('DELETE FROM link_sessions WHERE n = ?').run(session.n);
    return false;
  }
  const unsent = Math.max(0, (own?.[3] ?? movedBytes) - movedBytes);
  sql
    .get(
      `UPDATE link_sessions SET bytes_left = ?, moved_bytes = ?, running = ?, covered = ?, closed = ?, last_ms = ?,
         windows = ?, unsure_bytes = ?, broken = ?, doubtful = ? WHERE n = ?`,
    )
    .run(
      ...[Math.min(session.bytesLeft + unsent, sessionBytes(session.objectBytes)), moved, running],
      ...[JSON.stringify(covered ?? null), isClosed ? 1 : 0, Math.max(nowMs, session.lastMs)],
      ...[JSON.stringify(windows), unsure, isBroken ? 1 : 0, JSON.stringify(doubtful), session.n],
    );
  return false;
}

/** Inside a transaction: what a transfer that has ended sent has arrived, or its connection broke. */
export function confirmSession(sql: Statements, n: number, delivered: DeliveredRange, arrival: 'sure' | 'lost'): void {
  const session = readSession(sql, n);
  if (session === undefined) return;
  const { objectBytes, covered, windows, running } = session;
  const isSure = arrival === 'sure';
  const sentBytes = delivered.end + 1 - delivered.start;
  const others = Math.max(0, session.unsureBytes - unsureBytes(sentBytes, 'unsure'));
  const unsure = others + unsureBytes(sentBytes, arrival);
  const doubtful = isSure ? doubtfulAfter(session, delivered, arrival) : doubtfulAfterLoss(session, delivered);
  const isWhole = covered !== undefined && coversWhole(covered, objectBytes);
  if (isWhole && windows.length === 0 && doubtful.length === 0 && running === 0) {
    sql.get('DELETE FROM link_sessions WHERE n = ?').run(n);
    return;
  }
  sql
    .get('UPDATE link_sessions SET unsure_bytes = ?, doubtful = ?, broken = ? WHERE n = ?')
    .run(unsure, JSON.stringify(doubtful), session.isBroken || !isSure ? 1 : 0, n);
}

/** What is in doubt when a range was sent: its end, or, when it surely arrived, nothing of it any more. */
function doubtfulAfter(
  { doubtful }: Session,
  delivered: DeliveredRange | undefined,
  arrival: Arrival,
): readonly Doubtful[] {
  if (delivered === undefined) return doubtful;
  if (arrival !== 'sure') {
    const [start, end] = doubtfulRange(delivered.start, delivered.end, arrival);
    const added: Doubtful = [start, end, arrival === 'lost' ? 1 : 0];
    return [...doubtful, added].slice(-mostDoubtful);
  }
  return doubtful.flatMap(([start, end, isLost]) =>
    outside([start, end], delivered).map(([from, to]): Doubtful => [from, to, isLost]),
  );
}

/** The connection that a range was sent to broke: more of it is in doubt. */
function doubtfulAfterLoss(session: Session, delivered: DeliveredRange): readonly Doubtful[] {
  const [from, to] = doubtfulRange(delivered.start, delivered.end, 'unsure');
  const others = session.doubtful.filter(([start, end]) => start < from || end > to);
  return doubtfulAfter({ ...session, doubtful: others }, delivered, 'lost');
}

/** Who goes on after a broken connection says how far the last one came: what is before that has arrived. */
function doubtfulAfterAsking({ doubtful }: Session, { offset, toEnd }: ReadDemand): readonly Doubtful[] {
  if (toEnd !== true) return doubtful;
  return doubtful.flatMap((range): Doubtful[] => {
    const [start, end, isLost] = range;
    if (isLost === 0 || offset < start || offset > end + 1) return [range];
    return offset > end ? [] : [[offset, end, isLost]];
  });
}

function coveredAfter(session: Session, delivered: Settlement['delivered']): Ranges | undefined {
  if (delivered === undefined || session.covered === undefined) return session.covered;
  return addRange(session.covered, delivered.start, delivered.end);
}

/** An empty object has arrived when its answer was given, for no range can say so. */
function outcomeCovers(covered: Ranges, objectBytes: number, outcome: Settlement['outcome']): boolean {
  return objectBytes === 0 ? outcome === 'done' : coversWhole(covered, objectBytes);
}
