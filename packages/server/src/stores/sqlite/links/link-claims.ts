import { refusal } from '@tidegate/protocol';
import type {
  Claim,
  ClaimRequest,
  CountedTerms,
  DeliveredRange,
  Demand,
  LinkFacts,
  Progress,
  Settlement,
} from '../../links/link-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalNumber } from '../schema/rows.ts';
import { insertLink, linkRoom } from './link-rows.ts';
import {
  type Begun,
  closeSession,
  confirmSession,
  drawOn,
  extendWindow,
  heartbeatMs,
  judgeDrawing,
  openSession,
  readOpenSession,
  settleSession,
} from './link-sessions.ts';

type SpentReason = 'LinkUsesSpent' | 'LinkClientsSpent' | 'LinkBytesSpent';

/** What one try of a claim comes to. Refusals are values: a session that ended on the way is closed all the same. */
type Attempt =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly reason: SpentReason }
  /** Bytes of this session may come back. */
  | { readonly kind: 'short'; readonly session: number };

/** The counters of a link as a claim sees them. `n` is undefined before the first sight. */
type Counters = {
  readonly n: number | undefined;
  readonly spentUses: number;
  readonly countedBytes: number;
  readonly clients: number;
  readonly isAsKnown: boolean;
};

const unseen: Counters = { n: undefined, spentUses: 0, countedBytes: 0, clients: 0, isAsKnown: false };

export type LinkClaimsOptions = {
  readonly metadata: Metadata;
  /** Of what links are judged by, as the transaction sees it. */
  readonly epoch: () => number;
  /** How long a request waits for bytes that transfers under way may give back (LDG-16). 0: not at all. */
  readonly giveBackWaitMs: number;
  /** Told when a claim spent the last use. */
  readonly onSpent: (request: ClaimRequest) => void;
};

type Settling =
  | { readonly claim: Claim; readonly settlement: Settlement; readonly atMs: number }
  | { readonly claim: Claim; readonly delivered: DeliveredRange; readonly arrival: 'sure' | 'lost' };

/** Claims and settlements (LDG-10 to LDG-28). */
export class LinkClaims {
  readonly #options: LinkClaimsOptions;
  /** Transfers of this process that are under way, by session. */
  readonly #running = new Map<number, { readonly count: number; readonly graceMs: number }>();
  /** Who waits for bytes of a session to come back. */
  readonly #waiting = new Map<number, Set<() => void>>();
  /** Settlements of an operation that is queued and has not begun. */
  #joinable: Settling[] | undefined;
  #beatAtMs = 0;

  constructor(options: LinkClaimsOptions) {
    this.#options = options;
  }

  async claim(request: ClaimRequest): Promise<Claim | 'stale'> {
    const { metadata, giveBackWaitMs } = this.#options;
    const deadlineMs = metadata.clock.monotonicMs() + giveBackWaitMs;
    for (;;) {
      const leftMs = deadlineMs - metadata.clock.monotonicMs();
      const attempt = await metadata.commits.write({ room: linkRoom, names: [request.link.id] }, () =>
        this.#attempt(request, leftMs > 0),
      );
      switch (attempt.kind) {
        case 'claimed':
          this.#begin(attempt.claim.session, request.terms.graceMs);
          if (attempt.claim.spentUse && attempt.claim.usesLeft === 0) this.#options.onSpent(request);
          return attempt.claim;
        case 'stale':
          return 'stale';
        case 'refused':
          throw refusal('AccessDenied', {}, attempt.reason);
        case 'short':
          await this.#giveBackOf(attempt.session, leftMs);
          break;
      }
    }
  }

  /** The next window of a transfer. @returns 0 when there is none, after a while in which others may release some */
  async extend(claim: Claim, progress: Progress): Promise<number> {
    const { metadata, giveBackWaitMs } = this.#options;
    const deadlineMs = metadata.clock.monotonicMs() + giveBackWaitMs;
    for (;;) {
      const extendedBytes = await metadata.commits.write({ room: linkRoom, names: [claim.linkId] }, () =>
        extendWindow(metadata.sql, claim, progress),
      );
      if (extendedBytes !== undefined) return extendedBytes;
      const leftMs = deadlineMs - metadata.clock.monotonicMs();
      if (leftMs <= 0 || claim.session === undefined) return 0;
      await this.#giveBackOf(claim.session, leftMs);
    }
  }

  settle(claim: Claim, settlement: Settlement): void {
    this.#end(claim.session);
    this.#writeSoon({ claim, settlement, atMs: this.#options.metadata.sessionMs() });
  }

  confirm(claim: Claim, delivered: DeliveredRange, arrival: 'sure' | 'lost'): void {
    if (claim.session !== undefined) this.#writeSoon({ claim, delivered, arrival });
  }

  #writeSoon(settling: Settling): void {
    const { metadata } = this.#options;
    if (this.#joinable !== undefined) {
      this.#joinable.push(settling);
      return;
    }
    const settlings: Settling[] = [settling];
    this.#joinable = settlings;
    // Queued before any later claim, so that the next request of the link sees what came back.
    const written = metadata.commits.write({ room: linkRoom, names: [] }, () => {
      if (this.#joinable === settlings) this.#joinable = undefined;
      for (const one of settlings) this.#settleOne(one);
    });
    written.then(
      () => this.#wake(settlings),
      () => this.#wake(settlings),
    );
  }

  /** Inside a transaction: says that this process's transfers go on, so that no other takes their sessions for idle. */
  beat(): void {
    if (this.#running.size === 0) return;
    const { sql, sessionMs } = this.#options.metadata;
    const nowMs = sessionMs();
    const leastGraceMs = Math.min(...[...this.#running.values()].map(({ graceMs }) => graceMs));
    // Grace may be as short as a second.
    if (Math.abs(nowMs - this.#beatAtMs) < Math.min(heartbeatMs, leastGraceMs / 4)) return;
    this.#beatAtMs = nowMs;
    const touch = sql.get('UPDATE link_sessions SET last_ms = max(last_ms, ?) WHERE n = ?');
    for (const session of this.#running.keys()) touch.run(nowMs, session);
  }

  get hasRunning(): boolean {
    return this.#running.size > 0;
  }

  #begin(session: number | undefined, graceMs: number): void {
    if (session === undefined) return;
    this.#running.set(session, { count: (this.#running.get(session)?.count ?? 0) + 1, graceMs });
  }

  #end(session: number | undefined): void {
    const running = session === undefined ? undefined : this.#running.get(session);
    if (session === undefined || running === undefined) return;
    if (running.count > 1) this.#running.set(session, { ...running, count: running.count - 1 });
    else this.#running.delete(session);
  }

  #giveBackOf(session: number, mostMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(session) ?? new Set();
    this.#waiting.set(session, waiting);
    const end = (): void => {
      cancel();
      waiting.delete(end);
      if (waiting.size === 0 && this.#waiting.get(session) === waiting) this.#waiting.delete(session);
      resolve();
    };
    const cancel = this.#options.metadata.clock.after(mostMs, end);
    waiting.add(end);
    return promise;
  }

  #wake(settlings: readonly Settling[]): void {
    for (const { claim } of settlings) {
      if (claim.session === undefined) continue;
      for (const wake of [...(this.#waiting.get(claim.session) ?? [])]) wake();
    }
  }

  #attempt(request: ClaimRequest, mayWait: boolean): Attempt {
    const { sql } = this.#options.metadata;
    if (this.#options.epoch() !== request.epoch) return { kind: 'stale' };
    const { link, terms, demand, clientPrefix } = request;
    const counters = this.#counters(link.id, terms);
    const isNewClient = terms.clients !== undefined && !this.#isKnownClient(counters.n, clientPrefix);
    if (isNewClient && counters.clients >= (terms.clients ?? 0)) return { kind: 'refused', reason: 'LinkClientsSpent' };
    const leftBytes =
      terms.totalBytes === undefined ? undefined : Math.max(0, terms.totalBytes - counters.countedBytes);
    const wantedBytes = bytesToReserve(demand, leftBytes);
    if (wantedBytes === undefined) return { kind: 'refused', reason: 'LinkBytesSpent' };
    const use = this.#takeUse(request, counters, mayWait);
    if (use.kind !== 'taken') return use;
    const reservedBytes = use.begun?.reservedBytes ?? wantedBytes;
    const n = use.link;
    if (isNewClient) {
      sql
        .get('INSERT INTO link_clients (link, client, first_ms) VALUES (?, ?, ?)')
        .run(n, clientPrefix, this.#options.metadata.clock.nowMs());
    }
    const spentUses = counters.spentUses + (use.spent ? 1 : 0);
    const countedBytes = counters.countedBytes + wantedBytes;
    const clients = counters.clients + (isNewClient ? 1 : 0);
    if (!counters.isAsKnown) {
      sql
        .get(
          `UPDATE links SET limited = 1, max_uses = ?, max_bytes = ?, spent_uses = ?, counted_bytes = ?, clients = ?
           WHERE n = ?`,
        )
        .run(terms.uses ?? null, terms.totalBytes ?? null, spentUses, countedBytes, clients, n);
    } else if (use.spent || wantedBytes > 0 || isNewClient) {
      // Names no column that tells what the link is: indexes follow those, and each costs as much as the row.
      sql
        .get('UPDATE links SET spent_uses = ?, counted_bytes = ?, clients = ? WHERE n = ?')
        .run(spentUses, countedBytes, clients, n);
    }
    const usesLeft = terms.uses === undefined ? undefined : Math.max(0, terms.uses - spentUses);
    const drawn = { session: use.begun?.session, transfer: use.begun?.transfer, reservedBytes };
    const claim = { linkId: link.id, ...drawn, spentUse: use.spent, countedBytes: wantedBytes, usesLeft };
    return { kind: 'claimed', claim };
  }

  #counters(id: string, terms: CountedTerms): Counters {
    const row = this.#options.metadata.sql
      .get(
        `SELECT n, spent_uses, counted_bytes, clients, limited, max_uses, max_bytes, bytes_in + bytes_out
           + coalesce((SELECT bytes_in + bytes_out FROM link_additions WHERE link = n), 0) AS noted_bytes
         FROM links WHERE id = ?`,
      )
      .get(id);
    if (row === undefined) return unseen;
    return {
      n: numberOf(row, 'n'),
      spentUses: numberOf(row, 'spent_uses'),
      // Traffic from before the link had limits, by key or policy, was noted alone.
      countedBytes: Math.max(numberOf(row, 'counted_bytes'), numberOf(row, 'noted_bytes')),
      clients: numberOf(row, 'clients'),
      isAsKnown:
        numberOf(row, 'limited') === 1 &&
        optionalNumber(row, 'max_uses') === terms.uses &&
        optionalNumber(row, 'max_bytes') === terms.totalBytes,
    };
  }

  #isKnownClient(n: number | undefined, client: string): boolean {
    if (n === undefined) return false;
    const { sql } = this.#options.metadata;
    return sql.get('SELECT 1 FROM link_clients WHERE link = ? AND client = ?').get(n, client) !== undefined;
  }

  #takeUse(request: ClaimRequest, counters: Counters, mayWait: boolean): Use {
    const { link, terms, demand } = request;
    if (demand.kind === 'free' || terms.uses === undefined) {
      return { kind: 'taken', link: this.#rowOf(link, counters), spent: false };
    }
    const isSpent = counters.spentUses >= terms.uses;
    if (demand.kind === 'write') {
      if (isSpent) return usesSpent;
      return { kind: 'taken', link: this.#rowOf(link, counters), spent: true };
    }
    const { metadata } = this.#options;
    const nowMs = metadata.sessionMs();
    if (counters.n !== undefined) {
      const session = readOpenSession(metadata.sql, counters.n, demand.key, demand.etag);
      if (session !== undefined) {
        const drawing = judgeDrawing(session, demand, terms.graceMs, this.#running.get(session.n)?.count ?? 0, nowMs);
        if (drawing === 'draw' || drawing === 'restart') {
          const begun = drawOn(metadata.sql, session, drawing, demand, terms.graceMs, nowMs);
          return { kind: 'taken', link: counters.n, spent: false, begun };
        }
        if (drawing === 'short' && mayWait) return { kind: 'short', session: session.n };
        closeSession(metadata.sql, session);
      }
    }
    if (isSpent) return usesSpent;
    const n = this.#rowOf(link, counters);
    const begun = openSession(metadata.sql, n, demand, terms.graceMs, nowMs);
    return { kind: 'taken', link: n, spent: true, begun };
  }

  #rowOf(link: LinkFacts, { n }: Counters): number {
    const { sql, clock } = this.#options.metadata;
    return n ?? insertLink(sql, link, { seenAtMs: clock.nowMs() });
  }

  #settleOne(settling: Settling): void {
    const { sql } = this.#options.metadata;
    const { claim } = settling;
    if ('delivered' in settling) {
      const { delivered, arrival } = settling;
      if (claim.session !== undefined) confirmSession(sql, claim.session, delivered, arrival);
      return;
    }
    const { settlement, atMs } = settling;
    let givesUseBack = false;
    if (claim.session !== undefined) {
      givesUseBack = settleSession(sql, claim, settlement, atMs);
    } else if (claim.spentUse) {
      givesUseBack = settlement.outcome === 'failed';
    }
    const difference = settlement.movedBytes - claim.countedBytes;
    if (!givesUseBack && difference === 0) return;
    sql
      .get(
        `UPDATE links SET spent_uses = max(0, spent_uses - ?), counted_bytes = max(0, counted_bytes + ?) WHERE id = ?`,
      )
      .run(givesUseBack ? 1 : 0, difference, claim.linkId);
  }
}

type Use =
  | {
      readonly kind: 'taken';
      readonly link: number;
      readonly spent: boolean;
      /** Where it is part of a download session. */
      readonly begun?: Begun;
    }
  | { readonly kind: 'refused'; readonly reason: SpentReason }
  | { readonly kind: 'short'; readonly session: number };

const usesSpent: Use = { kind: 'refused', reason: 'LinkUsesSpent' };

/** LDG-20: what a transfer takes of the bytes that are left; undefined: it does not fit. One of unknown length takes them all. */
function bytesToReserve(demand: Demand, leftBytes: number | undefined): number | undefined {
  const wanted = demand.kind === 'write' ? demand.declaredBytes : demand.lengthBytes;
  if (leftBytes === undefined) return wanted ?? 0;
  if (wanted === undefined) return leftBytes === 0 ? undefined : leftBytes;
  return wanted <= leftBytes ? wanted : undefined;
}
