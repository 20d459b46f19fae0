import { CompleteMultipartUpload, combineChecksums, textOf, writeDocument } from '@tidegate/protocol';
import { CliError, exitCodes, failureOf } from '../core/errors.ts';
import { headerText } from '../s3/s3-answer.ts';
import type { S3Body, S3Client } from '../s3/s3-client.ts';

/** The parts of an upload in their order; each is prepared just before it is sent. */
export type PartSource = AsyncIterable<() => Promise<S3Body>> | Iterable<() => Promise<S3Body>>;

/** What a multipart upload needs to know. */
export type MultipartPlan = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parallel: number;
  /** Leave the parts that were sent when the upload fails or is interrupted. */
  readonly keepParts: boolean;
  /** The store checks and keeps a CRC-64/NVME of the whole; each part brings its own. */
  readonly checksum?: boolean;
  /** Instead of it: the SHA-256 of each part, which more stores know. */
  readonly partHashes?: boolean;
  /** An upload that was begun before: parts of it that are the same are not sent again. */
  readonly goOnWith?: OpenUpload | undefined;
  /** Told of a part that was there already. */
  readonly onSkipped?: (sizeBytes: number) => void;
};

/** An upload that was begun before, and the parts that it has: number → ETag. */
export type OpenUpload = {
  readonly uploadId: string;
  readonly partBytes: number;
  readonly etags: ReadonlyMap<number, string>;
};

type Part = {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksumCRC64NVME?: string;
  readonly sha256?: string;
  readonly sizeBytes?: number;
};
const partsMost = 10_000;

/** Sends parts, `parallel` at a time, and joins them. Whatever fails, the parts are taken away again. @returns the ETag */
export function uploadParts(source: PartSource, plan: MultipartPlan): Promise<string | undefined> {
  return withUpload(plan, (uploadId) =>
    sendAll(source, plan.parallel, (prepare, partNumber) => sendPart(prepare, partNumber, uploadId, plan)),
  );
}

/** Starts an upload, has its parts made, completes it; aborts it when anything goes wrong. */
export async function withUpload(
  plan: MultipartPlan,
  makeParts: (uploadId: string) => Promise<readonly Part[]>,
): Promise<string | undefined> {
  const { client, bucket, key } = plan;
  const about = `${bucket}/${key}`;
  // The condition of the whole belongs to its completion, not to its start.
  const { 'if-none-match': condition, ...objectHeaders } = plan.headers;
  const uploadId = plan.goOnWith?.uploadId ?? (await beginUpload(plan, objectHeaders));
  try {
    const parts = await makeParts(uploadId);
    const joined = await client.askDocument({
      method: 'POST',
      bucket,
      key,
      query: [['uploadId', uploadId]],
      headers: { ...(condition !== undefined && { 'if-none-match': condition }), ...wholeChecksum(plan, parts) },
      body: Buffer.from(
        writeDocument('CompleteMultipartUpload', CompleteMultipartUpload, {
          parts: parts.map(({ sizeBytes: _size, ...part }) => part),
        }),
      ),
      about,
    });
    return textOf(joined, 'ETag');
  } catch (error) {
    if (!plan.keepParts) await abortUpload(plan, uploadId, error);
    throw error;
  }
}

async function beginUpload(
  { client, bucket, key, checksum, partHashes }: MultipartPlan,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const started = await client.askDocument({
    method: 'POST',
    bucket,
    key,
    query: [['uploads', '']],
    headers: {
      ...headers,
      ...(checksum && { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'FULL_OBJECT' }),
      ...(partHashes && { 'x-amz-checksum-algorithm': 'SHA256' }),
    },
    about: `${bucket}/${key}`,
  });
  return textOf(started, 'UploadId') ?? '';
}

/** The CRC of all bytes, from those of the parts: the store compares it with what it has. */
function wholeChecksum({ checksum }: MultipartPlan, parts: readonly Part[]): Record<string, string> {
  if (!checksum) return {};
  const crcs = parts.flatMap(({ checksumCRC64NVME: value, sizeBytes }) =>
    value === undefined || sizeBytes === undefined ? [] : [{ value, sizeBytes }],
  );
  if (crcs.length !== parts.length) return {};
  return {
    'x-amz-checksum-crc64nvme': combineChecksums('CRC64NVME', 'FULL_OBJECT', crcs),
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
}

/** Deletes the parts, even after Ctrl-C. The call's signal is aborted then, so a separate client sends this. */
async function abortUpload(plan: MultipartPlan, uploadId: string, because: unknown): Promise<void> {
  const { bucket, key } = plan;
  const client = plan.client.afterInterrupt();
  try {
    const answer = await client.send({
      method: 'DELETE',
      bucket,
      key,
      query: [['uploadId', uploadId]],
      about: `${bucket}/${key}`,
    });
    answer.body.resume();
  } catch (error) {
    const { what } = failureOf(because);
    throw new CliError({
      exit: exitCodes.unreachable,
      what: `${what.replace(/\.$/, '')}; the uploaded parts stay in ${bucket} (upload ${uploadId}).`,
      cause: error,
    });
  }
}

async function sendPart(
  prepare: () => Promise<S3Body>,
  partNumber: number,
  uploadId: string,
  { client, bucket, key, goOnWith, onSkipped, partHashes }: MultipartPlan,
): Promise<Part> {
  if (partNumber > partsMost) {
    throw new CliError({
      exit: exitCodes.refused,
      what: `The upload has more than ${partsMost} parts.`,
      fix: 'Use a larger --part-size.',
    });
  }
  const body = await prepare();
  const sums = {
    sizeBytes: body instanceof Uint8Array ? body.length : body.sizeBytes,
    ...(!(body instanceof Uint8Array) && body.crc64 !== undefined && { checksumCRC64NVME: body.crc64 }),
    ...(!(body instanceof Uint8Array) && partHashes && { sha256: Buffer.from(body.sha256, 'hex').toString('base64') }),
  };
  const there = goOnWith?.etags.get(partNumber);
  if (there !== undefined && !(body instanceof Uint8Array) && body.md5 === there.replaceAll('"', '')) {
    onSkipped?.(sums.sizeBytes);
    return { partNumber, etag: there, ...sums };
  }
  const answer = await client.ask({
    method: 'PUT',
    bucket,
    key,
    query: [
      ['partNumber', String(partNumber)],
      ['uploadId', uploadId],
    ],
    headers: {
      ...(sums.checksumCRC64NVME !== undefined && { 'x-amz-checksum-crc64nvme': sums.checksumCRC64NVME }),
      ...(sums.sha256 !== undefined && { 'x-amz-checksum-sha256': sums.sha256 }),
    },
    body,
    about: `${bucket}/${key}`,
  });
  answer.body.resume();
  return { partNumber, etag: headerText(answer, 'etag') ?? '', ...sums };
}

/** Runs `send` for each of the source, at most `parallel` at a time; the first failure stops the rest. Results in order. */
export async function sendAll<Item, Result>(
  source: AsyncIterable<Item> | Iterable<Item>,
  parallel: number,
  send: (item: Item, number: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  let number = 0;
  for await (const item of source) {
    number += 1;
    const at = number;
    const one: Promise<void> = send(item, at).then(
      (result) => {
        results[at - 1] = result;
        running.delete(one);
      },
      (error: unknown) => {
        failures.push(error);
        running.delete(one);
      },
    );
    running.add(one);
    if (running.size >= parallel) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  return results;
}
