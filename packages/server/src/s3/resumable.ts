import { viewUnsigned } from '@tidegate/presign/internal';
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
import { authorize } from '../policy/authorize.ts';
import type { ObjectStore } from '../stores/objects/object-store.ts';
import type { ResumableRecord } from '../stores/objects/resumable-store.ts';
import { type Admission, type Progress, performable } from './admission.ts';
import { commonInput } from './common-headers.ts';
import { writeCondition } from './input/conditions.ts';
import type { OperationCaller, Output, Performable, Permit, RequestHead } from './operation.ts';
import { created as createdEvent } from './operation-events.ts';
import { createUploadInput, newUpload } from './operations/CreateMultipartUpload.ts';
import { readFields, readInput } from './read-input.ts';
import type { Server } from './server.ts';

/** A request on a link with `x-link-resumable` that was verified as the PUT that was signed, and may write. */
export type ResumableRequest = {
  readonly wire: WireRequest;
  readonly known: Authenticated;
  readonly use: LinkUse;
  readonly permit: Permit;
  readonly caller: OperationCaller;
  /** As it acts: `resumableMethod`. */
  readonly method: string;
};

type Headers = Readonly<Record<string, string>>;

const extensions = 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum';
const checksums = 'md5,sha1,sha256';

/** The method that a request on a resumable link acts by; undefined: it is an ordinary request (LNK-50). */
export function resumableMethodOf(wire: WireRequest, target: RequestTarget): string | undefined {
  return resumableMethod(wire.method, target.parsed.query, headersOf(wire));
}

/** How a server of resumable uploads presents itself to whoever asks without a signature: nothing of the link. */
export function discoverResumable(
  progress: Progress,
  target: RequestTarget,
  server: Server,
): WireAnswer | Promise<Admission> | undefined {
  const { wire } = progress;
  if (wire.method !== 'OPTIONS' || !isResumableLink(target.parsed.query)) return undefined;
  if (receivedHeader(wire.rawHeaders, 'access-control-request-method') !== undefined) {
    return preflight(progress, target, server);
  }
  const { maxObjectBytes } = server.tools.limits;
  const headers: WireAnswer['headers'] = [
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
async function preflight(progress: Progress, target: RequestTarget, server: Server): Promise<Admission> {
  const { wire } = progress;
  const { bucket, key, parsed } = target;
  const view = viewUnsigned(preflightAsPut(wire.rawHeaders), parsed.query);
  const operation = server.router.match({ method: 'OPTIONS', bucket, key, query: parsed.query, view });
  progress.note = { ...progress.note, operation: operation.name };
  const input = readInput(operation, view);
  const permit = await authorize({ caller: { kind: 'anonymous' }, operation, target, input }, server.tools);
  const asked = receivedHeader(wire.rawHeaders, 'access-control-request-headers') ?? '';
  return {
    ...{ operation, permit, input },
    caller: { owner: undefined, accessKeyId: undefined, presigned: false },
    principalId: undefined,
    bucketUrl: '',
    body: undefined,
    corsBucket: undefined,
    consumes: 'self',
    adapt: (response) => ({ ...response, status: 200, headers: widenCors(response.headers, asked) }),
  };
}

/** A request of tus 1.0 or of the drafts for resumable uploads, as an operation (LNK-50 to LNK-58). */
export function resumeUpload(request: ResumableRequest, server: Server): Performable {
  return performable('ResumeUpload', 'PUT', () => resume(request, server));
}

async function resume(request: ResumableRequest, server: Server): Promise<Output<never>> {
  const { wire, method, use, permit } = request;
  const ask = readAsk(method, headersOf(wire));
  const upload = new ResumableUpload({
    state: server.resumables,
    running: server.runningUploads,
    objects: server.tools.store,
    bounds: server.tools.limits,
    use,
    target: { bucket: permit.target.bucket, key: permit.target.key },
    id: use.request.facts.id,
    condition: writeCondition.read(request.known.head),
  });
  try {
    switch (ask.action) {
      case 'look':
        await use.claim({ kind: 'free', lengthBytes: 0 });
        use.settle(0);
        return standing(request, ask, server, 200, await upload.readProgress());
      case 'append':
        return await appended(request, ask, upload, server);
      case 'end':
        await use.claim({ kind: 'free', lengthBytes: 0 });
        use.settle(0);
        await upload.end();
        return { status: 204, headers: protocolHeaders(ask) };
      case 'create':
        return await created(request, ask, upload, server);
    }
  } catch (error) {
    if (ask.dialect === 'tus') throw inTus(error);
    if (error instanceof ProtocolRefusal) throw new DraftRefusal(error, ask);
    throw error;
  }
}

async function created(
  request: ResumableRequest,
  ask: ResumableAsk,
  upload: ResumableUpload,
  server: Server,
): Promise<Output<never>> {
  const { wire } = request;
  const record = await upload.create(ask, (objects) => openUpload(request, ask, objects, server));
  const location = { Location: wire.target };
  // Whoever speaks the drafts learns at once where to go on, should this very request break off.
  if (ask.interop !== undefined && ask.hasBytes)
    wire.inform(104, Object.entries({ ...draftHeaders(ask), ...location, ...limitsOf(request, record, server) }));
  const isEmpty = record.lengthBytes === 0;
  const stand: UploadStand =
    ask.hasBytes || isEmpty
      ? await upload.append({ ...ask, offsetBytes: 0, bodyBytes: ask.hasBytes ? ask.bodyBytes : 0 }, appendedBody(wire))
      : { record, made: undefined };
  const status = ask.dialect === 'draft' && stand.record.state === 'complete' ? 200 : 201;
  return standing(request, ask, server, status, stand, location);
}

async function appended(
  request: ResumableRequest,
  ask: ResumableAsk,
  upload: ResumableUpload,
  server: Server,
): Promise<Output<never>> {
  const stand = await upload.append(ask, appendedBody(request.wire));
  const isDone = stand.record.state === 'complete';
  return standing(request, ask, server, ask.dialect === 'draft' && isDone ? 200 : 204, stand);
}

const openInput = { ...commonInput, ...createUploadInput };

/** Opens the store's upload as CreateMultipartUpload does, with everything that the URL says about the object. */
async function openUpload(
  { known, permit, caller }: ResumableRequest,
  ask: ResumableAsk,
  objects: ObjectStore,
  { tools }: Server,
): Promise<string> {
  const { head } = known;
  // The Content-Type of these requests is the protocol's own; the file's comes with the creation.
  const described: RequestHead = {
    query: (name) => head.query(name),
    header: (name) => (name === 'content-type' ? ask.type : head.header(name)),
    headersWith: (prefix) => head.headersWith(prefix),
  };
  const input = readFields(openInput, described);
  const upload = await objects.createUpload(newUpload(permit.target, input, caller, tools.clock.nowMs()));
  return upload.uploadId;
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

/** Where the upload stands, in the words of its protocol. */
function standing(
  request: ResumableRequest,
  ask: ResumableAsk,
  server: Server,
  status: 200 | 201 | 204,
  { record, made }: UploadStand,
  more: Headers = {},
): Output<never> {
  const isComplete = record.state === 'complete';
  const { lengthBytes, metadata, endsAtMs, offsetBytes } = record;
  const own =
    ask.dialect === 'tus'
      ? {
          'Upload-Defer-Length': lengthBytes === undefined ? '1' : undefined,
          'Upload-Metadata': ask.action === 'look' ? metadata : undefined,
          'Upload-Expires': endsAtMs === undefined || isComplete ? undefined : new Date(endsAtMs).toUTCString(),
        }
      : {
          ...(ask.interop === 3
            ? { 'Upload-Incomplete': isComplete ? '?0' : '?1' }
            : { 'Upload-Complete': isComplete ? '?1' : '?0' }),
          ...limitsOf(request, record, server),
        };
  const object =
    made === undefined
      ? {}
      : { ETag: quoteEtag(made.etag), 'x-amz-version-id': made.versionId === 'null' ? undefined : made.versionId };
  return {
    status,
    headers: {
      ...protocolHeaders(ask),
      ...more,
      'Upload-Offset': offsetBytes,
      'Upload-Length': lengthBytes,
      ...own,
      ...object,
      'Cache-Control': 'no-store',
    },
    events: made === undefined ? [] : [createdEvent('CompleteMultipartUpload', made)],
  };
}

/** How much, and how long, in the words of the drafts. */
function limitsOf(
  { use }: ResumableRequest,
  { endsAtMs }: ResumableRecord,
  { tools }: Server,
): { readonly 'Upload-Limit': string } {
  const { maxObjectBytes } = tools.limits;
  const { minBytes = 0, maxBytes = maxObjectBytes } = use.terms ?? {};
  const least = minBytes === 0 ? '' : `, min-size=${minBytes}`;
  const leftS = endsAtMs === undefined ? undefined : Math.max(0, Math.floor((endsAtMs - tools.clock.nowMs()) / 1000));
  const age = leftS === undefined ? '' : `, max-age=${leftS}`;
  return { 'Upload-Limit': `max-size=${Math.min(maxBytes, maxObjectBytes)}${least}${age}` };
}

function protocolHeaders(ask: ResumableAsk): Readonly<Record<string, string>> {
  return ask.dialect === 'tus' ? { 'Tus-Resumable': '1.0.0' } : draftHeaders(ask);
}

function draftHeaders({ interop }: ResumableAsk): Readonly<Record<string, string>> {
  return interop === undefined ? {} : { 'Upload-Draft-Interop-Version': String(interop) };
}

/** A refusal by the rules of the drafts, which name their own problem types. */
export class DraftRefusal extends Error {
  readonly #refused: ProtocolRefusal;
  readonly #ask: ResumableAsk;

  constructor(refused: ProtocolRefusal, ask: ResumableAsk) {
    super(refused.message);
    this.#refused = refused;
    this.#ask = ask;
  }

  respond(note: AnswerNote, cors: readonly (readonly [string, string])[]): WireAnswer {
    const { problem, status, message, headers = {}, code } = this.#refused;
    const type = problem === undefined ? 'about:blank' : `https://iana.org/assignments/http-problem-types#${problem}`;
    const body = `${JSON.stringify({ type, title: message, status })}\n`;
    const own = { ...draftHeaders(this.#ask), ...headers, 'Content-Type': 'application/problem+json' };
    return { status, headers: [...Object.entries(own), ...cors], body, note: { ...note, code } };
  }
}

function headersOf(wire: WireRequest): HeaderOf {
  return (name) => receivedHeader(wire.rawHeaders, name);
}
