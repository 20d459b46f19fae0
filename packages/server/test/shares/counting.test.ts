import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { type Clock, systemClock } from '../../src/world/clock.ts';
import { begin, send, tus, tusBytes, until } from '../resumable/fixture.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, browser, type Made, makeRequest, outcome } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/inbox')).status, 200);
});
after(() => server.stop());

type Counted = {
  readonly uses: { readonly count: number; readonly left: number | null; readonly open: number };
  readonly bytes: { readonly in: number };
  readonly state: string;
};

/** Files and bytes of a request as its record, the list of links and the list of what came show them. */
async function counts({ id }: Made): Promise<{ files: number; bytes: number; open: number; left: number | null }> {
  const { uses, bytes } = await ask<Counted>(server, 'GET', `/requests/${id}`);
  const { items } = await ask<{ items: { size: number }[] }>(server, 'GET', `/requests/${id}/uploads`);
  const link = await ask<Counted>(server, 'GET', `/links/${id}`);
  assert.equal(items.length, uses.count, 'what came and the count of files');
  assert.equal(
    items.reduce((sum, { size }) => sum + size, 0),
    bytes.in,
    'what came and the count of bytes',
  );
  assert.deepEqual([link.uses.count, link.bytes.in], [uses.count, bytes.in], 'the ledger');
  return { files: uses.count, bytes: bytes.in, open: uses.open, left: uses.left };
}

const put = (url: string, name: string, body: string): Promise<string> =>
  outcome(fetch(`${url}/${name}`, { method: 'PUT', body }));
const create = (url: string, name: string, sizeBytes: number, query = '') =>
  send(`${url}/${name}${query}`, { method: 'POST', headers: { ...tus, 'upload-length': String(sizeBytes) } });
const placeOf = (url: string, location: unknown): string => new URL(String(location), url).href;
const append = (place: string, offset: number, body: string | Uint8Array) =>
  send(place, { method: 'PATCH', headers: { ...tusBytes, 'upload-offset': String(offset) }, body });

/** Sends half of a file by PUT and cuts the connection. */
function cutPut(made: Made, name: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      const head = `PUT /s/${made.url.slice(-22)}/${name} HTTP/1.1\r\nhost: ${server.host}\r\ncontent-length: 100\r\n\r\n`;
      socket.write(`${head}half`);
      socket.end();
    });
    socket.on('close', () => resolve()).resume();
  });
}

test('SHR-26 an upload that was cut and resumed after a reload is one file, with and without a limit of files', async () => {
  for (const limits of [{}, { uses: 2, totalBytes: 700_000 }]) {
    const made = await makeRequest(server, { bucket: 'inbox', prefix: `cut${Object.keys(limits).length}/`, limits });
    const bytes = randomBytes(600_000);
    const place = placeOf(made.url, (await create(made.url, 'film.mov', bytes.byteLength)).headers['location']);
    assert.equal(await outcome(fetch(made.url, { headers: browser })), '200');
    for (let at = 0; at < 3; at += 1) {
      const look = await send(place, { method: 'HEAD', headers: tus });
      const offset = Number(look.headers['upload-offset']);
      const headers = { ...tusBytes, 'upload-offset': String(offset) };
      const hanging = await begin(place, headers, bytes.byteLength - offset, bytes.subarray(offset, offset + 150_000));
      hanging.cut();
      await hanging.ended;
      assert.equal(await outcome(fetch(made.url, { headers: browser })), '200');
    }
    assert.deepEqual(await counts(made), { files: 0, bytes: 0, open: 1, left: limits.uses === undefined ? null : 2 });
    let offset = 0;
    await until('it is known how far it came', async () => {
      const look = await send(place, { method: 'HEAD', headers: tus });
      offset = Number(look.headers['upload-offset']);
      return look.status === 200;
    });
    assert.equal((await append(place, offset, bytes.subarray(offset))).status, 204);
    assert.equal((await send(place, { method: 'GET' })).status, 200);
    const left = limits.uses === undefined ? null : 1;
    assert.deepEqual(await counts(made), { files: 1, bytes: 600_000, open: 0, left });
  }
});

test('SHR-26 a file that is on its way holds its place and its bytes, and gives them back when it is given up or cut', async () => {
  const limits = { uses: 2, totalBytes: 100 };
  const made = await makeRequest(server, { bucket: 'inbox', prefix: 'held/', limits });
  const first = placeOf(made.url, (await create(made.url, 'a', 60)).headers['location']);
  assert.equal((await append(first, 0, 'x'.repeat(50))).status, 204);
  assert.equal((await create(made.url, 'b', 41)).outcome.split(' ').at(-1), 'LinkBytesSpent');
  assert.equal(await put(made.url, 'b', 'x'.repeat(41)), '403 LinkBytesSpent');
  const second = placeOf(made.url, (await create(made.url, 'b', 40)).headers['location']);
  assert.equal(await put(made.url, 'c', 'x'), '403 LinkUsesSpent');
  assert.deepEqual(await counts(made), { files: 0, bytes: 0, open: 2, left: 2 });
  for (const place of [first, second]) {
    assert.equal((await send(place, { method: 'DELETE', headers: tus })).status, 204);
  }
  assert.deepEqual(await counts(made), { files: 0, bytes: 0, open: 0, left: 2 });
  await cutPut(made, 'd');
  await until('the cut PUT gave back what it held', async () => (await counts(made)).open === 0);
  assert.equal(await put(made.url, 'e', 'x'.repeat(60)), '201');
  assert.equal(await put(made.url, 'f', 'x'.repeat(40)), '201');
  assert.equal(await put(made.url, 'g', ''), '403 LinkUsesSpent');
  assert.deepEqual(await counts(made), { files: 2, bytes: 100, open: 0, left: 0 });
  assert.equal((await ask<Counted>(server, 'GET', `/requests/${made.id}`)).state, 'spent');
});

test('SHR-28 a creation that is sent again because its response was lost takes no second place', async () => {
  const made = await makeRequest(server, { bucket: 'inbox', prefix: 'again/', limits: { uses: 1 } });
  const id = 'A'.repeat(22);
  const one = await create(made.url, 'a', 3, `?upload=${id}`);
  const two = await create(made.url, 'a', 3, `?upload=${id}`);
  assert.deepEqual([one.status, two.status, two.headers['location']], [201, 201, one.headers['location']]);
  assert.equal((await create(made.url, 'b', 3, `?upload=${id}`)).status, 409);
  assert.deepEqual(await counts(made), { files: 0, bytes: 0, open: 1, left: 1 });
  const place = placeOf(made.url, one.headers['location']);
  assert.equal((await send(place, { method: 'DELETE', headers: tus })).status, 204);
  assert.equal((await create(made.url, 'b', 4, `?upload=${id}`)).status, 201);
  assert.equal((await append(place.replace('/a?', '/b?'), 0, 'abcd')).status, 204);
  assert.deepEqual(await counts(made), { files: 1, bytes: 4, open: 0, left: 0 });
});

test('SHR-26 of many senders that cut, give up and resume at once exactly as many files come as are taken', async () => {
  const made = await makeRequest(server, { bucket: 'inbox', prefix: 'many/', limits: { uses: 5, totalBytes: 25 } });
  const senders = Array.from({ length: 24 }, async (_, at): Promise<void> => {
    if (at % 4 === 0) return cutPut(made, `n${at}`);
    if (at % 4 === 1) {
      await put(made.url, `n${at}`, 'xxxxx');
      return;
    }
    const created = await create(made.url, `n${at}`, 5);
    if (created.status !== 201) return;
    const place = placeOf(made.url, created.headers['location']);
    assert.equal((await append(place, 0, 'xx')).status, 204);
    if (at % 4 === 2) await send(place, { method: 'DELETE', headers: tus });
    else assert.equal((await append(place, 2, 'xxx')).status, 204);
  });
  await Promise.all(senders);
  await until('nothing is on its way', async () => (await counts(made)).open === 0);
  for (let at = 0; (await counts(made)).files < 5; at += 1) assert.equal(await put(made.url, `m${at}`, 'xxxxx'), '201');
  assert.equal(await put(made.url, 'more', ''), '403 LinkUsesSpent');
  assert.deepEqual(await counts(made), { files: 5, bytes: 25, open: 0, left: 0 });
  assert.equal(await outcome(fetch(made.url, { headers: browser })), '403 LinkUsesSpent');
});

test('SHR-26 an upload in pieces that expires, or whose parts were removed, gives back what it held', async () => {
  const slow: (() => void)[] = [];
  let aheadMs = 0;
  const clock: Clock = {
    nowMs: () => Date.now() + aheadMs,
    monotonicMs: () => performance.now() + aheadMs,
    // Background jobs wait long: they run when the test says so.
    after(delayMs, action) {
      if (delayMs < 20_000) return systemClock.after(delayMs, action);
      slow.push(action);
      return () => void slow.splice(slow.indexOf(action), 1);
    },
  };
  const own = await startTestServer({ world: { clock } });
  try {
    assert.equal((await own.signed('PUT', '/inbox')).status, 200);
    const open = async (made: Made) => (await ask<Counted>(own, 'GET', `/requests/${made.id}`)).uses.open;
    const limits = { uses: 1 };
    const removed = await makeRequest(own, { bucket: 'inbox', prefix: 'gone/', limits });
    const place = placeOf(removed.url, (await create(removed.url, 'a', 3)).headers['location']);
    const listed = await (await own.signed('GET', '/inbox?uploads')).text();
    const uploadId = /<UploadId>([^<]+)/.exec(listed)?.[1] ?? '';
    const aborted = await own.signed('DELETE', `/inbox/gone/a?uploadId=${encodeURIComponent(uploadId)}`);
    assert.equal(aborted.status, 204);
    assert.equal((await send(place, { method: 'HEAD', headers: tus })).status, 404);
    assert.equal(await open(removed), 0);

    const made = await makeRequest(own, { bucket: 'inbox', prefix: 'old/', limits, expiresAt: null });
    assert.equal((await create(made.url, 'a', 3)).status, 201);
    assert.equal(await open(made), 1);
    assert.equal(await put(made.url, 'b', 'x'), '403 LinkUsesSpent');
    aheadMs = 8 * 86_400_000;
    await until('its time has passed', async () => {
      for (const run of slow.splice(0)) run();
      return (await put(made.url, 'b', 'x')) === '201';
    });
    aheadMs = 0;
    assert.equal(await open(made), 0);
  } finally {
    await own.stop();
  }
});

test('SHR-30 a form of which some files are refused counts each of them with its reason', async () => {
  const made = await makeRequest(server, { bucket: 'inbox', prefix: 'form/', limits: { uses: 1, maxBytes: 10 } });
  const form = new FormData();
  form.append('file', new Blob(['x'.repeat(20)]), 'large');
  form.append('file', new Blob(['x']), 'taken');
  form.append('file', new Blob(['x']), 'too many');
  assert.equal((await fetch(made.url, { method: 'POST', body: form })).status, 207);
  type Refused = { refusals: { byReason: object } };
  const { refusals } = await ask<Refused>(server, 'GET', `/requests/${made.id}`);
  assert.deepEqual(refusals.byReason, { EntityTooLarge: 1, LinkUsesSpent: 1 });
  assert.deepEqual(await counts(made), { files: 1, bytes: 1, open: 0, left: 0 });
});
