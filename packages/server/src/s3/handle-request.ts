import { type Authenticated, authenticate } from '../auth/authenticate.ts';
import { OpenBody } from '../auth/open-body.ts';
import { receivedHeader } from '../auth/received.ts';
import { checkNames, parseRequestTarget, type RequestTarget } from '../auth/request-target.ts';
import { refuseExpired } from '../auth/still-valid.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import { authorize } from '../policy/authorize.ts';
import type { RequestFacts } from '../policy/request-facts.ts';
import type { Admission, Entrance, Progress } from './admission.ts';
import { isConfirmed, needsConfirmation, respondWithConfirmation } from './confirm.ts';
import { corsHeaders } from './cors.ts';
import { checkKeyTransport } from './customer-key-transport.ts';
import { grantCookieAdapter, grantOperation, isGrantItself, listGrant, withGrantCookie, zipGrant } from './grant.ts';
import { beginUse, checkSentType, hasLimits, type LinkContext, linkOf, tellLedger, uncacheable } from './link-use.ts';
import type { Operation, OperationCaller } from './operation.ts';
import { handle } from './pipeline.ts';
import { bodyUse, readInput } from './read-input.ts';
import { DraftRefusal, discoverResumable, resumableMethodOf, resumeUpload } from './resumable.ts';
import type { Server } from './server.ts';
import { isPresigned, writeRefusal } from './write-refusal.ts';

/** An S3 request: signed in its header, presigned, a POST form, or anonymous. */
type S3Progress = Progress & { link?: LinkContext };

/** Handles one S3 request. */
export function handleRequest(received: WireRequest, server: Server): Promise<WireAnswer> {
  const progress: S3Progress = { received, wire: withGrantCookie(received, server), note: {} };
  return handle(progress, s3, server);
}

const s3: Entrance<S3Progress> = { admit, refuse, conclude };

/** Judges a request in the order of the specification, section 10. Whatever it counts is claimed later, by `perform`. */
async function admit(progress: S3Progress, server: Server): Promise<Admission | WireAnswer> {
  const { wire } = progress;
  const target = parseRequestTarget(wire, server.authority.addressing); //    InvalidURI, KeyTooLongError
  progress.note = { bucket: target.bucket, key: target.key };
  const discovered = discoverResumable(progress, target, server);
  if (discovered !== undefined) return await discovered;
  const resumable = resumableMethodOf(wire, target); //                       tus or the drafts, on a link for one upload
  const operation = server.router.match(routeRequest(wire, target, resumable)); // MethodNotAllowed, NotImplemented
  progress.note = { bucket: target.bucket, key: target.key, operation: operation.name };
  const expects = operation.name === 'PostObject' ? 'form' : 'request';
  const known = await authenticate(wire, target, expects, server.authority); // form, time, scope, headers, key, token, signature
  const link = noteCaller(progress, known, target, operation);
  refuseExpired(known, server.tools.clock); //                                a clock that was set back
  checkNames(target); //                                                      InvalidBucketName
  checkKeyTransport(known.head, wire, server); //                             InvalidRequest: a customer's key in the clear
  const input = readInput(operation, known.head); //                          typed query and headers: InvalidArgument
  const use = link === undefined ? undefined : beginUse(link, wire, target, operation, server); // LinkRevoked, governance, limits
  if (use !== undefined) {
    progress.use = use;
    if (resumable === undefined) checkSentType(use, operation, known.head.header('content-type')); // LinkTypeNotAllowed
  }
  const isGrant = use !== undefined && isGrantItself(known, target, operation);
  const facts = factsOf(known, wire, server);
  const { caller } = known;
  const gate = { caller, operation: isGrant ? grantOperation : operation, target, input, facts };
  const permit = await authorize(gate, server.tools); //                      role and reach of the key, bucket policy, ACL
  if (use?.terms?.confirm === true && resumable === undefined && needsConfirmation(wire)) {
    const { uses } = use.terms;
    const confirmed = { target, versionId: link?.facts.versionId, permit, uses, note: progress.note };
    return respondWithConfirmation(wire, confirmed, server);
  }
  const asCaller = operationCaller(known);
  let work: Pick<Admission, 'operation' | 'consumes' | 'body'>;
  if (use !== undefined && resumable !== undefined) {
    const request = { wire, known, use, permit, caller: asCaller, method: resumable };
    work = { operation: resumeUpload(request, server), consumes: 'self', body: undefined };
  } else if (!isGrant) {
    const body = openBody(wire, operation, known, server); //                 MissingContentLength; checks flow with the bytes
    work = { operation, consumes: 'operation', body };
  } else if (use.terms?.zip === true) {
    work = { operation: zipGrant(target), consumes: 'operation', body: undefined };
  } else {
    work = { operation: listGrant(wire, target, server), consumes: 'free', body: undefined };
  }
  return {
    ...work,
    permit,
    input,
    caller: asCaller,
    principalId: caller.kind === 'anonymous' ? undefined : caller.key.account.id,
    bucketUrl: bucketUrl(wire, target),
    corsBucket: target.bucket,
    adapt: grantCookieAdapter(known, target, progress.received, server),
  };
}

async function refuse(error: unknown, progress: S3Progress, server: Server): Promise<WireAnswer> {
  const { wire, note, use, link } = progress;
  const cors = await corsHeaders(wire, note.bucket ?? '', server);
  if (error instanceof DraftRefusal) return error.respond(note, cors);
  const known = { uses: use?.terms?.uses, opensAtMs: link?.facts.limits.notBefore?.getTime() };
  return writeRefusal(error, { wire, server, cors, note, link: known });
}

/** What every response to a link gets, refusals too, and the report to the ledger. */
function conclude(response: WireAnswer, { link, use, wire, note }: S3Progress, server: Server): WireAnswer {
  if (link === undefined) {
    if (response.status >= 400 && isPresigned(wire.target)) {
      const reason = response.note.reason ?? response.note.code ?? '';
      server.links.tellRefusal(reason, note.bucket ?? '', claimedKey(wire.target));
    }
    return response;
  }
  const isLimited = use?.terms !== undefined || hasLimits(link);
  return tellLedger(isLimited ? uncacheable(response) : response, link, use, wire, server);
}

/** What conditions of policies are judged by. */
function factsOf({ caller, head }: Authenticated, { client }: WireRequest, { tools }: Server): RequestFacts {
  return { client, head, verified: caller.kind === 'signed' ? caller.verified : undefined, nowMs: tools.clock.nowMs() };
}

/** The key that a request claims to be signed with, for the count of refusals: bounded and unverified. */
function claimedKey(target: string): string {
  return /[?&](?:X-Amz-Credential|AWSAccessKeyId)=([A-Za-z0-9._~-]{1,128})/.exec(target)?.[1] ?? '';
}

/** Notes who signed. @returns the link that the request came with */
function noteCaller(
  progress: S3Progress,
  known: Authenticated,
  target: RequestTarget,
  operation: Operation,
): LinkContext | undefined {
  const { caller } = known;
  if (caller.kind === 'anonymous') return undefined;
  const { verified, presigned } = caller;
  const { accessKeyId, formKey } = verified;
  const note = { ...progress.note, key: formKey ?? target.key, accessKeyId };
  // A hash: read once.
  const linkId = presigned ? verified.linkId : undefined;
  progress.note = linkId === undefined ? note : { ...note, link: `lk_${linkId.slice(0, 16)}` };
  const link = linkOf(progress.wire, target, known, operation, linkId);
  if (link !== undefined) progress.link = link;
  return link;
}

/** The bucket as the client addressed it, for Location and the like. */
function bucketUrl(wire: WireRequest, { bucket, parsed }: RequestTarget): string {
  const host = wire.forwardedHost ?? receivedHeader(wire.rawHeaders, 'host') ?? '';
  const server = `${wire.client.secure ? 'https' : 'http'}://${host}/`;
  return parsed.style === 'virtual' ? server : `${server}${bucket}/`;
}

function routeRequest(wire: WireRequest, { bucket, key, parsed, view }: RequestTarget, resumable: string | undefined) {
  const confirmed = isConfirmed(wire, parsed.query) ? 'GET' : wire.method;
  // A link for a whole upload is the PUT that was signed, by whatever method its protocols ask.
  const method = resumable === undefined ? confirmed : 'PUT';
  return { method, bucket, key, query: parsed.query, view };
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
  const { min = 0, max = maxSinglePutBytes } = verified?.policy?.contentLength ?? {};
  const size = { minBytes: min, maxBytes: Math.min(max, maxSinglePutBytes) };
  return new OpenBody({
    received: wire,
    head,
    payload: verified?.payload ?? { kind: 'unsigned' },
    chunkSeed: verified?.chunkSeed,
    form: form === undefined ? undefined : { opened: form, size },
    wants: bodyUse(operation),
    checksumOf: operation.name === 'CompleteMultipartUpload' ? 'object' : 'body',
    maxTrailerBytes,
  });
}
