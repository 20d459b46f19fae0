import { type Acl, refusal } from '@tidegate/protocol';
import type { BucketConfig } from '../stores/objects/object-store.ts';
import { isPublicAcl } from './acl.ts';

/** Refuses to make something public on a server that is set to have nothing public (`public_access = "block"`). @throws S3Error AccessDenied */
export function checkPublicAcl(acl: Acl | undefined, publicAccess: 'allow' | 'block'): void {
  if (acl !== undefined && isPublicAcl(acl)) checkPublic('public', publicAccess);
}

/** The same for whatever else opens a bucket. @throws S3Error AccessDenied */
export function checkPublic(found: 'public' | 'private', publicAccess: 'allow' | 'block'): void {
  if (found === 'private' || publicAccess === 'allow') return;
  const message = 'Public access is blocked on this server (public_access = "block").';
  throw refusal('AccessDenied', {}, undefined, message);
}

/** Refuses an ACL that the bucket's own block keeps away (POL-21). @throws S3Error AccessDenied */
export function checkBlockedAcl(acl: Acl, { publicAccessBlock }: BucketConfig): void {
  if (publicAccessBlock?.blockPublicAcls === true && isPublicAcl(acl)) throw blockedHere();
}

/** Refuses a policy that the bucket's own block keeps away (POL-21). @throws S3Error AccessDenied */
export function checkBlockedPolicy(found: 'public' | 'private', { publicAccessBlock }: BucketConfig): void {
  if (publicAccessBlock?.blockPublicPolicy === true && found === 'public') throw blockedHere();
}

function blockedHere(): Error {
  return refusal('AccessDenied', {}, undefined, 'Public access to this bucket is blocked by its public access block.');
}
