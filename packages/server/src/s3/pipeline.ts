import { type Authenticated, authenticate } from '../auth/authenticate.ts';
import { OpenBody } from '../auth/open-body.ts';
import { receivedHeader } from '../auth/received.ts';
import { checkNames, parseRequestTarget } from '../auth/request-target.ts';
import { refuseExpired } from '../auth/still-valid.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import type { LinkUse } from '../links/link-use.ts';
import { authorize } from '../policy/authorize.ts';
import type { RequestFacts } from '../policy/request-facts.ts';
import { confirmation, wantsConfirmation } from './confirm.ts';
import { corsHeaders } from './cors.ts';
import { checkKeyTransport } from './customer-key-transport.ts';
import { originOf } from './event-origin.ts';
import { answerGrant, grantCookie, grantOperation, withGrantCookie } from './grant.ts';
import {
  beginUse,
  checkSentType,
  claimRead,
  claimWrite,
  hasLimits,
  isWrite,
  type LinkContext,
  linkOf,
  partOf,
  tellLedger,
  toolsFor,
  uncacheable,
} from './link-use.ts';
import type { Operation, OperationCaller, Permit } from './operation.ts';
import { tellEvents } from './operation-events.ts';
import { bodyUse, documentTooLarge, parseDocument, readInput } from './read-input.ts';
import { answerResumable, discoverResumable, resumableMethodOf } from './resumable.ts';
import type { Server } from './server.ts';
import { writeOutput } from './write-output.ts';
import { isPresigned, writeRefusal } from './write-refusal.ts';

/**
 * The life of one S3 request. Every refusal is thrown as an S3Error; whatever else is thrown is a bug or a StoreFailure.
 * A link is judged in the order of the specification, section 10, step 9; what it counts is claimed last, and settled in any case.
 */
export async function handleRequest(received: WireRequest, server: Server): Promise<WireAnswer> {
  const found: Found = { wire: withGrantCookie(received, server), note: {} };
  try {
    const answer = await answerRequest(found, received, server);
    return concluded(answer, found, server);
  } catch (error) {
    const { wire, note, use } = found;
    use?.giveBack(found.takenBytes?.());
    const refused = writeRefusal(error, {
      wire,
      server,
      cors: await corsHeaders(wire, note.bucket ?? '', server),
      note,
      link: { uses: use?.terms?.uses, opensAtMs: found.link?.facts.limits.notBefore?.getTime() },
    });
    return concluded(refused, found, server);
  }
}

/** What is found out about a request on its way, for its end. */
type Found = {
  readonly wire: WireRequest;
  note: AnswerNote;
  link?: LinkContext;
  use?: LinkUse;
  /** Body bytes of a write under way. */
  takenBytes?: () => number;
};

async function answerRequest(found: Found, received: WireRequest, server: Server): Promise<WireAnswer> {
  const { wire } = found;
  const target = parseRequestTarget(wire, server.authority.addressing); //    InvalidURI, KeyTooLongError
  found.note = { bucket: target.bucket, key: target.key };
  const discovered = discoverResumable(wire, target, server);
  if (discovered !== undefined) return await discovered;
  const resumable = resumableMethodOf(wire, target); //                        a request of tus or the drafts, on a link for one upload
  const operation = server.router.match(routeRequest(wire, target, resumable)); // MethodNotAllowed, NotImplemented: from the request alone
  found.note = { bucket: target.bucket, key: target.key, operation: operation.name };
  const expects = operation.name === 'PostObject' ? 'form' : 'request';
  const known = await authenticate(wire, target, expects, server.authority); // form, time, scope, headers, key, token, signature
  const link = noteCaller(found, known, target, operation);
  refuseExpired(known, server.tools.clock); //                                a clock that was set back
  checkNames(target); //                                                      InvalidBucketName
  const { caller, head } = known;
  checkKeyTransport(head, wire, server); //                                   InvalidRequest: a customer's key in the clear
  const input = readInput(operation, head); //                                typed query and headers: InvalidArgument
  const use = link === undefined ? undefined : beginUse(link, wire, target, operation, server); // LinkRevoked, the key's rules, limits
  if (use !== undefined) {
    found.use = use;
    if (resumable === undefined) checkSentType(use, operation, head.header('content-type')); //            LinkTypeNotAllowed
  }
  const isGrant = use !== undefined && isGrantItself(known, target, operation);
  const gate = {
    caller,
    operation: isGrant ? grantOperation : operation,
    target,
    input,
    facts: factsOf(known, wire, server),
  };
  const permit = await authorize(gate, server.tools); //                      role and reach of the key, bucket policy, ACL
  if (use !== undefined && resumable !== undefined) {
    const answer = await answerResumable(
      { wire, target, known, use, permit, method: resumable, note: found.note },
      server,
    );
    return { ...answer, headers: [...answer.headers, ...(await corsHeaders(wire, target.bucket, server))] };
  }
  if (use?.terms?.confirm === true && wantsConfirmation(wire)) {
    const { note } = found;
    return await confirmation(
      wire,
      { target, versionId: link?.facts.versionId, permit, uses: use.terms.uses, note },
      server,
    );
  }
  if (use !== undefined && isGrant) {
    const headers = [...(await corsHeaders(wire, target.bucket, server)), ['Referrer-Policy', 'no-referrer'] as const];
    const answer = await answerGrant({ wire, target, use, permit, note: found.note, headers }, server);
    return finished(answer, known, target, received, server);
  }
  const body = openBody(wire, operation, known, server); //                   MissingContentLength; checks flow with the bytes
  try {
    return await runOperation({ found, received, known, target, operation, permit, input, body }, server);
  } finally {
    const closing = body.close();
    if (closing !== undefined) await closing;
  }
}

/** A request that was let through, and its body. */
type Admitted = {
  readonly found: Found;
  readonly received: WireRequest;
  readonly known: Authenticated;
  readonly target: ReturnType<typeof parseRequestTarget>;
  readonly operation: Operation;
  readonly permit: Permit;
  readonly input: ReturnType<typeof readInput>;
  readonly body: OpenBody;
};

async function runOperation(admitted: Admitted, server: Server): Promise<WireAnswer> {
  const { found, known, target, operation, permit, input, body } = admitted;
  const { wire, use } = found;
  const isWriting = isWrite(operation);
  if (use !== undefined && isWriting) {
    const claiming = claimWrite(use, operation, body, wire); //               LinkUsesSpent, EntityTooLarge
    found.takenBytes = claiming instanceof Promise ? await claiming : claiming;
  }
  const reading = readDocument(operation, body, server); //                   MalformedXML, BadDigest
  // Sound: made by the declaration whose handler takes it.
  const document = (reading instanceof Promise ? await reading : reading) as never;
  const output = await operation.handle(
    {
      target: permit.target,
      permit,
      input,
      caller: operationCaller(known),
      bucketUrl: bucketUrl(wire, target),
      body,
      document,
    },
    use !== undefined && isWriting ? toolsFor(use, wire, server) : server.tools,
  );
  if (isWriting) use?.settle(found.takenBytes?.() ?? 0);
  if (output.events !== undefined) {
    const telling = tellEvents(server.tools, target.bucket, output.events, originOf(known, wire, server));
    if (telling !== undefined) await telling;
  }
  const fitting = corsHeaders(wire, target.bucket, server);
  const cors = fitting instanceof Promise ? await fitting : fitting;
  const presigned = known.caller.kind === 'signed' && known.caller.presigned;
  const place = { operation, method: wire.method, cors, presigned, objectCsp: server.objectCsp, note: found.note };
  const writing = writeOutput(output, place);
  const answer = writing instanceof Promise ? await writing : writing;
  if (use === undefined || isWriting) return answer;
  const claiming = claimRead(use, wire, answer, partOf(output)); //           LinkUsesSpent, LinkClientsSpent, LinkBytesSpent
  const claimed = claiming instanceof Promise ? await claiming : claiming;
  return finished(claimed, known, target, admitted.received, server);
}

/** What conditions of policies are judged by. */
function factsOf({ caller, head }: Authenticated, { client }: WireRequest, { tools }: Server): RequestFacts {
  return { client, head, verified: caller.kind === 'signed' ? caller.verified : undefined, nowMs: tools.clock.nowMs() };
}

/** What every answer of a link gets, refusals too, and who is told of it. */
function concluded(answer: WireAnswer, { link, use, wire, note }: Found, server: Server): WireAnswer {
  if (link === undefined) {
    if (answer.status >= 400 && isPresigned(wire.target)) {
      server.links.tellRefusal(
        answer.note.reason ?? answer.note.code ?? '',
        note.bucket ?? '',
        claimedKey(wire.target),
      );
    }
    return answer;
  }
  const isLimited = use?.terms !== undefined || hasLimits(link);
  return tellLedger(isLimited ? uncacheable(answer) : answer, link, use, wire, server);
}

/** The cookie of a grant goes out with whatever the grant led to (LNK-35). */
function finished(
  answer: WireAnswer,
  { caller }: Authenticated,
  target: ReturnType<typeof parseRequestTarget>,
  received: WireRequest,
  server: Server,
): WireAnswer {
  if (caller.kind === 'anonymous' || caller.verified.grantPrefix === undefined) return answer;
  const { grantPrefix, expiresAt } = caller.verified;
  const cookie = grantCookie(received, target, grantPrefix, expiresAt?.getTime(), server);
  return { ...answer, headers: [...answer.headers, ...cookie] };
}

/** The key that a request claims to be signed with, for the count of refusals: bounded, and believed by nobody. */
function claimedKey(target: string): string {
  return /[?&](?:X-Amz-Credential|AWSAccessKeyId)=([A-Za-z0-9._~-]{1,128})/.exec(target)?.[1] ?? '';
}

/** Notes who signed. @returns the link that the request came with */
function noteCaller(
  found: Found,
  known: Authenticated,
  target: ReturnType<typeof parseRequestTarget>,
  operation: Operation,
): LinkContext | undefined {
  const { caller } = known;
  if (caller.kind === 'anonymous') return undefined;
  const { verified, presigned } = caller;
  const { accessKeyId, formKey } = verified;
  const note = { ...found.note, key: formKey ?? target.key, accessKeyId };
  // A hash: read once.
  const linkId = presigned ? verified.linkId : undefined;
  found.note = linkId === undefined ? note : { ...note, link: `lk_${linkId.slice(0, 16)}` };
  const link = linkOf(found.wire, target, known, operation, linkId);
  if (link !== undefined) found.link = link;
  return link;
}

/** A granted prefix that is asked for itself: a listing or a ZIP, no object. */
function isGrantItself({ caller }: Authenticated, { key }: { readonly key: string }, { name }: Operation): boolean {
  if (caller.kind === 'anonymous' || caller.verified.grantPrefix !== key) return false;
  return name === 'GetObject' || name === 'HeadObject';
}

/** The bucket as the client addressed it, for Location and the like. */
function bucketUrl(wire: WireRequest, { bucket, parsed }: ReturnType<typeof parseRequestTarget>): string {
  const host = wire.forwardedHost ?? receivedHeader(wire.rawHeaders, 'host') ?? '';
  const server = `${wire.client.secure ? 'https' : 'http'}://${host}/`;
  return parsed.style === 'virtual' ? server : `${server}${bucket}/`;
}

function routeRequest(wire: WireRequest, target: ReturnType<typeof parseRequestTarget>, resumable: string | undefined) {
  const { bucket, key, parsed, view } = target;
  // The button of a confirmation posts to a URL that was signed for GET (SIG-101). The signature decides whether it may.
  const confirmed = wire.method === 'POST' && isConfirmed(parsed.query) ? 'GET' : wire.method;
  // A link for a whole upload is the PUT that was signed, by whatever method its protocols ask.
  const method = resumable === undefined ? confirmed : 'PUT';
  return { method, bucket, key, query: parsed.query, view };
}

function isConfirmed(query: readonly (readonly [name: string, value: string])[]): boolean {
  return query.some(([name]) => name === 'x-link-confirm') && query.some(([name]) => name === 'X-Amz-Signature');
}

function operationCaller({ caller }: Authenticated): OperationCaller {
  if (caller.kind === 'anonymous') return { owner: undefined, accessKeyId: undefined, presigned: false };
  const { key, presigned } = caller;
  return { owner: key.account, accessKeyId: key.accessKeyId, presigned };
}

function openBody(wire: WireRequest, operation: Operation, known: Authenticated, server: Server): OpenBody {
  const { caller, head, form } = known;
  const verified = caller.kind === 'signed' ? caller.verified : undefined;
  const { maxSinglePutBytes, maxTrailerBytes } = server.bodyLimits;
  const allowed = verified?.policy?.contentLength;
  return new OpenBody({
    received: wire,
    head,
    payload: verified?.payload ?? { kind: 'unsigned' },
    chunkSeed: verified?.chunkSeed,
    form:
      form === undefined
        ? undefined
        : {
            opened: form,
            size: {
              minBytes: allowed?.min ?? 0,
              maxBytes: Math.min(allowed?.max ?? maxSinglePutBytes, maxSinglePutBytes),
            },
          },
    wants: bodyUse(operation),
    checksumOf: operation.name === 'CompleteMultipartUpload' ? 'object' : 'body',
    maxTrailerBytes,
  });
}

/** The document of a request, or empty text once a body that nobody wants was judged. A promise only where bytes are read. */
function readDocument(operation: Operation, body: OpenBody, server: Server): unknown {
  const use = bodyUse(operation);
  if (use === 'stream') return '';
  if (use === 'nothing') return body.judgeUnwanted()?.then(() => '') ?? '';
  const maxBytes = operation.maxBodyBytes ?? server.bodyLimits.maxXmlBytesConfig;
  return body.bytes(maxBytes, documentTooLarge(operation)).then((bytes) => parseDocument(operation, bytes));
}
