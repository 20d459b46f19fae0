import { coversWhole } from '../../keys/temporary-store.ts';
import type { EventSumQuery } from '../../links/event-sums.ts';
import { silentEvent } from '../../links/link-notes.ts';
import { defaultRetention, type LinkRetention } from '../../links/link-retention.ts';
import type {
  Claim,
  ClaimRequest,
  DeliveredRange,
  LinkFacts,
  LinkFilter,
  LinkPolicy,
  LinkQuery,
  LinkState,
  LinkStore,
  LinkUseNote,
  Progress,
  RefusalNote,
  Revocation,
  RevocationMatch,
  Settlement,
  Tightening,
} from '../../links/link-store.ts';
import { neverSeenMs } from '../../links/link-times.ts';
import { LinkGovernance } from '../keys/link-governance.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalNumber } from '../schema/rows.ts';
import { LinkClaims } from './link-claims.ts';
import { listDays } from './link-days.ts';
import { LinkEventSums } from './link-event-sums.ts';
import { listEvents } from './link-events.ts';
import { LinkImage } from './link-image.ts';
import { LinkLedger } from './link-ledger.ts';
import { LinkQueries } from './link-query.ts';
import { LinkRecords } from './link-records.ts';
import { listRefusals } from './link-refusals.ts';
import { linkRoom } from './link-rows.ts';
import { LinkSweep } from './link-sweep.ts';
import { LinkTotaller } from './link-totals.ts';

/** Notes that a reader of the ledger has written first; more are left to their time, and show a second later. */
const readableBacklog = 256;

export type SqliteLinksOptions = {
  readonly metadata: Metadata;
  /** How long a request waits for bytes that transfers under way may give back (LDG-16). Default 250. */
  readonly giveBackWaitMs?: number | undefined;
  readonly retention?: (() => Partial<LinkRetention>) | undefined;
  /** Whether this process is the first on the database: transfers that another left under way are over. */
  readonly isFirst: boolean;
};

/** Links in the metadata: any number of processes on one database (LDG-28). */
export class SqliteLinks implements LinkStore {
  readonly #metadata: Metadata;
  readonly #claims: LinkClaims;
  readonly #ledger: LinkLedger;
  readonly #image: LinkImage;
  readonly #records: LinkRecords;
  readonly #governance: LinkGovernance;
  readonly #queries: LinkQueries;
  readonly #sweep: LinkSweep;
  readonly #totaller: LinkTotaller;
  readonly #eventSums: LinkEventSums;
  #epoch = 0;
  /** Of the changes that the image was brought up to date at. */
  #stamp = -1;

  constructor({ metadata, giveBackWaitMs, retention, isFirst }: SqliteLinksOptions) {
    this.#metadata = metadata;
    this.#claims = new LinkClaims({
      metadata,
      epoch: () => this.epoch(),
      giveBackWaitMs: giveBackWaitMs ?? 250,
      onSpent: ({ link }) => this.append(silentEvent('link.spent', metadata.clock.nowMs(), link.id)),
    });
    this.#ledger = new LinkLedger(metadata, this.#claims);
    this.#image = new LinkImage(metadata.sql);
    this.#records = new LinkRecords(metadata, this.#image);
    this.#governance = new LinkGovernance(metadata, this.#records);
    this.#queries = new LinkQueries(metadata, this.#records, this.#image);
    this.#totaller = new LinkTotaller(metadata, this.#records, this.#image);
    this.#eventSums = new LinkEventSums(metadata);
    this.#sweep = new LinkSweep(metadata, () => ({ ...defaultRetention, ...retention?.() }));
    if (!isFirst) return;
    metadata.database.exec('UPDATE link_sessions SET running = 0 WHERE running > 0');
    this.#ledger.takeUp();
  }

  epoch(): number {
    const { commits, changes } = this.#metadata;
    const stamp = changes.stamp();
    if (stamp !== this.#stamp) {
      this.#epoch = this.#image.refresh(commits.isWriting ? 'inside a transaction' : 'outside');
      this.#stamp = stamp;
    }
    return this.#epoch;
  }

  findRevocation(link: LinkFacts, keyAskedFor?: string): Revocation | undefined {
    this.epoch();
    return this.#image.find(link, keyAskedFor, () => this.#findFirstSeen(link.id));
  }

  findSessionRevocation(tokenHash: string, endsAtMs: number): Revocation | undefined {
    this.epoch();
    return this.#image.revocationsOfSession(tokenHash).find((revocation) => coversWhole(revocation, endsAtMs));
  }

  readTightening(id: string): Tightening | undefined {
    return this.#image.tighteningOf(id);
  }

  isRegistered(link: LinkFacts): boolean {
    const row = this.#metadata.sql.get('SELECT registered_ms FROM links WHERE id = ? AND akid = ?');
    const found = row.get(link.id, link.accessKeyId);
    return found !== undefined && optionalNumber(found, 'registered_ms') !== undefined;
  }

  readPolicy(accessKeyId: string, name: string): LinkPolicy | undefined {
    return this.#image.policyOf(accessKeyId, name);
  }

  async claim(request: ClaimRequest): Promise<Claim | 'stale'> {
    const claim = await this.#claims.claim(request);
    if (claim !== 'stale' && claim.session !== undefined) this.#ledger.keepAlive();
    return claim;
  }

  settle(claim: Claim, settlement: Settlement): void {
    this.#claims.settle(claim, settlement);
  }

  extend(claim: Claim, progress: Progress): Promise<number> {
    return this.#claims.extend(claim, progress);
  }

  confirm(claim: Claim, delivered: DeliveredRange, arrival: 'sure' | 'lost'): void {
    this.#claims.confirm(claim, delivered, arrival);
  }

  note(use: LinkUseNote): void {
    this.#ledger.note(use);
  }

  refuse(note: RefusalNote): void {
    this.#ledger.refuse(note);
  }

  append(event: Parameters<LinkStore['append']>[0]): void {
    this.#ledger.append(event);
  }

  async flush(): Promise<void> {
    await this.#ledger.flush();
    await this.#metadata.commits.settle();
  }

  async register(link: LinkFacts, by: Parameters<LinkStore['register']>[1]): ReturnType<LinkStore['register']> {
    const record = await this.#governance.register(link, by);
    this.#refresh();
    return record;
  }

  async tighten(id: string, change: Tightening): ReturnType<LinkStore['tighten']> {
    if (this.#ledger.holds(id)) await this.#ledger.flush();
    const record = await this.#governance.tighten(id, change);
    this.#refresh();
    return record;
  }

  async revoke(revocation: Omit<Revocation, 'id' | 'atMs'>): Promise<Revocation> {
    const made = await this.#governance.revoke(revocation);
    this.#refresh();
    return made;
  }

  async undoRevocation(id: string): Promise<boolean> {
    const isUndone = await this.#governance.undoRevocation(id);
    this.#refresh();
    return isUndone;
  }

  async listRevocations(query: Parameters<LinkStore['listRevocations']>[0]): ReturnType<LinkStore['listRevocations']> {
    await this.#metadata.commits.barrier(linkRoom, 'all');
    return this.#governance.listRevocations(query);
  }

  async readRevocation(id: string): ReturnType<LinkStore['readRevocation']> {
    await this.#metadata.commits.barrier(linkRoom, 'all');
    return this.#governance.readRevocation(id);
  }

  async countMatches(match: RevocationMatch, beforeMs: number, most: number): ReturnType<LinkStore['countMatches']> {
    await this.#readable();
    return this.#governance.countMatches(match, beforeMs, most);
  }

  async readLink(idOrShown: string): ReturnType<LinkStore['readLink']> {
    await this.#readable();
    return this.#records.read(idOrShown);
  }

  async listLinks(query: LinkQuery): ReturnType<LinkStore['listLinks']> {
    await this.#readable();
    return await this.#queries.list(query);
  }

  async countLinks(filter: LinkFilter): ReturnType<LinkStore['countLinks']> {
    await this.#readable();
    return await this.#totaller.count(filter);
  }

  async listEvents(query: Parameters<LinkStore['listEvents']>[0]): ReturnType<LinkStore['listEvents']> {
    await this.#readable();
    return await listEvents(this.#metadata, query);
  }

  async sumEvents(query: EventSumQuery): ReturnType<LinkStore['sumEvents']> {
    await this.#readable();
    return await this.#eventSums.sum(query);
  }

  async listRefusals(query: Parameters<LinkStore['listRefusals']>[0]): ReturnType<LinkStore['listRefusals']> {
    await this.#readable();
    return await listRefusals(this.#metadata, query);
  }

  async listDays(query: Parameters<LinkStore['listDays']>[0]): ReturnType<LinkStore['listDays']> {
    await this.#metadata.commits.barrier(linkRoom, 'all');
    return listDays(this.#metadata, query);
  }

  async putPolicy(policy: Omit<LinkPolicy, 'changedAtMs'>): Promise<LinkPolicy> {
    const put = await this.#governance.putPolicy(policy);
    this.#refresh();
    return put;
  }

  async deletePolicy(accessKeyId: string, name: string): Promise<boolean> {
    const isDeleted = await this.#governance.deletePolicy(accessKeyId, name);
    this.#refresh();
    return isDeleted;
  }

  async listPolicies(accessKeyId: string): Promise<readonly LinkPolicy[]> {
    await this.#metadata.commits.barrier(linkRoom, 'all');
    return this.#governance.listPolicies(accessKeyId);
  }

  countByState(): Promise<Readonly<Record<LinkState, number>>> {
    return this.#totaller.countByState();
  }

  lagMs(): number {
    return this.#ledger.lagMs;
  }

  sweep(nowMs: number): Promise<void> {
    return this.#sweep.run(nowMs);
  }

  /** Writes what was told. The database closes with the store. */
  close(): Promise<void> {
    return this.#ledger.close();
  }

  /** LDG-51: a reader sees what was told to this process, unless too much of it waits. */
  async #readable(): Promise<void> {
    const { waiting } = this.#ledger;
    if (waiting > 0 && waiting <= readableBacklog) await this.#ledger.flush();
    await this.#ledger.order(readableBacklog);
    await this.#metadata.commits.barrier(linkRoom, 'all');
    this.#refresh();
  }

  #refresh(): void {
    this.#stamp = -1;
    this.epoch();
  }

  #findFirstSeen(id: string): number | undefined {
    const row = this.#metadata.sql.get('SELECT first_seen_ms FROM links WHERE id = ?').get(id);
    const written = row === undefined ? neverSeenMs : numberOf(row, 'first_seen_ms');
    return written === neverSeenMs ? this.#ledger.findFirstSeen(id) : written;
  }
}
