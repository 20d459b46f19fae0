import { refusal } from '../errors/s3-error.ts';
import { maxBucketNameLength, maxKeyBytes, minBucketNameLength } from './limits.ts';

/** A bucket name that S3 would accept; made by `parseBucketName` alone. */
export type BucketName = string & { readonly bucketName: unique symbol };

/** An object key: 1 to 1,024 bytes of UTF-8 without NUL; made by `parseKey` alone. */
export type ObjectKey = string & { readonly objectKey: unique symbol };

const bucketLabel = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const reservedPrefixes = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const reservedSuffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/**
 * Whether S3 would accept the name for a general purpose bucket (WIRE-30, SEC-314): 3 to 63 characters, lower-case
 * letters, digits, dots and hyphens; every label between dots begins and ends with a letter or digit; not an IPv4
 * address; none of the reserved beginnings and ends. Source: AWS, General purpose bucket naming rules.
 */
export function isBucketName(name: string): name is BucketName {
  if (name.length < minBucketNameLength || name.length > maxBucketNameLength) return false;
  if (!name.split('.').every((label) => bucketLabel.test(label)) || ipv4.test(name)) return false;
  if (reservedPrefixes.some((prefix) => name.startsWith(prefix))) return false;
  return !reservedSuffixes.some((suffix) => name.endsWith(suffix));
}

/** The name, known to be good (WIRE-30). @throws S3Error InvalidBucketName */
export function parseBucketName(name: string): BucketName {
  if (!isBucketName(name)) throw refusal('InvalidBucketName', { BucketName: name });
  return name;
}

/**
 * The key, known to be good (WIRE-31, SIG-7, SEC-416). Keys are literal: `.`, `..`, `//`, `\` and every other
 * character mean themselves, and nothing is normalised.
 * @throws S3Error KeyTooLongError above 1,024 UTF-8 bytes; UserKeyMustBeSpecified for an empty key; InvalidArgument for
 * NUL or a surrogate without its partner, which has no UTF-8
 */
export function parseKey(key: string): ObjectKey {
  if (key === '') throw refusal('UserKeyMustBeSpecified', {}, undefined, 'The key of an object must not be empty.');
  // No character takes more than three bytes for each UTF-16 unit: short keys need no counting.
  const sizeBytes = key.length * 3 <= maxKeyBytes ? key.length : Buffer.byteLength(key, 'utf8');
  if (sizeBytes > maxKeyBytes) throw refusal('KeyTooLongError', { Size: sizeBytes, MaxSizeAllowed: maxKeyBytes });
  if (!isObjectKey(key)) {
    const message = 'A key must be valid UTF-8 and must not contain the character NUL.';
    throw refusal('InvalidArgument', { ArgumentName: 'key' }, undefined, message);
  }
  return key;
}

function isObjectKey(key: string): key is ObjectKey {
  return !key.includes('\0') && key.isWellFormed();
}
