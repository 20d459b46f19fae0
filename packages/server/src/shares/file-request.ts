import { createHash } from 'node:crypto';
import { refusal, S3Error } from '@tidegate/protocol';
import { underRules } from '../auth/body-rules.ts';
import { type ByteSource, bytesOf, streamOf } from '../auth/body-source.ts';
import { formParts } from '../auth/post-form.ts';
import { receivedHeader } from '../auth/received.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import { deniedLink } from '../links/denied-link.ts';
import { checkSize, checkType, limitedStore } from '../links/limited-store.ts';
import type { LinkUse } from '../links/link-use.ts';
import { WriteBodyRules } from '../links/write-body.ts';
import { cleanFileName } from '../pages/file-name.ts';
import { headersOfPage } from '../pages/page.ts';
import { refusalWords } from '../pages/page-refusal.ts';
import type { Receipt } from '../pages/receipt.ts';
import { receivedPage, requestPage } from '../pages/request-page.ts';
import { ShareRefusal } from '../pages/share-refusal.ts';
import { uploadScriptPath } from '../pages/upload-script.ts';
import { type Admission, performable } from '../s3/admission.ts';
import { pageOutput } from '../s3/link-output.ts';
import type { Output } from '../s3/operation.ts';
import { created } from '../s3/operation-events.ts';
import { pageFrameOf, wordingOf } from '../s3/page-frame.ts';
import { type FileCounts, type ReceivedFile, shareFolder } from '../stores/links/share-store.ts';
import { reportFile, reportRefusedFile, senderOf } from './received-file.ts';
import { keepReserved, reserveFile } from './reserve-file.ts';
import { isRequestUpload, receiveUpload } from './resumable-upload.ts';
import { admitShared, authorizeShared, type SharedRequest, shownShareId } from './shared-request.ts';

const receiptLetters = 'abcdefghijklmnopqrstuvwxyz234567';

/** A file as it arrives. */
type Incoming = {
  readonly name: string;
  readonly contentType: string | undefined;
  readonly source: ByteSource;
  /** undefined: a part of a form says nothing of its length. */
  readonly declaredBytes: number | undefined;
};

/** A file that was taken. */
type Taken = { readonly name: string; readonly key: string; readonly sizeBytes: number; readonly sha256: string };

/** Admits a request to a file request: for its page, or with files (SHR-20). Each file is judged by its own name. */
export async function admitFileRequest(shared: SharedRequest): Promise<Admission | WireAnswer> {
  const receive = receiverOf(shared);
  if (receive === undefined) return await about(shared);
  const permit = await authorizeShared(shared, { name: 'ReceiveFiles', action: 'public' }, '');
  const operation = performable('ReceiveFiles', 'POST', () => receive(shared));
  return admitShared(shared, operation, permit, { consumes: 'self' });
}

/** undefined: the request sends nothing. @throws ShareRefusal ShareMethod */
function receiverOf(shared: SharedRequest): ((shared: SharedRequest) => Promise<Output<never>>) | undefined {
  if (isRequestUpload(shared)) return receiveUpload;
  switch (shared.wire.method) {
    case 'GET':
    case 'HEAD':
      return undefined;
    case 'PUT':
      return receiveOne;
    case 'POST':
      return receiveForm;
    default:
      throw new ShareRefusal('ShareMethod', { allow: 'GET, HEAD, PUT, POST' });
  }
}

/** What the request takes. Never what it has taken, nor whether a name is taken (SHR-23). */
async function about(shared: SharedRequest): Promise<WireAnswer> {
  const { share, path, isVisitor, note, name } = shared;
  if (name !== undefined && name !== '') throw new ShareRefusal('ShareMethod', { allow: 'PUT' });
  const { title, limits, expiresAtMs, note: words } = share;
  if (isVisitor) {
    await checkNotFull(shared);
    const nonce = Buffer.from(shared.context.random.bytes(16)).toString('base64');
    const frame = pageFrameOf(shared.wire, shared.server);
    const parts = { title, note: words, limits, endsAtMs: expiresAtMs, action: path };
    const body = requestPage(parts, frame, { src: uploadScriptPath, nonce });
    return { status: 200, headers: headersOfPage(frame, nonce), body, note };
  }
  const { uses = null, maxBytes = null, totalBytes = null, types = [] } = limits;
  const ends = expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString();
  const takes = { maxFiles: uses, maxBytes, totalBytes, types };
  const body = `${JSON.stringify({ title: title ?? 'Send files', note: words ?? null, ...takes, expiresAt: ends })}\n`;
  return { status: 200, headers: [['Content-Type', 'application/json']], body, note };
}

/**
 * SHR-26: nobody is asked for files when all that are taken have come. One that is on its way, or was cut, holds its place, and
 * its sender needs the page to resume it.
 */
async function checkNotFull({ use, share, context }: SharedRequest): Promise<void> {
  const { uses, totalBytes } = use.terms ?? {};
  if (uses === undefined && totalBytes === undefined) return;
  const came = await context.shares.countFiles(share.linkId);
  if (uses !== undefined && came.files >= uses) throw deniedLink('LinkUsesSpent', {});
  if (totalBytes !== undefined && came.bytes >= totalBytes) throw deniedLink('LinkBytesSpent', {});
}

/** `PUT /s/<id>/<name>`: one file. */
async function receiveOne(shared: SharedRequest): Promise<Output<never>> {
  const { wire, use, name } = shared;
  const clean = name === undefined ? undefined : cleanFileName(name);
  if (clean === undefined) throw new ShareRefusal('ShareName');
  const length = receivedHeader(wire.rawHeaders, 'content-length');
  if (length === undefined) throw refusal('MissingContentLength', {});
  const receiptId = newReceiptId(shared);
  const incoming = {
    name: clean,
    contentType: receivedHeader(wire.rawHeaders, 'content-type'),
    source: bytesOf(wire.body),
    declaredBytes: Number(length),
  };
  const taken = await take(shared, use, incoming, receiptId);
  return received(shared, receiptId, [taken], []);
}

/** A form with any number of files; what is refused is told beside what was taken. */
async function receiveForm(shared: SharedRequest): Promise<Output<never>> {
  const { wire, useAgain } = shared;
  wire.expectBody();
  const taken: Taken[] = [];
  const refused: { readonly name: string; readonly why: string; readonly reason: string }[] = [];
  const words = wordingOf(wire);
  let first: unknown;
  const receiptId = newReceiptId(shared);
  for await (const part of formParts(bytesOf(wire.body), receivedHeader(wire.rawHeaders, 'content-type') ?? '')) {
    // A browser sends a part without a name for a field where nothing was chosen.
    if (part.filename === undefined || part.filename === '') continue;
    const name = cleanFileName(part.filename);
    try {
      if (name === undefined) throw new ShareRefusal('ShareName');
      const incoming = { name, contentType: part.contentType, source: part.bytes, declaredBytes: undefined };
      taken.push(await take(shared, useAgain(), incoming, receiptId));
    } catch (error) {
      if (!(error instanceof S3Error || error instanceof ShareRefusal) || wire.signal.aborted) throw error;
      first ??= error;
      const facts = error instanceof S3Error ? error : { code: error.reason, reason: error.reason };
      const reason = facts.reason ?? facts.code;
      refused.push({ name: name ?? '?', why: refusalWords(facts, words).detail, reason });
    }
  }
  if (taken.length === 0) throw first ?? new ShareRefusal('ShareName');
  for (const { reason } of refused) reportRefusedFile(shared, reason);
  return received(
    shared,
    receiptId,
    taken,
    refused.map(({ name, why }) => ({ name, why })),
  );
}

/**
 * SHR-22: takes one file under a name that nothing has. The name is reserved first, so that of two senders of one name each gets
 * its own; whoever writes the key by S3 meanwhile wins, and the sender is asked to try again.
 */
async function take(shared: SharedRequest, use: LinkUse, incoming: Incoming, receiptId: string): Promise<Taken> {
  const { server, share, context, wire, facts } = shared;
  const { bucket } = share.target;
  const { terms } = use;
  const { clock, limits, store } = server.tools;
  checkType(terms, incoming.contentType); //                       LinkTypeNotAllowed
  if (terms !== undefined && incoming.declaredBytes !== undefined) checkSize(terms, incoming.declaredBytes);
  const maxBytes = limits.maxSinglePutBytes;
  if ((incoming.declaredBytes ?? 0) > maxBytes) {
    throw refusal('EntityTooLarge', { ProposedSize: incoming.declaredBytes ?? 0, MaxSizeAllowed: maxBytes });
  }
  const wanted = shareFolder(share.target) + incoming.name;
  await authorizeShared(shared, { name: 'PutObject', action: 's3:PutObject' }, wanted);
  // Files and bytes are the request's own to count; what the link counts are its clients.
  await use.claim({ kind: 'free', lengthBytes: 0 }); //            LinkClientsSpent
  let key: string | undefined;
  let endKeeping: (() => void) | undefined;
  try {
    const place = await reserveFile({ ...shared, use }, incoming.name, incoming.declaredBytes); // LinkUsesSpent, LinkBytesSpent
    key = place.key;
    endKeeping = keepReserved(shared, place.key);
    use.watch(wire.breakBody);
    wire.expectBody();
    let sizeBytes = 0;
    const hash = createHash('sha256');
    const counted = counting(incoming.source, (chunk) => {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
    });
    const rules = terms === undefined ? undefined : new WriteBodyRules(terms, place.mostBytes, use.pace(wire.signal));
    const stream = streamOf(rules === undefined ? counted : underRules(counted, rules));
    const expect = { checksums: {}, compute: [], ...sizeOf(incoming) };
    const owner = (await store.readBucket(bucket))?.owner ?? {
      id: shared.key.account.id,
      displayName: shared.key.account.displayName,
    };
    let file: ReceivedFile | undefined;
    let counts: FileCounts | undefined;
    // In the transaction that makes the object visible: it may run twice, and the hash ends once.
    const guard = (): void => {
      use.guard();
      const { name } = incoming;
      const atMs = clock.nowMs();
      file ??= {
        name,
        key: place.key,
        sizeBytes,
        sha256: hash.digest('hex'),
        atMs,
        receiptId,
        client: senderOf(shared),
      };
      counts = context.shares.finishFile(facts, bucket, file);
      if (counts === undefined) throw new S3Error({ code: 'SlowDown' });
    };
    const record = await limitedStore(store, { terms, guard }).putObject(
      { bucket, key: place.key },
      stream,
      { owner, acl: 'private', contentType: incoming.contentType, headers: {}, metadata: {}, expect },
      { ifNoneMatch: ['*'] },
    );
    use.settle(0);
    if (file === undefined || counts === undefined) throw new Error('A file was stored and not counted.');
    await reportFile(shared, file, counts, created('Put', record));
    return { name: incoming.name, key: wanted, sizeBytes, sha256: file.sha256 };
  } catch (error) {
    use.giveBack();
    if (key !== undefined) await context.shares.releaseFile(bucket, key);
    if (error instanceof S3Error && error.code === 'PreconditionFailed')
      throw new ShareRefusal('ShareBusy', { 'retry-after': '1' });
    throw error;
  } finally {
    endKeeping?.();
  }
}

function sizeOf({ declaredBytes }: Incoming): { readonly sizeBytes?: number } {
  return declaredBytes === undefined ? {} : { sizeBytes: declaredBytes };
}

async function* counting(source: ByteSource, tell: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    tell(chunk);
    yield chunk;
  }
}

function newReceiptId({ context }: SharedRequest): string {
  const letters = [...context.random.bytes(16)].map((byte) => receiptLetters[byte % 32] ?? '');
  return `rc_${letters.join('')}`;
}

function received(
  { wire, server, context, share, path, isVisitor }: SharedRequest,
  receiptId: string,
  taken: readonly Taken[],
  refused: readonly { readonly name: string; readonly why: string }[],
): Output<never> {
  const atMs = server.tools.clock.nowMs();
  const receipt: Receipt = context.receipts.sign({
    receipt: receiptId,
    server: context.publicEndpoint ?? addressOf(wire),
    request: shownShareId(share),
    time: new Date(atMs).toISOString(),
    files: taken.map(({ name, key, sizeBytes, sha256 }) => ({ name, key, size: sizeBytes, sha256 })),
  });
  if (isVisitor) {
    const frame = pageFrameOf(wire, server);
    const shown = { receiptId, receipt: JSON.stringify(receipt), files: taken, refused, again: path, atMs };
    return pageOutput(receivedPage(shown, frame), frame);
  }
  // Refused files are reported beside the receipt, not in it: they are no part of what is signed.
  const body = refused.length > 0 ? { receipt, refused } : receipt;
  return {
    status: refused.length > 0 ? 207 : 201,
    headers: { 'x-tidegate-refused': refused.length > 0 ? refused.length : undefined },
    text: { contentType: 'application/json', text: `${JSON.stringify(body)}\n` },
  };
}

function addressOf({ client, forwardedHost, rawHeaders }: WireRequest): string {
  return `${client.secure ? 'https' : 'http'}://${forwardedHost ?? receivedHeader(rawHeaders, 'host') ?? ''}`;
}
