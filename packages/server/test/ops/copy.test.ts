import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, type Fixture, openFixture, type TestKey } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
  for (const bucket of ['mine', 'mine2']) await fixture.ask(ada, `PUT /${bucket}`);
  await fixture.ask(eve, 'PUT /victim');
  await fixture.ask(eve, 'PUT /victim/secret', { body: 'secret' });
  const headers = { 'content-type': 'text/css', 'cache-control': 'no-cache', 'x-amz-meta-a': 'b' };
  await fixture.ask(ada, 'PUT /mine/a%20b%3F', { headers, body: 'source' });
});
after(() => fixture.close());

const copy = (to: string, from: string, headers: Record<string, string> = {}, who = ada) =>
  fixture.ask(who, `PUT ${to}`, { headers: { 'x-amz-copy-source': from, ...headers } });

test('SIG-105 a copy has the bytes, type, headers and metadata of its source, and an ACL of its own', async () => {
  await fixture.ask(ada, 'PUT /mine/a%20b%3F?acl', { headers: { 'x-amz-acl': 'public-read' } });
  const made = await copy('/mine2/copy', '/mine/a%20b%3F');
  assert.deepEqual([made.status, element(made.text, 'ETag')], [200, '"36cd38f49b9afa08222c0dc9ebfe35eb"'], made.text);
  const read = await fixture.ask(ada, 'GET /mine2/copy');
  assert.deepEqual(
    [read.text, ...['content-type', 'cache-control', 'x-amz-meta-a'].map((name) => read.headers[name])],
    ['source', 'text/css', 'no-cache', 'b'],
  );
  assert.equal((await fixture.ask('anonymous', 'GET /mine2/copy')).code, 'AccessDenied');
  assert.equal((await fixture.ask('anonymous', 'GET /mine/a%20b%3F')).status, 200);
});

test('SIG-105 with REPLACE a copy has what the request says and nothing of its source', async () => {
  const headers = {
    'x-amz-metadata-directive': 'REPLACE',
    'x-amz-meta-c': 'd',
    'content-type': 'text/plain',
    'x-amz-acl': 'public-read',
  };
  assert.equal((await copy('/mine2/replaced', 'mine/a%20b%3F', headers)).status, 200);
  const read = await fixture.ask('anonymous', 'GET /mine2/replaced');
  assert.deepEqual(
    ['content-type', 'cache-control', 'x-amz-meta-a', 'x-amz-meta-c'].map((name) => read.headers[name]),
    ['text/plain', undefined, undefined, 'd'],
  );
});

test('SIG-105 an object is copied onto itself only to replace what is said of it', async () => {
  const refused = await copy('/mine/a%20b%3F', '/mine/a%20b%3F');
  assert.deepEqual([refused.status, refused.code], [400, 'InvalidRequest']);
  assert.equal(
    (await copy('/mine/a%20b%3F', '/mine/a%20b%3F', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-a': 'c' }))
      .status,
    200,
  );
  const classed = await copy('/mine/a%20b%3F', '/mine/a%20b%3F', { 'x-amz-storage-class': 'STANDARD' });
  assert.equal(classed.status, 200);
  const sealing =
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256' +
    '</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';
  await fixture.ask(ada, 'PUT /mine?encryption', { body: sealing });
  assert.equal((await copy('/mine/a%20b%3F', '/mine/a+b%3F')).status, 200);
  await fixture.ask(ada, 'DELETE /mine?encryption');
  const read = await fixture.ask(ada, 'GET /mine/a%20b%3F');
  assert.deepEqual([read.text, read.headers['x-amz-meta-a']], ['source', 'c']);
});

test('SEC-302 a source that the caller may not read is refused, by copy and by part, with or without a condition', async () => {
  const opened = await fixture.ask(ada, 'POST /mine/p?uploads');
  const part = `/mine/p?partNumber=1&uploadId=${element(opened.text, 'UploadId')}`;
  for (const to of ['/mine/stolen', part]) {
    for (const headers of [{}, { 'x-amz-copy-source-if-match': '*' }, { 'x-amz-copy-source-if-none-match': '"x"' }]) {
      const refused = await copy(to, '/victim/secret', headers);
      assert.deepEqual([refused.status, refused.code], [403, 'AccessDenied'], to);
    }
    assert.equal((await copy(to, '/victim/secret?versionId=null')).code, 'AccessDenied');
    assert.equal((await copy(to, '/victim/missing')).code, 'AccessDenied');
  }
  assert.equal((await fixture.ask(ada, 'HEAD /mine/stolen')).status, 404);
});

test('SEC-302 a key that reaches into the target alone cannot copy from elsewhere, and neither can one without the right to read', async () => {
  const limited = await fixture.makeKey({ owner: 'ada', buckets: ['mine2'] });
  assert.equal((await copy('/mine2/x', '/mine/a%20b%3F', {}, limited)).code, 'AccessDenied');
  const prefixed = await fixture.makeKey({ owner: 'ada', prefixes: ['in/'] });
  assert.equal((await copy('/mine2/in/x', '/mine/a%20b%3F', {}, prefixed)).code, 'AccessDenied');
});

test('SEC-302 a public source may be copied by anybody who may write the target', async () => {
  await fixture.ask(eve, 'PUT /victim/open', { headers: { 'x-amz-acl': 'public-read' }, body: 'open' });
  assert.equal((await copy('/mine/open', '/victim/open')).status, 200);
  assert.equal((await fixture.ask(ada, 'GET /mine/open')).text, 'open');
});

const hostile: readonly (readonly [source: string, code: string])[] = [
  ['mine/../victim/secret', 'NoSuchKey'],
  ['mine%2F..%2Fvictim%2Fsecret', 'NoSuchKey'],
  ['/mine//../victim/secret', 'NoSuchKey'],
  ['mine/%252e%252e/victim/secret', 'NoSuchKey'],
  ['http://127.0.0.1/x', 'InvalidArgument'],
  ['', 'InvalidArgument'],
  ['mine', 'InvalidArgument'],
  ['mine/', 'InvalidArgument'],
  ['mine/%zz', 'InvalidArgument'],
  [`mine/${'x'.repeat(5000)}`, 'InvalidArgument'],
  ['mine/a?versionId=x%20y', 'InvalidArgument'],
  [`mine/a%20b%3F?versionId=${'x'.repeat(32)}`, 'NoSuchVersion'],
];
for (const [source, code] of hostile) {
  test(`SEC-303 the copy source ${JSON.stringify(source.slice(0, 40))} is ${code}`, async () => {
    assert.equal((await copy('/mine/hostile', source)).code, code);
    assert.equal((await fixture.ask(ada, 'HEAD /mine/hostile')).status, 404);
  });
}

test('SIG-105 conditions on source and target of a copy hold or refuse with 412', async () => {
  const { etag, 'last-modified': modified } = (await fixture.ask(ada, 'HEAD /mine/a%20b%3F')).headers;
  const status = async (headers: Record<string, string>) =>
    (await copy('/mine2/cond', '/mine/a%20b%3F', headers)).status;
  assert.equal(await status({ 'x-amz-copy-source-if-match': String(etag) }), 200);
  assert.equal(await status({ 'x-amz-copy-source-if-match': '"x"' }), 412);
  assert.equal(await status({ 'x-amz-copy-source-if-none-match': String(etag) }), 412);
  assert.equal(await status({ 'x-amz-copy-source-if-modified-since': String(modified) }), 412);
  assert.equal(await status({ 'x-amz-copy-source-if-unmodified-since': String(modified) }), 200);
  assert.equal(await status({ 'if-none-match': '*' }), 412);
});

test('SIG-105 sources that are not there are told apart, and an expected owner is held against each side', async () => {
  assert.equal((await copy('/mine2/x', '/mine/none')).code, 'NoSuchKey');
  assert.equal((await copy('/mine2/x', '/nowhere-at-all/none')).code, 'NoSuchBucket');
  assert.equal(
    (await copy('/mine2/x', '/mine/a%20b%3F', { 'x-amz-source-expected-bucket-owner': eve.ownerId })).code,
    'AccessDenied',
  );
  assert.equal(
    (await copy('/mine2/x', '/mine/a%20b%3F', { 'x-amz-source-expected-bucket-owner': ada.ownerId })).status,
    200,
  );
});

test('SEC-121 what a copy cannot do it refuses by name', async () => {
  const name = 'x-amz-server-side-encryption-context';
  const refused = await copy('/mine2/y', '/mine/a%20b%3F', { [name]: 'x' });
  assert.deepEqual([refused.code, element(refused.text, 'Header')], ['NotImplemented', name]);
  assert.equal(
    (await copy('/mine2/y', '/mine/a%20b%3F', { 'x-amz-metadata-directive': 'MERGE' })).code,
    'InvalidArgument',
  );
});
