import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { begin, send, tus, tusBytes, until } from '../resumable/fixture.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, makeRequest, outcome } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/inbox')).status, 200);
});
after(() => server.stop());

const request = async (prefix: string, limits: object = {}) => makeRequest(server, { bucket: 'inbox', prefix, limits });
const create = (url: string, name: string, sizeBytes: number, headers: Record<string, string> = {}) =>
  send(`${url}/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(sizeBytes), ...headers },
  });
const placeOf = (url: string, location: unknown): string => new URL(String(location), url).href;
const append = (place: string, offset: number, body: string | Uint8Array) =>
  send(place, { method: 'PATCH', headers: { ...tusBytes, 'upload-offset': String(offset) }, body });
const stored = async (key: string): Promise<Buffer> => {
  const answer = await server.signed('GET', `/inbox/${key}`);
  assert.equal(answer.status, 200, key);
  return Buffer.from(await answer.arrayBuffer());
};

test('SHR-28 a file in pieces goes on after a cut, and its receipt is had as often as it is asked for', async () => {
  const { url, id } = await request('pieces/', { uses: 1 });
  const bytes = randomBytes(600_000);
  const created = await create(url, 'film.mov', bytes.byteLength);
  assert.equal(created.status, 201);
  const place = placeOf(url, created.headers['location']);
  assert.equal((await send(place, { method: 'GET' })).status, 404, 'no receipt of what is not whole');
  const hanging = await begin(
    place,
    { ...tusBytes, 'upload-offset': '0' },
    bytes.byteLength,
    bytes.subarray(0, 200_000),
  );
  hanging.cut();
  let offset = 0;
  await until('it is known how far it came', async () => {
    const look = await send(place, { method: 'HEAD', headers: tus });
    offset = Number(look.headers['upload-offset']);
    return look.status === 200;
  });
  assert.equal((await append(place, offset, bytes.subarray(offset))).status, 204);
  assert.deepEqual(await stored('pieces/film.mov'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  for (let times = 0; times < 2; times += 1) {
    const receipt = JSON.parse((await send(place, { method: 'GET' })).text);
    assert.deepEqual(receipt.files, [{ name: 'film.mov', key: 'pieces/film.mov', size: 600_000, sha256 }]);
  }
  const { items } = await ask<{ items: { name: string; sha256: string }[] }>(server, 'GET', `/requests/${id}/uploads`);
  assert.deepEqual(
    items.map((file) => [file.name, file.sha256]),
    [['film.mov', sha256]],
  );
  assert.equal((await create(url, 'second', 3)).outcome.split(' ')[0], '403');
});

test('SHR-22 SHR-28 several that send one name at once each get their own, and none learns of the others', async () => {
  const { url } = await request('names/');
  const places = await Promise.all(
    ['a', 'b', 'c'].map(async () => placeOf(url, (await create(url, 'offer.pdf', 3)).headers['location'])),
  );
  for (const [at, place] of places.entries()) assert.equal((await append(place, 0, `${at}${at}${at}`)).status, 204);
  const texts = ['offer.pdf', 'offer%20(2).pdf', 'offer%20(3).pdf'].map(async (key) =>
    (await stored(`names/${key}`)).toString(),
  );
  assert.deepEqual((await Promise.all(texts)).sort(), ['000', '111', '222']);
  for (const place of places) {
    assert.equal(JSON.parse((await send(place, { method: 'GET' })).text).files[0].key, 'names/offer.pdf');
  }
});

test('SHR-26 SHR-28 number, sizes and types hold, and a file that was given up gives its use to the next', async () => {
  const { url } = await request('limits/', { uses: 1, maxBytes: 10, types: ['image/*'] });
  const type = { 'upload-metadata': `filetype ${Buffer.from('image/png').toString('base64')}` };
  assert.match((await create(url, 'a.png', 11, type)).text, /File too large/);
  assert.match((await create(url, 'a.png', 5)).text, /File type not allowed/);
  const created = await create(url, 'a.png', 5, type);
  const place = placeOf(url, created.headers['location']);
  assert.match((await create(url, 'b.png', 5, type)).text, /No downloads left/);
  assert.equal((await send(place, { method: 'DELETE', headers: tus })).status, 204);
  const id = new URL(place).searchParams.get('upload') ?? '';
  const headers = { ...tus, 'upload-length': '4', ...type };
  const next = await send(`${url}/b.png?upload=${id}`, { method: 'POST', headers });
  assert.equal(next.status, 201, next.text);
  assert.equal((await append(placeOf(url, next.headers['location']), 0, 'abcd')).status, 204);
  assert.equal((await stored('limits/b.png')).toString(), 'abcd');
});

test('SHR-27 SHR-28 a request that was closed takes no further byte, and an upload belongs to its request alone', async () => {
  const { url, id } = await request('closed/');
  const other = await request('other/');
  const created = await create(url, 'a', 6);
  const place = placeOf(url, created.headers['location']);
  assert.equal((await append(place, 0, 'abc')).status, 204);
  const foreign = place.replace(new URL(url).pathname, new URL(other.url).pathname);
  assert.equal((await append(foreign, 3, 'def')).status, 404);
  await ask(server, 'PATCH', `/requests/${id}`, { closed: true });
  assert.equal((await append(place, 3, 'def')).status, 403);
  assert.equal(await outcome(server.signed('HEAD', '/inbox/closed/a')), '404');
});
