import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Product } from '../product-server.ts';

/** AWS's own SDK on the test's server: to look at what another client left there. */
export function sdkFor(product: Product): S3Client {
  return new S3Client({
    endpoint: product.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
  });
}

/** A bucket's objects: key → the time it was written and its tag. */
export async function objectsOf(s3: S3Client, bucket: string): Promise<Record<string, string>> {
  const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  if (IsTruncated === true) throw new Error('more objects than this test makes');
  return Object.fromEntries(
    Contents.map(({ Key, LastModified, ETag }) => [Key ?? '', `${LastModified?.toISOString()} ${ETag}`]),
  );
}
