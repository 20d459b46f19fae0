import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createChecksum } from '@tidegate/protocol';
import { CliError, exitCodes } from '../core/errors.ts';
import { headerText } from '../s3/s3-answer.ts';
import type { S3Body, S3Client } from '../s3/s3-client.ts';
import type { Progress } from '../terminal/progress.ts';
import { type PartSource, uploadParts } from './multipart.ts';
import { findOpenUpload } from './resume-upload.ts';

/** Above this size an upload goes in parts, several at a time. */
const singleMostBytes = 64 * 1024 * 1024;

const streamPartBytes = 16 * 1024 * 1024;
const partLeastBytes = 16 * 1024 * 1024;
const partsMost = 10_000;

/** Where an upload goes and how. */
export type UploadPlan = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Of the object: type, condition. */
  readonly headers: Readonly<Record<string, string>>;
  readonly parallel: number;
  readonly partBytes: number | undefined;
  readonly keepParts: boolean;
  readonly progress: Progress;
  /** The store checks a CRC-64/NVME of all bytes, and keeps it. */
  readonly checksum?: boolean;
  /** An upload of the same key that was begun before goes on; what fails can go on later. */
  readonly resume?: boolean;
};

/** What was stored. */
export type Stored = {
  readonly sizeBytes: number;
  readonly etag: string | undefined;
  /** The ETag of the object that was read, where one was. */
  readonly sourceEtag?: string | undefined;
  /** The CRC-64/NVME of all bytes that was compared, in base64. */
  readonly crc64?: string | undefined;
};

/** Uploads a file: in one request up to 64 MiB, else in parallel parts. @throws CliError */
export async function uploadFile(path: string, plan: UploadPlan): Promise<Stored> {
  const handle = await openFile(path);
  let sizeBytes: number;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw new CliError({
        exit: exitCodes.wrongUse,
        what: `${path} is not a file.`,
        ...(stats.isDirectory() && { fix: 'Add  -r  for whole folders.' }),
      });
    }
    sizeBytes = stats.size;
  } finally {
    await handle.close();
  }
  if (sizeBytes <= singleMostBytes) return putWhole(await fileSlice(path, 0, sizeBytes, plan), plan);
  const goOnWith = plan.resume ? await findOpenUpload(plan) : undefined;
  const slice = (start: number, endBytes: number) => fileSlice(path, start, endBytes, plan, goOnWith !== undefined);
  const partBytes =
    goOnWith?.partBytes ?? plan.partBytes ?? Math.max(partLeastBytes, Math.ceil(sizeBytes / (partsMost - 1000)));
  if (Math.ceil(sizeBytes / partBytes) > partsMost) {
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: `${path} would have more than ${partsMost} parts of ${partBytes} bytes.`,
      fix: 'Use a larger --part-size.',
    });
  }
  const parts: PartSource = {
    *[Symbol.iterator]() {
      for (let start = 0; start < sizeBytes; start += partBytes) {
        yield () => slice(start, Math.min(sizeBytes, start + partBytes));
      }
    },
  };
  const etag = await uploadParts(parts, {
    ...plan,
    keepParts: plan.keepParts || plan.resume === true,
    goOnWith,
    onSkipped: (bytes) => plan.progress.moved(bytes),
  });
  return { sizeBytes, etag };
}

async function openFile(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new CliError({ exit: exitCodes.notFound, what: `The file ${path} does not exist.` });
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: `The file ${path} cannot be read (${String(code)}).`,
      cause: error,
    });
  }
}

/** A part of a file with its hash; it is read twice, the second time from the page cache, so that no part stays in memory. */
async function fileSlice(
  path: string,
  start: number,
  endBytes: number,
  { progress, checksum }: UploadPlan,
  isCompared = false,
): Promise<S3Body> {
  if (endBytes === start) return new Uint8Array();
  const range = { start, end: endBytes - 1, highWaterMark: 256 * 1024 };
  const hash = createHash('sha256');
  const md5 = isCompared ? createHash('md5') : undefined;
  const crc64 = checksum ? createChecksum('CRC64NVME') : undefined;
  for await (const chunk of createReadStream(path, range)) {
    hash.update(chunk);
    md5?.update(chunk);
    crc64?.update(chunk);
  }
  let sentBytes = 0;
  return {
    sizeBytes: endBytes - start,
    sha256: hash.digest('hex'),
    ...(md5 !== undefined && { md5: md5.digest('hex') }),
    ...(crc64 !== undefined && { crc64: crc64.digest() }),
    open() {
      progress.moved(-sentBytes);
      sentBytes = 0;
      const stream = createReadStream(path, range);
      stream.on('data', (chunk) => {
        sentBytes += chunk.length;
        progress.moved(chunk.length);
      });
      stream.pause();
      return stream;
    },
  };
}

/**
 * Uploads what a stream gives, whose size nobody knows: parts are gathered in memory (16 MiB, 64 MiB after the thousandth), so that
 * each can be sent again. @throws CliError
 */
export async function uploadStream(source: Readable, plan: UploadPlan): Promise<Stored> {
  const parts = gatherParts(source, plan.partBytes ?? streamPartBytes);
  const first = (await parts.next()).value ?? Buffer.alloc(0);
  const second = await parts.next();
  if (second.done) {
    plan.progress.moved(first.length);
    return putWhole(first, plan);
  }
  let sizeBytes = 0;
  const count = (part: Buffer) => {
    sizeBytes += part.length;
    return () => {
      plan.progress.moved(part.length);
      return Promise.resolve(plan.checksum ? bodyWithCrc(part) : part);
    };
  };
  const all: PartSource = {
    async *[Symbol.asyncIterator]() {
      yield count(first);
      yield count(second.value);
      for await (const part of parts) yield count(part);
    },
  };
  const etag = await uploadParts(all, plan);
  return { sizeBytes, etag };
}

async function* gatherParts(source: Readable, firstPartBytes: number): AsyncGenerator<Buffer, undefined> {
  let chunks: Buffer[] = [];
  let heldBytes = 0;
  let made = 0;
  for await (const chunk of source) {
    let rest: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    while (rest.length > 0) {
      const partBytes = made < 1000 ? firstPartBytes : firstPartBytes * 4;
      const taken = rest.subarray(0, partBytes - heldBytes);
      chunks.push(taken);
      heldBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (heldBytes < partBytes) continue;
      yield Buffer.concat(chunks);
      made += 1;
      chunks = [];
      heldBytes = 0;
    }
  }
  if (heldBytes > 0 || made === 0) yield Buffer.concat(chunks);
  return undefined;
}

async function putWhole(body: S3Body, plan: UploadPlan): Promise<Stored> {
  const { client, bucket, key } = plan;
  const headers: Record<string, string> = {
    ...plan.headers,
    ...(plan.checksum && { 'x-amz-checksum-crc64nvme': crcOf(body) }),
  };
  const answer = await client.ask({ method: 'PUT', bucket, key, headers, body, about: `${bucket}/${key}` });
  answer.body.resume();
  const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
  return { sizeBytes, etag: headerText(answer, 'etag'), crc64: headers['x-amz-checksum-crc64nvme'] };
}

function crcOf(body: S3Body): string {
  if (!(body instanceof Uint8Array) && body.crc64 !== undefined) return body.crc64;
  const crc64 = createChecksum('CRC64NVME');
  if (body instanceof Uint8Array) crc64.update(body);
  return crc64.digest();
}

/** A part in memory with its CRC. */
function bodyWithCrc(part: Buffer): S3Body {
  return {
    sizeBytes: part.length,
    sha256: createHash('sha256').update(part).digest('hex'),
    crc64: crcOf(part),
    open: () => Readable.from([part]),
  };
}
