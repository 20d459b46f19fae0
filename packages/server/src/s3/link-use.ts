import type { Authenticated } from '../auth/authenticate.ts';
import type { OpenBody } from '../auth/open-body.ts';
import { receivedHeader } from '../auth/received.ts';
import type { RequestTarget } from '../auth/request-target.ts';
import type { SentReport, WireAnswer, WireRequest } from '../http/wire.ts';
import { linkFacts } from '../links/facts.ts';
import { checkSize, checkType, limitedStore } from '../links/limited-store.ts';
import type { Arrival, LinkUse, ReadDemand } from '../links/link-use.ts';
import { bodyOfBytes, type SendableBody } from '../links/sent-body.ts';
import { hasBodyRules, WriteBodyRules } from '../links/write-body.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { LinkFacts } from '../stores/links/link-store.ts';
import type { Operation, Output, Performable } from './operation.ts';
import type { OperationTools, ReadPart } from './operation-tools.ts';
import { bodyUse } from './read-input.ts';
import type { Server } from './server.ts';

/** Which link a request came with. */
export type LinkContext = { readonly facts: LinkFacts; readonly key: KeyRecord; readonly outsideGrant: boolean };

/** The link of a verified request; undefined for one that was signed in its header, or by nobody. @param linkId its identity */
export function linkOf(
  wire: WireRequest,
  target: RequestTarget,
  { caller }: Authenticated,
  operation: Operation,
  linkId: string | undefined,
): LinkContext | undefined {
  if (caller.kind === 'anonymous' || !caller.presigned || linkId === undefined) return undefined;
  const { verified, key } = caller;
  const facts = linkFacts({
    linkId,
    verified,
    key,
    // A HEAD with a URL that was signed for GET is still a use of that URL.
    operation: verified.headAsGet === true && operation.name === 'HeadObject' ? 'GetObject' : operation.name,
    bucket: target.bucket,
    objectKey: verified.formKey ?? target.key,
    host: wire.forwardedHost ?? receivedHeader(wire.rawHeaders, 'host') ?? '',
  });
  return { facts, key, outsideGrant: verified.outsideGrant === true };
}

/** Begins the use of a link. @throws S3Error AccessDenied with the reason: taken back, the key's rules, the link's limits */
export function beginUse(
  link: LinkContext,
  wire: WireRequest,
  target: RequestTarget,
  operation: Operation,
  server: Server,
): LinkUse {
  const { facts, key, outsideGrant } = link;
  return server.links.useOf({
    facts,
    key,
    operation: operation.name,
    keyAskedFor: target.key,
    outsideGrant,
    client: wire.client,
    rawHeaders: wire.rawHeaders,
    keyNow: () => readEnabledKey(key.accessKeyId, server),
  });
}

/** The key of a link or share as it is now; undefined when it was deleted or disabled. */
export function readEnabledKey(
  accessKeyId: string,
  { authority }: Server,
): KeyRecord | undefined | Promise<KeyRecord | undefined> {
  const found = authority.keys.readKey(accessKeyId);
  return found instanceof Promise ? found.then(enabled) : enabled(found);
}

function enabled(found: { readonly record: KeyRecord } | undefined): KeyRecord | undefined {
  return found === undefined || found.record.disabledAtMs !== undefined ? undefined : found.record;
}

/** Whether an operation changes something: its use is claimed before it begins. */
export function isWrite({ method }: Pick<Performable, 'method'>): boolean {
  return method === 'PUT' || method === 'POST' || method === 'DELETE';
}

/** Whether the link itself carries any limit, its label among them. */
export function hasLimits({ facts }: Pick<LinkContext, 'facts'>): boolean {
  for (const _ in facts.limits) return true;
  return false;
}

/** LNK-26, before a byte of the body is asked for. @throws S3Error AccessDenied, reason LinkTypeNotAllowed */
export function checkSentType(use: LinkUse, operation: Operation, contentType: string | undefined): void {
  if (bodyUse(operation) === 'stream') checkType(use.terms, contentType);
}

/**
 * Takes the use of a write before a byte is stored, and puts the link's rules over its body.
 * @returns how many bytes the body has had so far
 * @throws S3Error AccessDenied, EntityTooLarge, EntityTooSmall
 */
export function claimWrite(
  use: LinkUse,
  operation: Performable,
  body: OpenBody,
  wire: WireRequest,
): (() => number) | Promise<() => number> {
  const isStream = bodyUse(operation) === 'stream';
  if (isStream && use.terms !== undefined && body.sizeBytes !== undefined) checkSize(use.terms, body.sizeBytes);
  const claiming = use.claim({ kind: 'write', declaredBytes: body.sizeBytes });
  const begin = (): (() => number) => beginWrite(use, isStream, body, wire);
  return claiming === undefined ? begin() : claiming.then(begin);
}

/** Watches over a write whose use was taken. @returns how many bytes its body has had so far */
function beginWrite(use: LinkUse, isStream: boolean, body: OpenBody, wire: WireRequest): () => number {
  if (isStream) use.watch(wire.breakBody);
  const { terms } = use;
  if (!isStream || terms === undefined || !hasBodyRules(terms)) return () => body.sizeBytes ?? 0;
  const rules = new WriteBodyRules(terms, use.reservedBytes, use.pace(wire.signal));
  body.obey(rules);
  return () => rules.takenBytes;
}

/** What an operation works with on behalf of a link: the same, behind the link's limits, telling of what it stored. */
export function toolsFor(use: LinkUse, wire: WireRequest, { tools, links }: Server): OperationTools {
  const { requestId, method, client } = wire;
  const store = limitedStore(tools.store, {
    terms: use.terms,
    guard: use.guard,
    onStored: (stored) =>
      links.tellStored({
        linkId: use.request.facts.id,
        stored,
        address: client.address,
        userAgent: receivedHeader(wire.rawHeaders, 'user-agent') ?? '',
        ...{ method, requestId },
      }),
  });
  return { ...tools, store };
}

/**
 * Takes the use of a read, as everything about the answer is known and nothing was sent; settled by what leaves of it (LNK-30).
 * @throws S3Error AccessDenied
 */
export function claimRead(
  use: LinkUse,
  wire: WireRequest,
  answer: WireAnswer,
  part: ReadPart | 'free' | 'whole',
): WireAnswer | Promise<WireAnswer> {
  // A small object by a link that narrows nothing: all of it is there, and there is nothing to count, to slow or to cut.
  const isFree = use.terms === undefined && !isSendable(answer.body);
  return isFree ? answer : claimCounted(use, wire, answer, part);
}

async function claimCounted(
  use: LinkUse,
  wire: WireRequest,
  answer: WireAnswer,
  part: ReadPart | 'free' | 'whole',
): Promise<WireAnswer> {
  const sizeBytes = wire.method === 'HEAD' ? 0 : bodyBytes(answer.body);
  try {
    if (wire.method === 'HEAD' || part === 'free') await use.claim({ kind: 'free', lengthBytes: sizeBytes });
    else if (part === 'whole') await use.claim({ kind: 'write', declaredBytes: sizeBytes });
    else await use.claim(readDemand(part, answer, wire));
  } catch (error) {
    if (isSendable(answer.body)) await answer.body.close();
    throw error;
  }
  const offset = typeof part === 'string' ? undefined : part.offset;
  const { body } = answer;
  const slowed = sizeBytes > 0 && (use.terms?.rate !== undefined || use.isPartReserved(sizeBytes));
  const sendable = isSendable(body) ? body : slowed && body !== undefined ? bodyOfBytes(Buffer.from(body)) : undefined;
  if (sendable === undefined) {
    return { ...answer, onSent: ({ bytes }) => settleRead(use, bytes, sizeBytes, offset, 'sure') };
  }
  use.watch(wire.breakAnswer);
  // A link without limits is watched, and its bytes go as they are.
  if (use.terms === undefined) {
    return { ...answer, onSent: ({ bytes }) => settleRead(use, bytes, sizeBytes, offset, 'sure') };
  }
  const demand = typeof part === 'string' ? undefined : readDemand(part, answer, wire);
  const counted = use.counted(sendable, demand, wire.breakAnswer);
  const onSent = ({ outcome }: SentReport): void => {
    const { handedBytes } = counted;
    const arrival = outcome === 'cut' ? 'lost' : handedBytes > surelyTakenBytes ? wire.whenTaken : 'sure';
    settleRead(use, handedBytes, sizeBytes, offset, arrival);
  };
  return { ...answer, body: counted, onSent };
}

/** A player that seeks asks for all that follows, and hangs up when it has what it shows. */
function readDemand(part: ReadPart, { status, body }: WireAnswer, { rawHeaders }: WireRequest): ReadDemand {
  const asked = status === 206 && isSendable(body) ? receivedHeader(rawHeaders, 'range') : undefined;
  const toEnd = asked !== undefined && /^bytes=\d+-$/.test(asked.trim());
  return { kind: 'read', ...part, lengthBytes: bodyBytes(body), ...(toEnd && { toEnd }) };
}

/** An answer of so few bytes leaves with its head: whether the client read it is not asked. */
const surelyTakenBytes = 65_536;

function settleRead(
  use: LinkUse,
  sentBytes: number,
  sizeBytes: number,
  offset: number | undefined,
  arrival: Arrival,
): void {
  if (sentBytes === 0 && sizeBytes > 0) use.giveBack();
  else use.settle(sentBytes, offset, arrival);
}

/** The part of an object that a handler returned; `whole` for anything else, which consumes a use each time. */
export function partOf({ content, stream }: Output<unknown>): ReadPart | 'whole' {
  if (stream !== undefined) return stream.part;
  if (content === undefined) return 'whole';
  const { record, range } = content;
  return { key: record.key, etag: record.etag, objectBytes: record.sizeBytes, offset: range?.start ?? 0 };
}

/** SEC-225: what a limited link leads to is kept by nobody on the way, whatever the object says of itself. */
export function uncacheable(answer: WireAnswer): WireAnswer {
  const headers = answer.headers.filter(([name]) => !/^(?:cache-control|expires|age|pragma)$/i.test(name));
  return { ...answer, headers: [...headers, ['Cache-Control', 'private, no-store']] };
}

/** LNK-38: tells the ledger when the answer has left, whatever it was. */
export function tellLedger(
  answer: WireAnswer,
  link: Pick<LinkContext, 'facts'>,
  use: LinkUse | undefined,
  wire: WireRequest,
  server: Server,
): WireAnswer {
  const { links } = server;
  if (!links.hasLedger) return answer;
  const { status, headers, body, note, onSent } = answer;
  const limited = hasLimits(link) || use?.terms !== undefined;
  const { code, reason } = note;
  return {
    ...{ status, headers, body, note },
    onSent: (sent: SentReport) => {
      onSent?.(sent);
      links.tell({
        link: link.facts,
        limited,
        refusedFor: answer.status === 304 ? undefined : (reason ?? code),
        // What spends no use is none (LDG-19).
        isOnlySeen: isOnlySeen(wire.method, status, bodyBytes(body), sent.bytes),
        address: wire.client.address,
        userAgent: receivedHeader(wire.rawHeaders, 'user-agent') ?? '',
        method: wire.method,
        status: answer.status,
        // The body of a request that was turned away is read away, not taken: it uses up nothing (LDG-20).
        bytesIn: answer.status === 403 || code === 'EntityTooLarge' ? 0 : (note.takenBytes ?? sent.bytesIn),
        // A receipt is nothing that a file request gives away (SHR-26).
        bytesOut: answer.status >= 300 || link.facts.kind === 'request' ? 0 : sent.bytes,
        durationMs: sent.durationMs,
        requestId: wire.requestId,
      });
    },
  };
}

/** HEAD and 304 use nothing up, nor does a download of which no byte left. */
function isOnlySeen(method: string, status: number, sizeBytes: number, sentBytes: number): boolean {
  return method === 'HEAD' || status === 304 || (method === 'GET' && sizeBytes > 0 && sentBytes === 0);
}

function isSendable(body: WireAnswer['body']): body is SendableBody {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

function bodyBytes(body: WireAnswer['body']): number {
  if (body === undefined) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
}
