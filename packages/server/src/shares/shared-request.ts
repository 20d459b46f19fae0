import { viewUnsigned } from '@tidegate/presign';
import { receivedHeader } from '../auth/received.ts';
import type { AnswerNote, WireRequest } from '../http/wire.ts';
import type { ClientAddressPolicy } from '../links/address.ts';
import type { LinkUse } from '../links/link-use.ts';
import type { ReceiptSigner } from '../pages/receipt.ts';
import type { SharePasswords } from '../pages/share-password.ts';
import type { RequestFacts } from '../policy/request-facts.ts';
import type { Server } from '../s3/server.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { LinkFacts } from '../stores/links/link-store.ts';
import type { ShareRecord, ShareStore } from '../stores/links/share-store.ts';
import type { Random } from '../world/random.ts';

/** What shares and file requests work with, beside the server. */
export type ShareDesk = {
  readonly shares: ShareStore;
  readonly passwords: SharePasswords;
  readonly receipts: ReceiptSigner;
  readonly random: Random;
  /** As the settings say now. */
  readonly clientAddress: () => ClientAddressPolicy;
  /** Where people reach the server; undefined: where they reached it. */
  readonly publicEndpoint: string | undefined;
};

/** A request to a share that was found, and may be used as far as its head tells. */
export type SharedRequest = {
  readonly wire: WireRequest;
  readonly server: Server;
  readonly desk: ShareDesk;
  readonly share: ShareRecord;
  readonly facts: LinkFacts;
  readonly key: KeyRecord;
  readonly use: LinkUse;
  /** Makes a further use of the same link, judged anew: each file of a form is one. */
  readonly useAgain: () => LinkUse;
  /** Decoded; undefined: the share itself, without a slash behind it. */
  readonly name: string | undefined;
  readonly query: URLSearchParams;
  /** Path of the share, `/s/…`. */
  readonly path: string;
  readonly isVisitor: boolean;
  readonly note: AnswerNote;
};

/** SHR-4: what conditions of policies are judged by: who asks, and how. A share carries no signature. */
export function factsOfShared({ wire, server }: Pick<SharedRequest, 'wire' | 'server'>): RequestFacts {
  const head = viewUnsigned(wire.rawHeaders, []);
  return { client: wire.client, head, verified: undefined, nowMs: server.tools.clock.nowMs() };
}

/** The name of a share as people see it. */
export function shownShareId({ kind, linkId }: Pick<ShareRecord, 'kind' | 'linkId'>): string {
  return `${kind === 'share' ? 'sh' : 'rq'}_${linkId.slice(0, 16)}`;
}

/** Where the sender of a request reached the server, or is told to. */
export function originOf({ desk, wire }: Pick<SharedRequest, 'desk' | 'wire'>): string {
  const host = wire.forwardedHost ?? receivedHeader(wire.rawHeaders, 'host') ?? '';
  return desk.publicEndpoint ?? `${wire.client.secure ? 'https' : 'http'}://${host}`;
}
