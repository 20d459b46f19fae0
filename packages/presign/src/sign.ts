/** `@tidegate/presign/sign`: links by SigV4 without forms and multipart uploads, for browsers and Workers. */
import { type LinkBucket, linkBucket } from './sign/links.ts';
import type { BucketConfig } from './sign/options.ts';
import { createSigner } from './sign/signer.ts';

export { fingerprint } from './hash/fingerprint.ts';
export type { Limits } from './limits/limit-rows.ts';
export type { Credentials, CredentialsSource } from './sign/credentials.ts';
export type { LinkBucket } from './sign/links.ts';
export type * from './sign/options.ts';
export type { AddressingStyle, Store } from './sign/place.ts';
export type { Duration } from './values/duration.ts';
export { PresignError, type PresignErrorCode } from './values/presign-error.ts';
export type { Size } from './values/size.ts';

/**
 * Everything about one bucket, but forms, multipart uploads and SigV2. Cheap to make, holds no connection.
 * @throws PresignError BucketInvalid
 */
export function bucket(name: string, config: BucketConfig = {}): LinkBucket {
  return linkBucket(createSigner(name, config));
}
