import { addRange, coversWhole, leastDrawnBytes, type Ranges, sessionBytes } from '../delivered-ranges.ts';
import type { Demand, Settlement } from '../link-store.ts';
import type { Statements } from './connection.ts';
import { numberOf, type Row, textOf } from './rows.ts';

/** A process that runs a transfer says so this often; after four times as long its transfers count as gone. */
export const heartbeatMs = 15_000;
const goneAfterMs = 4 * heartbeatMs;
/** Most restarts from the first byte (LDG-14). */
const maxRestarts = 2;

type ReadDemand = Extract<Demand, { kind: 'read' }>;

/** A download session as its row says. */
export type Session = {
  readonly n: number;
  readonly link: number;
  readonly objectBytes: number;
  readonly lastMs: number;
  readonly graceMs: number;
  readonly bytesLeft: number;
  readonly movedBytes: number;
  readonly running: number;
  readonly restarts: number;
  /** undefined: too many ranges to know what arrived. */
  readonly covered: Ranges | undefined;
  readonly isClosed: boolean;
};

const columns = 'n, link, object_bytes, last_ms, grace_ms, bytes_left, moved_bytes, running, restarts, covered, closed';

export function readOpenSession(sql: Statements, link: number, key: string, etag: string): Session | undefined {
  const row = sql
    .get(`SELECT ${columns} FROM link_sessions WHERE link = ? AND key = ? AND etag = ? AND closed = 0`)
    .get(link, key, etag);
  return row === undefined ? undefined : sessionOf(row);
}

function sessionOf(row: Row): Session {
  const covered: Ranges | null = JSON.parse(textOf(row, 'covered'));
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
  };
}

/** How a request for bytes meets the session that is there. */
export type Drawing =
  /** Its bytes are reserved. */
  | { readonly kind: 'draw' }
  /** It begins the session afresh, and its bytes are reserved (LDG-14). */
  | { readonly kind: 'restart' }
  /** The session is over: another use is needed. */
  | { readonly kind: 'over' }
  /** The session is over unless what is under way gives bytes back (LDG-16). */
  | { readonly kind: 'short' };

/** LDG-12 to LDG-16. `ownRunning`: transfers of the session that this process knows to be under way. */
export function judgeDrawing(
  session: Session,
  demand: ReadDemand,
  graceMs: number,
  ownRunning: number,
  nowMs: number,
): Drawing['kind'] {
  const isIdle = nowMs - session.lastMs > graceMs && ownRunning === 0;
  if (isIdle) return 'over';
  const isAnyRunning = ownRunning > 0 || (session.running > 0 && nowMs - session.lastMs <= goneAfterMs);
  if (demand.offset === 0 && !isAnyRunning && session.restarts < maxRestarts) return 'restart';
  if (demand.lengthBytes <= session.bytesLeft) return 'draw';
  if (demand.toEnd === true && session.bytesLeft >= leastDrawnBytes(session.objectBytes)) return 'draw';
  return isAnyRunning ? 'short' : 'over';
}

/** Inside a transaction: a session that a use was spent for. @returns its number */
export function openSession(sql: Statements, link: number, demand: ReadDemand, graceMs: number, nowMs: number): number {
  const { lastInsertRowid } = sql
    .get(
      `INSERT INTO link_sessions
         (link, key, etag, object_bytes, last_ms, grace_ms, bytes_left, moved_bytes, running, restarts, covered, closed)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 1, 0, '[]', 0)`,
    )
    .run(
      link,
      demand.key,
      demand.etag,
      demand.objectBytes,
      nowMs,
      graceMs,
      sessionBytes(demand.objectBytes) - demand.lengthBytes,
    );
  return Number(lastInsertRowid);
}

/** Inside a transaction: reserves the bytes of a request, or what of them is left (LDG-16). @returns how many */
export function drawOn(
  sql: Statements,
  session: Session,
  kind: 'draw' | 'restart',
  demand: ReadDemand,
  graceMs: number,
  nowMs: number,
): number {
  if (kind === 'restart') {
    sql
      .get(
        `UPDATE link_sessions SET bytes_left = ?, last_ms = ?, grace_ms = ?, running = 1, restarts = restarts + 1,
           covered = '[]' WHERE n = ?`,
      )
      .run(sessionBytes(session.objectBytes) - demand.lengthBytes, nowMs, graceMs, session.n);
    return demand.lengthBytes;
  }
  const drawnBytes = Math.min(demand.lengthBytes, session.bytesLeft);
  sql
    .get(
      `UPDATE link_sessions SET bytes_left = bytes_left - ?, last_ms = ?, grace_ms = ?, running = running + 1
       WHERE n = ?`,
    )
    .run(drawnBytes, nowMs, graceMs, session.n);
  return drawnBytes;
}

/** Inside a transaction: no request draws on it any more; its row stays while transfers are under way. */
export function closeSession(sql: Statements, session: Session): void {
  if (session.running > 0) sql.get('UPDATE link_sessions SET closed = 1 WHERE n = ?').run(session.n);
  else sql.get('DELETE FROM link_sessions WHERE n = ?').run(session.n);
}

/**
 * Inside a transaction: a transfer has ended. Gives back what was not sent, and closes the session when all arrived.
 * @returns whether the use of the session is to be given back: no byte of it was sent and nothing is under way (LDG-15)
 */
export function settleSession(
  sql: Statements,
  n: number,
  reservedBytes: number,
  { movedBytes, delivered, outcome }: Settlement,
  nowMs: number,
): boolean {
  const row = sql.get(`SELECT ${columns} FROM link_sessions WHERE n = ?`).get(n);
  if (row === undefined) return false;
  const session = sessionOf(row);
  const running = Math.max(0, session.running - 1);
  const moved = session.movedBytes + movedBytes;
  const hasNothing = moved === 0 && (outcome === 'failed' || session.objectBytes > 0);
  if (running === 0 && hasNothing) {
    sql.get('DELETE FROM link_sessions WHERE n = ?').run(n);
    return true;
  }
  const covered = coveredAfter(session, delivered);
  const isWhole = covered !== undefined && outcomeCovers(covered, session.objectBytes, outcome);
  const isClosed = session.isClosed || isWhole;
  if (isClosed && running === 0) {
    sql.get('DELETE FROM link_sessions WHERE n = ?').run(n);
    return false;
  }
  const unsent = Math.max(0, reservedBytes - movedBytes);
  const bytesLeft = Math.min(session.bytesLeft + unsent, sessionBytes(session.objectBytes));
  sql
    .get(
      `UPDATE link_sessions SET bytes_left = ?, moved_bytes = ?, running = ?, covered = ?, closed = ?, last_ms = ?
       WHERE n = ?`,
    )
    .run(
      bytesLeft,
      moved,
      running,
      JSON.stringify(covered ?? null),
      isClosed ? 1 : 0,
      Math.max(nowMs, session.lastMs),
      n,
    );
  return false;
}

function coveredAfter(session: Session, delivered: Settlement['delivered']): Ranges | undefined {
  if (delivered === undefined || session.covered === undefined) return session.covered;
  return addRange(session.covered, delivered.start, delivered.end);
}

/** An empty object has arrived when its answer was given, for no range can say so. */
function outcomeCovers(covered: Ranges, objectBytes: number, outcome: Settlement['outcome']): boolean {
  return objectBytes === 0 ? outcome === 'done' : coversWhole(covered, objectBytes);
}
