import { viewUnsigned } from '@tidegate/presign';
import { quoteEtag } from '@tidegate/protocol';
import type { Authenticated } from '../auth/authenticate.ts';
import { bytesOf } from '../auth/body-source.ts';
import { receivedHeader } from '../auth/received.ts';
import type { RequestTarget } from '../auth/request-target.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import type { LinkUse } from '../links/link-use.ts';
import {
  type HeaderOf,
  inTus,
  isResumableLink,
  newestInterop,
  ProtocolRefusal,
  type ResumableAsk,
  readAsk,
  resumableMethod,
} from '../links/resumable/dialect.ts';
import { haltRefusal } from '../links/resumable/piece-source.ts';
import { preflightAsPut, widenCors } from '../links/resumable/resumable-cors.ts';
import { type IncomingBody, ResumableUpload, type UploadStand } from '../links/resumable/resumable-upload.ts';
import type { ObjectStore, UploadRecord } from '../stores/objects/object-store.ts';
import type { ResumableRecord } from '../stores/objects/resumable-store.ts';
import { originOf } from './event-origin.ts';
import type { Permit } from './operation.ts';
import { created as createdEvent, tellEvents } from './operation-events.ts';
import { readInput } from './read-input.ts';
import type { Server } from './server.ts';

/** A request on a link with `x-link-resumable` that was verified as the PUT that was signed, and may write. */
export type ResumableRequest = {
  readonly wire: WireRequest;
  readonly target: RequestTarget;
  readonly known: Authenticated;
  readonly use: LinkUse;
  readonly permit: Permit;
  /** As it acts: `resumableMethod`. */
  readonly method: string;
  readonly note: AnswerNote;
};

type Headers = readonly (readonly [name: string, value: string])[];

const extensions = 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum';
const checksums = 'md5,sha1,sha256';

/** The method that a request on a resumable link acts by; undefined: it is an ordinary request (LNK-50). */
export function resumableMethodOf(wire: WireRequest, target: RequestTarget): string | undefined {
  return resumableMethod(wire.method, target.parsed.query, headersOf(wire));
}

/** What a server of resumable uploads tells whoever asks without a signature: nothing of the link. */
export function discoverResumable(
  wire: WireRequest,
  target: RequestTarget,
  server: Server,
): WireAnswer | Promise<WireAnswer> | undefined {
  if (wire.method !== 'OPTIONS' || !isResumableLink(target.parsed.query)) return undefined;
  if (receivedHeader(wire.rawHeaders, 'access-control-request-method') !== undefined) {
    return preflight(wire, target, server);
  }
  const { maxObjectBytes } = server.tools.limits;
  const headers: Headers = [
    ['Tus-Resumable', '1.0.0'],
    ['Tus-Version', '1.0.0'],
    ['Tus-Extension', extensions],
    ['Tus-Checksum-Algorithm', checksums],
    ['Tus-Max-Size', String(maxObjectBytes)],
    ['Upload-Limit', `max-size=${maxObjectBytes}`],
    ['Upload-Draft-Interop-Version', String(newestInterop)],
    ['Accept-Patch', 'application/offset+octet-stream, application/partial-upload'],
  ];
  return { status: 204, headers, body: undefined, note: { operation: 'DiscoverResumable' } };
}

/** LNK-57: a preflight for a request of the protocols is one for the PUT that was signed. @throws S3Error AccessForbidden */
async function preflight(wire: WireRequest, target: RequestTarget, server: Server): Promise<WireAnswer> {
  const { bucket, key, parsed } = target;
  const view = viewUnsigned(preflightAsPut(wire.rawHeaders), parsed.query);
  const operation = server.router.match({ method: 'OPTIONS', bucket, key, query: parsed.query, view });
  const place = { bucket, key };
  const output = await operation.handle(
    {
      target: place,
      permit: { target: place, allows: refuses, reaches: () => false, admits: () => false },
      input: readInput(operation, view),
      caller: { owner: undefined, accessKeyId: undefined, presigned: false },
      bucketUrl: '',
      body: noBody,
      // Sound: a preflight takes no document.
      document: '' as never,
    },
    server.tools,
  );
  const asked = receivedHeader(wire.rawHeaders, 'access-control-request-headers') ?? '';
  const allowed = Object.entries(output.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  const note = { bucket, key, operation: operation.name };
  return { status: 200, headers: widenCors(allowed, asked), body: undefined, note };
}

function refuses(): Promise<boolean> {
  return Promise.resolve(false);
}

/** Answers a request of tus 1.0 or of the drafts for resumable uploads (LNK-50 to LNK-58). */
export async function answerResumable(request: ResumableRequest, server: Server): Promise<WireAnswer> {
  const { wire, method, use, permit, note } = request;
  const ask = readAsk(method, headersOf(wire));
  const upload = new ResumableUpload({
    state: server.resumables,
    running: server.runningUploads,
    objects: server.tools.store,
    bounds: server.tools.limits,
    use,
    target: { bucket: permit.target.bucket, key: permit.target.key },
    id: use.request.facts.id,
  });
  try {
    switch (ask.action) {
      case 'look':
        await use.claim({ kind: 'free', lengthBytes: 0 });
        return answer(request, ask, server, 200, await looked(use, upload));
      case 'append':
        return await appended(request, ask, upload, server);
      case 'end':
        await use.claim({ kind: 'free', lengthBytes: 0 });
        use.settle(0);
        await upload.end();
        return { status: 204, headers: protocolHeaders(ask), body: undefined, note };
      case 'create':
        return await created(request, ask, upload, server);
    }
  } catch (error) {
    if (ask.dialect === 'tus') throw inTus(error);
    if (error instanceof ProtocolRefusal) return problemOf(error, ask, note);
    throw error;
  }
}

function looked(use: LinkUse, upload: ResumableUpload): Promise<UploadStand> {
  use.settle(0);
  return upload.look();
}

async function created(
  request: ResumableRequest,
  ask: ResumableAsk,
  upload: ResumableUpload,
  server: Server,
): Promise<WireAnswer> {
  const { wire } = request;
  const record = await upload.create(ask, (objects) => openUpload(request, ask, objects, server));
  const location = ['Location', wire.target] as const;
  // Whoever speaks the drafts learns at once where to go on, should this very request break off.
  if (ask.interop !== undefined && ask.hasBytes)
    wire.inform(104, [...draftHeaders(ask), location, limitsOf(request, record, server)]);
  const isEmpty = record.lengthBytes === 0;
  const stand: UploadStand =
    ask.hasBytes || isEmpty
      ? await upload.append({ ...ask, offsetBytes: 0, bodyBytes: ask.hasBytes ? ask.bodyBytes : 0 }, appendedBody(wire))
      : { record, made: undefined };
  const status = ask.dialect === 'draft' && stand.record.state === 'complete' ? 200 : 201;
  return answer(request, ask, server, status, stand, [location]);
}

async function appended(
  request: ResumableRequest,
  ask: ResumableAsk,
  upload: ResumableUpload,
  server: Server,
): Promise<WireAnswer> {
  const stand = await upload.append(ask, appendedBody(request.wire));
  const isDone = stand.record.state === 'complete';
  return answer(request, ask, server, ask.dialect === 'draft' && isDone ? 200 : 204, stand);
}

/** Makes the upload of the store as CreateMultipartUpload does, with everything that the URL says of the object to be. */
async function openUpload(
  { target, known, permit }: ResumableRequest,
  ask: ResumableAsk,
  objects: ObjectStore,
  server: Server,
): Promise<string> {
  const { bucket, key } = target;
  const asked = { method: 'POST', bucket, key, query: [['uploads', ''] as const], view: known.head };
  const operation = server.router.match(asked);
  const input = readInput(operation, known.head);
  let opened: UploadRecord | undefined;
  const store: ObjectStore = {
    ...objects,
    async createUpload(upload) {
      // The Content-Type of these requests is the protocol's own; the file's is told in the creation.
      opened = await objects.createUpload({ ...upload, write: { ...upload.write, contentType: ask.type } });
      return opened;
    },
  };
  const { caller } = known;
  const account = caller.kind === 'signed' ? caller.key.account : undefined;
  const accessKeyId = caller.kind === 'signed' ? caller.key.accessKeyId : undefined;
  await operation.handle(
    {
      target: permit.target,
      permit,
      input,
      caller: { owner: account, accessKeyId, presigned: true },
      bucketUrl: '',
      body: noBody,
      // Sound: opening an upload takes no document.
      document: '' as never,
    },
    { ...server.tools, store },
  );
  if (opened === undefined) throw new Error('An upload was opened and is not there.');
  return opened.uploadId;
}

/** The body of a request, as an append takes it. */
export function appendedBody(wire: WireRequest): IncomingBody {
  return {
    open() {
      wire.expectBody();
      return bytesOf(wire.body);
    },
    halt: () => wire.breakBody(haltRefusal()),
    cut: wire.breakBody,
    signal: wire.signal,
  };
}

async function answer(
  request: ResumableRequest,
  ask: ResumableAsk,
  server: Server,
  status: number,
  { record, made }: UploadStand,
  more: Headers = [],
): Promise<WireAnswer> {
  const { note, wire, target, known } = request;
  const isComplete = record.state === 'complete';
  const headers: (readonly [string, string])[] = [...protocolHeaders(ask), ...more];
  headers.push(['Upload-Offset', String(record.offsetBytes)]);
  if (record.lengthBytes !== undefined) headers.push(['Upload-Length', String(record.lengthBytes)]);
  if (ask.dialect === 'tus') {
    if (record.lengthBytes === undefined) headers.push(['Upload-Defer-Length', '1']);
    if (ask.action === 'look' && record.metadata !== undefined) headers.push(['Upload-Metadata', record.metadata]);
    if (record.endsAtMs !== undefined && !isComplete) {
      headers.push(['Upload-Expires', new Date(record.endsAtMs).toUTCString()]);
    }
  } else {
    headers.push(
      ask.interop === 3
        ? ['Upload-Incomplete', isComplete ? '?0' : '?1']
        : ['Upload-Complete', isComplete ? '?1' : '?0'],
    );
    headers.push(limitsOf(request, record, server));
  }
  if (made !== undefined) {
    const events = [createdEvent('CompleteMultipartUpload', made)];
    await tellEvents(server.tools, target.bucket, events, originOf(known, wire, server));
    headers.push(['ETag', quoteEtag(made.etag)]);
    if (made.versionId !== 'null') headers.push(['x-amz-version-id', made.versionId]);
  }
  headers.push(['Cache-Control', 'no-store']);
  return { status, headers, body: undefined, note };
}

/** How much, and how long, in the words of the drafts. */
function limitsOf(
  { use }: ResumableRequest,
  { endsAtMs }: ResumableRecord,
  { tools }: Server,
): readonly [string, string] {
  const { maxObjectBytes } = tools.limits;
  const { minBytes = 0, maxBytes = maxObjectBytes } = use.terms ?? {};
  const least = minBytes === 0 ? '' : `, min-size=${minBytes}`;
  const leftS = endsAtMs === undefined ? undefined : Math.max(0, Math.floor((endsAtMs - tools.clock.nowMs()) / 1000));
  const age = leftS === undefined ? '' : `, max-age=${leftS}`;
  return ['Upload-Limit', `max-size=${Math.min(maxBytes, maxObjectBytes)}${least}${age}`];
}

function protocolHeaders(ask: ResumableAsk): Headers {
  return ask.dialect === 'tus' ? [['Tus-Resumable', '1.0.0']] : draftHeaders(ask);
}

function draftHeaders({ interop }: ResumableAsk): Headers {
  return interop === undefined ? [] : [['Upload-Draft-Interop-Version', String(interop)]];
}

/** A refusal of the drafts' own, as they write it. */
function problemOf(refused: ProtocolRefusal, ask: ResumableAsk, note: AnswerNote): WireAnswer {
  const { problem, status, message, headers = {}, code } = refused;
  const type = problem === undefined ? 'about:blank' : `https://iana.org/assignments/http-problem-types#${problem}`;
  const body = `${JSON.stringify({ type, title: message, status })}\n`;
  const own: Headers = [...Object.entries(headers), ['Content-Type', 'application/problem+json']];
  return { status, headers: [...draftHeaders(ask), ...own], body, note: { ...note, code } };
}

function headersOf(wire: WireRequest): HeaderOf {
  return (name) => receivedHeader(wire.rawHeaders, name);
}

const noBody = {
  get stream(): never {
    throw new Error('Opening an upload takes no body.');
  },
  sizeBytes: 0,
  trailers: () => new Map<string, string>(),
};
