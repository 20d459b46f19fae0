import { refusal, S3Error } from '../errors/s3-error.ts';
import { maxKeyBytes } from '../names/limits.ts';
import { type BucketName, isBucketName, type ObjectKey, parseKey } from '../names/names.ts';

/** What a copy reads from. */
export type CopySource = {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly versionId?: string;
};

/** A bucket, a key of which every byte is escaped, a version id. */
const maxCopySourceLength = 64 + 3 * maxKeyBytes + 128;
const versionMarker = '?versionId=';

/**
 * Reads `x-amz-copy-source` (WIRE-120, SEC-303): `bucket/key` or `/bucket/key`, percent-encoded, with an optional
 * `?versionId=` that is not. Decoded once, then split at the first `/`; the key is literal, so that `mine/../other`
 * is the key `../other` of the bucket `mine`. `header`: as received, one character a byte. `+` is a blank, as on
 * Amazon S3: a plus sign is sent as `%2B`.
 * @throws S3Error InvalidArgument for every other form
 */
export function parseCopySource(header: string): CopySource {
  if (header.length > maxCopySourceLength) throw invalid(header, 'The copy source is too long.');
  const marker = header.lastIndexOf(versionMarker);
  const path = decodeOnce((marker < 0 ? header : header.slice(0, marker)).replaceAll('+', ' '));
  if (path === undefined) throw invalid(header, 'The copy source must be percent-encoded UTF-8.');
  const from = path.startsWith('/') ? 1 : 0;
  const slash = path.indexOf('/', from);
  if (slash < 0 || slash === path.length - 1) {
    throw invalid(header, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  const bucket = path.slice(from, slash);
  if (!isBucketName(bucket)) throw invalid(header, 'Invalid copy source bucket name');
  const key = parseSourceKey(header, path.slice(slash + 1));
  if (marker < 0) return { bucket, key };
  const versionId = decodeOnce(header.slice(marker + versionMarker.length));
  if (versionId === undefined || !/^[\x21-\x7e]{1,128}$/.test(versionId)) {
    throw invalid(header, 'Invalid version id specified');
  }
  return { bucket, key, versionId };
}

function parseSourceKey(header: string, key: string): ObjectKey {
  try {
    return parseKey(key);
  } catch (error) {
    throw error instanceof S3Error ? invalid(header, 'Invalid copy source object key') : error;
  }
}

/** Percent-decodes; raw bytes above 0x7F count as UTF-8. `undefined` for a bad escape or other bytes than UTF-8. */
function decodeOnce(text: string): string | undefined {
  const escaped = text.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function invalid(header: string, message: string): Error {
  const fields = { ArgumentName: 'x-amz-copy-source', ArgumentValue: header.slice(0, maxKeyBytes) };
  return refusal('InvalidArgument', fields, undefined, message);
}
