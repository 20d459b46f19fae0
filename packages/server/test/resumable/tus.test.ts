import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../test-server.ts';
import { begin, offsetOf, resumable, send, tus, tusBytes, until } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/tus')).status, 200);
});
after(() => server.stop());

const create = (url: string, sizeBytes: number, headers: Record<string, string> = {}) =>
  send(url, { method: 'POST', headers: { ...tus, 'upload-length': String(sizeBytes), ...headers } });
const append = (url: string, offset: number, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  send(url, { method: 'PATCH', headers: { ...tusBytes, 'upload-offset': String(offset), ...headers }, body });
const stored = async (key: string): Promise<Buffer> => {
  const answer = await server.signed('GET', `/tus/${key}`);
  assert.equal(answer.status, 200, key);
  return Buffer.from(await answer.arrayBuffer());
};
const isThere = async (key: string): Promise<boolean> => (await server.signed('HEAD', `/tus/${key}`)).status === 200;

test('LNK-50 LNK-51 LNK-55 a tus upload in three appends on one presigned PUT URL becomes the object', async () => {
  const url = resumable(server, 'tus', 'three.bin');
  const bytes = randomBytes(300_000);
  const type = Buffer.from('image/png').toString('base64');
  const created = await create(url, bytes.byteLength, { 'upload-metadata': `filetype ${type},filename eA==` });
  assert.equal(created.outcome, '201');
  assert.equal(created.headers['location'], new URL(url).pathname + new URL(url).search);
  assert.equal(created.headers['tus-resumable'], '1.0.0');
  assert.ok(Date.parse(String(created.headers['upload-expires'])) > Date.now());
  let offset = 0;
  for (const end of [100, 200_000, 300_000]) {
    assert.equal(await isThere('three.bin'), false);
    const answer = await append(url, offset, bytes.subarray(offset, end));
    assert.deepEqual([answer.outcome, answer.headers['upload-offset']], ['204', String(end)]);
    offset = end;
  }
  assert.deepEqual(await stored('three.bin'), bytes);
  assert.equal((await server.signed('HEAD', '/tus/three.bin')).headers.get('content-type'), 'image/png');
  const head = await send(url, { method: 'HEAD', headers: tus });
  assert.deepEqual([head.headers['upload-offset'], head.headers['upload-length']], ['300000', '300000']);
  assert.equal(head.headers['upload-metadata'], `filetype ${type},filename eA==`);
  assert.equal(head.headers['cache-control'], 'private, no-store');
});

test('LNK-50 a creation takes the first bytes along, an empty file is whole at once, and a length may come later', async () => {
  const url = resumable(server, 'tus', 'along');
  const headers = { ...tusBytes, 'upload-length': '11' };
  const created = await send(url, { method: 'POST', headers, body: 'hello ' });
  assert.deepEqual([created.outcome, created.headers['upload-offset']], ['201', '6']);
  assert.equal((await append(url, 6, 'world')).outcome, '204');
  assert.equal((await stored('along')).toString(), 'hello world');

  assert.equal((await create(resumable(server, 'tus', 'empty'), 0)).outcome, '201');
  assert.equal((await stored('empty')).byteLength, 0);

  const later = resumable(server, 'tus', 'later');
  assert.equal((await send(later, { method: 'POST', headers: { ...tus, 'upload-defer-length': '1' } })).outcome, '201');
  assert.equal((await append(later, 0, 'abc')).outcome, '204');
  assert.equal((await send(later, { method: 'HEAD', headers: tus })).headers['upload-defer-length'], '1');
  assert.equal((await append(later, 3, 'def', { 'upload-length': '6' })).outcome, '204');
  assert.equal((await stored('later')).toString(), 'abcdef');
});

test('SEC-236 LNK-50 the methods of the protocols are those of a URL that was signed for it, and of no other', async () => {
  const plain = resumable(server, 'tus', 'plain').replace('&x-link-resumable=1', '');
  for (const method of ['POST', 'HEAD', 'PATCH', 'DELETE']) {
    const answer = await send(plain, { method, headers: tusBytes });
    assert.ok(answer.status === 403 || answer.status === 405 || answer.status === 501, `${method}: ${answer.outcome}`);
  }
  const url = resumable(server, 'tus', 'object');
  assert.equal((await server.signed('PUT', '/tus/object', { body: 'kept' })).status, 200);
  assert.equal((await send(url, { method: 'DELETE', headers: tus })).outcome, '404 NoSuchUpload');
  assert.equal((await stored('object')).toString(), 'kept');
  assert.equal((await send(url, { method: 'GET' })).status, 403);
  assert.equal((await send(url, { method: 'PUT', body: 'whole' })).outcome, '200');
  assert.equal((await stored('object')).toString(), 'whole');
});

test('SEC-236 LNK-52 an offset that is not the end of what is there is 409, and says where that is', async () => {
  const url = resumable(server, 'tus', 'offsets');
  await create(url, 10);
  assert.equal((await append(url, 0, 'abcd')).outcome, '204');
  for (const offset of ['0', '3', '5', '10', '999999']) {
    const answer = await append(url, 0, 'x', { 'upload-offset': offset });
    assert.deepEqual([answer.status, answer.headers['upload-offset']], [409, '4'], offset);
  }
  for (const offset of ['-1', '1.5', '1e3', '']) {
    assert.equal((await append(url, 0, 'x', { 'upload-offset': offset })).status, 400, offset);
  }
  assert.equal((await append(url, 4, '1234567')).status, 413, 'more than was said');
  assert.equal((await append(url, 4, 'efghij')).outcome, '204');
  assert.equal((await stored('offsets')).toString(), 'abcdefghij');
});

test('SEC-236 LNK-55 more than max-bytes in sum is EntityTooLarge to the byte, and nothing is visible', async () => {
  const refused = await create(resumable(server, 'tus', 'max', { maxBytes: 10 }), 11);
  assert.deepEqual([refused.outcome, refused.headers['tus-resumable']], ['413 EntityTooLarge', '1.0.0']);
  assert.equal((await create(resumable(server, 'tus', 'min', { minBytes: 10 }), 9)).outcome, '400 EntityTooSmall');
  const url = resumable(server, 'tus', 'max', { maxBytes: 10 });
  await send(url, { method: 'POST', headers: { ...tus, 'upload-defer-length': '1' } });
  assert.equal((await append(url, 0, '123456')).outcome, '204');
  assert.equal((await append(url, 6, '12345')).outcome, '413 EntityTooLarge');
  const chunked = { method: 'PATCH', headers: { ...tusBytes, 'upload-offset': '6' }, body: '12345', chunked: true };
  assert.equal((await send(url, chunked)).outcome, '413 EntityTooLarge');
  assert.equal(await isThere('max'), false);
  assert.equal((await append(url, 6, '7890', { 'upload-length': '10' })).outcome, '204');
  assert.equal((await stored('max')).byteLength, 10);
});

test('LNK-51 one use is the whole upload, however often it is begun anew, and the next one is refused', async () => {
  const url = resumable(server, 'tus', 'once', { uses: 1 });
  assert.equal((await create(url, 6)).outcome, '201');
  assert.equal((await append(url, 0, 'abc')).outcome, '204');
  assert.equal((await create(url, 4)).outcome, '201', 'begun anew');
  assert.equal(await offsetOf(url), 0);
  assert.equal((await send(url, { method: 'DELETE', headers: tus })).outcome, '204');
  assert.equal((await send(url, { method: 'HEAD', headers: tus })).status, 404);
  assert.equal((await create(url, 4)).outcome, '201', 'after it was given up');
  assert.equal((await append(url, 0, 'abcd')).outcome, '204');
  assert.equal((await stored('once')).toString(), 'abcd');
  assert.equal((await create(url, 4)).outcome, '403 AccessDenied LinkUsesSpent');
  assert.equal((await send(url, { method: 'PUT', body: 'abcd' })).outcome, '403 AccessDenied LinkUsesSpent');
  assert.equal(await offsetOf(url), 4, 'a client that lost the last answer is told that all is there');
});

test('SEC-236 LNK-53 while one request writes another is refused, and HEAD ends the first and counts all that came', async () => {
  const url = resumable(server, 'tus', 'two');
  const bytes = randomBytes(500_000);
  await create(url, bytes.byteLength);
  const first = await begin(url, { ...tusBytes, 'upload-offset': '0' }, bytes.byteLength, bytes.subarray(0, 200_000));
  await until('the second is refused', async () => (await append(url, 0, 'x')).status === 423);
  const offset = await offsetOf(url);
  assert.ok(offset > 0 && offset <= 200_000, String(offset));
  assert.equal(await first.ended, 409);
  assert.equal((await append(url, offset, bytes.subarray(offset))).outcome, '204');
  assert.deepEqual(await stored('two'), bytes);
});

test('LNK-52 of an upload that is cut every byte that came is kept, however often', async () => {
  const url = resumable(server, 'tus', 'cut');
  const bytes = randomBytes(2_000_000);
  await create(url, bytes.byteLength);
  let offset = 0;
  await until('most of it is there', async () => {
    const sent = bytes.subarray(offset, offset + 300_000);
    const hanging = await begin(url, { ...tusBytes, 'upload-offset': String(offset) }, bytes.byteLength - offset, sent);
    // One cut comes before the server has looked, another in the middle, another when all has arrived.
    await new Promise((resolve) => setTimeout(resolve, offset % 30));
    hanging.cut();
    const kept = await offsetOf(url);
    assert.ok(kept >= offset && kept <= offset + 300_000, `${kept} after ${offset}`);
    offset = kept;
    return offset > 1_500_000;
  });
  assert.equal((await append(url, offset, bytes.subarray(offset))).outcome, '204');
  assert.deepEqual(await stored('cut'), bytes);
});

test('LNK-56 the digest of the whole is held over all its pieces: another one is BadDigest and no object', async () => {
  const bytes = randomBytes(150_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const right = resumable(server, 'tus', 'digest', { sha256 });
  const wrong = resumable(server, 'tus', 'wrong', { sha256 });
  for (const url of [right, wrong]) {
    await create(url, bytes.byteLength);
    assert.equal((await append(url, 0, bytes.subarray(0, 70_001))).outcome, '204');
  }
  assert.equal((await append(right, 70_001, bytes.subarray(70_001))).outcome, '204');
  assert.deepEqual(await stored('digest'), bytes);
  assert.equal((await append(wrong, 70_001, bytes.subarray(70_000, -1))).outcome, '400 BadDigest');
  assert.equal(await isThere('wrong'), false);
  assert.equal((await send(wrong, { method: 'HEAD', headers: tus })).status, 404);
});

test('LNK-55 types, write-once and total-bytes hold for the whole', async () => {
  const typed = resumable(server, 'tus', 'typed', { types: ['image/*'] });
  const type = (name: string) => ({ 'upload-metadata': `filetype ${Buffer.from(name).toString('base64')}` });
  assert.equal((await create(typed, 3)).outcome, '403 AccessDenied LinkTypeNotAllowed');
  assert.equal((await create(typed, 3, type('text/html'))).outcome, '403 AccessDenied LinkTypeNotAllowed');
  assert.equal((await create(typed, 3, type('image/png'))).outcome, '201');

  const once = resumable(server, 'tus', 'write-once', { writeOnce: true });
  await create(once, 3);
  assert.equal((await server.signed('PUT', '/tus/write-once', { body: 'mine' })).status, 200);
  assert.equal((await append(once, 0, 'abc')).outcome, '412 PreconditionFailed');
  assert.equal((await stored('write-once')).toString(), 'mine');
  assert.equal((await create(once, 3)).outcome, '412 PreconditionFailed');

  const total = resumable(server, 'tus', 'total', { totalBytes: 10 });
  await create(total, 12);
  assert.equal((await append(total, 0, 'abcdef')).outcome, '204');
  assert.equal((await append(total, 6, 'ghijkl')).outcome, '403 AccessDenied LinkBytesSpent');
  await until('the ledger has written down what it was told', async () => {
    const { items } = await (await server.signed('GET', '/_/api/v1/links?bucket=tus&prefix=total')).json();
    return items.some((link: { refusals: object }) => Object.keys(link.refusals).length > 0);
  });
  assert.equal((await append(total, 6, 'ghij')).outcome, '204');
  assert.equal((await append(total, 10, 'k')).outcome, '403 AccessDenied LinkBytesSpent');
});

test('LNK-50 a body with another checksum than was said is refused whole: 460', async () => {
  const url = resumable(server, 'tus', 'sums');
  await create(url, 6);
  const sum = (body: string) => ({ 'upload-checksum': `sha1 ${createHash('sha1').update(body).digest('base64')}` });
  assert.equal((await append(url, 0, 'abc', sum('abd'))).status, 460);
  assert.equal(await offsetOf(url), 0);
  assert.equal((await append(url, 0, 'abc', sum('abc'))).outcome, '204');
  assert.equal((await append(url, 3, 'def', { 'upload-checksum': 'crc7 AA==' })).status, 400);
  assert.equal((await append(url, 3, 'def', sum('def'))).outcome, '204');
});

test('LNK-50 another version of tus is 412, another type of an append 415, and what is spoken is told to anybody', async () => {
  const url = resumable(server, 'tus', 'versions');
  assert.equal(
    (await send(url, { method: 'POST', headers: { 'tus-resumable': '0.2.2', 'upload-length': '1' } })).status,
    412,
  );
  await create(url, 3);
  assert.equal((await append(url, 0, 'abc', { 'content-type': 'text/plain' })).status, 415);
  const told = await send(url, { method: 'OPTIONS' });
  assert.equal(told.status, 204);
  assert.equal(told.headers['tus-version'], '1.0.0');
  assert.match(String(told.headers['tus-extension']), /creation-with-upload.*termination/);
  const overridden = { ...tusBytes, 'upload-offset': '0', 'x-http-method-override': 'PATCH' };
  assert.equal((await send(url, { method: 'POST', headers: overridden, body: 'abc' })).outcome, '204');
});

test('LNK-57 a preflight is answered as one for the PUT that was signed, and logged by its operation', async () => {
  const body =
    '<CORSConfiguration><CORSRule><AllowedOrigin>https://app.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>' +
    '<AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>';
  assert.equal((await server.signed('PUT', '/tus?cors', { body })).status, 200);
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'PATCH' };
  const asked = await send(resumable(server, 'tus', 'preflight'), { method: 'OPTIONS', headers });
  assert.equal(asked.status, 200);
  assert.match(String(asked.headers['access-control-allow-methods']), /PATCH/);
  assert.match(server.logged(), /PreflightObject/);
});

test('SEC-236 LNK-32 a link that is taken back cuts its upload and takes nothing more', async () => {
  const url = resumable(server, 'tus', 'revoked', { id: 'gone' });
  await create(url, 500_000);
  assert.equal((await append(url, 0, 'abc')).outcome, '204');
  const hanging = await begin(url, { ...tusBytes, 'upload-offset': '3' }, 499_997, randomBytes(100_000));
  const revoked = await server.signed('POST', '/_/api/v1/revocations', {
    body: JSON.stringify({ match: { url } }),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(revoked.status, 200, await revoked.text());
  assert.equal(await hanging.ended, 403);
  assert.equal((await append(url, 3, 'def')).outcome, '403 AccessDenied LinkRevoked');
  assert.equal((await create(url, 3)).outcome, '403 AccessDenied LinkRevoked');
});
