import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { PresignError } from '../values/presign-error.ts';
import { type Bucket, bucket } from './bucket.ts';
import type { BucketConfig } from './options.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const asked: { method: string; target: string; headers: NodeJS.Dict<string | string[]> }[] = [];
let answer = { status: 200, body: '' };
const server = createServer((request, response) => {
  asked.push({ method: request.method ?? '', target: request.url ?? '', headers: request.headers });
  response.statusCode = answer.status;
  response.end(answer.body);
});
let uploads: Bucket;
let config: BucketConfig;

before(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  config = {
    endpoint: `http://127.0.0.1:${address.port}`,
    publicEndpoint: 'https://files.example.com',
    credentials,
    store: 'tidegate',
  };
  uploads = bucket('uploads', config);
});
after(() => {
  server.close();
});

test('SIG-105 a multipart upload is started at the endpoint with its limits, its headers signed', async () => {
  answer = {
    status: 200,
    body: '<?xml version="1.0"?><InitiateMultipartUploadResult><Bucket>uploads</Bucket><UploadId>a&amp;b&#38;&#x26;</UploadId></InitiateMultipartUploadResult>',
  };
  const upload = await uploads.createUpload('dir/a b', {
    type: 'video/mp4',
    maxSize: '5GiB',
    overwrite: false,
    metadata: { a: 'b' },
  });
  assert.deepEqual(upload, { key: 'dir/a b', uploadId: 'a&b&&' });
  const [request] = asked.splice(0);
  assert.equal(request?.method, 'POST');
  assert.match(
    request?.target ?? '',
    /^\/uploads\/dir\/a%20b\?.*SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&uploads=&x-link-max-bytes=5368709120&x-link-write-once=1&X-Amz-Signature=/,
  );
  assert.equal(request?.headers['content-type'], 'video/mp4');
  assert.equal(request?.headers['x-amz-meta-a'], 'b');
});

for (const [body, message, expected] of [
  [
    '<Error><Code>AccessDenied</Code><Message>no</Message><Reason>LinkTooLong</Reason><Hint>Request less.</Hint></Error>',
    'createUpload: 403 AccessDenied (LinkTooLong)',
    { status: 403, storeCode: 'AccessDenied', reason: 'LinkTooLong', hint: 'Request less.' },
  ],
  [
    '<html>gateway</html>',
    'createUpload: 403 without an upload id',
    { status: 403, storeCode: undefined, reason: undefined, hint: '' },
  ],
] as const) {
  test(`SIG-105 a refused start is ${message}`, async () => {
    answer = { status: 403, body };
    await assert.rejects(uploads.createUpload('k'), (error) => {
      assert.ok(error instanceof PresignError);
      const { code, status, storeCode, reason, hint } = error;
      assert.deepEqual(
        [code, error.message, { status, storeCode, reason, hint }],
        ['RequestFailed', message, expected],
      );
      return true;
    });
  });
}

test('SIG-105 an answer without an upload id is no success', async () => {
  answer = { status: 200, body: '<InitiateMultipartUploadResult/>' };
  await assert.rejects(uploads.createUpload('k'), { code: 'RequestFailed', status: 200 });
});

test('SIG-105 no answer is RequestFailed without a status, and its text holds no URL', async () => {
  const failing = async (): Promise<Response> => {
    await Promise.resolve();
    throw new TypeError('fetch failed');
  };
  await assert.rejects(uploads.createUpload('k', { fetch: failing }), (error) => {
    assert.ok(error instanceof PresignError);
    assert.equal(error.status, undefined);
    assert.ok(!error.message.includes('X-Amz'));
    return error.code === 'RequestFailed';
  });
});

for (const options of [{ size: 5 }, { checksum: { algorithm: 'SHA1', value: 'x' } }] as const) {
  test(`SIG-108 ${Object.keys(options)[0]} is not known when an upload starts`, async () => {
    await assert.rejects(uploads.createUpload('k', options), { code: 'OptionInvalid' });
  });
}
test('SIG-105 another store decides at the end whether the key exists', async () => {
  await assert.rejects(bucket('uploads', { ...config, store: 'aws' }).createUpload('k', { overwrite: false }), {
    code: 'OptionInvalid',
  });
});

const upload = { key: 'dir/k', uploadId: 'u/1+2=' };

test('SIG-105 parts are signed for who sends them, each with its number and size', () => {
  const parts = uploads.presignParts(upload, { parts: { from: 3, to: 4 }, sizes: [8, '5MiB'], expiresIn: '5m' });
  assert.deepEqual(
    parts.map(({ partNumber, method, headers }) => [partNumber, method, headers]),
    [
      [3, 'PUT', {}],
      [4, 'PUT', {}],
    ],
  );
  assert.match(
    parts[1]?.url ?? '',
    /^https:\/\/files\.example\.com\/uploads\/dir\/k\?.*Expires=300&X-Amz-SignedHeaders=content-length%3Bhost&partNumber=4&uploadId=u%2F1%2B2%3D&X-Amz-Signature=/,
  );
  assert.deepEqual(
    uploads.presignParts(upload, { parts: [9, 2] }).map(({ partNumber }) => partNumber),
    [9, 2],
  );
});

test('SIG-105 completing carries the parts in order as XML', () => {
  const complete = uploads.presignComplete(upload, [
    { partNumber: 2, etag: '"b&<>"' },
    { partNumber: 1, etag: '"a"' },
  ]);
  assert.equal(complete.method, 'POST');
  assert.match(complete.url, /&uploadId=u%2F1%2B2%3D&X-Amz-Signature=/);
  assert.equal(
    complete.body,
    '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><PartNumber>1</PartNumber><ETag>"a"</ETag></Part><Part><PartNumber>2</PartNumber><ETag>"b&amp;&lt;&gt;"</ETag></Part></CompleteMultipartUpload>',
  );
  assert.equal(uploads.presignComplete(upload).body, undefined);
});

test('SIG-105 aborting and listing parts are signed requests', () => {
  assert.equal(uploads.presignAbort(upload).method, 'DELETE');
  const list = uploads.presignListParts(upload, { after: 1000 });
  assert.equal(list.method, 'GET');
  assert.match(list.url, /&part-number-marker=1000&uploadId=/);
});
