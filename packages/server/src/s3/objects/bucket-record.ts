import { refusal } from '@tidegate/protocol';
import type { BucketRecord, ObjectStore } from '../../stores/objects/object-store.ts';

/** The bucket as it stands. @throws S3Error NoSuchBucket */
export async function readExistingBucket(store: ObjectStore, name: string): Promise<BucketRecord> {
  const bucket = await store.readBucket(name);
  if (bucket === undefined) throw refusal('NoSuchBucket', { BucketName: name });
  return bucket;
}

/** The region of a bucket as headers name it: `EU` is an old name. */
export function regionName(bucket: BucketRecord): string {
  return bucket.region === 'EU' ? 'eu-west-1' : bucket.region;
}
