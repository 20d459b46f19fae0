import { createHash } from 'node:crypto';
import { refusal, S3Error } from '@tidegate/protocol';
import { receivedHeader } from '../auth/received.ts';
import { checkSize, checkType } from '../links/limited-store.ts';
import { inTus, ProtocolRefusal, readAsk } from '../links/resumable/dialect.ts';
import { ResumableUpload, type UploadStand } from '../links/resumable/resumable-upload.ts';
import { Sha256State } from '../links/resumable/sha256-state.ts';
import { cleanFileName } from '../pages/file-name.ts';
import { ShareRefusal } from '../pages/share-refusal.ts';
import type { Output } from '../s3/operation.ts';
import { created } from '../s3/operation-events.ts';
import { appendedBody } from '../s3/resumable.ts';
import { type FileCounts, newShareToken, type ReceivedFile, shareFolder } from '../stores/links/share-store.ts';
import type { ResumableRecord } from '../stores/objects/resumable-store.ts';
import { reportFile, senderOf } from './received-file.ts';
import { reserveFile } from './reserve-file.ts';
import { authorizeShared, originOf, type SharedRequest, shownShareId } from './shared-request.ts';

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
export async function receiveUpload(shared: SharedRequest): Promise<Output<never>> {
  try {
    return await receiveTus(shared);
  } catch (error) {
    throw inTus(error);
  }
}

async function receiveTus(shared: SharedRequest): Promise<Output<never>> {
  const { wire, query } = shared;
  if (wire.method === 'POST') return await beginUpload(shared);
  const id = query.get('upload') ?? '';
  const record = uploadId.test(id) ? await shared.server.resumables.read(stateId(shared, id)) : undefined;
  if (record === undefined) throw refusal('NoSuchUpload', { UploadId: id });
  if (wire.method === 'GET') return receiptOf(shared, record, id);
  const ask = readAsk(wire.method, (name) => receivedHeader(wire.rawHeaders, name));
  const arriving = uploadOf(shared, record.key, id);
  try {
    switch (ask.action) {
      case 'look':
        return standing(200, await arriving.finished(await arriving.upload.readProgress()));
      case 'append':
        return standing(204, await arriving.finished(await arriving.upload.append(ask, appendedBody(wire))));
      case 'end':
        await arriving.upload.end();
        await shared.context.shares.releaseFile(record.bucket, record.key);
        return { status: 204, headers: tus };
      case 'create':
        throw new ShareRefusal('ShareMethod', { allow: 'GET, HEAD, PATCH, DELETE' });
    }
  } catch (error) {
    // Its parts are gone: nothing can come of it any more.
    if (record.state === 'open' && error instanceof S3Error && error.code === 'NoSuchUpload') {
      await shared.context.shares.releaseFile(record.bucket, record.key);
    }
    throw error;
  }
}

const tus = { 'Tus-Resumable': '1.0.0' };

async function beginUpload(shared: SharedRequest): Promise<Output<never>> {
  const { wire, use, name, share, context, server, path, query } = shared;
  const clean = name === undefined ? undefined : cleanFileName(name);
  if (clean === undefined) throw new ShareRefusal('ShareName');
  const ask = readAsk('POST', (header) => receivedHeader(wire.rawHeaders, header));
  checkType(use.terms, ask.type);
  if (use.terms !== undefined && ask.lengthBytes !== undefined) checkSize(use.terms, ask.lengthBytes);
  // What it reserves of the bytes of all files has to be known.
  if (ask.lengthBytes === undefined && use.terms?.totalBytes !== undefined) throw refusal('MissingContentLength', {});
  const { bucket } = share.target;
  const wantedKey = shareFolder(share.target) + clean;
  await authorizeShared(shared, { name: 'PutObject', action: 's3:PutObject' }, wantedKey);
  const wanted = query.get('upload') ?? '';
  const id = uploadId.test(wanted) ? wanted : newShareToken(context.random);
  const begun = { status: 201, headers: { ...tus, Location: `${path}/${encodeURIComponent(clean)}?upload=${id}` } };
  const known = id === wanted ? await server.resumables.read(stateId(shared, id)) : undefined;
  if (known !== undefined && known.state !== 'ended') {
    // The response of its creation was lost: it is the same upload, and takes no second place.
    if (known.metadata === clean && known.lengthBytes === ask.lengthBytes) return begun;
    throw new ProtocolRefusal(409, 'This upload id belongs to another file.');
  }
  const { key } = await reserveFile(shared, clean, ask.lengthBytes); // LinkUsesSpent, LinkBytesSpent
  try {
    const owner = (await server.tools.store.readBucket(bucket))?.owner ?? {
      id: shared.key.account.id,
      displayName: shared.key.account.displayName,
    };
    const write = { owner, acl: 'private', contentType: ask.type, headers: {}, metadata: {} } as const;
    const { upload, finished } = uploadOf(shared, key, id);
    await upload.create({ ...ask, metadata: clean }, async (objects) => {
      const made = await objects.createUpload({ bucket, key, write, checksum: undefined });
      return made.uploadId;
    });
    // Only an empty file is whole already.
    const empty = { ...ask, action: 'append', offsetBytes: 0, bodyBytes: 0 } as const;
    if (ask.lengthBytes === 0) await finished(await upload.append(empty, appendedBody(wire)));
  } catch (error) {
    await context.shares.releaseFile(bucket, key);
    throw error;
  }
  return begun;
}

/** One upload of a file request: what takes its bytes, and what reports the file when it came in this request. */
type Arriving = {
  readonly upload: ResumableUpload;
  readonly finished: (stand: UploadStand) => Promise<UploadStand>;
};

function uploadOf(shared: SharedRequest, key: string, id: string): Arriving {
  const { server, use, share, context, facts } = shared;
  const { bucket } = share.target;
  const { clock, store, limits } = server.tools;
  const lastMs = clock.nowMs() + keptMs;
  let came: { readonly file: ReceivedFile; readonly counts: FileCounts } | undefined;
  const upload = new ResumableUpload({
    state: server.resumables,
    running: server.runningUploads,
    objects: store,
    bounds: limits,
    use,
    target: { bucket, key },
    id: stateId({ share }, id),
    wantsDigest: true,
    condition: { ifNoneMatch: ['*'] },
    endsAtMs: Math.min(share.expiresAtMs ?? lastMs, lastMs),
    countFile(record) {
      const file = {
        name: sentName(record),
        key,
        sizeBytes: record.offsetBytes,
        sha256: digestOf(record),
        atMs: clock.nowMs(),
        receiptId: receiptIdOf(id),
        client: senderOf(shared),
      };
      const counts = context.shares.finishFile(facts, bucket, file);
      came = counts === undefined ? undefined : { file, counts };
      return counts !== undefined;
    },
  });
  return {
    upload,
    async finished(stand) {
      const { made } = stand;
      if (made === undefined || came === undefined) return stand;
      await reportFile(shared, came.file, came.counts, created('CompleteMultipartUpload', made));
      return stand;
    },
  };
}

function stateId({ share }: Pick<SharedRequest, 'share'>, id: string): string {
  return `${share.linkId}/${id}`;
}

function receiptOf(shared: SharedRequest, record: ResumableRecord, id: string): Output<never> {
  if (record.state !== 'complete') throw refusal('NoSuchUpload', { UploadId: id });
  const { context, share, server } = shared;
  const name = sentName(record);
  const receipt = context.receipts.sign({
    receipt: receiptIdOf(id),
    server: originOf(shared),
    request: shownShareId(share),
    time: new Date(server.tools.clock.nowMs()).toISOString(),
    files: [{ name, key: shareFolder(share.target) + name, size: record.offsetBytes, sha256: digestOf(record) }],
  });
  return { text: { contentType: 'application/json', text: `${JSON.stringify(receipt)}\n` } };
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

function standing(status: 200 | 204, { record }: UploadStand): Output<never> {
  const { offsetBytes, lengthBytes } = record;
  return { status, headers: { ...tus, 'Upload-Offset': offsetBytes, 'Upload-Length': lengthBytes } };
}
