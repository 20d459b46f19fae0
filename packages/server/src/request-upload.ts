import { createHash } from 'node:crypto';
import { refusal } from '@tidegate/protocol';
import { receivedHeader } from './auth/received.ts';
import type { WireAnswer } from './http/wire.ts';
import { keptAddress } from './links/address.ts';
import { checkType } from './links/limited-store.ts';
import { created, tellEvents } from './operation-events.ts';
import { cleanFileName } from './pages/file-name.ts';
import { ShareRefusal } from './pages/share-refusal.ts';
import { authorize } from './policy/authorize.ts';
import { originOf as eventOrigin } from './request-events.ts';
import { freeKey } from './request-free-key.ts';
import { appendedBody } from './request-resumable.ts';
import { factsOfShared, originOf, type SharedRequest, shownShareId } from './request-shared.ts';
import { callerOf } from './request-shared-file.ts';
import { inTus, readAsk } from './resumable/dialect.ts';
import { ResumableUpload, type UploadStand } from './resumable/resumable-upload.ts';
import { Sha256State } from './resumable/sha256-state.ts';
import { silentEvent } from './stores/link-notes.ts';
import type { ResumableRecord } from './stores/resumable-store.ts';
import { newShareToken, shareFolder } from './stores/share-store.ts';

/** An upload that nobody goes on with is given up after so long. */
const keptMs = 7 * 86_400_000;
const uploadId = /^[0-9A-Za-z]{22}$/;

/** Whether a request to a file request is about one file in pieces (SHR-28). */
export function isRequestUpload({ wire, query }: SharedRequest): boolean {
  return receivedHeader(wire.rawHeaders, 'tus-resumable') !== undefined || query.has('upload');
}

/**
 * SHR-28: a file in pieces, by tus. `POST /s/<token>/<name>` begins one and says where it goes on; a GET there answers the receipt
 * of one that is whole.
 */
export async function answerRequestUpload(shared: SharedRequest): Promise<WireAnswer> {
  try {
    return await answerTus(shared);
  } catch (error) {
    throw inTus(error);
  }
}

async function answerTus(shared: SharedRequest): Promise<WireAnswer> {
  const { wire, query } = shared;
  if (wire.method === 'POST') return await beginUpload(shared);
  const id = query.get('upload') ?? '';
  const record = uploadId.test(id) ? await shared.server.resumables.read(stateId(shared, id)) : undefined;
  if (record === undefined) throw refusal('NoSuchUpload', { UploadId: id });
  if (wire.method === 'GET') return receiptOf(shared, record, id);
  const ask = readAsk(wire.method, (name) => receivedHeader(wire.rawHeaders, name));
  const upload = uploadOf(shared, record.key, id);
  switch (ask.action) {
    case 'look': {
      const stand = await upload.look();
      if (stand.made !== undefined) await finish(shared, stand, id);
      return standing(shared, 200, stand);
    }
    case 'append': {
      const stand = await upload.append(ask, appendedBody(wire));
      if (stand.made !== undefined) await finish(shared, stand, id);
      return standing(shared, 204, stand);
    }
    case 'end':
      await upload.end();
      await shared.desk.shares.releaseKey(record.bucket, record.key);
      return { status: 204, headers: tus, body: undefined, note: shared.note };
    case 'create':
      throw new ShareRefusal('ShareMethod', { allow: 'GET, HEAD, PATCH, DELETE' });
  }
}

const tus: readonly (readonly [string, string])[] = [['Tus-Resumable', '1.0.0']];

async function beginUpload(shared: SharedRequest): Promise<WireAnswer> {
  const { wire, use, name, share, desk, server, path } = shared;
  const clean = name === undefined ? undefined : cleanFileName(name);
  if (clean === undefined) throw new ShareRefusal('ShareName');
  const ask = readAsk('POST', (header) => receivedHeader(wire.rawHeaders, header));
  checkType(use.terms, ask.type);
  const { bucket } = share.target;
  const operation = { name: 'PutObject', action: 's3:PutObject' };
  const target = { bucket, key: shareFolder(share.target) + clean };
  const facts = factsOfShared(shared);
  await authorize({ caller: callerOf(shared), operation, target, input: {}, facts }, server.tools);
  const id = (await spareId(shared)) ?? newShareToken(desk.random);
  const key = await freeKey(shared, clean);
  try {
    const owner = (await server.tools.store.readBucket(bucket))?.owner ?? {
      id: shared.key.account.id,
      displayName: shared.key.account.displayName,
    };
    const write = { owner, acl: 'private', contentType: ask.type, headers: {}, metadata: {} } as const;
    const upload = uploadOf(shared, key, id);
    await upload.create({ ...ask, metadata: clean }, async (objects) => {
      const made = await objects.createUpload({ bucket, key, write, checksum: undefined });
      return made.uploadId;
    });
    // Only an empty file is whole already.
    const empty = { ...ask, action: 'append', offsetBytes: 0, bodyBytes: 0 } as const;
    const stand = ask.lengthBytes === 0 ? await upload.append(empty, appendedBody(wire)) : undefined;
    if (stand?.made !== undefined) await finish(shared, stand, id);
  } catch (error) {
    await desk.shares.releaseKey(bucket, key);
    throw error;
  }
  const headers = [...tus, ['Location', `${path}/${encodeURIComponent(clean)}?upload=${id}`] as const];
  return { status: 201, headers, body: undefined, note: shared.note };
}

/** One that was given up by the same sender, whose use is there for another file. */
async function spareId(shared: SharedRequest): Promise<string | undefined> {
  const id = shared.query.get('upload') ?? '';
  const record = uploadId.test(id) ? await shared.server.resumables.read(stateId(shared, id)) : undefined;
  return record?.state === 'ended' ? id : undefined;
}

function uploadOf({ server, use, share }: SharedRequest, key: string, id: string): ResumableUpload {
  const lastMs = server.tools.clock.nowMs() + keptMs;
  return new ResumableUpload({
    state: server.resumables,
    running: server.runningUploads,
    objects: server.tools.store,
    bounds: server.tools.limits,
    use,
    target: { bucket: share.target.bucket, key },
    id: stateId({ share }, id),
    wantsDigest: true,
    condition: { ifNoneMatch: ['*'] },
    endsAtMs: Math.min(share.expiresAtMs ?? lastMs, lastMs),
  });
}

function stateId({ share }: Pick<SharedRequest, 'share'>, id: string): string {
  return `${share.linkId}/${id}`;
}

/** Notes that a file is there, once: a crash may come between, and the next who asks sees to it. */
async function finish(shared: SharedRequest, { record, made }: UploadStand, id: string): Promise<void> {
  const { desk, share, server, wire } = shared;
  const atMs = server.tools.clock.nowMs();
  const client = keptAddress(wire.client.address, desk.clientAddress());
  const { bucket, key, offsetBytes } = record;
  const file = {
    name: sentName(record),
    key,
    sizeBytes: offsetBytes,
    sha256: digestOf(record),
    atMs,
    receiptId: receiptIdOf(id),
    client,
  };
  await desk.shares.finishFile(share.linkId, bucket, file);
  if (made !== undefined) {
    const events = [created('CompleteMultipartUpload', made)];
    await tellEvents(server.tools, bucket, events, eventOrigin(undefined, wire, server));
  }
  server.links.store.append({
    ...silentEvent('request.uploaded', atMs, share.linkId),
    bytes: offsetBytes,
    client,
  });
}

async function receiptOf(shared: SharedRequest, record: ResumableRecord, id: string): Promise<WireAnswer> {
  if (record.state !== 'complete') throw refusal('NoSuchUpload', { UploadId: id });
  const { desk, share, server, note } = shared;
  const name = sentName(record);
  // Its writer may have been killed before it was noted.
  await desk.shares.finishFile(share.linkId, record.bucket, {
    name,
    key: record.key,
    sizeBytes: record.offsetBytes,
    sha256: digestOf(record),
    atMs: server.tools.clock.nowMs(),
    receiptId: receiptIdOf(id),
    client: '',
  });
  const receipt = desk.receipts.sign({
    receipt: receiptIdOf(id),
    server: originOf(shared),
    request: shownShareId(share),
    time: new Date(server.tools.clock.nowMs()).toISOString(),
    files: [{ name, key: shareFolder(share.target) + name, size: record.offsetBytes, sha256: digestOf(record) }],
  });
  return { status: 200, headers: [['Content-Type', 'application/json']], body: `${JSON.stringify(receipt)}\n`, note };
}

/** As it was sent: under which number it lies, the owner alone is told (SHR-23). */
function sentName({ metadata }: ResumableRecord): string {
  return metadata ?? 'file';
}

function digestOf({ digest }: ResumableRecord): string {
  return new Sha256State(digest).digest();
}

/** Of an upload always the same, so that a lost answer is not a lost receipt. */
function receiptIdOf(id: string): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const hash = createHash('sha256').update(`receipt ${id}`).digest();
  return `rc_${Array.from(hash.subarray(0, 16), (byte) => letters[byte % 32] ?? '').join('')}`;
}

function standing({ note }: SharedRequest, status: number, { record }: UploadStand): WireAnswer {
  const headers: (readonly [string, string])[] = [...tus, ['Upload-Offset', String(record.offsetBytes)]];
  if (record.lengthBytes !== undefined) headers.push(['Upload-Length', String(record.lengthBytes)]);
  return { status, headers, body: undefined, note };
}
