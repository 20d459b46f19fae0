import { s3Document } from '../../../data/s3.ts';
import { childrenOf, escapeXml, textOf } from '../../../data/xml.ts';
import { partBytesOf, partsOf } from './part-plan.ts';
import type { Remembered } from './remembered.ts';
import { sendBytes, untilDone } from './send.ts';

type InParts = {
  readonly bucket: string;
  readonly key: string;
  readonly file: File;
  /** Where it was begun before. */
  readonly memory: Remembered | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly completeHeaders: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onBegun: (uploadId: string, partBytes: number) => void;
  /** So many bytes the store has for good. */
  readonly onStored: (bytes: number) => void;
  readonly onSent: (bytes: number) => void;
  readonly onWait: (why: string) => void;
  readonly onCompleting: () => void;
};

const atOnce = 3;

/** Uploads a file in parts; what the store already has of it is not sent again. @throws S3Refused, ApiError */
export async function uploadInParts(upload: InParts): Promise<void> {
  const { bucket, key, file, memory, headers, completeHeaders, signal, onWait } = upload;
  const failing = new AbortController();
  const stop = AbortSignal.any([signal, failing.signal]);
  const persist = <Value>(act: () => Promise<Value>): Promise<Value> => untilDone(act, stop, onWait);
  const partBytes = memory?.partBytes ?? partBytesOf(file.size);
  const uploadId = memory?.uploadId ?? (await persist(() => begin(bucket, key, headers, stop)));
  if (memory === undefined) upload.onBegun(uploadId, partBytes);
  const stored = memory === undefined ? new Map<number, StoredPart>() : await persist(() => listParts(memory, stop));
  const parts = partsOf(file.size, partBytes);
  const etags = new Map<number, string>();
  let storedBytes = 0;
  const under = new Map<number, number>();
  const report = (): void => upload.onSent(storedBytes + [...under.values()].reduce((sum, bytes) => sum + bytes, 0));
  for (const { number, start, end } of parts) {
    const found = stored.get(number);
    if (found === undefined || found.sizeBytes !== end - start) continue;
    etags.set(number, found.etag);
    storedBytes += found.sizeBytes;
  }
  report();
  const left = parts.filter(({ number }) => !etags.has(number)).values();
  const work = async (): Promise<void> => {
    for (const { number, start, end } of left) {
      const etag = await persist(() =>
        sendBytes({
          request: { method: 'PUT', bucket, key, query: { partNumber: String(number), uploadId } },
          body: file.slice(start, end),
          signal: stop,
          onSent: (bytes) => {
            under.set(number, bytes);
            report();
          },
        }),
      );
      under.delete(number);
      etags.set(number, etag);
      storedBytes += end - start;
      upload.onStored(storedBytes);
      report();
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } catch (error) {
    // One part has failed for good: the others need not go on.
    failing.abort();
    throw error;
  }
  upload.onCompleting();
  const written = parts.map(
    ({ number }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etags.get(number) ?? '')}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${written.join('')}</CompleteMultipartUpload>`;
  await persist(() =>
    s3Document({ method: 'POST', bucket, key, query: { uploadId }, headers: completeHeaders, body }, stop),
  );
}

async function begin(
  bucket: string,
  key: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  return textOf(await s3Document({ method: 'POST', bucket, key, query: { uploads: '' }, headers }, signal), 'UploadId');
}

type StoredPart = { readonly sizeBytes: number; readonly etag: string };

/** What the store has of an upload. */
async function listParts({ bucket, key, uploadId }: Remembered, signal: AbortSignal): Promise<Map<number, StoredPart>> {
  const found = new Map<number, StoredPart>();
  let marker = '';
  do {
    const query = { uploadId, ...(marker !== '' && { 'part-number-marker': marker }) };
    const root = await s3Document({ method: 'GET', bucket, key, query }, signal);
    for (const part of childrenOf(root, 'Part')) {
      const sizeBytes = Number(textOf(part, 'Size'));
      found.set(Number(textOf(part, 'PartNumber')), { sizeBytes, etag: textOf(part, 'ETag') });
    }
    marker = textOf(root, 'IsTruncated') === 'true' ? textOf(root, 'NextPartNumberMarker') : '';
  } while (marker !== '');
  return found;
}
