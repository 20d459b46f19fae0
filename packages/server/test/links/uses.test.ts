import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Limits } from '@tidegate/presign';
import { links, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/uses')).status, 200);
});
after(() => server.stop());

const mebibyte = 1024 ** 2;

async function store(key: string, sizeBytes: number): Promise<void> {
  const body = new Uint8Array(sizeBytes).fill(97);
  assert.equal((await server.signed('PUT', `/uses/${key}`, { body })).status, 200);
}

function get(key: string, limits: Limits): string {
  return links(server, 'uses').presignGet(key, { limits });
}

async function statusOf(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  await response.arrayBuffer();
  const reason = response.headers.get('x-tidegate-reason');
  return reason === null ? String(response.status) : `${response.status} ${reason}`;
}

async function tally(requests: readonly Promise<string>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const status of await Promise.all(requests)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test('SEC-203 LNK-30 of 50 whole GETs at once of 1 MiB on five uses exactly five are answered', async () => {
  await store('five', mebibyte);
  const url = get('five', { uses: 5 });
  const counts = await tally(Array.from({ length: 50 }, () => statusOf(fetch(url))));
  assert.deepEqual(counts, { 200: 5, '403 LinkUsesSpent': 45 });
});

test('SEC-203 of 1 KiB no use gives more than two bodies', async () => {
  await store('small', 1024);
  const url = get('small', { uses: 3 });
  const counts = await tally(Array.from({ length: 50 }, () => statusOf(fetch(url))));
  assert.ok((counts['200'] ?? 0) >= 3 && (counts['200'] ?? 0) <= 6, JSON.stringify(counts));
  assert.equal((counts['200'] ?? 0) + (counts['403 LinkUsesSpent'] ?? 0), 50);
});

test('SEC-203 of 20 PUTs at once on one use exactly one is stored', async () => {
  const { url } = links(server, 'uses').presignPut('once', { limits: { uses: 1 } });
  const counts = await tally(
    Array.from({ length: 20 }, (_, at) => statusOf(fetch(url, { method: 'PUT', body: `body ${at}` }))),
  );
  assert.deepEqual(counts, { 200: 1, '403 LinkUsesSpent': 19 });
});

test('SEC-210 LNK-30 one use is a download by 100 ranges, 16 at a time; one more is refused', async () => {
  await store('ranges', mebibyte);
  const url = get('ranges', { uses: 1 });
  const step = Math.ceil(mebibyte / 100);
  const ranges = Array.from(
    { length: 100 },
    (_, at) => `bytes=${at * step}-${Math.min(mebibyte, (at + 1) * step) - 1}`,
  );
  const statuses: string[] = [];
  const worker = async (): Promise<void> => {
    for (let range = ranges.shift(); range !== undefined; range = ranges.shift()) {
      statuses.push(await statusOf(fetch(url, { headers: { range } })));
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  assert.deepEqual(new Set(statuses), new Set(['206']));
  assert.equal(await statusOf(fetch(url)), '403 LinkUsesSpent');
});

test('SEC-208 what sends no object counts no use', async () => {
  await store('free', 1024);
  const url = get('free', { uses: 1, head: true });
  const etag = (await server.signed('HEAD', '/uses/free')).headers.get('etag') ?? '';
  for (let round = 0; round < 20; round += 1) {
    assert.equal(await statusOf(fetch(url, { method: 'HEAD' })), '200');
    assert.equal(await statusOf(fetch(url, { headers: { 'if-none-match': etag } })), '304');
    assert.equal(await statusOf(fetch(url, { headers: { 'if-match': '"other"' } })), '412');
    assert.equal(await statusOf(fetch(url, { headers: { range: 'bytes=5000-' } })), '416');
    assert.equal((await fetch(url, { method: 'OPTIONS' })).status, 400);
  }
  assert.equal(await statusOf(fetch(url)), '200');
  const missing = get('missing', { uses: 1 });
  for (let round = 0; round < 3; round += 1) assert.equal(await statusOf(fetch(missing)), '404');
  await store('missing', 10);
  assert.equal(await statusOf(fetch(missing)), '200');
});

test('SEC-208 HEAD without x-link-head is refused', async () => {
  await store('headless', 10);
  const url = get('headless', { uses: 1 });
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 403);
  assert.equal(await statusOf(fetch(url)), '200');
});

test('SEC-206 two links with one label are counted each for itself', async () => {
  await store('label', mebibyte);
  const one = get('label', { id: 'together', uses: 1 });
  const two = get('label', { id: 'together', uses: 2 });
  assert.deepEqual(await tally([one, one, one].map((url) => statusOf(fetch(url)))), { 200: 1, '403 LinkUsesSpent': 2 });
  assert.deepEqual(await tally([two, two, two].map((url) => statusOf(fetch(url)))), { 200: 2, '403 LinkUsesSpent': 1 });
});

test('SEC-205 one link in another spelling has one counter', async () => {
  await store('spelling', mebibyte);
  const url = get('spelling', { id: 'a-b', uses: 2 });
  const [path = '', query = ''] = url.split('?');
  const reordered = `${path}?${query.split('&').reverse().join('&')}&`;
  const counts = await tally([url, reordered, url, reordered].map((one) => statusOf(fetch(one))));
  assert.deepEqual(counts, { 200: 2, '403 LinkUsesSpent': 2 });
});

test('LNK-37 SEC-225 SEC-226 what a limited link answers is kept by nobody and tells its URL to no page', async () => {
  const body = 'cached';
  await server.signed('PUT', '/uses/cached', { body, headers: { 'cache-control': 'public, max-age=600' } });
  const url = links(server, 'uses').presignGet('cached', {
    limits: { clients: 2 },
    cacheControl: 'public, max-age=900',
  });
  const answer = await fetch(url);
  assert.equal(await answer.text(), body);
  assert.equal(answer.headers.get('cache-control'), 'private, no-store');
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(answer.headers.get('age'), null);
});

test('LNK-30 a use of a write that fails is given back', async () => {
  await store('given-back', 1);
  const { url } = links(server, 'uses').presignPut('given-back', { limits: { uses: 1, writeOnce: true } });
  assert.equal(await statusOf(fetch(url, { method: 'PUT', body: 'x' })), '412');
  await server.signed('DELETE', '/uses/given-back');
  assert.equal(await statusOf(fetch(url, { method: 'PUT', body: 'x' })), '200');
  assert.equal(await statusOf(fetch(url, { method: 'PUT', body: 'x' })), '403 LinkUsesSpent');
});

/** Far more than a connection's buffers hold: what is in them was handed over, whether it arrives or not. */
const largeBytes = 64 * mebibyte;

/** Reads so many bytes of an answer and then closes the connection. */
async function readPart(url: string, bytes: number): Promise<number> {
  const abort = new AbortController();
  const answer = await fetch(url, { signal: abort.signal });
  let read = 0;
  if (answer.body === null) return 0;
  const reader = answer.body.getReader();
  while (read < bytes) {
    const { done, value } = await reader.read();
    if (done) break;
    read += value.byteLength;
  }
  abort.abort();
  await reader.cancel().catch(() => undefined);
  return read;
}

test('SEC-209 LNK-30 a download that broke off is finished within its use, and one use stays one use', async () => {
  const size = largeBytes;
  await store('broken', size);
  const url = get('broken', { uses: 1 });
  const read = await readPart(url, size / 2);
  const rest = await fetch(url, { headers: { range: `bytes=${read}-` } });
  assert.equal(rest.status, 206);
  assert.equal((await rest.arrayBuffer()).byteLength, size - read);
  assert.equal(await statusOf(fetch(url)), '403 LinkUsesSpent');
});

test('SEC-210 LNK-30 downloads that break off again and again never get more than the bytes of three sessions', async () => {
  const size = largeBytes;
  await store('restarted', size);
  const url = get('restarted', { uses: 1 });
  const reads: number[] = [];
  for (let round = 0; round < 8; round += 1) reads.push(await readPart(url, (size * 3) / 4));
  const got = reads.filter((bytes) => bytes >= (size * 3) / 4);
  const total = got.reduce((sum, bytes) => sum + bytes, 0);
  // The first download and two that begin again; each session holds the object and a quarter.
  assert.ok(got.length >= 3, `only ${got.length} of 8 downloads were answered`);
  assert.ok(total <= 3 * 1.25 * size, `${total} bytes were handed out on one use`);
  assert.equal(await statusOf(fetch(url)), '403 LinkUsesSpent');
});
