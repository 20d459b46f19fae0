import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, type Fixture, filenameVariable, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  await fixture.ask(fixture.root, 'PUT /forms');
});
after(() => fixture.close());

const post = (fields: Readonly<Record<string, string>>, file = 'file') =>
  fixture.post(fixture.root, 'forms', fields, file);

test('SIG-80 SIG-86 a form stores its file with its fields as headers, and answers 204', async () => {
  const stored = await post(
    {
      key: `dir/${filenameVariable}`,
      'Content-Type': 'text/plain',
      'x-amz-meta-Colour': 'grün',
      'Cache-Control': 'no-cache',
      acl: 'public-read',
    },
    'hello',
  );
  assert.equal(stored.status, 204, stored.text);
  assert.equal(stored.headers['etag'], '"5d41402abc4b2a76b9719d911017c592"');
  assert.equal(stored.headers['location'], `${fixture.server.endpoint}/forms/dir/f`);
  const read = await fixture.ask('anonymous', 'GET /forms/dir/f');
  assert.equal(read.text, 'hello');
  assert.deepEqual([read.headers['content-type'], read.headers['cache-control']], ['text/plain', 'no-cache']);
  assert.equal(read.headers['x-amz-meta-colour'], '=?UTF-8?Q?gr=C3=BCn?=');
});

test('SIG-80 success_action_status chooses 200, 201 with a document, or 204', async () => {
  assert.equal((await post({ key: 'k', success_action_status: '200' })).status, 200);
  const created = await post({ key: 'ä b', success_action_status: '201' });
  assert.equal(created.status, 201);
  assert.deepEqual(
    ['Location', 'Bucket', 'Key', 'ETag'].map((name) => element(created.text, name)),
    [`${fixture.server.endpoint}/forms/%C3%A4%20b`, 'forms', 'ä b', String(created.headers['etag'])],
  );
  for (const status of ['404', 'x', '']) {
    const other = await post({ key: 'k', success_action_status: status });
    assert.deepEqual([other.status, other.text], [204, ''], status);
  }
});

test('SIG-80 success_action_redirect sends the browser on with bucket, key and ETag; what is no web address is not followed', async () => {
  for (const name of ['success_action_redirect', 'redirect']) {
    const sent = await post({ key: 'a&b', [name]: 'http://app.test/done?x=1' });
    assert.equal(sent.status, 303);
    const to = new URL(String(sent.headers['location']));
    assert.deepEqual(
      [...to.searchParams],
      [
        ['x', '1'],
        ['bucket', 'forms'],
        ['key', 'a&b'],
        ['etag', String(sent.headers['etag'])],
      ],
    );
  }
  for (const bad of ['javascript:alert(1)', 'file:///etc/passwd', 'nonsense', 'http://']) {
    assert.equal((await post({ key: 'k', success_action_redirect: bad })).status, 204, bad);
  }
});

test('SEC-121 what a form cannot do it refuses by name, and nothing is stored', async () => {
  for (const [name, value, code] of [
    ['tagging', '<Tagging>', 'MalformedXML'],
    ['x-amz-server-side-encryption', 'aws:kms', 'NotImplemented'],
    ['x-amz-website-redirect-location', '/x', 'NotImplemented'],
    ['x-amz-storage-class', 'GLACIER', 'NotImplemented'],
    ['acl', 'everybody', 'InvalidArgument'],
    ['x-amz-meta-a', 'v'.repeat(2048), 'MetadataTooLarge'],
    ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
  ] as const) {
    assert.equal((await post({ key: 'refused', [name]: value })).code, code, name);
  }
  assert.equal((await fixture.ask(fixture.root, 'HEAD /forms/refused')).status, 404);
  assert.equal((await post({ key: 'k'.repeat(1025) })).code, 'KeyTooLongError');
});

test('SEC-139 a key in a form is literal text', async () => {
  for (const key of ['u/../../x', '/etc/passwd', 'a//b', './a']) {
    assert.equal((await post({ key }, key)).status, 204, key);
    assert.equal((await fixture.ask(fixture.root, `GET /forms/${encodeURIComponent(key)}`)).text, key);
  }
});

test('SEC-141 SEC-301 a form is admitted by the rights of the key that signed it', async () => {
  const wishes = [
    [{ owner: 'root', role: 'read' }, 403],
    [{ owner: 'root', role: 'write' }, 204],
    [{ owner: 'root', role: 'link-only' }, 204],
    [{ owner: 'root', buckets: ['elsewhere'] }, 403],
    [{ owner: 'root', prefixes: ['in/'] }, 204],
    [{ owner: 'root', prefixes: ['out/'] }, 403],
    [{ owner: 'eve' }, 403],
  ] as const;
  for (const [wish, status] of wishes) {
    const key = await fixture.makeKey(wish);
    assert.equal((await fixture.post(key, 'forms', { key: 'in/k' }, 'v')).status, status, JSON.stringify(wish));
  }
  assert.equal((await fixture.post('anonymous', 'forms', { key: 'in/k' }, 'v')).code, 'AccessDenied');
  assert.equal((await fixture.post(fixture.root, 'no-such-bucket', { key: 'k' }, 'v')).code, 'NoSuchBucket');
});

test('SIG-88 SEC-138 a file that is too small or too large for its policy is refused, nothing is stored, and the server goes on', async () => {
  for (const [range, code] of [
    ['512,1024', 'EntityTooSmall'],
    ['0,3', 'EntityTooLarge'],
  ] as const) {
    for (let again = 0; again < 5; again += 1) {
      assert.equal((await fixture.post(fixture.root, 'forms', { key: 'sized' }, 'four', range)).code, code);
    }
  }
  assert.equal((await fixture.ask(fixture.root, 'HEAD /forms/sized')).status, 404);
  assert.equal((await fixture.post(fixture.root, 'forms', { key: 'sized' }, 'four', '4,4')).status, 204);
});

test('SEC-301 anybody may post into a bucket that is public-read-write', async () => {
  await fixture.ask(fixture.root, 'PUT /open-forms', { headers: { 'x-amz-acl': 'public-read-write' } });
  assert.equal((await fixture.post('anonymous', 'open-forms', { key: 'k' }, 'v')).status, 204);
  assert.equal((await fixture.ask(fixture.root, 'GET /open-forms/k')).text, 'v');
});
