import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { bucket } from '@tidegate/presign';
import { bareRequest, xmlText } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';

type Account = {
  readonly name: string;
  readonly ownerId: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly s3: S3Client;
};

let product: Product;
let accounts: readonly Account[];

before(async () => {
  product = await startProduct();
  accounts = await Promise.all(['anna', 'bert', 'cleo'].map(openAccount));
  for (const { name, s3 } of accounts) {
    await s3.send(new CreateBucketCommand({ Bucket: `of-${name}` }));
    await s3.send(new PutObjectCommand({ Bucket: `of-${name}`, Key: 'letter.txt', Body: `from ${name}` }));
  }
});
after(async () => {
  for (const { s3 } of accounts ?? []) s3.destroy();
  await product?.stop();
});

async function openAccount(name: string): Promise<Account> {
  const made = JSON.parse(await product.tidegate('keys', 'create', '--owner', name, '--json')) as {
    id: string;
    secretAccessKey: string;
    owner: { id: string };
  };
  const credentials = { accessKeyId: made.id, secretAccessKey: made.secretAccessKey };
  const s3 = new S3Client({ endpoint: product.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  return { name, ownerId: made.owner.id, credentials, s3 };
}

test('SEC-309 each of three accounts sees only its own buckets, under its own owner id and name', async () => {
  assert.equal(new Set(accounts.map(({ ownerId }) => ownerId)).size, 3);
  for (const { name, ownerId, s3 } of accounts) {
    assert.match(ownerId, /^[0-9a-f]{64}$/);
    const { Buckets, Owner } = await s3.send(new ListBucketsCommand({}));
    assert.deepEqual(
      Buckets?.map(({ Name }) => Name),
      [`of-${name}`],
    );
    assert.deepEqual(Owner, { ID: ownerId, DisplayName: name });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: `of-${name}`, FetchOwner: true }));
    assert.deepEqual(Contents?.[0]?.Owner, { ID: ownerId, DisplayName: name });
  }
});

test('SEC-301 the buckets of three accounts are closed to each other, by key and by presigned URL', async () => {
  for (const { name, s3, credentials } of accounts) {
    for (const other of accounts) {
      const Bucket = `of-${other.name}`;
      const links = bucket(Bucket, { endpoint: product.endpoint, credentials });
      const got = await bareRequest(links.presignGet('letter.txt'));
      if (other.name === name) {
        assert.equal(got.body.toString(), `from ${name}`);
        continue;
      }
      assert.deepEqual([got.status, xmlText(got.body, 'Code')], [403, 'AccessDenied']);
      const put = await bareRequest(links.presignPut('intruder.txt').url, { method: 'PUT', body: 'x' });
      assert.deepEqual([put.status, xmlText(put.body, 'Code')], [403, 'AccessDenied']);
      for (const command of [
        () => s3.send(new GetObjectCommand({ Bucket, Key: 'letter.txt' })),
        () => s3.send(new ListObjectsV2Command({ Bucket })),
      ]) {
        await assert.rejects(command(), { name: 'AccessDenied' });
      }
      await assert.rejects(s3.send(new CreateBucketCommand({ Bucket })), { name: 'BucketAlreadyExists' });
    }
  }
});
