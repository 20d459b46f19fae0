import { childrenOf, textOf } from '@tidegate/protocol';
import { type ListedUpload, listUploads } from '../s3/listing.ts';
import type { MultipartPlan, OpenUpload } from './multipart.ts';

/**
 * The last upload in parts of this key that was begun and not ended, with the parts it has. Whether a part holds the same bytes is
 * compared before it is kept. `undefined` where there is none, or where it was begun with other checksums.
 */
export async function findOpenUpload({
  client,
  bucket,
  key,
  checksum,
}: Pick<MultipartPlan, 'client' | 'bucket' | 'key' | 'checksum'>): Promise<OpenUpload | undefined> {
  let latest: ListedUpload | undefined;
  for await (const upload of listUploads(client, bucket, key)) {
    const isSame = upload.key === key && (upload.checksumAlgorithm === 'CRC64NVME') === (checksum === true);
    if (isSame && upload.initiated >= (latest?.initiated ?? '')) latest = upload;
  }
  if (latest === undefined) return undefined;
  const { uploadId } = latest;
  const etags = new Map<number, string>();
  let partBytes = 0;
  let marker: string | undefined;
  do {
    const root = await client.askDocument({
      method: 'GET',
      bucket,
      key,
      query: [...(marker === undefined ? [] : [['part-number-marker', marker] as const]), ['uploadId', uploadId]],
      about: `${bucket}/${key}`,
    });
    for (const part of childrenOf(root, 'Part')) {
      etags.set(Number(textOf(part, 'PartNumber')), textOf(part, 'ETag') ?? '');
      // Every part but the last has one size: the largest.
      partBytes = Math.max(partBytes, Number(textOf(part, 'Size') ?? 0));
    }
    marker = textOf(root, 'IsTruncated') === 'true' ? textOf(root, 'NextPartNumberMarker') : undefined;
  } while (marker !== undefined);
  return partBytes < partLeastBytes ? undefined : { uploadId, partBytes, etags };
}

/** S3's smallest part. What has only smaller ones ended before its first part. */
const partLeastBytes = 5 * 1024 * 1024;
