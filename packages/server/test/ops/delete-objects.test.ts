import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, elements, type Fixture, openFixture, type TestKey } from './fixture.ts';

let fixture: Fixture;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  eve = await fixture.makeKey({ owner: 'eve' });
  await fixture.ask(fixture.root, 'PUT /many');
});
after(() => fixture.close());

const written = (key: string) => key.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const remove = (keys: readonly string[], more = '', who: TestKey | 'anonymous' = fixture.root) =>
  fixture.ask(who, 'POST /many?delete', {
    body: `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${keys.map((key) => `<Object><Key>${written(key)}</Key></Object>`).join('')}${more}</Delete>`,
  });
const put = (key: string) => fixture.ask(fixture.root, `PUT /many/${encodeURIComponent(key)}`, { body: key });
const exists = async (key: string) =>
  (await fixture.ask(fixture.root, `HEAD /many/${encodeURIComponent(key)}`)).status === 200;

test('SEC-306 many keys are deleted at once, keys that are not there count as deleted, literal and repeated ones too', async () => {
  const keys = ['a', 'b&<', 'c/../d', '😀'];
  for (const key of keys) await put(key);
  const gone = await remove([...keys, 'never', 'a']);
  assert.equal(gone.status, 200, gone.text);
  assert.deepEqual(elements(gone.text, 'Key'), [...keys, 'never', 'a']);
  for (const key of keys) assert.equal(await exists(key), false, key);
});

test('SEC-306 a quiet deletion names failures alone', async () => {
  await put('q');
  const gone = await remove(['q'], '<Quiet>true</Quiet>');
  assert.deepEqual([gone.status, elements(gone.text, 'Key')], [200, []]);
  assert.equal(await exists('q'), false);
});

test('SEC-306 each key is judged for itself: those out of reach are AccessDenied and still there', async () => {
  const keys = ['in/1', 'out/1', 'in/2', 'out/2', 'in-3'];
  for (const key of keys) await put(key);
  const limited = await fixture.makeKey({ owner: 'root', role: 'write', prefixes: ['in/'] });
  const gone = await remove(keys, '', limited);
  assert.equal(gone.status, 200);
  assert.deepEqual(elements(gone.text, 'Key'), ['in/1', 'in/2', 'out/1', 'out/2', 'in-3']);
  assert.deepEqual(elements(gone.text, 'Code'), ['AccessDenied', 'AccessDenied', 'AccessDenied']);
  assert.deepEqual(await Promise.all(keys.map(exists)), [false, true, false, true, true]);
});

test('SEC-306 a policy that denies some keys denies them here', async () => {
  await put('kept/1');
  await put('loose/1');
  const policy = JSON.stringify({
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::many/kept/*' }],
  });
  await fixture.ask(fixture.root, 'PUT /many?policy', { body: policy });
  const gone = await remove(['kept/1', 'loose/1']);
  assert.deepEqual(elements(gone.text, 'Key'), ['loose/1', 'kept/1']);
  await fixture.ask(fixture.root, 'DELETE /many?policy');
  assert.deepEqual([await exists('kept/1'), await exists('loose/1')], [true, false]);
});

test('SEC-306 a stranger deletes nothing, and nobody without a key gets further than 403', async () => {
  await put('mine');
  const foreign = await remove(['mine'], '', eve);
  assert.deepEqual([foreign.status, element(foreign.text, 'Code')], [200, 'AccessDenied']);
  assert.equal((await remove(['mine'], '', 'anonymous')).code, 'AccessDenied');
  assert.equal(await exists('mine'), true);
  const reader = await fixture.makeKey({ owner: 'root', role: 'read' });
  assert.equal((await remove(['mine'], '', reader)).code, 'AccessDenied');
});

test('SEC-306 1,001 keys, none, and other than a Delete are MalformedXML; 1,000 are taken', async () => {
  const keys = Array.from({ length: 1001 }, (_, at) => `k${at}`);
  assert.equal((await remove(keys)).code, 'MalformedXML');
  assert.equal((await remove([])).code, 'MalformedXML');
  assert.equal((await fixture.ask(fixture.root, 'POST /many?delete', { body: '<Remove/>' })).code, 'MalformedXML');
  assert.equal((await fixture.ask(fixture.root, 'POST /many?delete')).status, 400);
  assert.equal(elements((await remove(keys.slice(1))).text, 'Key').length, 1000);
});

test('SEC-306 a version that cannot be, and a condition that does not hold, are refused for their key alone', async () => {
  await put('v');
  const body = (inner: string) => ({
    body: `<Delete><Object><Key>v</Key>${inner}</Object><Object><Key>w</Key></Object></Delete>`,
  });
  const answer = await fixture.ask(fixture.root, 'POST /many?delete', body('<VersionId>a b</VersionId>'));
  assert.deepEqual([element(answer.text, 'Code'), elements(answer.text, 'Key')], ['InvalidArgument', ['w', 'v']]);
  const conditional = await fixture.ask(fixture.root, 'POST /many?delete', body('<ETag>x</ETag>'));
  assert.deepEqual(
    [element(conditional.text, 'Code'), elements(conditional.text, 'Key')],
    ['PreconditionFailed', ['w', 'v']],
  );
  assert.equal(await exists('v'), true);
  assert.equal((await fixture.ask(fixture.root, 'POST /many?delete', body('<VersionId>null</VersionId>'))).status, 200);
  assert.equal(await exists('v'), false);
});

test('SEC-130 a Content-MD5 that is not that of the document is refused', async () => {
  const asked = {
    body: '<Delete><Object><Key>x</Key></Object></Delete>',
    headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' },
  };
  assert.equal((await fixture.ask(fixture.root, 'POST /many?delete', asked)).code, 'BadDigest');
});
