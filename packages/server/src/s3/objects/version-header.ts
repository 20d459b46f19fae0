import type { BucketRecord, ObjectStore } from '../../stores/objects/object-store.ts';

/**
 * `x-amz-version-id` of what was read or deleted (WIRE-141): `null` in a bucket that has or had versioning, nothing where there never
 * was any.
 */
export async function shownVersion(
  store: Pick<ObjectStore, 'readBucket'>,
  bucket: string,
  versionId: string,
): Promise<string | undefined> {
  return versionId === 'null' ? shownVersionIn(await store.readBucket(bucket), versionId) : versionId;
}

/** The same where the bucket was read already. */
export function shownVersionIn(bucket: BucketRecord | undefined, versionId: string): string | undefined {
  return versionId === 'null' && bucket?.config.versioning === undefined ? undefined : versionId;
}

/** The same of what was written: only a version with an id of its own is named. */
export function writtenVersion(versionId: string): string | undefined {
  return versionId === 'null' ? undefined : versionId;
}
