import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Ask, element, elements, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
});
after(() => fixture.close());

const ask = (line: string, sent?: Ask) => fixture.ask(fixture.root, line, sent);
const status = (word: string) => `<VersioningConfiguration><Status>${word}</Status></VersioningConfiguration>`;

async function makeVersioned(name: string): Promise<void> {
  assert.equal((await ask(`PUT /${name}`)).status, 200);
  assert.equal((await ask(`PUT /${name}?versioning`, { body: status('Enabled') })).status, 200);
}

async function put(line: string, body: string, headers = {}): Promise<string> {
  const made = await ask(`PUT ${line}`, { body, headers });
  assert.equal(made.status, 200, made.text);
  return String(made.headers['x-amz-version-id']);
}

test('STO-100 SIG-105 each write of a key is a version that can be read by its id, in header and URL', async () => {
  await makeVersioned('vers');
  const first = await put('/vers/k', 'one');
  const second = await put('/vers/k', 'two');
  assert.notEqual(first, second);
  assert.equal((await ask('GET /vers/k')).text, 'two');
  for (const presigned of [false, true]) {
    const old = await ask(`GET /vers/k?versionId=${first}`, { presigned });
    assert.deepEqual([old.text, old.headers['x-amz-version-id']], ['one', first]);
  }
  const unknown = 'x'.repeat(32);
  assert.equal((await ask(`GET /vers/k?versionId=${unknown}`)).code, 'NoSuchVersion');
  for (const line of ['GET /vers/k', 'HEAD /vers/k', 'DELETE /vers/k', 'GET /vers/k?tagging']) {
    const malformed = await ask(`${line}${line.includes('?') ? '&' : '?'}versionId=none`);
    assert.equal(malformed.status, 400, line);
  }
  const gone = await ask('POST /vers?delete', {
    body: `<Delete><Object><Key>k</Key><VersionId>${unknown}</VersionId></Object><Object><Key>none</Key></Object></Delete>`,
  });
  assert.match(gone.text, /<Error><Key>k<\/Key>.*<Code>NoSuchVersion<\/Code>/);
  assert.match(gone.text, /<Deleted><Key>none<\/Key><DeleteMarker>true<\/DeleteMarker>/);
  assert.equal((await ask('GET /vers?versioning')).text.includes('<Status>Enabled</Status>'), true);
});

test('STO-103 STO-104 STO-105 a delete marker hides a key, says so, and its removal shows the key again', async () => {
  await makeVersioned('marked');
  const version = await put('/marked/k', 'v');
  const deleted = await ask('DELETE /marked/k');
  const marker = String(deleted.headers['x-amz-version-id']);
  assert.deepEqual([deleted.status, deleted.headers['x-amz-delete-marker']], [204, 'true']);
  const hidden = await ask('GET /marked/k');
  assert.deepEqual(
    [hidden.status, hidden.code, hidden.headers['x-amz-delete-marker'], hidden.headers['x-amz-version-id']],
    [404, 'NoSuchKey', 'true', marker],
  );
  const named = await ask(`GET /marked/k?versionId=${marker}`);
  assert.deepEqual([named.status, named.code, named.headers['x-amz-delete-marker']], [405, 'MethodNotAllowed', 'true']);
  assert.equal((await ask(`HEAD /marked/k?versionId=${marker}`)).status, 405);
  assert.equal((await ask('DELETE /marked')).code, 'BucketNotEmpty');
  const removed = await ask(`DELETE /marked/k?versionId=${marker}`);
  assert.deepEqual([removed.headers['x-amz-delete-marker'], removed.headers['x-amz-version-id']], ['true', marker]);
  assert.equal((await ask('GET /marked/k')).text, 'v');
  assert.equal((await ask(`DELETE /marked/k?versionId=${version}`)).status, 204);
  assert.equal((await ask('DELETE /marked')).status, 204);
});

test('STO-102 while versioning is suspended the version null is replaced, and the others stay', async () => {
  await ask('PUT /null');
  await put('/null/k', 'before');
  await ask('PUT /null?versioning', { body: status('Enabled') });
  const kept = await put('/null/k', 'kept');
  assert.equal((await ask('GET /null/k?versionId=null')).text, 'before');
  await ask('PUT /null?versioning', { body: status('Suspended') });
  await put('/null/k', 'after');
  assert.equal((await ask('GET /null/k?versionId=null')).text, 'after');
  assert.equal((await ask(`GET /null/k?versionId=${kept}`)).text, 'kept');
  const deleted = await ask('DELETE /null/k');
  assert.deepEqual([deleted.headers['x-amz-version-id'], deleted.headers['x-amz-delete-marker']], ['null', 'true']);
  assert.equal((await ask('GET /null/k?versionId=null')).status, 405);
  assert.deepEqual(elements((await ask('GET /null?versions')).text, 'VersionId'), [kept, 'null']);
});

test('WIRE-141 the version null is named to who reads or deletes it where versioning is on or suspended, and nowhere else', async () => {
  await ask('PUT /plain');
  const named = async (line: string, sent?: Ask) => (await ask(line, sent)).headers['x-amz-version-id'];
  const copySource = { 'x-amz-copy-source': '/plain/k' };
  const written = async () => [
    await named('PUT /plain/k', { body: 'v' }),
    await named('PUT /plain/copy', { headers: copySource }),
  ];
  const asked = async () => [
    await named('GET /plain/k'),
    await named('HEAD /plain/k'),
    await named('GET /plain/k?tagging'),
    (await ask('PUT /plain/copy', { headers: copySource })).headers['x-amz-copy-source-version-id'],
    await named('DELETE /plain/k?versionId=null'),
  ];
  assert.deepEqual(new Set([...(await written()), ...(await asked())]), new Set([undefined]));
  await put('/plain/old', 'v');
  await ask('PUT /plain?versioning', { body: status('Enabled') });
  assert.equal(await named('GET /plain/old'), 'null');
  await ask('PUT /plain?versioning', { body: status('Suspended') });
  assert.deepEqual(new Set(await written()), new Set([undefined]));
  assert.deepEqual(new Set(await asked()), new Set(['null']));
});

test('STO-107 versions are listed page by page, newest first, and a copy of an old one restores it', async () => {
  await makeVersioned('pages');
  const ids: string[] = [];
  for (const text of ['1', '2', '3']) ids.unshift(await put('/pages/a', text));
  const other = await put('/pages/dir/b', 'x');
  const found: string[] = [];
  let marker = '';
  for (;;) {
    const page = (await ask(`GET /pages?max-keys=2&versions${marker}`)).text;
    found.push(...elements(page, 'VersionId'));
    if (element(page, 'IsTruncated') === 'false') break;
    const key = encodeURIComponent(element(page, 'NextKeyMarker'));
    marker = `&key-marker=${key}&version-id-marker=${element(page, 'NextVersionIdMarker')}`;
  }
  assert.deepEqual(found, [...ids, other]);
  const folded = (await ask('GET /pages?delimiter=/&versions')).text;
  assert.deepEqual(elements(folded, 'IsLatest'), ['true', 'false', 'false']);
  assert.ok(folded.includes('<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>'));
  assert.equal((await ask('GET /pages?version-id-marker=x&versions')).code, 'InvalidArgument');
  const restored = await ask('PUT /pages/a', {
    headers: { 'x-amz-copy-source': `/pages/a?versionId=${ids[2]}` },
  });
  assert.equal(restored.headers['x-amz-copy-source-version-id'], ids[2]);
  assert.equal((await ask('GET /pages/a')).text, '1');
});

test('STO-106 SIG-105 a deletion is held against ETag, time and size, also key by key', async () => {
  await ask('PUT /conditions');
  const { headers } = await ask('PUT /conditions/k', { body: 'four' });
  const time = String((await ask('HEAD /conditions/k')).headers['last-modified']);
  for (const wrong of [
    { 'if-match': '"x"' },
    { 'x-amz-if-match-size': '5' },
    { 'x-amz-if-match-last-modified-time': 'Thu, 01 Dec 2022 16:00:00 GMT' },
  ]) {
    assert.equal((await ask('DELETE /conditions/k', { headers: wrong })).code, 'PreconditionFailed');
  }
  const body = '<Delete><Object><Key>k</Key><Size>5</Size></Object></Delete>';
  assert.equal(element((await ask('POST /conditions?delete', { body })).text, 'Code'), 'PreconditionFailed');
  const right = {
    'if-match': String(headers['etag']),
    'x-amz-if-match-size': '4',
    'x-amz-if-match-last-modified-time': time,
  };
  assert.equal((await ask('DELETE /conditions/k', { headers: right })).status, 204);
  assert.equal((await ask('DELETE /conditions/k', { headers: right })).code, 'NoSuchKey');
  assert.equal((await ask('DELETE /conditions/k', { headers: { 'x-amz-if-match-size': '9' } })).status, 204);
  const gone = '<Delete><Object><Key>k</Key><ETag>*</ETag></Object><Object><Key>k2</Key></Object></Delete>';
  const answer = await ask('POST /conditions?delete', { body: gone });
  assert.deepEqual([answer.status, element(answer.text, 'Code')], [200, 'NoSuchKey']);
});

test('SIG-105 GetObjectAttributes says what was asked for and nothing else', async () => {
  await ask('PUT /attributes');
  await put('/attributes/k', 'four');
  const asked = await ask('GET /attributes/k?attributes', {
    headers: { 'x-amz-object-attributes': 'ObjectSize,StorageClass' },
  });
  assert.deepEqual(
    [element(asked.text, 'ObjectSize'), element(asked.text, 'StorageClass'), element(asked.text, 'ETag')],
    ['4', 'STANDARD', ''],
  );
  const unknown = await ask('GET /attributes/k?attributes', { headers: { 'x-amz-object-attributes': 'Colour' } });
  assert.equal(unknown.code, 'InvalidArgument');
});
