import { wrongUse } from './errors.ts';

/** What an argument names. A key may hold any character; it is never decoded or tidied up. */
export type Target =
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'bucket'; readonly bucket: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'stream' };

/**
 * Reads `s3://bucket/key`, `bucket/key`, `bucket`, a URL, or `-`.
 * @throws CliError for an empty one, and for a name without a bucket
 */
export function parseTarget(argument: string): Target {
  if (argument === '-') return { kind: 'stream' };
  if (/^https?:\/\//i.test(argument)) return { kind: 'url', url: argument };
  const path = argument.startsWith('s3://') ? argument.slice('s3://'.length) : argument;
  const slash = path.indexOf('/');
  const bucket = slash === -1 ? path : path.slice(0, slash);
  if (bucket === '') throw wrongUse(`"${argument}" does not name a bucket.`, 'Write  bucket/key  or  s3://bucket/key');
  const key = slash === -1 ? '' : path.slice(slash + 1);
  return key === '' ? { kind: 'bucket', bucket } : { kind: 'object', bucket, key };
}

/** A target that must be an object. @throws CliError */
export function objectTarget(argument: string): { readonly bucket: string; readonly key: string } {
  const target = parseTarget(argument);
  if (target.kind === 'object') return target;
  if (target.kind === 'bucket') {
    throw wrongUse(`"${argument}" is a bucket, not an object.`, `Write  ${target.bucket}/KEY`);
  }
  throw wrongUse(`"${argument}" is not an object.`, 'Write  bucket/key  or  s3://bucket/key');
}

/** A target that must be a bucket. @throws CliError */
export function bucketTarget(argument: string): string {
  const target = parseTarget(argument);
  if (target.kind === 'bucket') return target.bucket;
  if (target.kind === 'object') throw wrongUse(`"${argument}" is an object, not a bucket.`, `Write  ${target.bucket}`);
  throw wrongUse(`"${argument}" is not a bucket name.`);
}

/** What a shell leaves of an unquoted presigned URL: it ends before the first `&`. */
export function cutUrlHint(url: string): string | undefined {
  const query = url.split('?', 2)[1];
  if (query === undefined || query.includes('&')) return undefined;
  const isCutV4 = /^X-Amz-[A-Za-z-]+=/.test(query);
  const isCutV2 = /^(?:AWSAccessKeyId|Signature|Expires)=/.test(query);
  return isCutV4 || isCutV2 ? 'The URL looks cut at `&`. Put it in single quotes.' : undefined;
}
