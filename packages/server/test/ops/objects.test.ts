import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Ask, element, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  await fixture.ask(fixture.root, 'PUT /objects');
});
after(() => fixture.close());

const ask = (line: string, asked: Ask = {}) => fixture.ask(fixture.root, line, asked);
const md5 = (text: string) => createHash('md5').update(text).digest();

test('SIG-107 SEC-418 an object gives back its bytes, its type, its headers and its metadata', async () => {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'max-age=60',
    'content-disposition': 'attachment; filename="a.txt"',
    'content-encoding': 'gzip',
    'content-language': 'de',
    expires: 'Thu, 01 Dec 2044 16:00:00 GMT',
    'x-amz-meta-colour': 'green',
    'x-amz-meta-__proto__': 'literal',
  };
  const stored = await ask('PUT /objects/all', { headers, body: 'hello' });
  assert.deepEqual(
    [stored.status, stored.headers['etag'], stored.text],
    [200, `"${md5('hello').toString('hex')}"`, ''],
  );
  for (const method of ['GET', 'HEAD']) {
    const read = await ask(`${method} /objects/all`);
    assert.equal(read.status, 200);
    for (const [name, value] of Object.entries(headers)) assert.equal(read.headers[name], value, `${method} ${name}`);
    assert.deepEqual([read.headers['content-length'], read.headers['accept-ranges']], ['5', 'bytes']);
    assert.equal(read.text, method === 'GET' ? 'hello' : '');
  }
});

test('SIG-107 an object without a type is binary/octet-stream, and a new version forgets what the old one was told', async () => {
  await ask('PUT /objects/again', { headers: { 'x-amz-meta-a': '1', 'content-type': 'text/css' }, body: 'one' });
  await ask('PUT /objects/again', { body: 'two' });
  const read = await ask('GET /objects/again');
  assert.deepEqual(
    [read.text, read.headers['content-type'], read.headers['x-amz-meta-a']],
    ['two', 'binary/octet-stream', undefined],
  );
});

test('SEC-424 SIG-66 aws-chunked is no encoding of an object, however often it is named', async () => {
  for (const [sent, kept] of [
    ['aws-chunked', undefined],
    ['gzip, aws-chunked', 'gzip'],
    ['aws-chunked, aws-chunked', undefined],
    ['deflate, gzip', 'deflate, gzip'],
  ] as const) {
    await ask('PUT /objects/coded', { headers: { 'content-encoding': sent }, body: '' });
    assert.equal((await ask('HEAD /objects/coded')).headers['content-encoding'], kept, sent);
  }
});

const refusedHeaders: readonly (readonly [name: string, value: string, code: string])[] = [
  ['x-amz-server-side-encryption', 'aws:kms', 'NotImplemented'],
  ['x-amz-server-side-encryption', 'AES512', 'InvalidEncryptionAlgorithmError'],
  ['x-amz-server-side-encryption-customer-algorithm', 'AES256', 'InvalidArgument'],
  ['x-amz-tagging', 'a=b&a=c', 'InvalidArgument'],
  ['x-amz-object-lock-mode', 'GOVERNANCE', 'InvalidArgument'],
  ['x-amz-object-lock-legal-hold', 'ON', 'InvalidRequest'],
  ['x-amz-if-match-size', '1', 'NotImplemented'],
  ['x-amz-website-redirect-location', '/x', 'NotImplemented'],
  ['x-amz-grant-read', 'id="x"', 'InvalidArgument'],
  ['x-amz-write-offset-bytes', '0', 'NotImplemented'],
  ['x-amz-storage-class', 'GLACIER', 'NotImplemented'],
  ['x-amz-storage-class', 'FAST', 'InvalidStorageClass'],
  ['x-amz-acl', 'everybody', 'InvalidArgument'],
  ['if-none-match', '"abc"', 'NotImplemented'],
  ['if-modified-since', 'Thu, 01 Dec 2022 16:00:00 GMT', 'NotImplemented'],
  ['content-md5', 'x', 'InvalidDigest'],
  ['content-md5', 'AAAA', 'InvalidDigest'],
  ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA==', 'BadDigest'],
  ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
  ['x-amz-checksum-sha512', 'AAAA', 'NotImplemented'],
  ['x-amz-sdk-checksum-algorithm', 'CRC16', 'InvalidRequest'],
];
for (const [name, value, code] of refusedHeaders) {
  test(`SEC-121 SEC-130 a PUT with ${name}: ${value} is refused as ${code}, and nothing is stored`, async () => {
    const refused = await ask('PUT /objects/refused', { headers: { [name]: value }, body: 'v' });
    assert.equal(refused.code, code, refused.text);
    if (code === 'NotImplemented') assert.equal(element(refused.text, 'Header').toLowerCase(), name);
    assert.equal((await ask('HEAD /objects/refused')).status, 404);
  });
}

test('SEC-130 a body that is what its digests say is stored, and the checksum is told to who asks for it', async () => {
  const headers = { 'content-md5': md5('hello').toString('base64'), 'x-amz-checksum-crc32c': 'mnG7TA==' };
  const stored = await ask('PUT /objects/sum', { headers, body: 'hello' });
  assert.deepEqual([stored.status, stored.headers['x-amz-checksum-crc32c']], [200, 'mnG7TA==']);
  assert.equal((await ask('GET /objects/sum')).headers['x-amz-checksum-crc32c'], undefined);
  const asked = await ask('GET /objects/sum', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
  assert.deepEqual(
    [asked.headers['x-amz-checksum-crc32c'], asked.headers['x-amz-checksum-type']],
    ['mnG7TA==', 'FULL_OBJECT'],
  );
  const part = await ask('GET /objects/sum', { headers: { 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=1-2' } });
  assert.deepEqual([part.text, part.headers['x-amz-checksum-crc32c']], ['el', undefined]);
});

test('SIG-46 a checksum that a presigned URL carries in its query is not held against the body', async () => {
  const stored = await ask('PUT /objects/js?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32', {
    presigned: true,
    body: 'hello',
  });
  assert.equal(stored.status, 200, stored.text);
  assert.equal(stored.headers['x-amz-checksum-crc32'], 'NhCmhg==');
});

test('SIG-46 signed x-amz-* parameters of a presigned PUT act as headers', async () => {
  const line = 'PUT /objects/hoisted?x-amz-meta-a=b&x-amz-acl=public-read&x-amz-storage-class=STANDARD';
  assert.equal((await ask(line, { presigned: true, body: 'v' })).status, 200);
  assert.equal((await fixture.ask('anonymous', 'GET /objects/hoisted')).headers['x-amz-meta-a'], 'b');
  const tagged = await ask('PUT /objects/hoisted2?x-amz-tagging=a%3Db', { presigned: true, body: 'v' });
  assert.equal(tagged.status, 200, tagged.text);
  assert.equal((await ask('HEAD /objects/hoisted2')).headers['x-amz-tagging-count'], '1');
});

test('SEC-418 metadata of more than 2 KB is refused, 2 KB are kept', async () => {
  const fits = { 'x-amz-meta-a': 'v'.repeat(2047) };
  assert.equal((await ask('PUT /objects/meta', { headers: fits, body: '' })).status, 200);
  assert.equal((await ask('HEAD /objects/meta')).headers['x-amz-meta-a'], fits['x-amz-meta-a']);
  const tooMuch = await ask('PUT /objects/meta', { headers: { 'x-amz-meta-a': 'v'.repeat(2048) }, body: '' });
  assert.deepEqual([tooMuch.status, tooMuch.code], [400, 'MetadataTooLarge']);
});

test('REL-4 If-None-Match: * writes only where nothing is, If-Match only over what it names', async () => {
  const put = (headers: Record<string, string>, body: string) => ask('PUT /objects/cond', { headers, body });
  assert.equal((await put({ 'if-match': '"x"' }, 'a')).code, 'NoSuchKey');
  const first = await put({ 'if-none-match': '*' }, 'a');
  assert.equal(first.status, 200);
  const second = await put({ 'if-none-match': '*' }, 'b');
  assert.deepEqual(
    [second.status, second.code, element(second.text, 'Condition')],
    [412, 'PreconditionFailed', 'If-None-Match'],
  );
  assert.equal((await put({ 'if-match': '"00000000000000000000000000000000"' }, 'c')).code, 'PreconditionFailed');
  assert.equal((await put({ 'if-match': String(first.headers['etag']) }, 'd')).status, 200);
  assert.equal((await ask('GET /objects/cond')).text, 'd');
});

test('REL-4 of twenty writers with If-None-Match: * exactly one wins', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      ask('PUT /objects/race', { headers: { 'if-none-match': '*' }, body: `${at}` }),
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.ok(answers.every(({ status, code }) => status === 200 || code === 'PreconditionFailed'));
});

test('SIG-103 conditions and ranges of a read answer 206, 304, 412 and 416', async () => {
  await ask('PUT /objects/read', { body: '0123456789' });
  const { etag, 'last-modified': modified } = (await ask('HEAD /objects/read')).headers;
  const cases: readonly (readonly [headers: Record<string, string>, status: number, text: string])[] = [
    [{ range: 'bytes=2-4' }, 206, '234'],
    [{ range: 'bytes=-2' }, 206, '89'],
    [{ range: 'bytes=8-100' }, 206, '89'],
    [{ range: 'bytes=5-2' }, 200, '0123456789'],
    [{ range: 'bytes=0-1,4-5' }, 200, '0123456789'],
    [{ 'if-match': String(etag) }, 200, '0123456789'],
    [{ 'if-none-match': '"x"' }, 200, '0123456789'],
    [{ 'if-none-match': String(etag) }, 304, ''],
    [{ 'if-modified-since': String(modified) }, 304, ''],
    [{ 'if-range': '"x"', range: 'bytes=2-4' }, 200, '0123456789'],
    [{ 'if-range': String(etag), range: 'bytes=2-4' }, 206, '234'],
  ];
  for (const [headers, status, text] of cases) {
    const read = await ask('GET /objects/read', { headers });
    assert.deepEqual([read.status, read.text], [status, text], JSON.stringify(headers));
    const head = await ask('HEAD /objects/read', { headers });
    assert.deepEqual([head.status, head.text], [status, ''], JSON.stringify(headers));
    if (status === 304) assert.equal(read.headers['etag'], etag);
  }
  const part = await ask('HEAD /objects/read', { headers: { range: 'bytes=2-4' } });
  assert.deepEqual([part.headers['content-range'], part.headers['content-length']], ['bytes 2-4/10', '3']);
  assert.equal((await ask('GET /objects/read', { headers: { 'if-match': '"x"' } })).code, 'PreconditionFailed');
  const outside = await ask('GET /objects/read', { headers: { range: 'bytes=10-' } });
  assert.deepEqual(
    [outside.status, outside.code, outside.headers['content-range']],
    [416, 'InvalidRange', 'bytes */10'],
  );
});

test('SIG-104 response-* set headers of a signed read, on 200 and 206 alone', async () => {
  await ask('PUT /objects/override', {
    headers: { 'content-type': 'text/css', 'cache-control': 'no-cache' },
    body: 'abc',
  });
  const query =
    'response-content-type=text%2Fplain&response-content-language=fr&response-expires=0&response-cache-control=private&' +
    'response-content-disposition=attachment%3B%20filename%3D%22x%22&response-content-encoding=br';
  for (const presigned of [true, false]) {
    const read = await ask(`GET /objects/override?${query}`, { presigned });
    assert.deepEqual(
      ['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'].map(
        (name) => read.headers[name],
      ),
      ['text/plain', 'fr', '0', 'private', 'attachment; filename="x"', 'br'],
    );
  }
  const etag = String((await ask('HEAD /objects/override')).headers['etag']);
  const unchanged = await ask(`GET /objects/override?${query}`, { headers: { 'if-none-match': etag } });
  assert.deepEqual([unchanged.status, unchanged.headers['content-language']], [304, undefined]);
});

for (const value of ['a%0d%0aSet-Cookie:%20x=1', '%00', '%e2%82%ac']) {
  test(`SEC-419 SIG-104 a response-content-disposition of ${value} is refused and sets no header`, async () => {
    await ask('PUT /objects/inject', { body: 'v' });
    const refused = await ask(`GET /objects/inject?response-content-disposition=${value}`, { presigned: true });
    assert.deepEqual(
      [refused.status, refused.code, refused.headers['set-cookie']],
      [400, 'InvalidArgument', undefined],
    );
  });
}

test('SEC-133 SIG-104 an anonymous read of a public object with response-* is refused', async () => {
  await ask('PUT /objects/public', { headers: { 'x-amz-acl': 'public-read' }, body: 'v' });
  assert.equal((await fixture.ask('anonymous', 'GET /objects/public')).text, 'v');
  for (const name of [
    'content-type',
    'content-language',
    'expires',
    'cache-control',
    'content-disposition',
    'content-encoding',
  ]) {
    const refused = await fixture.ask('anonymous', `GET /objects/public?response-${name}=x`);
    assert.deepEqual([refused.status, refused.code], [400, 'InvalidRequest'], name);
  }
});

test('SIG-105 a version of a bucket without versioning is null or none', async () => {
  await ask('PUT /objects/version', { body: 'v' });
  assert.equal((await ask('GET /objects/version?versionId=null')).text, 'v');
  const missing = await ask('GET /objects/version?versionId=3HL4kqtJvjVBH40Nrjfkd0123456789a');
  assert.deepEqual([missing.status, missing.code], [404, 'NoSuchVersion']);
  assert.equal((await ask('DELETE /objects/version?versionId=3HL4kqtJvjVBH40Nrjfkd0123456789a')).status, 204);
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await ask(`${method} /objects/version?versionId=a%20b`)).code, 'InvalidArgument');
  }
  assert.equal((await ask('DELETE /objects/version?versionId=null')).status, 204);
});

test('SIG-105 a key is deleted once and may be deleted again; a condition is held against what is there', async () => {
  await ask('PUT /objects/gone', { body: 'v' });
  assert.equal((await ask('DELETE /objects/gone', { headers: { 'if-match': '"x"' } })).code, 'PreconditionFailed');
  assert.equal((await ask('GET /objects/gone')).text, 'v');
  assert.equal((await ask('DELETE /objects/gone')).status, 204);
  assert.equal((await ask('DELETE /objects/gone')).status, 204);
  assert.equal((await ask('GET /objects/gone')).code, 'NoSuchKey');
});

test('SEC-414 part numbers that are none are refused, and a part without its upload is no object', async () => {
  await ask('PUT /objects/part', { body: 'v' });
  for (const number of ['0', '10001', '1.5', '', '-1', 'x', '1e3']) {
    assert.equal((await ask(`GET /objects/part?partNumber=${number}`)).code, 'InvalidArgument', number);
  }
  assert.equal((await ask('GET /objects/part?partNumber=1')).text, 'v');
  assert.equal((await ask('GET /objects/part?partNumber=2')).code, 'InvalidPart');
  assert.equal((await ask('PUT /objects/part2?partNumber=1', { body: 'v' })).code, 'InvalidArgument');
});

test('SEC-416 keys are literal: hostile ones are stored, read and deleted as what they are', async () => {
  const keys = [
    'a/../b',
    './a',
    '..',
    'a//b',
    '/a',
    'a\\b',
    'con',
    'dot.',
    'sp ace',
    'a+b',
    'a%b',
    'é',
    'e\u0301',
    '😀',
    "';--",
    'x'.repeat(1024),
  ];
  for (const key of keys)
    assert.equal((await ask(`PUT /objects/${encodeURIComponent(key)}`, { body: key })).status, 200, key);
  for (const key of keys) assert.equal((await ask(`GET /objects/${encodeURIComponent(key)}`)).text, key);
  assert.equal((await ask(`PUT /objects/${'x'.repeat(1025)}`, { body: '' })).code, 'KeyTooLongError');
  for (const key of keys) assert.equal((await ask(`DELETE /objects/${encodeURIComponent(key)}`)).status, 204);
});

test('SEC-313 SEC-316 headers that look internal are data or nothing', async () => {
  const headers = {
    'x-amz-meta-x-tidegate-owner': 'eve',
    'x-amz-meta-snowball-auto-extract': 'true',
    'x-tidegate-acl': 'public-read',
  };
  assert.equal((await ask('PUT /objects/internal', { headers, body: 'v' })).status, 200);
  const read = await ask('HEAD /objects/internal');
  assert.equal(read.headers['x-amz-meta-x-tidegate-owner'], 'eve');
  assert.equal((await fixture.ask('anonymous', 'GET /objects/internal')).code, 'AccessDenied');
});

test('SIG-109 an answer to a presigned URL has the headers of any answer and Referrer-Policy: no-referrer', async () => {
  await ask('PUT /objects/headers', { headers: { 'content-type': 'text/plain' }, body: 'v' });
  for (const line of [
    'GET /objects/headers',
    'HEAD /objects/headers',
    'GET /objects?list-type=2',
    'PUT /objects/headers',
    'DELETE /objects/headers',
  ]) {
    const names = async (presigned: boolean) => {
      const answer = await ask(line, { presigned });
      assert.ok(answer.status < 300, answer.text);
      if (presigned) assert.equal(answer.headers['referrer-policy'], 'no-referrer', line);
      return Object.keys(answer.headers)
        .filter((name) => name !== 'referrer-policy')
        .toSorted();
    };
    assert.deepEqual(await names(true), await names(false), line);
  }
});
