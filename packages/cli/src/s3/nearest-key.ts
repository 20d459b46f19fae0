import { childrenOf, textOf } from '@tidegate/protocol';
import { nearestName } from '@tidegate/protocol/nearest';
import { CliError } from '../core/errors.ts';
import type { S3Client } from './s3-client.ts';

const looked = '1000';

/** Adds the nearest existing key to "does not exist" if the caller may list. Any other error is returned unchanged. */
export async function nearestKeyHint(
  error: unknown,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  client: S3Client,
): Promise<unknown> {
  if (!(error instanceof CliError) || error.parts.code !== 'NoSuchKey') return error;
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  try {
    const listed = await client.askDocument({
      method: 'GET',
      bucket,
      query: [
        ['list-type', '2'],
        ['delimiter', '/'],
        ['max-keys', looked],
        ['prefix', folder],
      ],
      about: bucket,
    });
    const keys = childrenOf(listed, 'Contents').flatMap((entry) => textOf(entry, 'Key') ?? []);
    const nearest = nearestName(key, keys);
    return nearest === undefined ? error : new CliError({ ...error.parts, why: `Did you mean ${bucket}/${nearest}?` });
  } catch (listing) {
    // The bucket itself is missing: HEAD could not tell, listing does. A key that may not list gets no hint.
    return listing instanceof CliError && listing.parts.code === 'NoSuchBucket' ? listing : error;
  }
}
