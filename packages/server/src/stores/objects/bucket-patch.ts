import { refusal } from '@tidegate/protocol';
import type { BucketConfig, BucketPatch, NewBucket } from './object-store.ts';

/** What a bucket starts with. */
export function newBucketConfig(bucket: NewBucket): BucketConfig {
  const { acl, objectLock, tags, publicAccessBlock, objectOwnership } = bucket;
  return {
    acl,
    ...(objectLock === true ? { versioning: 'Enabled', objectLock: {} } : {}),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(publicAccessBlock === undefined ? {} : { publicAccessBlock }),
    ...(objectOwnership === undefined ? {} : { objectOwnership }),
  };
}

/**
 * A configuration after a change: `undefined` leaves a member, `null` removes it. Object lock needs versioning and holds it on
 * (STO-110, STO-124).
 * @throws S3Error InvalidBucketState
 */
export function patchedConfig(config: BucketConfig, patch: BucketPatch): BucketConfig {
  const patched: Record<string, unknown> = { ...config };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete patched[name];
    else if (value !== undefined) patched[name] = value;
  }
  // Sound: both have the same members, and `acl` cannot be removed.
  const result = patched as BucketConfig;
  if (result.objectLock !== undefined && result.versioning !== 'Enabled') {
    const message =
      patch.objectLock === undefined
        ? 'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.'
        : 'Versioning must be Enabled on the bucket to apply an Object Lock configuration';
    throw refusal('InvalidBucketState', {}, undefined, message);
  }
  return result;
}
