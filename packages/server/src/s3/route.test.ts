import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewRequest } from '@tidegate/presign/internal';
import { S3Error, s3Operations } from '@tidegate/protocol';
import { operation } from './operation.ts';
import { operations } from './operations/index.ts';
import { createRouter, type RouteRequest } from './route.ts';

const router = createRouter(operations);

function request(line: string, headers: Readonly<Record<string, string>> = {}): RouteRequest {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', rawQuery = ''] = target.split('?');
  const [, bucket = '', ...key] = path.split('/');
  const query = rawQuery === '' ? [] : rawQuery.split('&').map((pair) => pair.split('=', 2));
  const pairs = query.map(([name = '', value = '']) => [name, value] as const);
  const view = viewRequest(Object.entries(headers).flat(), pairs);
  return { method, bucket, key: key.join('/'), query: pairs, view };
}

function refusalOf(run: () => unknown): S3Error {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error));
    return error;
  }
  assert.fail('not refused');
}

const routed: readonly (readonly [line: string, headers: Readonly<Record<string, string>>, name: string])[] = [
  ['GET /', {}, 'ListBuckets'],
  ['PUT /b', {}, 'CreateBucket'],
  ['HEAD /b', {}, 'HeadBucket'],
  ['DELETE /b', {}, 'DeleteBucket'],
  ['GET /b', {}, 'ListObjects'],
  ['GET /b?list-type=1', {}, 'ListObjects'],
  ['GET /b?list-type=2&prefix=a', {}, 'ListObjectsV2'],
  ['GET /b?location', {}, 'GetBucketLocation'],
  ['GET /b?versioning', {}, 'GetBucketVersioning'],
  ['GET /b?uploads', {}, 'ListMultipartUploads'],
  ['GET /b?cors', {}, 'GetBucketCors'],
  ['PUT /b?cors', {}, 'PutBucketCors'],
  ['DELETE /b?cors', {}, 'DeleteBucketCors'],
  ['GET /b?policy', {}, 'GetBucketPolicy'],
  ['PUT /b?policy', {}, 'PutBucketPolicy'],
  ['DELETE /b?policy', {}, 'DeleteBucketPolicy'],
  ['GET /b?acl', {}, 'GetBucketAcl'],
  ['PUT /b?acl', {}, 'PutBucketAcl'],
  ['POST /b?delete', {}, 'DeleteObjects'],
  ['POST /b', { 'Content-Type': 'multipart/form-data; boundary=x' }, 'PostObject'],
  ['GET /b/k', {}, 'GetObject'],
  ['GET /b/k?x-id=GetObject&versionId=null&response-content-type=a', {}, 'GetObject'],
  ['GET /b/k?partNumber=2', {}, 'GetObject'],
  ['HEAD /b/k', {}, 'HeadObject'],
  ['PUT /b/k', {}, 'PutObject'],
  ['PUT /b/k', { 'X-Amz-Copy-Source': '/b/s' }, 'CopyObject'],
  ['PUT /b/k?X-Amz-Copy-Source=/b/s&X-Amz-Algorithm=a', {}, 'CopyObject'],
  ['PUT /b/k?X-Amz-Copy-Source=/b/s', {}, 'PutObject'],
  ['DELETE /b/k', {}, 'DeleteObject'],
  ['GET /b/k?acl', {}, 'GetObjectAcl'],
  ['PUT /b/k?acl', {}, 'PutObjectAcl'],
  ['POST /b/k?uploads', {}, 'CreateMultipartUpload'],
  ['PUT /b/k?partNumber=1&uploadId=u', {}, 'UploadPart'],
  ['PUT /b/k?uploadId=u&partNumber=1', { 'x-amz-copy-source': '/b/s' }, 'UploadPartCopy'],
  ['GET /b/k?uploadId=u', {}, 'ListParts'],
  ['POST /b/k?uploadId=u', {}, 'CompleteMultipartUpload'],
  ['DELETE /b/k?uploadId=u', {}, 'AbortMultipartUpload'],
  ['OPTIONS /b', {}, 'PreflightBucket'],
  ['OPTIONS /b/k', {}, 'PreflightObject'],
];
for (const [line, headers, name] of routed) {
  test(`SIG-105 ${line} ${JSON.stringify(headers)} is ${name}`, () => {
    assert.equal(router.match(request(line, headers)).name, name);
  });
}

test('SIG-33 a preflight is found whatever the query behind it chooses, built or not', () => {
  for (const query of ['acl', 'inventory', 'uploadId=u&partNumber=1', 'X-Amz-Signature=x', 'acl&policy']) {
    assert.equal(router.match(request(`OPTIONS /b/k?${query}`)).name, 'PreflightObject', query);
  }
});

test('SEC-301 every operation of S3 is built or refused 501 by its own name, never taken for another', () => {
  const built = new Set(operations.map(({ name }) => name));
  let refused = 0;
  for (const { name, method, resource, subresource, query = [], headers = [] } of s3Operations) {
    const path = { service: '/', bucket: '/b', object: '/b/k' }[resource];
    const line = `${method} ${path}?${[subresource, ...query].filter((part) => part !== undefined).join('&')}`;
    const sent = request(line, Object.fromEntries(headers.map((header) => [header, '/b/s'])));
    if (built.has(name)) {
      assert.equal(router.match(sent).name, name);
      continue;
    }
    const error = refusalOf(() => router.match(sent));
    assert.deepEqual([error.code, error.fields['Operation']], ['NotImplemented', name]);
    refused += 1;
  }
  assert.ok(refused > 20, `${refused} operations were refused`);
});

const wrongMethods: readonly (readonly [line: string, allow: string])[] = [
  ['TRACE /b/k', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ['PATCH /b/k', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ['FOO /', 'GET'],
  ['PUT /', 'GET'],
  ['POST /b/k', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ['DELETE /b?location', 'GET, OPTIONS'],
  ['HEAD /b/k?acl', 'GET, PUT, OPTIONS'],
];
for (const [line, allow] of wrongMethods) {
  test(`SEC-409 ${line} is 405 and names what is allowed`, () => {
    const error = refusalOf(() => router.match(request(line)));
    assert.deepEqual([error.code, error.status, error.headers?.['allow']], ['MethodNotAllowed', 405, allow]);
  });
}

test('SIG-105 a request that names two sub-resources is refused as on Amazon S3', () => {
  const error = refusalOf(() => router.match(request('GET /b?acl&policy')));
  assert.deepEqual(
    [error.code, error.message],
    ['InvalidArgument', 'Conflicting query string parameters: acl, policy'],
  );
  assert.equal(router.match(request('GET /b?acl&acl')).name, 'GetBucketAcl');
});

test('SEC-301 two operations with one claim stop the start, and both are named', () => {
  const claim = { method: 'GET', resource: 'bucket', subresource: 'acl', action: 's3:GetBucketAcl' } as const;
  const rest = { input: {}, output: {}, refuses: [], handle: () => Promise.resolve({}) } as const;
  const twins = [operation({ name: 'One', ...claim, ...rest }), operation({ name: 'Two', ...claim, ...rest })];
  assert.throws(() => createRouter(twins), /One and Two claim the same requests/);
});
