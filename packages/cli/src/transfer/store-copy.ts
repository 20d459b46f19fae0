import { uriEncodePath } from '@tidegate/presign/internal';
import { textOf } from '@tidegate/protocol';
import { headerText } from '../s3/s3-answer.ts';
import type { S3Client } from '../s3/s3-client.ts';
import { sendAll, withUpload } from './multipart.ts';
import type { Stored } from './upload.ts';

/** One object of the store to another place in it. */
export type StoreCopyPlan = {
  readonly client: S3Client;
  readonly source: { readonly bucket: string; readonly key: string };
  readonly bucket: string;
  readonly key: string;
  /** Only if the target is as it says. */
  readonly condition: Readonly<Record<string, string>>;
  /** Headers that the copy gets instead of those of its source. */
  readonly headers: Readonly<Record<string, string>>;
  readonly parallel: number;
  readonly keepParts: boolean;
};

/** S3 copies at most 5 GiB in one request. */
const singleMostBytes = 5 * 1024 ** 3;
const partBytes = 1024 ** 3;

/** Copies inside the store; the bytes never come here. Above 5 GiB in parts, while the source stays the same. @throws CliError */
export async function copyInStore(plan: StoreCopyPlan): Promise<Stored> {
  const { client, source, bucket, key } = plan;
  const about = `${source.bucket}/${source.key}`;
  const head = await client.ask({ method: 'HEAD', ...source, about });
  head.body.resume();
  const sizeBytes = Number(headerText(head, 'content-length') ?? 0);
  const etag = headerText(head, 'etag');
  const copySource = { 'x-amz-copy-source': copySourceOf(source), ...(etag && { 'x-amz-copy-source-if-match': etag }) };
  const type = headerText(head, 'content-type');
  const headers = { ...(type !== undefined && { 'content-type': type }), ...metadataOf(head.headers), ...plan.headers };
  if (sizeBytes <= singleMostBytes) {
    // S3 replaces all headers or none.
    const isReplaced = Object.keys(plan.headers).length > 0;
    const replaced: Record<string, string> = isReplaced ? { ...headers, 'x-amz-metadata-directive': 'REPLACE' } : {};
    const result = await client.askDocument({
      method: 'PUT',
      bucket,
      key,
      headers: { ...replaced, ...plan.condition, ...copySource },
      about,
    });
    return { sizeBytes, etag: textOf(result, 'ETag'), sourceEtag: etag };
  }
  const joined = await withUpload({ ...plan, headers: { ...headers, ...plan.condition } }, (uploadId) => {
    return sendAll(ranges(sizeBytes), plan.parallel, async (range, partNumber) => {
      const result = await client.askDocument({
        method: 'PUT',
        bucket,
        key,
        query: [
          ['partNumber', String(partNumber)],
          ['uploadId', uploadId],
        ],
        headers: { ...copySource, 'x-amz-copy-source-range': range },
        about,
      });
      return { partNumber, etag: textOf(result, 'ETag') ?? '' };
    });
  });
  return { sizeBytes, etag: joined, sourceEtag: etag };
}

function* ranges(sizeBytes: number): Generator<string> {
  for (let start = 0; start < sizeBytes; start += partBytes) {
    yield `bytes=${start}-${Math.min(sizeBytes, start + partBytes) - 1}`;
  }
}

function copySourceOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `/${bucket}/${uriEncodePath(key)}`;
}

/** A copy in parts is a new object: what the single request would have copied is said again. */
function metadataOf(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];
  const copied: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && (kept.includes(name) || name.startsWith('x-amz-meta-'))) copied[name] = value;
  }
  return copied;
}
