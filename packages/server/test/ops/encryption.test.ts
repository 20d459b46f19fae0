import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, type Ask, element, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture({ settings: { minPartBytes: 5 } });
  await fixture.ask(fixture.root, 'PUT /sealed');
});
after(() => fixture.close());

type Headers = Readonly<Record<string, string>>;
const ask = (line: string, headers: Headers = {}, body?: Ask['body']) =>
  fixture.ask(fixture.root, line, body === undefined ? { headers } : { headers, body });

const server = 'x-amz-server-side-encryption';
const server256 = { [server]: 'AES256' };

function customer(fill: number, prefix = server): Headers {
  const key = Buffer.alloc(32, fill);
  return {
    [`${prefix}-customer-algorithm`]: 'AES256',
    [`${prefix}-customer-key`]: key.toString('base64'),
    [`${prefix}-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
  };
}
const keyA = customer(1);
const sourceA = customer(1, 'x-amz-copy-source-server-side-encryption');
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const shown = ({ headers }: Answer) => [
  headers[server],
  headers[`${server}-customer-algorithm`],
  headers[`${server}-customer-key-md5`],
];
const asServer = ['AES256', undefined, undefined];
const asCustomer = [undefined, 'AES256', keyA[`${server}-customer-key-md5`]];
const inTheClear = [undefined, undefined, undefined];

test('ENC-1 ENC-2 an object under the key of the server is read as ever; every answer says how it is encrypted', async () => {
  const stored = await ask('PUT /sealed/a', server256, 'hello');
  assert.deepEqual([stored.status, ...shown(stored)], [200, ...asServer]);
  assert.equal(stored.headers['etag'], `"${md5('hello')}"`);
  for (const line of ['GET /sealed/a', 'HEAD /sealed/a']) assert.deepEqual(shown(await ask(line)), asServer);
  const part = await ask('GET /sealed/a', { range: 'bytes=1-2' });
  assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, 'el', 'bytes 1-2/5']);
  assert.deepEqual(shown(await ask('PUT /sealed/clear', {}, 'x')), inTheClear);
});

test('ENC-10 ENC-11 ENC-13 an object under the key of a customer needs that key wherever it is read', async () => {
  const stored = await ask('PUT /sealed/c', keyA, 'hello');
  assert.deepEqual([stored.status, ...shown(stored)], [200, ...asCustomer]);
  assert.match(String(stored.headers['etag']), /^"[0-9a-f]{32}"$/);
  assert.notEqual(stored.headers['etag'], `"${md5('hello')}"`);
  const attributes = { 'x-amz-object-attributes': 'ObjectSize' };
  for (const [line, more] of [
    ['GET /sealed/c', {}],
    ['HEAD /sealed/c', {}],
    ['GET /sealed/c?attributes', attributes],
  ] as const) {
    const read = await ask(line, { ...keyA, ...more });
    assert.equal(read.status, 200, line);
    if (!line.includes('attributes')) assert.deepEqual(shown(read), asCustomer);
    assert.equal((await ask(line, more)).status, 400, line);
    assert.equal((await ask(line, { ...customer(2), ...more })).status, 400, line);
  }
  assert.equal((await ask('GET /sealed/c')).code, 'InvalidRequest');
  assert.equal((await ask('GET /sealed/c', { ...keyA, range: 'bytes=1-3' })).text, 'ell');
  assert.equal((await ask('GET /sealed/a', keyA)).code, 'InvalidRequest');
  assert.ok((await ask('GET /sealed?list-type=2')).text.includes('<Key>c</Key>'));
  assert.ok(!fixture.server.logged().includes(keyA[`${server}-customer-key`] ?? ''));
  assert.equal((await ask('DELETE /sealed/c')).status, 204);
});

const wrongKeys: readonly (readonly [what: string, headers: Headers, code: string])[] = [
  ['without an algorithm', { ...keyA, [`${server}-customer-algorithm`]: '' }, 'InvalidEncryptionAlgorithmError'],
  ['with AES192', { ...keyA, [`${server}-customer-algorithm`]: 'AES192' }, 'InvalidEncryptionAlgorithmError'],
  ['with 16 bytes', { ...keyA, [`${server}-customer-key`]: Buffer.alloc(16).toString('base64') }, 'InvalidArgument'],
  ['that is no base64', { ...keyA, [`${server}-customer-key`]: 'x'.repeat(44) }, 'InvalidArgument'],
  [
    'with the MD5 of another',
    { ...keyA, [`${server}-customer-key-md5`]: 'AAAAAAAAAAAAAAAAAAAAAA==' },
    'InvalidArgument',
  ],
  ['and that of the server', { ...keyA, ...server256 }, 'InvalidArgument'],
  ...['algorithm', 'key', 'key-md5'].map((left): [string, Headers, string] => {
    const { [`${server}-customer-${left}`]: _, ...others } = keyA;
    return [`with no ${left}`, others, 'InvalidArgument'];
  }),
];
for (const [what, headers, code] of wrongKeys) {
  test(`ENC-5 SEC-121 a PUT under a customer's key ${what} is ${code}, and nothing is stored`, async () => {
    const refused = await ask('PUT /sealed/wrong', headers, 'v');
    assert.deepEqual([refused.status, refused.code], [400, code], refused.text);
    assert.equal((await ask('HEAD /sealed/wrong')).status, 404);
  });
}

test('ENC-1 ENC-6 ENC-7 what is no encryption of this server is refused by name', async () => {
  for (const value of ['aws:kms', 'aws:kms:dsse']) {
    const kms = await ask('PUT /sealed/kms', { [server]: value }, 'v');
    assert.deepEqual([kms.status, kms.code, element(kms.text, 'Header')], [501, 'NotImplemented', server]);
  }
  for (const name of ['aws-kms-key-id', 'context', 'bucket-key-enabled']) {
    const named = await ask('PUT /sealed/kms', { ...server256, [`${server}-${name}`]: 'true' }, 'v');
    assert.deepEqual([named.code, element(named.text, 'Header')], ['NotImplemented', `${server}-${name}`]);
  }
  assert.equal((await ask('PUT /sealed/kms', { [server]: 'AES192' }, 'v')).code, 'InvalidEncryptionAlgorithmError');
  assert.equal((await ask('HEAD /sealed/kms')).status, 404);
  for (const line of ['GET /sealed/a', 'HEAD /sealed/a', 'PUT /sealed/a?partNumber=1&uploadId=x']) {
    assert.equal((await ask(line, server256)).status, 400, line);
  }
});

test('ENC-3 ENC-4 the default of a bucket is set, followed, read and removed', async () => {
  await ask('PUT /defaults');
  assert.equal((await ask('GET /defaults?encryption')).code, 'ServerSideEncryptionConfigurationNotFoundError');
  const document = (rule: string) =>
    `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>${rule}</Rule></ServerSideEncryptionConfiguration>`;
  const by = (algorithm: string, more = '') =>
    `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${more}</ApplyServerSideEncryptionByDefault>`;
  for (const [rule, code] of [
    [by('aws:kms'), 'NotImplemented'],
    [by('AES256', '<KMSMasterKeyID>k</KMSMasterKeyID>'), 'InvalidArgument'],
    [by('ROT13'), 'MalformedXML'],
    [`</Rule><Rule>`, 'MalformedXML'],
  ] as const) {
    assert.equal((await ask('PUT /defaults?encryption', {}, document(rule))).code, code, rule);
  }
  const set = await ask(
    'PUT /defaults?encryption',
    {},
    document(`${by('AES256')}<BucketKeyEnabled>true</BucketKeyEnabled>`),
  );
  assert.equal(set.status, 200, set.text);
  const read = await ask('GET /defaults?encryption');
  assert.deepEqual([element(read.text, 'SSEAlgorithm'), element(read.text, 'BucketKeyEnabled')], ['AES256', 'true']);
  assert.deepEqual(shown(await ask('PUT /defaults/a', {}, 'hello')), asServer);
  assert.deepEqual(shown(await ask('HEAD /defaults/a')), asServer);
  assert.deepEqual(shown(await ask('PUT /defaults/c', keyA, 'hello')), asCustomer);
  const form = await fixture.post(fixture.root, 'defaults', { key: 'form' }, 'hello');
  assert.deepEqual([form.status, ...shown(form)], [204, ...asServer]);
  assert.equal((await ask('DELETE /defaults?encryption')).status, 204);
  assert.deepEqual(shown(await ask('PUT /defaults/b', {}, 'hello')), inTheClear);
  assert.deepEqual(shown(await ask('HEAD /defaults/a')), asServer);
});

test('ENC-1 ENC-11 a POST form says how its object is encrypted', async () => {
  const form = await fixture.post(fixture.root, 'sealed', { key: 'form', ...server256 }, 'hello');
  assert.deepEqual([form.status, ...shown(form)], [204, ...asServer]);
  const own = await fixture.post(fixture.root, 'sealed', { key: 'form', ...keyA }, 'hello');
  assert.deepEqual([own.status, ...shown(own)], [204, ...asCustomer]);
  assert.equal((await ask('GET /sealed/form', keyA)).text, 'hello');
});

test('ENC-8 a bucket policy denies by the headers of encryption before they are judged', async () => {
  await ask('PUT /guarded');
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::guarded/*',
    Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  assert.equal((await ask('PUT /guarded?policy', {}, policy)).status, 204);
  assert.equal((await ask('PUT /guarded/k', {}, 'v')).code, 'AccessDenied');
  assert.equal((await ask('PUT /guarded/k', { [server]: 'AES192' }, 'v')).code, 'AccessDenied');
  assert.equal((await ask('PUT /guarded/k', server256, 'v')).status, 200);
});

async function uploadParts(key: string, opened: Headers, sent: Headers, completed: Headers): Promise<Answer> {
  const begun = await ask(`POST /sealed/${key}?uploads`, opened);
  assert.equal(begun.status, 200, begun.text);
  const id = element(begun.text, 'UploadId');
  const etags: string[] = [];
  for (const [index, body] of ['first part', 'second'].entries()) {
    const part = await ask(`PUT /sealed/${key}?partNumber=${index + 1}&uploadId=${id}`, sent, body);
    if (part.status !== 200) return part;
    assert.deepEqual(shown(part), shown(begun));
    etags.push(String(part.headers['etag']));
  }
  const parts = etags.map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  return ask(`POST /sealed/${key}?uploadId=${id}`, completed, body);
}

test('ENC-12 an upload in parts is encrypted as it was opened, and its parts come with its key', async () => {
  const plain = await uploadParts('p1', server256, {}, {});
  assert.deepEqual([plain.status, ...shown(plain)], [200, ...asServer]);
  assert.equal((await ask('GET /sealed/p1', { range: 'bytes=8-11' })).text, 'rtse');
  const own = await uploadParts('p2', keyA, keyA, keyA);
  assert.deepEqual([own.status, ...shown(own)], [200, ...asCustomer]);
  assert.equal((await ask('GET /sealed/p2?partNumber=2', keyA)).text, 'second');
  assert.equal((await ask('GET /sealed/p2?partNumber=3')).code, 'InvalidPart');
  for (const sent of [{}, customer(2)]) {
    assert.equal((await uploadParts('p3', keyA, sent, keyA)).code, 'InvalidRequest');
  }
  assert.equal((await uploadParts('p3', {}, keyA, {})).code, 'InvalidRequest');
  const summed = { ...keyA, 'x-amz-checksum-algorithm': 'CRC32' };
  assert.equal((await uploadParts('p3', summed, keyA, {})).code, 'InvalidRequest');
  assert.equal((await uploadParts('p3', keyA, keyA, customer(2))).code, 'InvalidRequest');
  assert.equal((await uploadParts('p3', keyA, keyA, {})).status, 200);
});

test('ENC-14 copies and copied parts are encrypted as they say, and need the key of their source', async () => {
  await ask('PUT /sealed/src', keyA, 'the source of copies');
  const copy = (headers: Headers) => ask('PUT /sealed/dst', { 'x-amz-copy-source': '/sealed/src', ...headers });
  assert.equal((await copy({})).code, 'InvalidRequest');
  assert.equal((await copy(customer(2, 'x-amz-copy-source-server-side-encryption'))).code, 'InvalidRequest');
  for (const [target, headers] of [
    [inTheClear, {}],
    [asServer, server256],
    [asCustomer, keyA],
  ] as const) {
    const copied = await copy({ ...sourceA, ...headers });
    assert.deepEqual([copied.status, ...shown(copied)], [200, ...target], copied.text);
    const read = await ask('GET /sealed/dst', target === asCustomer ? keyA : {});
    assert.deepEqual([read.text, ...shown(read)], ['the source of copies', ...target]);
  }
  const itself = { 'x-amz-copy-source': '/sealed/src' };
  assert.equal((await ask('PUT /sealed/src', { ...itself, ...sourceA, ...server256 })).status, 200);
  assert.equal((await ask('GET /sealed/src')).text, 'the source of copies');
  assert.equal((await ask('PUT /sealed/src', itself)).code, 'InvalidRequest');
  const summed = await copy({ 'x-amz-checksum-algorithm': 'SHA256' });
  assert.equal(
    element(summed.text, 'ChecksumSHA256'),
    createHash('sha256').update('the source of copies').digest('base64'),
  );

  const begun = await ask('POST /sealed/parts?uploads', keyA);
  const id = element(begun.text, 'UploadId');
  await ask('PUT /sealed/src', keyA, 'the source of copies');
  const from = { 'x-amz-copy-source': '/sealed/src', 'x-amz-copy-source-range': 'bytes=4-9' };
  const line = `PUT /sealed/parts?partNumber=1&uploadId=${id}`;
  assert.equal((await ask(line, { ...from, ...sourceA })).code, 'InvalidRequest');
  const part = await ask(line, { ...from, ...sourceA, ...keyA });
  assert.deepEqual([part.status, ...shown(part)], [200, ...asCustomer], part.text);
});

test('ENC-5 SIG-106 a presigned URL takes a customer key in signed headers', async () => {
  const put = await fixture.ask(fixture.root, 'PUT /sealed/link', { headers: keyA, body: 'hello', presigned: true });
  assert.deepEqual([put.status, ...shown(put)], [200, ...asCustomer], put.text);
  const got = await fixture.ask(fixture.root, 'GET /sealed/link', { headers: keyA, presigned: true });
  assert.deepEqual([got.status, got.text], [200, 'hello']);
  assert.equal((await fixture.ask(fixture.root, 'GET /sealed/link', { presigned: true })).code, 'InvalidRequest');
});
