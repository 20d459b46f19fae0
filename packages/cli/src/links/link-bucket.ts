import type { BucketConfig } from '@tidegate/presign';
import { bucket, type LinkBucket } from '@tidegate/presign/sign';

/**
 * What signs links of a bucket. SigV4 alone is a third of the library, and a third of the time that loading it takes; the whole
 * is loaded where a profile still says SigV2.
 * @throws PresignError BucketInvalid
 */
export async function linkBucket(name: string, config: BucketConfig): Promise<LinkBucket> {
  if (config.signatureVersion !== 'v2') return bucket(name, config);
  const whole = await import('@tidegate/presign');
  return whole.bucket(name, config);
}
