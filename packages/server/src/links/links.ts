import { redact } from '@tidegate/presign';
import { silentEvent } from '../stores/links/link-notes.ts';
import type { LinkFacts, LinkStore } from '../stores/links/link-store.ts';
import type { VersionRecord } from '../stores/objects/object-store.ts';
import type { Clock } from '../world/clock.ts';
import { type ClientAddressPolicy, clientPrefix, keptAddress } from './address.ts';
import type { GrantCookies } from './grant-cookie.ts';
import type { LinkRules } from './judge-link.ts';
import { LinkUse, type UseRequest } from './link-use.ts';
import { TokenBuckets } from './token-bucket.ts';
import { Transfers } from './transfers.ts';

/** What the room of links is made of. */
export type LinksParts = {
  readonly store: LinkStore;
  readonly clock: Clock;
  readonly rules: LinkRules;
  readonly cookies: GrantCookies;
  /** As the settings say now. */
  readonly clientAddress: () => ClientAddressPolicy;
  /** Whether uses and refusals are written down. Claims and denials are kept in any case. */
  readonly ledger: boolean;
  /** Told when a claim spent a use. */
  readonly onUse: () => void;
  /** How many transfers the other processes ended for what changed after an epoch; undefined: there are none. */
  readonly cutElsewhere?: ((sinceEpoch: number) => Promise<number>) | undefined;
};

/** What happened with a link, told after its answer. */
export type UseReport = {
  readonly link: LinkFacts;
  readonly limited: boolean;
  /** Reason, or the error's code; undefined: it was answered as asked. */
  readonly refusedFor: string | undefined;
  /** Nothing was refused and nothing used: a HEAD, or a response of which nothing was sent. */
  readonly isOnlySeen?: boolean;
  readonly address: string;
  readonly userAgent: string;
  readonly method: string;
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: number;
  readonly requestId: string;
};

/** An object that was stored through a link. */
export type StoredReport = Pick<UseReport, 'address' | 'userAgent' | 'method' | 'requestId'> & {
  readonly linkId: string;
  readonly stored: VersionRecord;
};

/** Longest User-Agent that is kept. */
const maxUserAgent = 256;

/** A program may say anything of itself, also a URL that opens something (SEC-805). */
function keptAgent(userAgent: string): string {
  return redact(userAgent).slice(0, maxUserAgent);
}

/** Everything about links that outlives a request. One for each process. */
export class Links {
  readonly store: LinkStore;
  readonly cookies: GrantCookies;
  readonly transfers: Transfers;
  readonly #parts: LinksParts;
  readonly #buckets: TokenBuckets;

  constructor(parts: LinksParts) {
    this.#parts = parts;
    this.store = parts.store;
    this.cookies = parts.cookies;
    this.transfers = new Transfers(parts.clock, () => parts.store.epoch());
    this.#buckets = new TokenBuckets(parts.clock);
  }

  /**
   * Judges a link and begins its use. Whoever begins one ends it: `settle` or `giveBack`.
   * @throws S3Error AccessDenied with the reason
   */
  useOf(request: UseRequest): LinkUse {
    const { store, clock, rules, onUse } = this.#parts;
    return new LinkUse(request, { store, clock, rules, transfers: this.transfers, buckets: this.#buckets, onUse });
  }

  /** A use that no claim took: a file that came through a file request. */
  countUse(): void {
    this.#parts.onUse();
  }

  /** ADM-33: how many transfers were ended in all processes for what changed after an epoch, looked at now. */
  async cutSince(epoch: number): Promise<number> {
    const own = this.transfers.cutSince(epoch);
    return own + ((await this.#parts.cutElsewhere?.(epoch)) ?? 0);
  }

  /** Whether anybody wants to be told of uses. */
  get hasLedger(): boolean {
    return this.#parts.ledger;
  }

  /** Writes down what became of a request with a verified link (LNK-38). Cheap: the store keeps it for later. */
  tell(report: UseReport): void {
    const { ledger, store, clock, clientAddress } = this.#parts;
    if (!ledger) return;
    const { link, limited, refusedFor, address, bytesIn, bytesOut } = report;
    store.note({
      link,
      limited,
      outcome: refusedFor !== undefined ? 'refused' : report.isOnlySeen === true ? 'seen' : 'used',
      clientPrefix: clientPrefix(address),
      bytesIn,
      bytesOut,
      event: {
        atMs: clock.nowMs(),
        client: keptAddress(address, clientAddress()),
        userAgent: keptAgent(report.userAgent),
        method: report.method,
        status: report.status,
        bytes: bytesIn + bytesOut,
        durationMs: Math.round(report.durationMs),
        reason: refusedFor,
        requestId: report.requestId,
      },
    });
  }

  /** EVT-7. As cheap as `tell`. */
  tellStored({ linkId, stored, address, userAgent, method, requestId }: StoredReport): void {
    const { store, clock, clientAddress } = this.#parts;
    const { bucket, key, sizeBytes, etag, versionId } = stored;
    store.append({
      ...silentEvent('object.uploaded', clock.nowMs(), linkId),
      client: keptAddress(address, clientAddress()),
      userAgent: keptAgent(userAgent),
      ...{ method, requestId, bytes: sizeBytes },
      data: { bucket, key, size: sizeBytes, etag, ...(versionId !== 'null' && { versionId }) },
    });
  }

  /** Counts a request whose link did not hold (SEC-223: nothing else of it is kept). */
  tellRefusal(reason: string, bucket: string, accessKeyId: string): void {
    const { ledger, store, clock } = this.#parts;
    if (ledger) store.refuse({ reason, bucket, accessKeyId, atMs: clock.nowMs() });
  }
}
