import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Product } from '../product-server.ts';
import { type ClientUnderTest, clientJourney, type Signing } from './journey.ts';

function openSdk(product: Product): ClientUnderTest {
  const connect = (signing: Partial<Signing> = {}) =>
    new S3Client({
      endpoint: product.endpoint,
      region: signing.region ?? 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: signing.accessKeyId ?? product.accessKeyId,
        secretAccessKey: signing.secretAccessKey ?? product.secretAccessKey,
      },
    });
  const s3 = connect();
  const options = (signing: Signing) => ({
    expiresIn: signing.expiresInSeconds,
    ...(signing.clockOffsetSeconds === undefined
      ? {}
      : { signingDate: new Date(Date.now() + signing.clockOffsetSeconds * 1000) }),
  });
  return {
    makeBucket: async (Bucket) => void (await s3.send(new CreateBucketCommand({ Bucket }))),
    removeBucket: async (Bucket) => void (await s3.send(new DeleteBucketCommand({ Bucket }))),
    putText: async (Bucket, Key, Body) => void (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))),
    putFile: async (Bucket, Key, file) =>
      void (await new Upload({ client: s3, params: { Bucket, Key, Body: createReadStream(file) } }).done()),
    async getFile(Bucket, Key, file) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error('no stream');
      await pipeline(Body, createWriteStream(file));
    },
    async list(Bucket) {
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken }));
        keys.push(...(page.Contents ?? []).map((entry) => entry.Key ?? ''));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return keys;
    },
    async getBytes(Bucket, Key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    remove: async (Bucket, Key) => void (await s3.send(new DeleteObjectCommand({ Bucket, Key }))),
    presignGet: (Bucket, Key, signing) =>
      getSignedUrl(connect(signing), new GetObjectCommand({ Bucket, Key }), options(signing)),
    presignPut: (Bucket, Key, signing) =>
      getSignedUrl(connect(signing), new PutObjectCommand({ Bucket, Key }), options(signing)),
  };
}

clientJourney({
  name: 'AWS SDK for JavaScript',
  isHere: () => true,
  open: openSdk,
  cannot: { keys: { 'a dot segment': 'its HTTP layer resolves . and .. before it signs' } },
  presigns: 'v4',
});
