import type { Clock } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import { coversWhole } from '../keys/temporary-store.ts';
import type { EventSumQuery, EventSums } from '../links/event-sums.ts';
import { type FoldedEvent, hourMs, hourOf } from '../links/link-notes.ts';
import { exactMatchesOf, isInTime, matchKeyOf } from '../links/link-revocations.ts';
import type {
  Claim,
  ClaimRequest,
  DeliveredRange,
  LinkEvent,
  LinkFacts,
  LinkFilter,
  LinkPolicy,
  LinkQuery,
  LinkRecord,
  LinkState,
  LinkStore,
  LinkTotals,
  LinkUseNote,
  Page,
  Progress,
  RefusalNote,
  Revocation,
  RevocationMatch,
  Settlement,
  Tightening,
} from '../links/link-store.ts';
import { neverEndsMs, neverSeenMs, stateOf } from '../links/link-times.ts';
import { claimInMemory, confirmInMemory, extendInMemory, settleInMemory } from './memory-link-claims.ts';
import { addToDays, listDaysInMemory, sweepDays } from './memory-link-days.ts';
import { listEventsInMemory, sumEventsInMemory } from './memory-link-events.ts';
import { MemoryLinkLists } from './memory-link-lists.ts';
import { linkOf, type MemoryLink, newMemoryLinkState, recordPartsOf } from './memory-link-state.ts';

const keptAfterEndMs = 30 * 86_400_000;

/** The model of the link store: every call is one step, nothing is bounded, nothing waits. */
export class MemoryLinks implements LinkStore {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #state = newMemoryLinkState();
  readonly #lists = new MemoryLinkLists(this.#state, (link) => this.#recordOf(link));
  readonly #events: FoldedEvent[] = [];
  readonly #refused: RefusalNote[] = [];

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  epoch(): number {
    return this.#state.epoch;
  }

  findRevocation(link: LinkFacts, keyAskedFor?: string): Revocation | undefined {
    const firstSeenMs = this.#state.links.get(link.id)?.firstSeenMs;
    const seenMs = firstSeenMs === neverSeenMs ? undefined : firstSeenMs;
    return [...this.#state.revocations.values()].find(
      (revocation) => fits(revocation.match, link, keyAskedFor) && isInTime(revocation, link.signedAtMs, () => seenMs),
    );
  }

  findSessionRevocation(tokenHash: string, endsAtMs: number): Revocation | undefined {
    return [...this.#state.revocations.values()].find(
      (revocation) =>
        revocation.match.kind === 'session' &&
        revocation.match.tokenHash === tokenHash &&
        coversWhole(revocation, endsAtMs),
    );
  }

  readTightening(id: string): Tightening | undefined {
    return this.#state.links.get(id)?.tightening;
  }

  isRegistered({ id, accessKeyId }: LinkFacts): boolean {
    const link = this.#state.links.get(id);
    return link?.registeredAtMs !== undefined && link.facts.accessKeyId === accessKeyId;
  }

  readPolicy(accessKeyId: string, name: string): LinkPolicy | undefined {
    return this.#state.policies.get(`${accessKeyId}\n${name}`);
  }

  async claim(request: ClaimRequest): Promise<Claim | 'stale'> {
    await Promise.resolve();
    const claim = claimInMemory(this.#state, request, this.#clock.nowMs());
    if (claim !== 'stale' && claim.spentUse && claim.usesLeft === 0) this.#tell('link.spent', request.link.id);
    return claim;
  }

  settle(claim: Claim, settlement: Settlement): void {
    settleInMemory(this.#state, claim, settlement, this.#clock.nowMs());
  }

  async extend(claim: Claim, progress: Progress): Promise<number> {
    await Promise.resolve();
    return extendInMemory(this.#state, claim, progress);
  }

  confirm(claim: Claim, delivered: DeliveredRange, arrival: 'sure' | 'lost'): void {
    confirmInMemory(this.#state, claim, delivered, arrival);
  }

  note(use: LinkUseNote): void {
    const { event } = use;
    const link = linkOf(this.#state, use.link, event.atMs);
    link.firstSeenMs = link.firstSeenMs === neverSeenMs ? event.atMs : Math.min(link.firstSeenMs, event.atMs);
    link.lastSeenMs = Math.max(link.lastSeenMs, event.atMs);
    link.isLimited ||= use.limited;
    link.bytesIn += use.bytesIn;
    link.bytesOut += use.bytesOut;
    if (use.clientPrefix !== '') link.seenClients.add(use.clientPrefix);
    if (use.outcome === 'seen') return;
    if (use.outcome === 'used') {
      link.notedUses += 1;
      link.firstUsedMs = Math.min(link.firstUsedMs ?? event.atMs, event.atMs);
      link.lastUsedMs = Math.max(link.lastUsedMs ?? 0, event.atMs);
    } else link.refusals.set(event.reason ?? '', (link.refusals.get(event.reason ?? '') ?? 0) + 1);
    if (use.outcome === 'used' && link.notedUses === 1) this.#tell('link.first-used', use.link.id, event);
    this.#tell(use.outcome === 'used' ? 'link.used' : 'link.refused', use.link.id, event);
  }

  refuse(note: RefusalNote): void {
    this.#refused.push(note);
  }

  append(event: Omit<LinkEvent, 'id' | 'count'>): void {
    this.#events.push({ ...event, count: 1 });
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  register(link: LinkFacts, by: Parameters<LinkStore['register']>[1]): Promise<LinkRecord> {
    const row = linkOf(this.#state, link, neverSeenMs);
    if (row.registeredAtMs === undefined) {
      row.registeredAtMs = this.#clock.nowMs();
      row.note ??= by.note;
      row.facts = { ...row.facts, label: row.facts.label ?? by.label };
      this.#state.epoch += 1;
    }
    return Promise.resolve(this.#recordOf(row));
  }

  tighten(id: string, change: Tightening): Promise<LinkRecord | undefined> {
    const link = this.#state.links.get(id);
    if (link === undefined) return Promise.resolve(undefined);
    const terms = { ...link.tightening, ...change };
    link.tightening = terms;
    link.endsAtMs = Math.min(link.facts.expiresAtMs ?? neverEndsMs, terms.expiresAtMs ?? neverEndsMs);
    if (terms.uses !== undefined) link.usesLimit = Math.min(link.usesLimit ?? terms.uses, terms.uses);
    this.#state.epoch += 1;
    return Promise.resolve(this.#recordOf(link));
  }

  revoke(revocation: Omit<Revocation, 'id' | 'atMs'>): Promise<Revocation> {
    const id = `rv_${Buffer.from(this.#random.bytes(16)).toString('hex').slice(0, 16)}`;
    const made = { ...revocation, id, atMs: this.#clock.nowMs() };
    this.#state.revocations.set(id, made);
    this.#state.epoch += 1;
    return Promise.resolve(made);
  }

  undoRevocation(id: string): Promise<boolean> {
    const isUndone = this.#state.revocations.delete(id);
    if (isUndone) this.#state.epoch += 1;
    return Promise.resolve(isUndone);
  }

  readRevocation(id: string): Promise<Revocation | undefined> {
    return Promise.resolve(this.#state.revocations.get(id));
  }

  listRevocations({ cursor, limit }: { cursor: string | undefined; limit: number }): Promise<Page<Revocation>> {
    const all = [...this.#state.revocations.values()].reverse();
    const from = cursor === undefined ? 0 : Number(cursor);
    const next = from + limit < all.length ? String(from + limit) : undefined;
    return Promise.resolve({ items: all.slice(from, from + limit), next });
  }

  countMatches(match: RevocationMatch, beforeMs: number, most: number): Promise<{ matched: number; active: number }> {
    const matched = [...this.#state.links.values()]
      .filter(({ facts, firstSeenMs }) => {
        const seenMs = firstSeenMs === neverSeenMs ? undefined : firstSeenMs;
        return fits(match, facts, undefined) && isInTime({ match, beforeMs }, facts.signedAtMs, () => seenMs);
      })
      .slice(0, most);
    const active = matched.filter((link) => this.#recordOf(link).state === 'active').length;
    return Promise.resolve({ matched: matched.length, active });
  }

  readLink(idOrShown: string): Promise<LinkRecord | undefined> {
    const id = idOrShown.replace(/^(?:lk|sh|rq)_/, '');
    const found = [...this.#state.links.values()].filter(({ facts }) => id.length >= 16 && facts.id.startsWith(id));
    const [link] = found;
    return Promise.resolve(link === undefined || found.length > 1 ? undefined : this.#recordOf(link));
  }

  listLinks(query: LinkQuery): Promise<Page<LinkRecord>> {
    return Promise.resolve(this.#lists.list(query));
  }

  countLinks(filter: LinkFilter): Promise<LinkTotals> {
    return Promise.resolve(this.#lists.count(filter, this.#clock.nowMs()));
  }

  listEvents(query: Parameters<LinkStore['listEvents']>[0]): Promise<Page<LinkEvent>> {
    return Promise.resolve(listEventsInMemory(this.#state, this.#events, query));
  }

  sumEvents(query: EventSumQuery): Promise<EventSums> {
    return Promise.resolve(sumEventsInMemory(this.#state, this.#events, query));
  }

  listRefusals({
    groupBy,
    accessKeyIds,
    sinceMs,
  }: Parameters<LinkStore['listRefusals']>[0]): ReturnType<LinkStore['listRefusals']> {
    const groups = new Map<string, { group: Record<string, string>; count: number; lastMs: number }>();
    for (const note of this.#refused) {
      if (hourOf(note.atMs) + hourMs <= sinceMs) continue;
      if (accessKeyIds?.includes(note.accessKeyId) === false) continue;
      const group = Object.fromEntries(groupBy.map((name) => [name, note[name]]));
      const key = JSON.stringify(group);
      const known = groups.get(key) ?? { group, count: 0, lastMs: 0 };
      groups.set(key, { group, count: known.count + 1, lastMs: Math.max(known.lastMs, note.atMs) });
    }
    return Promise.resolve([...groups.values()].sort((one, other) => other.count - one.count));
  }

  putPolicy(policy: Omit<LinkPolicy, 'changedAtMs'>): Promise<LinkPolicy> {
    const put = { ...policy, changedAtMs: this.#clock.nowMs() };
    this.#state.policies.set(`${policy.accessKeyId}\n${policy.name}`, put);
    this.#state.epoch += 1;
    return Promise.resolve(put);
  }

  listDays(query: Parameters<LinkStore['listDays']>[0]): ReturnType<LinkStore['listDays']> {
    return Promise.resolve(listDaysInMemory(this.#state, query));
  }

  deletePolicy(accessKeyId: string, name: string): Promise<boolean> {
    const isDeleted = this.#state.policies.delete(`${accessKeyId}\n${name}`);
    if (isDeleted) this.#state.epoch += 1;
    return Promise.resolve(isDeleted);
  }

  listPolicies(accessKeyId: string): Promise<readonly LinkPolicy[]> {
    const own = [...this.#state.policies.values()].filter((policy) => policy.accessKeyId === accessKeyId);
    return Promise.resolve(own.sort((one, other) => (one.name < other.name ? -1 : 1)));
  }

  countByState(): Promise<Readonly<Record<LinkState, number>>> {
    const counts = { active: 0, spent: 0, revoked: 0, expired: 0 };
    for (const link of this.#state.links.values()) counts[this.#recordOf(link).state] += 1;
    return Promise.resolve(counts);
  }

  lagMs(): number {
    return 0;
  }

  sweep(nowMs: number): Promise<void> {
    for (const [id, link] of this.#state.links) {
      if (link.endsAtMs < nowMs - keptAfterEndMs) {
        addToDays(this.#state, link);
        this.#state.links.delete(id);
      }
      link.sessions = link.sessions.filter((session) => session.lastMs + session.graceMs >= nowMs - hourMs);
    }
    for (const [id, { keptUntilMs }] of this.#state.revocations) {
      if (keptUntilMs === undefined || keptUntilMs >= nowMs) continue;
      this.#state.revocations.delete(id);
      this.#state.epoch += 1;
    }
    sweepDays(this.#state, nowMs);
    return Promise.resolve();
  }

  #tell(type: string, linkId: string, event?: LinkUseNote['event']): void {
    const silent = { client: '', userAgent: '', method: '', status: 0, bytes: 0, durationMs: 0, requestId: '' };
    const details = event ?? { ...silent, atMs: this.#clock.nowMs(), reason: undefined };
    this.#events.push({ ...details, type, linkId, count: 1 });
  }

  #recordOf(link: MemoryLink): LinkRecord {
    const nowMs = this.#clock.nowMs();
    const revocation = this.findRevocation(link.facts);
    const standing = {
      isRevoked: revocation !== undefined,
      endsAtMs: link.endsAtMs,
      usesSpent: link.spentUses,
      usesLimit: link.usesLimit,
      bytesCounted: link.countedBytes,
      bytesLimit: link.bytesLimit,
    };
    return { ...recordPartsOf(link, nowMs), state: stateOf(standing, nowMs), revocation };
  }
}

function fits(match: RevocationMatch, link: LinkFacts, keyAskedFor: string | undefined): boolean {
  if (match.kind === 'prefix') {
    const keys = keyAskedFor === undefined ? [link.key] : [link.key, keyAskedFor];
    return link.bucket === match.bucket && keys.some((key) => key.startsWith(match.prefix));
  }
  const wanted = JSON.stringify(matchKeyOf(match));
  return exactMatchesOf(link, keyAskedFor).some((key) => JSON.stringify(key) === wanted);
}
