import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Product, startProduct } from '../product-server.ts';

let product: Product;
before(async () => {
  product = await startProduct();
});
after(() => product.stop());

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

const own = (): Keys => ({ accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey });

function stsOf(credentials: Keys): STSClient {
  return new STSClient({ endpoint: product.endpoint, region: 'us-east-1', credentials });
}

function s3Of(credentials: Keys): S3Client {
  return new S3Client({ endpoint: product.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
}

function keysOf(
  given: {
    AccessKeyId?: string | undefined;
    SecretAccessKey?: string | undefined;
    SessionToken?: string | undefined;
  } = {},
): Keys {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Name of the error that a call ends with. */
async function nameOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'admitted';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

test('STS-1 STS-7 STS-11 the AWS SDK for JavaScript gets temporary credentials, reads its identity, and works with them', async () => {
  const sts = stsOf(own());
  const { Credentials } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
  const keys = keysOf(Credentials);
  assert.match(keys.accessKeyId, /^TGTS/);
  const leftMs = (Credentials?.Expiration?.getTime() ?? 0) - Date.now();
  assert.ok(leftMs > 800_000 && leftMs <= 901_000, String(leftMs));
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  assert.equal(identity.UserId, product.accessKeyId);
  const s3 = s3Of(keys);
  await s3.send(new CreateBucketCommand({ Bucket: 'js-rooms' }));
  for (const Key of ['a/x', 'b/x']) await s3.send(new PutObjectCommand({ Bucket: 'js-rooms', Key, Body: Key }));
  assert.equal(await nameOf(stsOf(keys).send(new GetSessionTokenCommand({}))), 'AccessDenied');
  assert.equal(await nameOf(sts.send(new GetSessionTokenCommand({ DurationSeconds: 200_000 }))), 'ValidationError');
  assert.equal(
    await nameOf(s3Of({ ...keys, sessionToken: 'x'.repeat(200) }).send(new ListBucketsCommand({}))),
    'InvalidToken',
  );
});

test('STS-14 STS-20 STS-21 SIG-75 it takes a role whose policy narrows what it reads and what its links lead to', async () => {
  const sts = stsOf(own());
  const policy = { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::js-rooms/a/*' }] };
  const role = { RoleArn: 'arn:aws:iam::root:role/reader', RoleSessionName: 'nightly' };
  const assumed = await sts.send(new AssumeRoleCommand({ ...role, Policy: JSON.stringify(policy) }));
  assert.match(assumed.AssumedRoleUser?.Arn ?? '', /:assumed-role\/reader\/nightly$/);
  const narrow = s3Of(keysOf(assumed.Credentials));
  const read = (Key: string) => new GetObjectCommand({ Bucket: 'js-rooms', Key });
  assert.equal(await (await narrow.send(read('a/x'))).Body?.transformToString(), 'a/x');
  assert.equal(await nameOf(narrow.send(read('b/x'))), 'AccessDenied');
  assert.equal(
    await nameOf(narrow.send(new PutObjectCommand({ Bucket: 'js-rooms', Key: 'a/x', Body: '' }))),
    'AccessDenied',
  );
  const inside = await getSignedUrl(narrow, read('a/x'), { expiresIn: 600 });
  assert.match(inside, /X-Amz-Security-Token=/);
  assert.equal(await (await fetch(inside)).text(), 'a/x');
  assert.equal((await fetch(await getSignedUrl(narrow, read('b/x'), { expiresIn: 600 }))).status, 403);
  const wrong = { ...role, Policy: '{"Statement": {"Effect": "Allow", "NotAction": "*", "Resource": "*"}}' };
  assert.equal(await nameOf(sts.send(new AssumeRoleCommand(wrong))), 'MalformedPolicyDocumentException');
  const foreign = { ...role, RoleArn: 'arn:aws:iam::other:role/reader' };
  assert.equal(await nameOf(sts.send(new AssumeRoleCommand(foreign))), 'AccessDenied');
});
