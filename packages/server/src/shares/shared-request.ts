import { viewUnsigned } from '@tidegate/presign/internal';
import { receivedHeader } from '../auth/received.ts';
import type { AnswerNote, WireRequest } from '../http/wire.ts';
import type { ClientAddressPolicy } from '../links/address.ts';
import type { LinkUse } from '../links/link-use.ts';
import type { ReceiptSigner } from '../pages/receipt.ts';
import type { SharePasswords } from '../pages/share-password.ts';
import { type AuthorizeRequest, authorize } from '../policy/authorize.ts';
import type { RequestFacts } from '../policy/request-facts.ts';
import type { Admission, Progress } from '../s3/admission.ts';
import type { Performable, Permit } from '../s3/operation.ts';
import type { Server } from '../s3/server.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { LinkFacts } from '../stores/links/link-store.ts';
import type { ShareRecord, ShareStore } from '../stores/links/share-store.ts';
import type { Random } from '../world/random.ts';

/** What shares and file requests work with, beside the server. */
export type ShareContext = {
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
  readonly context: ShareContext;
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
  readonly progress: Progress;
};

/** SHR-4: what conditions of policies are judged by: who asks, and how. A share carries no signature. */
function factsOfShared({ wire, server }: Pick<SharedRequest, 'wire' | 'server'>): RequestFacts {
  const head = viewUnsigned(wire.rawHeaders, []);
  return { client: wire.client, head, verified: undefined, nowMs: server.tools.clock.nowMs() };
}

/** SHR-4: whoever uses a share acts with the rights of the key that made it, as of now (SEC-230). */
function callerOf({ key }: Pick<SharedRequest, 'key'>) {
  return { kind: 'signed', key, presigned: true } as const;
}

/** What a request to a share was admitted to. */
export function admitShared(
  { key }: SharedRequest,
  operation: Performable,
  permit: Permit,
  more: Pick<Admission, 'consumes' | 'adapt'> & Partial<Pick<Admission, 'input'>>,
): Admission {
  return {
    ...{ operation, permit, input: {} },
    caller: { owner: key.account, accessKeyId: key.accessKeyId, presigned: true },
    principalId: undefined,
    bucketUrl: '',
    body: undefined,
    corsBucket: undefined,
    ...more,
  };
}

/** Judges one operation of a share by the rights of its key. @throws S3Error AccessDenied */
export function authorizeShared(
  shared: SharedRequest,
  operation: AuthorizeRequest['operation'],
  key: string,
  input: AuthorizeRequest['input'] = {},
): Promise<Permit> {
  const { bucket } = shared.share.target;
  const facts = factsOfShared(shared);
  const target = { bucket, key };
  return authorize({ caller: callerOf(shared), operation, target, input, facts }, shared.server.tools);
}

/** The name of a share as people see it. */
export function shownShareId({ kind, linkId }: Pick<ShareRecord, 'kind' | 'linkId'>): string {
  return `${kind === 'share' ? 'sh' : 'rq'}_${linkId.slice(0, 16)}`;
}

/** Where the sender of a request reached the server, or is told to. */
export function originOf({ context, wire }: Pick<SharedRequest, 'context' | 'wire'>): string {
  const host = wire.forwardedHost ?? receivedHeader(wire.rawHeaders, 'host') ?? '';
  return context.publicEndpoint ?? `${wire.client.secure ? 'https' : 'http'}://${host}`;
}
