import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketCorsCommand,
  PutBucketTaggingCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { allUsersUri } from '../documents/acl.ts';
import { refusal } from '../errors/s3-error.ts';
import { readDocument } from './read.ts';
import type { AnyShape, ValueOf } from './shape.ts';
import { AccessControlPolicy } from './shapes/AccessControlPolicy.ts';
import { CORSConfiguration } from './shapes/CORSConfiguration.ts';
import { CompleteMultipartUpload, CompleteMultipartUploadResult } from './shapes/CompleteMultipartUpload.ts';
import { CopyObjectResult } from './shapes/CopyResult.ts';
import { CreateBucketConfiguration } from './shapes/CreateBucketConfiguration.ts';
import { Delete } from './shapes/Delete.ts';
import { DeleteResult } from './shapes/DeleteResult.ts';
import { writeErrorDocument } from './shapes/Error.ts';
import { ListAllMyBucketsResult } from './shapes/ListAllMyBucketsResult.ts';
import { ListBucketResultV2 } from './shapes/ListBucketResult.ts';
import { ListMultipartUploadsResult } from './shapes/ListMultipartUploadsResult.ts';
import { ListPartsResult } from './shapes/ListPartsResult.ts';
import { LocationConstraint } from './shapes/LocationConstraint.ts';
import { Tagging } from './shapes/Tagging.ts';
import { writeDocument } from './write.ts';

// AWS's own SDK on both ends: what it writes is read, and what is written it reads. Nothing goes over a network.

const maxBytes = 1024 * 1024;
const atMs = Date.UTC(2026, 10, 24, 9, 0, 0);
const owner = { id: 'a'.repeat(64), displayName: 'Ann & Bob' };

/** A client whose requests get `answer`; keeps the body of the last request. */
function clientAnswered(answer: string, statusCode = 200): { client: S3Client; sent: () => Uint8Array } {
  let body: unknown;
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: (request: { readonly body?: unknown }) => {
        body = request.body;
        const headers = { 'content-type': 'application/xml' };
        return Promise.resolve({ response: { statusCode, headers, body: new Blob([answer]).stream() } });
      },
    },
  });
  return { client, sent: () => (body instanceof Uint8Array ? body : Buffer.from(String(body))) };
}

function readSent<Shape extends AnyShape>(root: string, shape: Shape, bytes: Uint8Array): ValueOf<Shape> {
  return readDocument(root, shape, bytes, { maxBytes });
}

const empty = '<?xml version="1.0"?><X/>';

test('WIRE-10 the Delete of AWS’s SDK is read, whatever the keys', async () => {
  const { client, sent } = clientAnswered(empty);
  const keys = ['a', ' b ', '<&>"\'', 'ä€😀', 'a\nb\tc\r', '__proto__'];
  const objects = keys.map((key) => ({ Key: key, VersionId: 'v' }));
  await client.send(new DeleteObjectsCommand({ Bucket: 'abc', Delete: { Objects: objects, Quiet: true } }));
  assert.deepEqual(readSent('Delete', Delete, sent()), {
    objects: keys.map((key) => ({ key, versionId: 'v' })),
    quiet: true,
  });
});

test('WIRE-10 the Complete of AWS’s SDK is read', async () => {
  const { client, sent } = clientAnswered(empty);
  const parts = [
    { PartNumber: 1, ETag: '"e1"', ChecksumCRC32: 'AAAAAA==' },
    { PartNumber: 2, ETag: 'e2', ChecksumCRC64NVME: 'AAAAAAAAAAA=' },
  ];
  const input = { Bucket: 'abc', Key: 'k', UploadId: 'u', MultipartUpload: { Parts: parts } };
  await client.send(new CompleteMultipartUploadCommand(input));
  assert.deepEqual(readSent('CompleteMultipartUpload', CompleteMultipartUpload, sent()).parts, [
    { partNumber: 1, etag: '"e1"', crc32: 'AAAAAA==' },
    { partNumber: 2, etag: 'e2', crc64nvme: 'AAAAAAAAAAA=' },
  ]);
});

test('WIRE-10 the bucket documents of AWS’s SDK are read', async () => {
  const { client, sent } = clientAnswered(empty);
  const CreateBucketConfigurationSent = { LocationConstraint: 'ap-south-1' } as const;
  await client.send(
    new CreateBucketCommand({ Bucket: 'abc', CreateBucketConfiguration: CreateBucketConfigurationSent }),
  );
  assert.deepEqual(readSent('CreateBucketConfiguration', CreateBucketConfiguration, sent()), {
    locationConstraint: 'ap-south-1',
  });
  const tags = { TagSet: [{ Key: 'a', Value: '' }] };
  await client.send(new PutBucketTaggingCommand({ Bucket: 'abc', Tagging: tags }));
  assert.deepEqual(readSent('Tagging', Tagging, sent()).tags, [{ name: 'a', value: '' }]);
  const rule = { AllowedMethods: ['PUT'], AllowedOrigins: ['https://*.example.com'], ExposeHeaders: ['ETag'] };
  await client.send(new PutBucketCorsCommand({ Bucket: 'abc', CORSConfiguration: { CORSRules: [rule] } }));
  assert.deepEqual(readSent('CORSConfiguration', CORSConfiguration, sent()).rules, [
    { allowedMethods: ['PUT'], allowedOrigins: ['https://*.example.com'], allowedHeaders: [], exposeHeaders: ['ETag'] },
  ]);
});

test('WIRE-20, WIRE-21 AWS’s SDK reads our listings', async () => {
  const keys = ['a', ' b ', '<&>"\'', 'ä€😀', 'a\nb\r'];
  const contents = keys.map((key) => ({
    key,
    lastModifiedMs: atMs,
    etag: '"e"',
    sizeBytes: 5 * 1024 ** 4,
    checksumAlgorithms: ['CRC32'],
    owner,
    storageClass: 'STANDARD',
  }));
  const page = { name: 'abc', prefix: '', keyCount: 6, maxKeys: 6, isTruncated: true, nextContinuationToken: 't' };
  const written = writeDocument('ListBucketResult', ListBucketResultV2, {
    ...page,
    contents,
    commonPrefixes: [{ prefix: 'p&/' }],
  });
  const listed = await clientAnswered(written).client.send(new ListObjectsV2Command({ Bucket: 'abc' }));
  assert.deepEqual(
    listed.Contents?.map(({ Key }) => Key),
    keys,
  );
  assert.deepEqual(listed.CommonPrefixes, [{ Prefix: 'p&/' }]);
  assert.equal(listed.IsTruncated, true);
  assert.equal(listed.NextContinuationToken, 't');
  const [first] = listed.Contents ?? [];
  assert.equal(first?.Size, 5 * 1024 ** 4);
  assert.equal(first?.ETag, '"e"');
  assert.equal(first?.LastModified?.getTime(), atMs);
  assert.deepEqual(first?.Owner, { ID: owner.id, DisplayName: owner.displayName });
});

test('WIRE-20 AWS’s SDK reads our buckets, regions and grants', async () => {
  const buckets = writeDocument('ListAllMyBucketsResult', ListAllMyBucketsResult, {
    owner,
    buckets: [{ name: 'abc', createdAtMs: atMs }],
  });
  const read = await clientAnswered(buckets).client.send(new ListBucketsCommand({}));
  assert.equal(read.Buckets?.[0]?.Name, 'abc');
  assert.equal(read.Buckets?.[0]?.CreationDate?.getTime(), atMs);
  assert.equal(read.Owner?.ID, owner.id);
  const region = writeDocument('LocationConstraint', LocationConstraint, 'ap-south-1');
  const location = await clientAnswered(region).client.send(new GetBucketLocationCommand({ Bucket: 'abc' }));
  assert.equal(location.LocationConstraint, 'ap-south-1');
  const acl = writeDocument('AccessControlPolicy', AccessControlPolicy, {
    owner,
    grants: [
      { grantee: { type: 'CanonicalUser', ...owner }, permission: 'FULL_CONTROL' },
      { grantee: { type: 'Group', uri: allUsersUri }, permission: 'READ' },
    ],
  });
  const grants = await clientAnswered(acl).client.send(new GetBucketAclCommand({ Bucket: 'abc' }));
  assert.equal(grants.Grants?.[0]?.Grantee?.Type, 'CanonicalUser');
  assert.equal(grants.Grants?.[1]?.Grantee?.URI, 'http://acs.amazonaws.com/groups/global/AllUsers');
  assert.equal(grants.Grants?.[1]?.Permission, 'READ');
});

test('WIRE-20 AWS’s SDK reads our multipart and copy answers', async () => {
  const completed = writeDocument('CompleteMultipartUploadResult', CompleteMultipartUploadResult, {
    location: 'http://x/abc/k',
    bucket: 'abc',
    key: 'k',
    etag: '"e-2"',
    crc32: 'AAAAAA==-2',
    checksumType: 'COMPOSITE',
  });
  const input = { Bucket: 'abc', Key: 'k', UploadId: 'u' };
  const whole = await clientAnswered(completed).client.send(new CompleteMultipartUploadCommand(input));
  assert.deepEqual([whole.ETag, whole.ChecksumCRC32, whole.ChecksumType], ['"e-2"', 'AAAAAA==-2', 'COMPOSITE']);
  const parts = writeDocument('ListPartsResult', ListPartsResult, {
    bucket: 'abc',
    key: 'k',
    uploadId: 'u',
    partNumberMarker: 0,
    maxParts: 1000,
    isTruncated: false,
    parts: [{ partNumber: 7, lastModifiedMs: atMs, etag: '"e"', sizeBytes: 5 }],
  });
  const listed = await clientAnswered(parts).client.send(new ListPartsCommand(input));
  assert.deepEqual([listed.Parts?.[0]?.PartNumber, listed.Parts?.[0]?.Size], [7, 5]);
  const uploads = writeDocument('ListMultipartUploadsResult', ListMultipartUploadsResult, {
    bucket: 'abc',
    keyMarker: '',
    uploadIdMarker: '',
    maxUploads: 1000,
    isTruncated: false,
    uploads: [{ key: 'k', uploadId: 'u', initiatedAtMs: atMs, initiator: owner }],
    commonPrefixes: [],
  });
  const open = await clientAnswered(uploads).client.send(new ListMultipartUploadsCommand({ Bucket: 'abc' }));
  assert.equal(open.Uploads?.[0]?.UploadId, 'u');
  const copied = writeDocument('CopyObjectResult', CopyObjectResult, { lastModifiedMs: atMs, etag: '"e"' });
  const copy = await clientAnswered(copied).client.send(
    new CopyObjectCommand({ Bucket: 'abc', Key: 'k', CopySource: 'abc/a' }),
  );
  assert.equal(copy.CopyObjectResult?.ETag, '"e"');
  const deleted = writeDocument('DeleteResult', DeleteResult, {
    deleted: [{ key: 'a' }],
    errors: [{ key: 'b', code: 'AccessDenied', message: 'Access Denied' }],
  });
  const results = await clientAnswered(deleted).client.send(
    new DeleteObjectsCommand({ Bucket: 'abc', Delete: { Objects: [{ Key: 'a' }] } }),
  );
  assert.deepEqual(results.Deleted, [{ Key: 'a' }]);
  assert.equal(results.Errors?.[0]?.Code, 'AccessDenied');
});

test('WIRE-24 AWS’s SDK reads our errors', async () => {
  const refused = refusal('NoSuchKey', { Key: 'a<b' }, 'LinkExpired');
  const { client } = clientAnswered(writeErrorDocument(refused, { requestId: 'R1' }), 404);
  await assert.rejects(
    client.send(new GetObjectCommand({ Bucket: 'abc', Key: 'a' })),
    (error) =>
      error instanceof S3ServiceException &&
      error.name === 'NoSuchKey' &&
      error.message === 'The specified key does not exist.',
  );
});
