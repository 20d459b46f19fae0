import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../test-server.ts';
import { begin, draft, draftBytes, resumable, send } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/draft')).status, 200);
});
after(() => server.stop());

const stored = async (key: string): Promise<Buffer> => {
  const answer = await server.signed('GET', `/draft/${key}`);
  assert.equal(answer.status, 200, key);
  return Buffer.from(await answer.arrayBuffer());
};
const offsetOf = async (url: string): Promise<string> => {
  const { headers } = await send(url, { method: 'HEAD', headers: draft });
  return `${headers['upload-offset']} ${headers['upload-complete']}`;
};

for (const method of ['POST', 'PUT']) {
  test(`LNK-50 LNK-54 a whole file by ${method} with Upload-Complete is told by 104 where to go on, and is the object`, async () => {
    const url = resumable(server, 'draft', `whole ${method}`);
    const body = randomBytes(100_000);
    const headers = { ...draft, 'upload-complete': '?1', 'content-type': 'video/mp4' };
    const answer = await send(url, { method, headers, body });
    assert.equal(answer.outcome, '200', answer.text);
    assert.deepEqual([answer.headers['upload-complete'], answer.headers['upload-offset']], ['?1', '100000']);
    assert.match(String(answer.headers['etag']), /^"[0-9a-f]{32}-1"$/);
    const [ahead] = answer.ahead;
    assert.equal(ahead?.status, 104);
    assert.equal(ahead?.headers['location'], new URL(url).pathname + new URL(url).search);
    assert.match(String(ahead?.headers['upload-limit']), /^max-size=\d+, max-age=\d+$/);
    assert.deepEqual(await stored(`whole%20${method}`), body);
    assert.equal((await server.signed('HEAD', `/draft/whole%20${method}`)).headers.get('content-type'), 'video/mp4');
  });
}

test('LNK-55 what the link bounds is told as the limits of the upload, and more than that is refused as it is', async () => {
  const url = resumable(server, 'draft', 'bounded', { minBytes: 3, maxBytes: 10 });
  const begin = (length: string) =>
    send(url, { method: 'POST', headers: { ...draft, 'upload-complete': '?0', 'upload-length': length } });
  assert.equal((await begin('11')).outcome, '400 EntityTooLarge', 'a 413 would ask for smaller appends');
  const begun = await begin('10');
  assert.match(String(begun.headers['upload-limit']), /^max-size=10, min-size=3, max-age=\d+$/);
});

test('LNK-54 a client that names no version of the drafts gets no informational answer', async () => {
  const url = resumable(server, 'draft', 'silent');
  const answer = await send(url, { method: 'POST', headers: { 'upload-complete': '?1' }, body: 'abc' });
  assert.deepEqual([answer.outcome, answer.ahead], ['200', []]);
});

test('LNK-50 a file in parts ends when its sender says so, whatever length was said', async () => {
  const url = resumable(server, 'draft', 'parts');
  const headers = { ...draft, 'upload-complete': '?0', 'upload-length': '9' };
  const created = await send(url, { method: 'POST', headers, body: 'abc' });
  assert.deepEqual([created.outcome, created.headers['upload-complete']], ['201', '?0']);
  assert.equal(await offsetOf(url), '3 ?0');
  const append = (offset: number, complete: string, body: string, chunked = false) =>
    send(url, {
      method: 'PATCH',
      headers: { ...draftBytes, 'upload-offset': String(offset), 'upload-complete': complete },
      body,
      chunked,
    });
  const wrong = await append(2, '?0', 'x');
  assert.equal(wrong.status, 409);
  assert.equal(wrong.headers['upload-offset'], '3');
  assert.match(wrong.text, /mismatching-upload-offset/);
  assert.match((await append(3, '?1', 'x')).text, /inconsistent-upload-length/);
  assert.equal((await append(3, '?0', 'defghi')).status, 204);
  assert.equal(await offsetOf(url), '9 ?0');
  assert.equal((await append(9, '?1', '')).outcome, '200');
  assert.equal((await stored('parts')).toString(), 'abcdefghi');
  const late = await append(9, '?1', 'x');
  assert.equal(late.status, 400);
  assert.match(late.text, /completed-upload/);
  assert.equal(await offsetOf(url), '9 ?1');
});

test('LNK-50 a body that does not tell its length is the rest when its sender says so', async () => {
  const url = resumable(server, 'draft', 'unknown', { totalBytes: 8, maxBytes: 8 });
  const headers = { ...draft, 'upload-complete': '?1' };
  assert.equal((await send(url, { method: 'POST', headers, body: '12345678', chunked: true })).outcome, '200');
  assert.equal((await stored('unknown')).toString(), '12345678');
});

test('LNK-52 a whole file that broke off goes on where the server got to', async () => {
  const url = resumable(server, 'draft', 'broken');
  const bytes = randomBytes(400_000);
  await send(url, { method: 'POST', headers: { ...draft, 'upload-complete': '?0' } });
  const headers = { ...draftBytes, 'upload-offset': '0', 'upload-complete': '?1' };
  const hanging = await begin(url, headers, bytes.byteLength, bytes.subarray(0, 150_000));
  hanging.cut();
  const [offset] = (await offsetOf(url)).split(' ').map(Number);
  assert.ok(offset !== undefined && offset <= 150_000);
  const rest = { ...draftBytes, 'upload-offset': String(offset), 'upload-complete': '?1' };
  assert.equal((await send(url, { method: 'PATCH', headers: rest, body: bytes.subarray(offset) })).outcome, '200');
  assert.deepEqual(await stored('broken'), bytes);
});

test('LNK-50 an upload is given up by DELETE, and the versions of the drafts that say Upload-Incomplete are understood', async () => {
  const url = resumable(server, 'draft', 'old');
  const old = { 'upload-draft-interop-version': '3' };
  const created = await send(url, { method: 'POST', headers: { ...old, 'upload-incomplete': '?1' }, body: 'abc' });
  assert.deepEqual([created.outcome, created.headers['upload-incomplete']], ['201', '?1']);
  assert.equal((await send(url, { method: 'DELETE', headers: old })).outcome, '204');
  assert.equal((await send(url, { method: 'HEAD', headers: old })).status, 404);
  const whole = await send(url, { method: 'POST', headers: { ...old, 'upload-incomplete': '?0' }, body: 'abcd' });
  assert.deepEqual([whole.outcome, whole.headers['upload-incomplete']], ['200', '?0']);
  assert.equal((await stored('old')).toString(), 'abcd');
});

test('LNK-50 what is no creation of any protocol is refused in words', async () => {
  const url = resumable(server, 'draft', 'neither');
  assert.equal((await send(url, { method: 'POST', body: 'abc' })).outcome, '400 InvalidRequest');
  const odd = { ...draft, 'upload-complete': 'yes' };
  assert.equal((await send(url, { method: 'POST', headers: odd, body: 'abc' })).outcome, '400 InvalidRequest');
  const plain = { ...draft, 'upload-offset': '0', 'upload-complete': '?1', 'content-type': 'text/plain' };
  assert.equal((await send(url, { method: 'PATCH', headers: plain, body: 'abc' })).status, 415);
});
