import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { bucket } from '@tidegate/presign';
import { bareRequest, xmlText } from '../bare-http.ts';
import { sdkFor } from '../clients/sdk.ts';
import { type Product, startProduct } from '../product-server.ts';
import { growBodies, repeatPiece, type SparseBody, seedBlock } from './sparse-bodies.ts';

/*
 * An object of 5 TiB, through the server as it is started. Its 1,024 parts of 5 GiB are copied by UploadPartCopy from bodies
 * that are holes in all but their first and last mebibyte; everything else is as for any other object.
 */
const partBytes = 5 * 2 ** 30;
const partCount = 1_024;
const most = 5_497_558_138_880;
/** Parts that are the other body, so that one part that is taken for another shows. */
const others: ReadonlySet<number> = new Set([513, 1_024]);

const one: SparseBody = {
  key: 'one',
  seed: 1,
  sizeBytes: partBytes,
  md5: '6af13142cbd8af4a281f57fc170174ef',
  crc32: 'kABDjg==',
};
const other: SparseBody = {
  key: 'other',
  seed: 2,
  sizeBytes: partBytes,
  md5: 'b0f0809943204351a911af65447e5b75',
  crc32: 'mFPxEA==',
};
const shorter: SparseBody = {
  key: 'shorter',
  seed: 1,
  sizeBytes: partBytes - 1,
  md5: 'e35dbd428418f882087ca0e7d78a5343',
  crc32: 'sDRvNA==',
};
const bodies = [one, other, shorter];
/** Of the whole object, worked out from the polynomial apart from this code. */
const wholeCrc32 = '+iCoFQ==';

let data: string;
let product: Product;
let s3: S3Client;

before(async () => {
  data = join(await mkdtemp(join(tmpdir(), 'tidegate-5tib-')), 'data');
  product = await startProduct([], data);
  await product.tidegate('mb', 'big');
  s3 = sdkFor(product);
  for (const { key, seed } of bodies) {
    await s3.send(new PutObjectCommand({ Bucket: 'big', Key: key, Body: seedBlock(seed) }));
  }
  await product.stop();
  await growBodies(data, bodies);
  product = await startProduct([], data);
  s3 = sdkFor(product);
});
after(async () => {
  await product?.stop();
  await rm(join(data, '..'), { recursive: true, force: true });
});

const at = (Key: string) => ({ Bucket: 'big', Key });

/** Copies whole bodies into the parts of an upload, some at once. @returns what Complete names */
async function copyParts(
  place: { Bucket: string; Key: string; UploadId: string },
  bodyOf: (part: number) => string,
  count = partCount,
) {
  const parts: { PartNumber: number; ETag: string; ChecksumCRC32: string }[] = [];
  let next = 1;
  const copyOn = async (): Promise<void> => {
    while (next <= count) {
      const PartNumber = next;
      next += 1;
      const copied = await s3.send(
        new UploadPartCopyCommand({ ...place, PartNumber, CopySource: `big/${bodyOf(PartNumber)}` }),
      );
      const { ETag = '', ChecksumCRC32 = '' } = copied.CopyPartResult ?? {};
      parts[PartNumber - 1] = { PartNumber, ETag, ChecksumCRC32 };
    }
  };
  await Promise.all(Array.from({ length: 8 }, copyOn));
  return parts;
}

async function rangeOf(key: string, Range: string): Promise<{ bytes: Buffer; range: string | undefined }> {
  const { Body, ContentRange } = await s3.send(new GetObjectCommand({ ...at(key), Range }));
  assert.ok(Body !== undefined);
  return { bytes: Buffer.from(await Body.transformToByteArray()), range: ContentRange };
}

const links = () =>
  bucket('big', {
    endpoint: product.endpoint,
    store: 'tidegate',
    credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
  });

async function peakMemoryBytes(): Promise<number> {
  const status = await readFile(`/proc/${product.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Names of the files that hold bodies. */
async function bodiesThere(): Promise<readonly string[]> {
  const entries = await readdir(join(data, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('an object of 1,024 parts of 5 GiB is made, attributes, read anywhere and listed; a byte more is refused and its parts stay', async () => {
  const created = await s3.send(
    new CreateMultipartUploadCommand({ ...at('whole'), ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
  );
  const place = { ...at('whole'), UploadId: created.UploadId ?? '' };
  const Parts = await copyParts(place, (part) => (others.has(part) ? 'other' : 'one'));
  const further = await s3.send(
    new UploadPartCommand({ ...place, PartNumber: partCount + 1, Body: 'x', ChecksumAlgorithm: 'CRC32' }),
  );
  const { ETag = '', ChecksumCRC32 = '' } = further;
  const tooMany = [...Parts, { PartNumber: partCount + 1, ETag, ChecksumCRC32 }];
  await assert.rejects(s3.send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: tooMany } })), {
    name: 'EntityTooLarge',
    ProposedSize: String(most + 1),
    MaxSizeAllowed: String(most),
  });
  const kept = await s3.send(new ListPartsCommand({ ...place, PartNumberMarker: '1023' }));
  assert.deepEqual(
    kept.Parts?.map(({ Size }) => Size),
    [partBytes, 1],
  );

  const whole = await s3.send(
    new CompleteMultipartUploadCommand({
      ...place,
      MultipartUpload: { Parts },
      MpuObjectSize: most,
      ChecksumCRC32: wholeCrc32,
    }),
  );
  assert.equal(whole.ChecksumCRC32, wholeCrc32);
  const head = await s3.send(new HeadObjectCommand(at('whole')));
  assert.equal(head.ContentLength, most);
  assert.equal(head.ETag, whole.ETag);
  assert.match(head.ETag ?? '', /-1024"$/);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'big', Prefix: 'whole' }));
  assert.equal(Contents?.[0]?.Size, most);
  const attributes = await s3.send(
    new GetObjectAttributesCommand({
      ...at('whole'),
      ObjectAttributes: ['ObjectSize', 'ObjectParts'],
      PartNumberMarker: '1022',
    }),
  );
  assert.equal(attributes.ObjectSize, most);
  assert.deepEqual(
    attributes.ObjectParts?.Parts?.map(({ Size }) => Size),
    [partBytes, partBytes],
  );
});

test('ranges of 5 TiB are read where they are: at either end, over parts, by their numbers, and not behind the end', async () => {
  const [first, second] = [seedBlock(1), seedBlock(2)];
  const edge = 512 * partBytes;
  const rows: readonly (readonly [asked: string, range: string, bytes: Buffer])[] = [
    ['bytes=0-15', '0-15', first.subarray(0, 16)],
    [`bytes=${2 ** 32}-${2 ** 32 + 15}`, `${2 ** 32}-${2 ** 32 + 15}`, Buffer.alloc(16)],
    [
      `bytes=${edge - 8}-${edge + 7}`,
      `${edge - 8}-${edge + 7}`,
      Buffer.concat([first.subarray(-8), second.subarray(0, 8)]),
    ],
    [`bytes=${most - 1}-`, `${most - 1}-${most - 1}`, second.subarray(-1)],
    ['bytes=-16', `${most - 16}-${most - 1}`, second.subarray(-16)],
    [`bytes=${most - 2}-${most + 2 ** 40}`, `${most - 2}-${most - 1}`, second.subarray(-2)],
  ];
  for (const [asked, range, bytes] of rows) {
    const read = await rangeOf('whole', asked);
    assert.equal(read.range, `bytes ${range}/${most}`, asked);
    assert.deepEqual(read.bytes, bytes, asked);
  }
  await assert.rejects(rangeOf('whole', `bytes=${most}-`), { name: 'InvalidRange', ActualObjectSize: String(most) });

  const part = await s3.send(new HeadObjectCommand({ ...at('whole'), PartNumber: 513 }));
  assert.equal(part.ContentLength, partBytes);
  assert.equal(part.PartsCount, partCount);
  // The whole is announced with its size, and what was asked for alone is read of it.
  const answer = await fetch(links().presignGet('whole'));
  assert.equal(answer.headers.get('content-length'), String(most));
  const reader = answer.body?.getReader();
  const chunk = await reader?.read();
  assert.deepEqual(Buffer.from(chunk?.value?.subarray(0, 16) ?? []), first.subarray(0, 16));
  await reader?.cancel();
});

test('LNK-52 LNK-55 a resumable upload takes its last byte at 5 TiB, and a length of a byte more is refused in the words of each protocol', async () => {
  const options = { maxSize: '5TiB', limits: { resumable: true, uses: 1 } } as const;
  const { url } = links().presignPut('sent on', options);
  const tus = (method: string, headers: Record<string, string>, body = '') =>
    bareRequest(url, { method, headers: { 'Tus-Resumable': '1.0.0', ...headers }, body });
  const larger = await tus('POST', { 'Upload-Length': String(most + 1) });
  assert.equal(larger.status, 413);
  assert.equal(xmlText(larger.body, 'MaxSizeAllowed'), String(most));
  assert.equal((await tus('POST', { 'Upload-Length': String(most) })).status, 201);

  // What was sent for days: two pieces are copied here, and the first is there as often as it was sent.
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'big', Prefix: 'sent on' }));
  const place = { ...at('sent on'), UploadId: Uploads[0]?.UploadId ?? '' };
  await copyParts(place, (part) => (part === 1 ? 'one' : 'shorter'), 2);
  repeatPiece(data, { key: 'sent on', pieces: partCount, receivedBytes: most - 1 });

  const head = await tus('HEAD', {});
  assert.deepEqual([head.headers['upload-offset'], head.headers['upload-length']], [String(most - 1), String(most)]);
  const bytes = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(most - 1) };
  assert.equal((await tus('PATCH', bytes, 'xy')).status, 413);
  const done = await tus('PATCH', bytes, 'x');
  assert.deepEqual([done.status, done.headers['upload-offset']], [204, String(most)]);
  assert.equal((await s3.send(new HeadObjectCommand(at('sent on')))).ContentLength, most);
  const before = seedBlock(shorter.seed).subarray(-5, -1);
  assert.deepEqual((await rangeOf('sent on', 'bytes=-5')).bytes, Buffer.concat([before, Buffer.from('x')]));

  const other = links().presignPut('by the drafts', options).url;
  const draft = (length: number) =>
    bareRequest(other, { method: 'POST', headers: { 'Upload-Complete': '?0', 'Upload-Length': String(length) } });
  const refused = await draft(most + 1);
  assert.deepEqual([refused.status, xmlText(refused.body, 'Code')], [400, 'EntityTooLarge']);
  const begun = await draft(most);
  assert.equal(begun.status, 201);
  assert.match(String(begun.headers['upload-limit']), new RegExp(`^max-size=${most}, max-age=`));
});

test('LNK-39 an upload whose link takes two parts of 5 GiB has room for them and for no byte more', async () => {
  const { uploadId } = await links().createUpload('by parts', { maxSize: '10GiB' });
  const place = { ...at('by parts'), UploadId: uploadId };
  await copyParts(place, () => 'one', 2);
  const further = new UploadPartCommand({ ...place, PartNumber: 3, Body: 'x' });
  await assert.rejects(s3.send(further), { name: 'EntityTooLarge', ProposedSize: String(2 * partBytes + 1) });
});

test('SHR-28 a file request of 5 TiB says so, takes that length and no more', async () => {
  const made = await product.tidegate('request', 'create', 'big/in/', '--max-bytes', '5TiB', '--json');
  const { url }: { url: string } = JSON.parse(made);
  const about = await fetch(url);
  assert.equal((await about.json()).maxBytes, most);
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  assert.match(await page.text(), /At most 5\sTiB per file/);
  const begin = (length: number) =>
    fetch(`${url}/film.mov`, {
      method: 'POST',
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(length) },
    });
  assert.equal((await begin(most + 1)).status, 413);
  assert.equal((await begin(most)).status, 201);
});

test('5 TiB is what the command line tells to the byte, and what the page of a share says', async () => {
  assert.match(await product.tidegate('ls', 'big/whole'), new RegExp(`\\b${most}\\b`));
  const made = await product.tidegate('share', 'create', 'big/whole', '--json');
  const { url }: { url: string } = JSON.parse(made);
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  assert.match(await page.text(), /5\.0\sTiB/);
});

test('a copy of the whole in one request is refused; what was made is in order, and deleting it gives the room back', async () => {
  const copy = new CopyObjectCommand({ ...at('copied'), CopySource: 'big/whole' });
  await assert.rejects(s3.send(copy), { name: 'InvalidRequest' });
  // Anything wrong would be another exit code.
  await product.tidegate('check', data, '--fast');
  await product.tidegate('rb', 'big', '--force', '--yes');
  while ((await bodiesThere()).length > 0) await setTimeout(50);
  const peak = await peakMemoryBytes();
  console.log(`the server took ${Math.round(peak / 2 ** 20)} MiB of memory at most`);
  assert.ok(peak < 512 * 2 ** 20, `${peak} bytes of memory`);
});
