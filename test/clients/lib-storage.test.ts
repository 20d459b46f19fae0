import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Product, startProduct } from '../product-server.ts';
import { sdkFor } from './sdk.ts';

const Bucket = 'uploads';
const partBytes = 5 * 1024 * 1024;

/** Bytes of a length that nobody says beforehand. */
function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

describe('Upload of @aws-sdk/lib-storage', () => {
  let product: Product;
  let s3: S3Client;
  before(async () => {
    product = await startProduct();
    s3 = sdkFor(product);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(async () => {
    s3.destroy();
    await product.stop();
  });

  for (const checksum of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    test(`a stream of unknown length in four parts, with ${checksum}`, async () => {
      const bytes = randomBytes(3 * partBytes + 17);
      const Key = `stream ${checksum}.bin`;
      const loads: number[] = [];
      const upload = new Upload({
        client: s3,
        params: {
          Bucket,
          Key,
          Body: Readable.from(chunksOf(bytes), { objectMode: false }),
          ContentType: 'application/x-stream',
          Metadata: { made: 'by a stream' },
          ChecksumAlgorithm: checksum,
        },
        tags: [{ Key: 'kind', Value: 'a + b' }],
        partSize: partBytes,
        queueSize: 3,
      });
      upload.on('httpUploadProgress', ({ loaded }) => loads.push(loaded ?? 0));
      const { ETag } = await upload.done();
      assert.match(ETag ?? '', /-4"$/);
      assert.equal(Math.max(...loads), bytes.length);
      const { Body, ContentType, Metadata } = await s3.send(
        new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }),
      );
      const read = Buffer.from((await Body?.transformToByteArray()) ?? []);
      const digest = (what: Buffer): string => createHash('sha256').update(what).digest('hex');
      assert.equal(digest(read), digest(bytes));
      assert.equal(ContentType, 'application/x-stream');
      assert.deepEqual(Metadata, { made: 'by a stream' });
      const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
      assert.deepEqual(TagSet, [{ Key: 'kind', Value: 'a + b' }]);
    });
  }

  test('a small body becomes an object in one piece, an empty one too', async () => {
    for (const Body of ['small', '']) {
      const { ETag } = await new Upload({ client: s3, params: { Bucket, Key: 'small', Body } }).done();
      assert.equal(ETag, `"${createHash('md5').update(Body).digest('hex')}"`);
      const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'small' }));
      assert.equal(ContentLength, Body.length);
    }
  });

  test('an upload that is aborted leaves neither object nor parts', async () => {
    const upload = new Upload({
      client: s3,
      params: {
        Bucket,
        Key: 'aborted',
        Body: Readable.from(chunksOf(randomBytes(4 * partBytes)), { objectMode: false }),
      },
      partSize: partBytes,
      queueSize: 1,
    });
    upload.on('httpUploadProgress', () => void upload.abort());
    await assert.rejects(upload.done(), { name: 'AbortError' });
    // It gives up at once, and takes its parts back behind that.
    const isThere = async (): Promise<boolean> =>
      ((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).length > 0;
    const endMs = Date.now() + 120_000;
    while (await isThere()) assert.ok(Date.now() < endMs, 'parts are left');
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: 'aborted' })), { name: 'NotFound' });
  });
});
