import { refusal, S3Error } from '@tidegate/protocol';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { Claim, Demand, LinkStore } from '../stores/links/link-store.ts';
import type { Clock } from '../world/clock.ts';
import { clientPrefix } from './address.ts';
import { countedTerms, type EffectiveTerms, isCounted } from './effective.ts';
import { type JudgedLink, judgeLink, type LinkRequest, type LinkRules } from './judge-link.ts';
import { CountedBody, type SendableBody } from './sent-body.ts';
import type { TokenBuckets } from './token-bucket.ts';
import type { Transfers } from './transfers.ts';

/** What uses of links work with. */
export type LinkTools = {
  readonly store: LinkStore;
  readonly clock: Clock;
  readonly rules: LinkRules;
  readonly transfers: Transfers;
  readonly buckets: TokenBuckets;
  /** Told when a claim spent a use. */
  readonly onUse: () => void;
};

/** One request with a link, and how to find its key again. */
export type UseRequest = LinkRequest & {
  /** The key as it is now; undefined when it was deleted or disabled. */
  readonly keyNow: () => KeyRecord | undefined | Promise<KeyRecord | undefined>;
};

export type ReadDemand = Extract<Demand, { kind: 'read' }>;

/** Whether a client has what was sent, or what calls back when that is known (LDG-11a). */
export type Arrival = 'sure' | 'lost' | ((notify: (taken: boolean) => void) => void);

/** How often a claim that met a change judges again before it gives up: each time somebody else changed something. */
const maxClaimTries = 8;

/**
 * One use of one link, from the moment it was judged to the moment its answer has left. A claim is settled exactly once, whatever
 * happens; nothing is claimed for a link that counts nothing.
 */
export class LinkUse {
  readonly #tools: LinkTools;
  #request: UseRequest;
  #judged: JudgedLink;
  #claim: Claim | undefined;
  /** Bytes of the transfer that earlier claims of it were settled for (LDG-16). */
  #settledBytes = 0;
  #endWatch: (() => void) | undefined;
  #releaseBucket: (() => void) | undefined;

  /** @throws S3Error AccessDenied with the reason */
  constructor(request: UseRequest, tools: LinkTools) {
    this.#tools = tools;
    this.#request = request;
    this.#judged = judgeLink(request, tools.store, tools.rules, tools.clock.nowMs());
  }

  get request(): UseRequest {
    return this.#request;
  }

  /** undefined: nothing narrows the link. */
  get terms(): EffectiveTerms | undefined {
    return this.#judged.terms;
  }

  get clientPrefix(): string {
    return clientPrefix(this.#request.client.address);
  }

  /**
   * Takes a use, bytes and a place among the clients, as far as they are counted; judged anew where something changed meanwhile.
   * A link that counts nothing, as nearly every one, has nothing to wait for.
   */
  claim(demand: Demand): Promise<void> | undefined {
    return this.#counted === undefined ? undefined : this.#keep(demand);
  }

  async #keep(demand: Demand): Promise<void> {
    this.#claim = await this.#take(demand);
  }

  /** What is counted of the link, as it was judged last. */
  get #counted(): EffectiveTerms | undefined {
    const { terms } = this.#judged;
    return terms !== undefined && isCounted(terms) ? terms : undefined;
  }

  /**
   * Reserves more bytes for a transfer that goes on: the next window of its session (LDG-12), or, when that has none left and the
   * bytes are needed now, what another claim gives (LDG-16). The new claim is made before the old one is settled, so that the
   * session is not over in between.
   * @param sentBytes of the whole transfer
   * @returns how many bytes more may be sent; 0: none ahead of time
   * @throws S3Error AccessDenied
   */
  async claimMore(part: ReadDemand, sentBytes: number, grantedBytes: number, when: 'ahead' | 'now'): Promise<number> {
    const before = this.#claim;
    const movedBytes = sentBytes - this.#settledBytes;
    if (before !== undefined) {
      const neededBytes = part.lengthBytes - grantedBytes;
      const extendedBytes = await this.#tools.store.extend(before, { sentBytes: movedBytes, neededBytes });
      if (extendedBytes > 0 || when === 'ahead') return extendedBytes;
    }
    const start = part.offset + this.#settledBytes;
    const rest = { ...part, offset: part.offset + sentBytes, lengthBytes: part.lengthBytes - sentBytes };
    const next = await this.#take(rest);
    this.#claim = next;
    this.#settledBytes = sentBytes;
    const delivered = { start, end: start + movedBytes - 1 };
    const settlement = { movedBytes, delivered, outcome: 'done', arrival: 'unsure' } as const;
    if (before !== undefined) this.#tools.store.settle(before, settlement);
    return next?.reservedBytes ?? rest.lengthBytes;
  }

  /** @returns undefined when nothing is counted */
  async #take(demand: Demand): Promise<Claim | undefined> {
    for (let tries = 0; tries < maxClaimTries; tries += 1) {
      const { epoch } = this.#judged;
      const terms = this.#counted;
      if (terms === undefined) return undefined;
      const claim = await this.#tools.store.claim({
        link: this.#request.facts,
        terms: countedTerms(terms),
        demand,
        clientPrefix: this.clientPrefix,
        epoch,
      });
      if (claim !== 'stale') {
        if (claim.spentUse) this.#tools.onUse();
        return claim;
      }
      await this.#judgeAgain();
    }
    throw new S3Error({ code: 'SlowDown' });
  }

  /** Whether more has to be reserved before all of an answer may be sent (LDG-12). */
  isPartReserved(answerBytes: number): boolean {
    return this.#claim?.session !== undefined && this.#claim.reservedBytes < answerBytes;
  }

  /** Most bytes that the transfer may move; undefined: as many as it wants. */
  get reservedBytes(): number | undefined {
    const { terms } = this.#judged;
    return terms?.totalBytes === undefined ? undefined : this.#claim?.reservedBytes;
  }

  /**
   * The transfer came to its end.
   * @param start where the delivered bytes begin in the object
   * @param arrival whether the client has them, or what calls back when that is known
   */
  settle(sentBytes: number, start?: number, arrival: Arrival = 'sure'): void {
    const movedBytes = sentBytes - this.#settledBytes;
    const from = (start ?? 0) + this.#settledBytes;
    const isNothing = start === undefined || movedBytes === 0;
    const delivered = isNothing ? undefined : { start: from, end: from + movedBytes - 1 };
    this.#end();
    // Of a claim that only went on with a transfer nothing may have been sent.
    const outcome = this.#settledBytes > 0 && movedBytes === 0 ? 'failed' : 'done';
    const claim = this.#claim;
    this.#settle({ movedBytes, delivered, outcome, arrival: typeof arrival === 'string' ? arrival : 'unsure' });
    if (claim?.session === undefined || typeof arrival === 'string') return;
    arrival((taken) => {
      if (delivered !== undefined) this.#tools.store.confirm(claim, delivered, taken ? 'sure' : 'lost');
    });
  }

  /** Nothing came of it: a use is given back. `takenBytes` of a body that was taken before it failed still count. */
  giveBack(takenBytes = 0): void {
    this.#end();
    this.#settle({ movedBytes: takenBytes, delivered: undefined, outcome: 'failed' });
  }

  /**
   * LNK-31: for the transaction that makes a write visible. What was taken back since the request was judged refuses it there.
   * @throws S3Error
   */
  readonly guard = (): void => {
    if (this.#tools.store.epoch() === this.#judged.epoch) return;
    const key = this.#request.keyNow();
    if (key instanceof Promise) throw new S3Error({ code: 'SlowDown' });
    this.#judgeWith(key);
  };

  /** LNK-32: from now on the transfer is cut as soon as it would no longer be admitted. */
  watch(cut: (refused: S3Error) => void): void {
    this.#endWatch ??= this.#tools.transfers.begin({ judge: () => this.#refusedNow(), cut }, this.#judged.epoch);
  }

  /**
   * A body that is counted while it is sent, slowed where the link has a rate, and not sent beyond what was claimed of `part`.
   * @param cut ends the answer when no more may be sent
   */
  counted(body: SendableBody, part: ReadDemand | undefined, cut: () => void): CountedBody {
    const claim = this.#claim;
    const isPart = part !== undefined && claim?.session !== undefined && claim.reservedBytes < part.lengthBytes;
    let grantedBytes = claim?.reservedBytes ?? 0;
    const more = async (demand: ReadDemand, sentBytes: number, when: 'ahead' | 'now'): Promise<number> => {
      if (grantedBytes >= demand.lengthBytes) return 0;
      try {
        const bytes = await this.claimMore(demand, sentBytes, grantedBytes, when);
        grantedBytes += bytes;
        return bytes;
      } catch (error) {
        if (when === 'now') cut();
        throw error;
      }
    };
    const allowance = isPart
      ? { bytes: grantedBytes, more: (sentBytes: number, when: 'ahead' | 'now') => more(part, sentBytes, when) }
      : undefined;
    return new CountedBody(body, { bucket: this.#bucket(), allowance }, () => this.#end());
  }

  /**
   * Waits until `bytes` of an upload may be taken; undefined: there is no rate. A client that leaves meanwhile has broken its
   * body off, as anywhere else (SEC-420).
   */
  pace(signal: AbortSignal): ((bytes: number) => Promise<void>) | undefined {
    const bucket = this.#bucket();
    if (bucket === undefined) return undefined;
    return async (bytes) => {
      try {
        await bucket.take(bytes, signal);
      } catch (error) {
        throw signal.aborted ? refusal('IncompleteBody', {}) : error;
      }
    };
  }

  #bucket() {
    const rate = this.terms?.rate;
    if (rate === undefined) return undefined;
    const { bucket, release } = this.#tools.buckets.hold(this.#request.facts.id, rate);
    this.#releaseBucket?.();
    this.#releaseBucket = release;
    return bucket;
  }

  #end(): void {
    this.#endWatch?.();
    this.#endWatch = undefined;
    this.#releaseBucket?.();
    this.#releaseBucket = undefined;
  }

  #settle(settlement: Parameters<LinkStore['settle']>[1]): void {
    const claim = this.#claim;
    this.#claim = undefined;
    if (claim !== undefined) this.#tools.store.settle(claim, settlement);
  }

  async #judgeAgain(): Promise<void> {
    const key = this.#request.keyNow();
    this.#judgeWith(key instanceof Promise ? await key : key);
  }

  #judgeWith(key: KeyRecord | undefined): void {
    const { accessKeyId } = this.#request.facts;
    if (key === undefined) throw refusal('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId }, 'UnknownKey');
    this.#request = { ...this.#request, key };
    this.#judged = judgeLink(this.#request, this.#tools.store, this.#tools.rules, this.#tools.clock.nowMs());
  }

  #refusedNow(): S3Error | 'unsettled' | undefined {
    try {
      const key = this.#request.keyNow();
      if (key instanceof Promise) {
        // A revocation needs no key. What was judged stays as old as its key: `guard` has to ask for that, too.
        judgeLink(this.#request, this.#tools.store, this.#tools.rules, this.#tools.clock.nowMs());
        return 'unsettled';
      }
      this.#judgeWith(key);
      return undefined;
    } catch (error) {
      if (error instanceof S3Error) return error;
      throw error;
    }
  }
}
