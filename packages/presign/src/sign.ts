/** `@tidegate/presign/sign`: links by SigV4 without forms and multipart uploads, for browsers and Workers. */
import { type LinkBucket, linkBucket } from './links.ts';
import type { BucketConfig } from './options.ts';
import { createSigner } from './signer.ts';

export type { Credentials, CredentialsSource } from './credentials.ts';
export type { Duration } from './duration.ts';
export { fingerprint } from './fingerprint.ts';
export type { Limits } from './limits.ts';
export type { LinkBucket } from './links.ts';
export type * from './options.ts';
export type { AddressingStyle, Store } from './place.ts';
export { PresignError, type PresignErrorCode } from './presign-error.ts';
export type { Size } from './size.ts';

/**
 * Everything about one bucket, but forms, multipart uploads and SigV2. Cheap to make, holds no connection.
 * @throws PresignError BucketInvalid
 */
export function bucket(name: string, config: BucketConfig = {}): LinkBucket {
  return linkBucket(createSigner(name, config));
}
