import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import { type OperationResource, s3Operations } from './s3-operations.ts';
import { findOperation, findSubResource, methodsOf, subResources } from './sub-resources.ts';

function find(
  method: string,
  resource: OperationResource,
  query = '',
  headers: readonly string[] = [],
): string | undefined {
  const parameters = new Map(new URLSearchParams(query));
  return findOperation({
    method,
    resource,
    subresource: findSubResource(parameters.keys()),
    query: parameters,
    hasHeader: (name) => headers.includes(name),
  })?.name;
}

type Case = readonly [string, OperationResource, string, readonly string[], string | undefined];
const cases: readonly Case[] = [
  ['GET', 'service', '', [], 'ListBuckets'],
  ['GET', 'bucket', '', [], 'ListObjects'],
  ['GET', 'bucket', 'list-type=2&prefix=a', [], 'ListObjectsV2'],
  ['GET', 'bucket', 'list-type=1', [], 'ListObjects'],
  ['GET', 'bucket', 'uploads', [], 'ListMultipartUploads'],
  ['GET', 'bucket', 'uploads=', [], 'ListMultipartUploads'],
  ['GET', 'bucket', 'location', [], 'GetBucketLocation'],
  ['GET', 'bucket', 'inventory', [], 'ListBucketInventoryConfigurations'],
  ['GET', 'bucket', 'inventory&id=x', [], 'GetBucketInventoryConfiguration'],
  ['POST', 'bucket', '', [], 'PostObject'],
  ['POST', 'bucket', 'delete', [], 'DeleteObjects'],
  ['PUT', 'object', '', [], 'PutObject'],
  ['PUT', 'object', 'x-id=PutObject', [], 'PutObject'],
  ['PUT', 'object', '', ['x-amz-copy-source'], 'CopyObject'],
  ['PUT', 'object', 'partNumber=1&uploadId=u', [], 'UploadPart'],
  ['PUT', 'object', 'partNumber=1&uploadId=u', ['x-amz-copy-source'], 'UploadPartCopy'],
  ['PUT', 'object', 'uploadId=u', [], undefined],
  ['PUT', 'object', 'partNumber=1', [], undefined],
  ['GET', 'object', 'partNumber=1', [], 'GetObject'],
  ['GET', 'object', 'versionId=v&response-content-type=a/b', [], 'GetObject'],
  ['GET', 'object', 'uploadId=u', [], 'ListParts'],
  ['POST', 'object', 'uploads', [], 'CreateMultipartUpload'],
  ['POST', 'object', 'uploadId=u', [], 'CompleteMultipartUpload'],
  ['DELETE', 'object', 'uploadId=u', [], 'AbortMultipartUpload'],
  ['DELETE', 'object', '', [], 'DeleteObject'],
  ['POST', 'object', 'select&select-type=2', [], 'SelectObjectContent'],
  ['POST', 'object', '', [], undefined],
  ['GET', 'object', 'cors', [], undefined],
  ['PATCH', 'object', '', [], undefined],
  ['TRACE', 'object', '', [], undefined],
  ['DELETE', 'service', '', [], undefined],
];
for (const [method, resource, query, headers, name] of cases) {
  const marked = headers.length > 0 ? ` with ${headers.join()}` : '';
  test(`WIRE-93 ${method} of ${resource} ?${query}${marked} is ${name ?? 'no operation'}`, () => {
    assert.equal(find(method, resource, query, headers), name);
  });
}

test('WIRE-90 every operation has a claim of its own and a name of its own', () => {
  assert.ok(s3Operations.length > 100);
  const claims = s3Operations.map(({ name, ...claim }) => JSON.stringify(claim));
  assert.equal(new Set(claims).size, s3Operations.length);
  assert.equal(new Set(s3Operations.map(({ name }) => name)).size, s3Operations.length);
});

test('WIRE-91 every sub-resource of the S3 API is known, and nothing that only narrows a request', () => {
  const known = [
    'accelerate',
    'acl',
    'analytics',
    'attributes',
    'cors',
    'delete',
    'encryption',
    'intelligent-tiering',
    'inventory',
    'legal-hold',
    'lifecycle',
    'location',
    'logging',
    'metadataConfiguration',
    'metadataTable',
    'metrics',
    'notification',
    'object-lock',
    'ownershipControls',
    'policy',
    'policyStatus',
    'publicAccessBlock',
    'replication',
    'requestPayment',
    'restore',
    'retention',
    'select',
    'session',
    'tagging',
    'torrent',
    'uploadId',
    'uploads',
    'versioning',
    'versions',
    'website',
  ];
  for (const name of known) assert.ok(subResources.has(name), name);
  for (const name of [
    'prefix',
    'partNumber',
    'versionId',
    'list-type',
    'id',
    'x-id',
    'marker',
    'foo',
    'constructor',
    '__proto__',
    'ACL',
  ]) {
    assert.ok(!subResources.has(name), name);
  }
});

test('WIRE-92 two sub-resources in one query are refused', () => {
  assert.equal(findSubResource(['prefix', 'acl', 'acl']), 'acl');
  assert.equal(findSubResource(['prefix']), undefined);
  assert.throws(
    () => findSubResource(['policy', 'acl']),
    (error) =>
      error instanceof S3Error &&
      error.code === 'InvalidArgument' &&
      error.message === 'Conflicting query string parameters: acl, policy',
  );
});

test('WIRE-94 the methods of a resource are known', () => {
  assert.deepEqual(methodsOf('object', undefined), ['DELETE', 'GET', 'HEAD', 'PUT']);
  assert.deepEqual(methodsOf('service', undefined), ['GET']);
  assert.deepEqual(methodsOf('bucket', 'delete'), ['POST']);
  assert.deepEqual(methodsOf('object', 'cors'), []);
});
