import assert from 'node:assert/strict';
import { S3Error } from '@tidegate/protocol';
import type {
  Claim,
  ClaimRequest,
  CountedTerms,
  Demand,
  LinkFacts,
  LinkQuery,
  LinkStore,
  LinkUseNote,
  Revocation,
  RevocationMatch,
} from '../../links/link-store.ts';
import type { TestClock } from '../objects/subject.ts';

/** A link store under test, opened on nothing. */
export type LinkSubject = {
  readonly links: LinkStore;
  readonly clock: TestClock;
  readonly close: () => Promise<void>;
};

/** One rule of spec/links.md as a check that throws when a store breaks it. */
export type LinkRule = { readonly name: string; readonly check: (subject: LinkSubject) => Promise<void> };

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const startMs = 1_700_000_000_000;

/** A whole identity that begins with the given letters. */
export function idOf(start: string): string {
  return start.padEnd(52, 'a');
}

export function linkOf(start: string, changes: Partial<LinkFacts> = {}): LinkFacts {
  return {
    id: idOf(start),
    kind: 'link',
    accessKeyId: 'TGAK1',
    accountId: 'account-1',
    label: undefined,
    method: 'GET',
    operation: 'GetObject',
    bucket: 'photos',
    key: 'a/b.jpg',
    keyIsPrefix: false,
    versionId: undefined,
    signature: 'sigv4',
    host: 'localhost:9000',
    signedAtMs: startMs - hourMs,
    expiresAtMs: startMs + 24 * hourMs,
    limits: {},
    sessionTokenHash: undefined,
    ...changes,
  };
}

export function termsOf(changes: Partial<CountedTerms> = {}): CountedTerms {
  return { uses: undefined, graceMs: 10 * minuteMs, clients: undefined, totalBytes: undefined, ...changes };
}

export function read(offset: number, lengthBytes: number, objectBytes = 1_000, etag = 'e1'): Demand {
  return { kind: 'read', key: 'a/b.jpg', etag, objectBytes, offset, lengthBytes };
}

/** From a place to the end, as a player asks that seeks there. */
export function readToEnd(offset: number, objectBytes = 1_000): Demand {
  return {
    kind: 'read',
    key: 'a/b.jpg',
    etag: 'e1',
    objectBytes,
    offset,
    lengthBytes: objectBytes - offset,
    toEnd: true,
  };
}

export const write: Demand = { kind: 'write', declaredBytes: 100 };

/** One link and what it is asked for again and again. */
export class Holder {
  readonly #links: LinkStore;
  readonly #request: Omit<ClaimRequest, 'epoch' | 'demand'>;

  constructor({ links }: LinkSubject, link: LinkFacts, terms: Partial<CountedTerms>, clientPrefix = '192.0.2.1') {
    this.#links = links;
    this.#request = { link, terms: termsOf(terms), clientPrefix };
  }

  async claim(demand: Demand, clientPrefix = this.#request.clientPrefix): Promise<Claim> {
    const claim = await this.#links.claim({ ...this.#request, demand, clientPrefix, epoch: this.#links.epoch() });
    assert.notEqual(claim, 'stale');
    if (claim === 'stale') throw new Error('stale');
    return claim;
  }

  /** Claims and is sent all of it. */
  async fetch(offset: number, lengthBytes: number, objectBytes = 1_000): Promise<Claim> {
    const claim = await this.claim(read(offset, lengthBytes, objectBytes));
    this.sent(claim, offset, lengthBytes);
    return claim;
  }

  sent(claim: Claim, offset: number, movedBytes: number): void {
    const delivered = movedBytes === 0 ? undefined : { start: offset, end: offset + movedBytes - 1 };
    this.#links.settle(claim, { movedBytes, delivered, outcome: 'done' });
  }

  /** Reserves window after window until `lengthBytes` may be sent. */
  async extendAll(claim: Claim, lengthBytes: number): Promise<void> {
    for (let sentBytes = claim.reservedBytes; sentBytes < lengthBytes; ) {
      const bytes = await this.#links.extend(claim, { sentBytes, neededBytes: lengthBytes - sentBytes });
      assert.ok(bytes > 0);
      sentBytes += bytes;
    }
  }

  /** All was sent, and the client may not have all of it: it went away, or its connection broke. */
  left(claim: Claim, offset: number, movedBytes: number, arrival: 'unsure' | 'lost' = 'unsure'): void {
    const delivered = { start: offset, end: offset + movedBytes - 1 };
    this.#links.settle(claim, { movedBytes, delivered, outcome: 'done', arrival });
  }

  failed(claim: Claim, movedBytes = 0, offset = 0): void {
    const delivered = movedBytes === 0 ? undefined : { start: offset, end: offset + movedBytes - 1 };
    this.#links.settle(claim, { movedBytes, delivered, outcome: 'failed' });
  }

  async refused(demand: Demand, reason: string, clientPrefix?: string): Promise<void> {
    await assert.rejects(
      this.claim(demand, clientPrefix),
      (error) => error instanceof S3Error && error.code === 'AccessDenied' && error.reason === reason,
    );
  }
}

export function noteOf(link: LinkFacts, atMs: number, changes: Partial<LinkUseNote> = {}): LinkUseNote {
  const { event, ...rest } = changes;
  return {
    link,
    limited: false,
    outcome: 'used',
    clientPrefix: '192.0.2.1',
    bytesIn: 0,
    bytesOut: 10,
    ...rest,
    event: {
      atMs,
      client: '192.0.2.1',
      userAgent: 'curl/8',
      method: 'GET',
      status: 200,
      bytes: 10,
      durationMs: 2,
      reason: undefined,
      requestId: 'r1',
      ...event,
    },
  };
}

export function refusedNote(link: LinkFacts, atMs: number, reason: string): LinkUseNote {
  const { event } = noteOf(link, atMs);
  return noteOf(link, atMs, { outcome: 'refused', bytesOut: 0, event: { ...event, status: 403, bytes: 0, reason } });
}

export function queryOf(changes: Partial<LinkQuery> = {}): LinkQuery {
  return { accountId: undefined, sort: 'lastSeen', order: 'desc', cursor: undefined, limit: 100, ...changes };
}

export function revocationOf(
  match: RevocationMatch,
  beforeMs: number,
  keptUntilMs?: number,
): Omit<Revocation, 'id' | 'atMs'> {
  return { match, beforeMs, by: 'TGAK1', reason: 'test', keptUntilMs };
}
