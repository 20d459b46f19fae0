import { S3Error, StoreFailure } from '@tidegate/protocol';
import { authenticate } from '../auth/authenticate.ts';
import type { SignedCaller } from '../auth/caller.ts';
import { OpenBody } from '../auth/open-body.ts';
import { receivedHeader } from '../auth/received.ts';
import { parseRequestTarget, type RequestTarget } from '../auth/request-target.ts';
import { refuseExpired } from '../auth/still-valid.ts';
import type { EventFeed, EventFilter } from '../events/feed.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import { redactText } from '../observe/redact-text.ts';
import { isLinkOnly, isOwner } from '../policy/key-scope.ts';
import type { Server } from '../s3/server.ts';
import type { AuditEntry } from '../stores/admin/admin-store.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { NewEvent } from '../stores/links/event-store.ts';
import { silentEvent } from '../stores/links/link-notes.ts';
import type { AdminEndpoint, AdminTools, UnreadRequest } from './endpoint.ts';
import { AdminProblem, type ProblemParts, problemDocument } from './json/problem.ts';
import { parseJson } from './json/read-json.ts';
import { doOnce } from './once.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { matchEndpoint } from './route.ts';
import { readActor } from './server.ts';

/** What the admin API works with, beside the server. */
export type AdminServer = {
  readonly server: Server;
  readonly tools: Omit<AdminTools, 'audit' | 'client' | 'endpoint' | 'tell'>;
  /** Events as they come (EVT-10), and where those of an act are kept. */
  readonly feed: EventFeed;
  readonly tellAll: (events: readonly NewEvent[]) => Promise<void>;
  /** Where people reach S3, as whoever sent the request would. */
  readonly endpointOf: (wire: WireRequest) => string;
  readonly oneAtATime: OneAtATime;
  /** Writes an act into the log. */
  readonly log: (event: string, fields: Readonly<Record<string, string>>) => void;
  /** As the settings say now. */
  readonly jsonLimits: { readonly maxJsonBytes: number; readonly maxJsonDepth: number };
  /** The OpenAPI document, as text. */
  readonly openApi: () => string;
};

/** Who asks where a request need not be signed: the console's session. */
export type SessionOf = (wire: WireRequest) => Promise<KeyRecord>;

/**
 * The life of one request to `/_/api/`: signed in its header by a key that may, JSON in and out.
 * @param sessionOf at the console's listener: who asks with a request that is not signed. @throws (it) AdminProblem
 */
export async function handleAdminRequest(
  wire: WireRequest,
  admin: AdminServer,
  sessionOf?: SessionOf,
): Promise<WireAnswer> {
  let note: AnswerNote = { operation: 'Admin' };
  try {
    const path = pathOf(wire.target);
    const matched = path === openApiPath && wire.method === 'GET' ? undefined : matchEndpoint(wire.method, path);
    const target = adminTarget(wire, admin.server);
    const known = await authenticate(wire, target, 'request', admin.server.authority);
    refuseExpired(known, admin.tools.clock);
    const isUnsigned = known.caller.kind === 'anonymous' && sessionOf !== undefined;
    const actor = isUnsigned ? await sessionOf(wire) : requireKey(known.caller).key;
    if (isLinkOnly(actor) && matched?.endpoint !== readActor) throw linkOnly(actor);
    if (matched === undefined) {
      return answerOf(wire, { status: 200, document: admin.openApi() }, { operation: 'tidegate:ReadOpenApi' });
    }
    const { endpoint, id, name } = matched;
    if (endpoint.who === 'owner' && !isOwner(actor)) {
      throw denied(`The key ${actor.accessKeyId} has the role ${actor.role}.`);
    }
    note = { operation: endpoint.action, accessKeyId: actor.accessKeyId };
    await using body = new OpenBody({
      received: wire,
      head: known.head,
      payload: known.caller.kind === 'signed' ? known.caller.verified.payload : { kind: 'unsigned' },
      chunkSeed: known.caller.kind === 'signed' ? known.caller.verified.chunkSeed : undefined,
      form: undefined,
      wants: 'document',
      checksumOf: 'body',
      maxTrailerBytes: admin.server.bodyLimits.maxTrailerBytes,
    });
    const { maxJsonBytes } = admin.jsonLimits;
    const bytes = await body.bytes(maxJsonBytes, () => tooLarge(maxJsonBytes));
    const request: UnreadRequest = {
      id,
      name,
      query: target.parsed.query,
      body: readBody(wire, bytes, admin),
      actor,
      ifMatch: receivedHeader(wire.rawHeaders, 'if-match'),
    };
    const key = wire.method === 'POST' ? receivedHeader(wire.rawHeaders, 'idempotency-key') : undefined;
    if (key === undefined) {
      const answered = await run(endpoint, request, wire, admin);
      return answered.stream === undefined
        ? answerOf(wire, answered, note)
        : streamAnswer(wire, answered.stream, note, admin.feed);
    }
    const answer = await doOnce(
      {
        actor: actor.accessKeyId,
        endpoint: `${wire.method} ${path}`,
        key,
        asked: `${wire.target.slice(path.length)}\n${Buffer.from(bytes).toString('base64')}`,
      },
      admin.tools.records,
      () => run(endpoint, request, wire, admin),
    );
    return answerOf(wire, answer, note);
  } catch (error) {
    return problemAnswer(error, wire, note);
  }
}

const openApiPath = '/_/api/openapi.json';

/** Does what is asked, and writes down that it was done before it is answered (ADM-8). */
async function run(
  endpoint: AdminEndpoint,
  request: UnreadRequest,
  wire: WireRequest,
  { tools, log, endpointOf, tellAll, oneAtATime }: AdminServer,
): Promise<Answered> {
  const { accessKeyId: actor, account } = request.actor;
  const acts: Omit<AuditEntry, 'id'>[] = [];
  const events: NewEvent[] = [];
  const tell: AdminTools['tell'] = ({ type, ...event }) => {
    const silent = silentEvent(type, tools.clock.nowMs(), undefined);
    events.push({ ...silent, accountId: account.id, requestId: wire.requestId, ...event });
  };
  const audit: AdminTools['audit'] = (event, { by: _, ...given }) => {
    const fields = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, redactText(value)]));
    log(event, { by: actor, ...fields });
    acts.push({ atMs: tools.clock.nowMs(), event, actor, accountId: account.id, requestId: wire.requestId, fields });
    const type = keyEvents[event];
    if (type !== undefined) tell({ type, userAgent: actor, data: { accessKeyId: fields['key'] ?? '' } });
  };
  try {
    const asked = () =>
      endpoint.run(request, {
        ...tools,
        audit,
        tell,
        endpoint: () => endpointOf(wire),
        client: () => clientOf(wire),
      });
    const { status, value, etag, stream } = await oneAtATime.run(actor, endpoint.cost, asked);
    return { status, document: value === undefined ? '' : JSON.stringify(value), etag, stream };
  } finally {
    // Also what was done before something else failed.
    await Promise.all([tools.records.appendAudit(acts), tellAll(events)]);
  }
}

function clientOf({ rawHeaders, client: { address } }: WireRequest): ReturnType<AdminTools['client']> {
  const forwarded = receivedHeader(rawHeaders, 'x-forwarded-for');
  if (forwarded === undefined) return { address, forwarded: 'none' };
  // Of a proxy that is trusted, the address is one that it named.
  return { address, forwarded: forwarded.includes(address) ? 'used' : 'ignored' };
}

/** Acts on keys as the stream tells of them; those on links tell more, and do so themselves. */
const keyEvents: Readonly<Record<string, string>> = {
  'key.created': 'key.created',
  'key.changed': 'key.changed',
  'key.rotated': 'key.changed',
  'key.retired': 'key.changed',
  'key.disabled': 'key.disabled',
  'key.deleted': 'key.deleted',
};

/** An answer as text. */
type Answered = {
  readonly status: number;
  readonly document: string;
  readonly etag?: string | undefined;
  readonly stream?: EventFilter | undefined;
};

/** `/_/` names no bucket: the target is parsed for its query and for the signature alone. */
function adminTarget(wire: WireRequest, server: Server): RequestTarget {
  return parseRequestTarget(wire, server.authority.addressing);
}

function requireKey(caller: SignedCaller | { readonly kind: 'anonymous' }): SignedCaller {
  if (caller.kind === 'anonymous') throw denied('Sign the request with an access key.');
  if (caller.presigned) {
    throw new AdminProblem({
      status: 403,
      code: 'AccessDenied',
      reason: 'AdminByLinkRefused',
      title: 'No link can administer',
      detail: 'The admin API takes only requests that are signed in their Authorization header.',
    });
  }
  if (caller.session !== undefined) throw denied('Temporary credentials cannot administer.');
  const { mechanism, payload } = caller.verified;
  if (mechanism !== 'sigv4-header') {
    throw uncovered('SigV2NotAllowed', 'Signature Version 2 does not cover the body.');
  }
  if (payload.kind !== 'sha256') {
    throw uncovered('AdminBodyUnsigned', 'The signature does not cover the body.');
  }
  return caller;
}

/** ADM-1: whoever captures a header that covers no body could send any other body with it. */
function uncovered(reason: string, why: string): AdminProblem {
  return new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    reason,
    title: 'The body is not signed',
    detail: `${why} The admin API takes only SigV4 with x-amz-content-sha256 set to the SHA-256 of the body, which may be empty.`,
  });
}

function linkOnly({ accessKeyId }: KeyRecord): AdminProblem {
  return denied(`The key ${accessKeyId} is for presigned URLs only. Of the admin API it may ask /whoami.`);
}

function denied(detail: string): AdminProblem {
  return new AdminProblem({ status: 403, code: 'AccessDenied', title: 'Not with this key', detail });
}

function tooLarge(maxBytes: number): AdminProblem {
  const detail = `At most ${maxBytes} bytes.`;
  return new AdminProblem({ status: 413, code: 'EntityTooLarge', title: 'The body is too long', detail });
}

/** The JSON of a request that has a body (SEC-428). */
function readBody(wire: WireRequest, bytes: Uint8Array, admin: AdminServer): unknown {
  if (bytes.byteLength === 0) return undefined;
  const type = receivedHeader(wire.rawHeaders, 'content-type') ?? '';
  if (!/^application\/(?:merge-patch\+)?json\s*(?:;|$)/i.test(type)) {
    const detail = 'Send application/json.';
    throw new AdminProblem({ status: 415, code: 'UnsupportedMediaType', title: 'Not JSON', detail });
  }
  return parseJson(new TextDecoder().decode(bytes), admin.jsonLimits.maxJsonDepth);
}

/** A JSON document as an answer. */
export function answerOf(wire: WireRequest, { status, document, etag }: Answered, note: AnswerNote): WireAnswer {
  const headers: [string, string][] = [
    ['Content-Type', 'application/json; charset=utf-8'],
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Request-Id', wire.requestId],
  ];
  if (etag !== undefined) headers.push(['ETag', etag]);
  return { status, headers, body: document === '' ? undefined : document, note };
}

/** A refusal as a problem document; whatever is none becomes the server's fault. */
/** EVT-10, EVT-12. @throws AdminProblem 503 */
function streamAnswer(wire: WireRequest, filter: EventFilter, note: AnswerNote, feed: EventFeed): WireAnswer {
  const body = feed.open(filter, receivedHeader(wire.rawHeaders, 'last-event-id'));
  if (body === undefined) {
    throw new AdminProblem({
      status: 503,
      code: 'SlowDown',
      title: 'Too many listen',
      headers: { 'retry-after': '10' },
    });
  }
  const headers: [string, string][] = [
    ['Content-Type', 'text/event-stream; charset=utf-8'],
    ['Cache-Control', 'no-store, no-transform'],
    // Proxies that gather answers would hold events back.
    ['X-Accel-Buffering', 'no'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Request-Id', wire.requestId],
  ];
  return { status: 200, headers, body, note };
}

export function problemAnswer(error: unknown, wire: WireRequest, note: AnswerNote): WireAnswer {
  const { parts, bug } = toProblem(error);
  return {
    status: parts.status,
    headers: [
      ['Content-Type', 'application/problem+json'],
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Request-Id', wire.requestId],
      ...Object.entries(parts.headers ?? {}),
    ],
    body: problemDocument(parts, wire.requestId),
    note: {
      ...note,
      code: parts.code,
      ...(parts.reason === undefined ? {} : { reason: parts.reason }),
      ...(bug === undefined ? {} : { bug }),
    },
  };
}

function toProblem(error: unknown): { readonly parts: ProblemParts; readonly bug: unknown } {
  if (error instanceof AdminProblem) return { parts: error.parts, bug: undefined };
  const refused = error instanceof StoreFailure ? error.toRefusal() : error;
  if (!(refused instanceof S3Error)) {
    return { parts: { status: 500, code: 'InternalError', title: 'The fault is on this side' }, bug: error };
  }
  const { status, code, message, reason, hint, fields } = refused;
  const field = fields['ArgumentName'];
  const parts: ProblemParts = {
    status,
    code,
    title: message,
    ...(reason === undefined ? {} : { reason }),
    ...(hint === undefined ? {} : { hint }),
    ...(field === undefined ? {} : { errors: [{ field: String(field), detail: 'It is not valid here.' }] }),
  };
  return { parts, bug: error instanceof StoreFailure ? error : undefined };
}

function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}
