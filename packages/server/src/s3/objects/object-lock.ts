import { noBucketLock } from '../../stores/objects/object-lock.ts';
import type { ObjectStore } from '../../stores/objects/object-store.ts';
import { readExistingBucket } from './bucket-record.ts';

/** Only a bucket that was made with object lock has locks to tell of. @throws S3Error InvalidRequest, NoSuchBucket */
export async function checkBucketLocks(store: ObjectStore, bucket: string): Promise<void> {
  const { objectLock } = (await readExistingBucket(store, bucket)).config;
  if (objectLock === undefined) throw noBucketLock();
}
