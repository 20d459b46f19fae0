import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { links, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({
    toml: `
[limits]
max_connections = 12
max_connections_per_ip = 10
max_requests_per_connection = 3
headers_timeout_ms = 2000
connections_check_interval_ms = 50
keep_alive_timeout_ms = 1000
min_upload_bytes_per_s = 1000
upload_window_s = 1
send_stall_timeout_ms = 300
max_single_put_bytes = 70000000
max_url_bytes = 2048
max_header_count = 30
`,
  });
  assert.equal((await server.signed('PUT', '/limits')).status, 200);
});
after(() => server.stop());

const live = (): string => `GET /_/health/live HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`;

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

function closed(socket: Socket): Promise<{ text: string; ms: number }> {
  const started = performance.now();
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  return new Promise((resolve) => socket.on('close', () => resolve({ text, ms: performance.now() - started })));
}

/** Waits for a condition with a bound. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'it did not come true within a minute');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('SEC-904 past max_connections_per_ip a connection is answered 503 SlowDown and closed, and taken again after release', async () => {
  const sockets = await Promise.all(Array.from({ length: 10 }, open));
  const refused = await closed(await open());
  assert.match(refused.text, /^HTTP\/1\.1 503 Slow Down\r\n/);
  assert.match(refused.text, /<Code>SlowDown<\/Code>/);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await server.raw(live(), { quietMs: 100 })).startsWith('HTTP/1.1 200'));
});

test('SEC-901 a head that comes too slowly is answered 408 and closed', async () => {
  const socket = await open();
  socket.write('GET / HTTP/1.1\r\nHost:');
  const { text, ms } = await closed(socket);
  assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.ok(ms < 15_000, `${ms} ms`);
});

test('an idle connection is closed after keep_alive_timeout_ms', async () => {
  const socket = await open();
  socket.write(live());
  const { text, ms } = await closed(socket);
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.ok(ms < 30_000, `${ms} ms`);
});

test('the last of max_requests_per_connection says Connection: close', async () => {
  const socket = await open();
  const done = closed(socket);
  socket.write(live().repeat(3));
  const { text } = await done;
  const answers = text.split('HTTP/1.1 ').slice(1);
  assert.equal(answers.length, 3);
  assert.match(answers[2] ?? '', /^Connection: close\r$/m);
});

test('SEC-902 a body slower than min_upload_bytes_per_s is cut with RequestTimeout, and nothing is left', async () => {
  const put = links(server, 'limits').presignPut('slow').url.slice(server.endpoint.length);
  const socket = await open();
  socket.write(`PUT ${put} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 1000000\r\n\r\n`);
  const drip = setInterval(() => socket.write('x'), 100);
  const { text, ms } = await closed(socket);
  clearInterval(drip);
  assert.match(text, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(text, /<Code>RequestTimeout<\/Code>/);
  assert.ok(ms < 60_000, `${ms} ms`);
  assert.equal((await server.signed('GET', '/limits/slow')).status, 404);
});

test('SEC-903 a client that takes no byte of an answer is cut after send_stall_timeout_ms', async () => {
  const bucket = links(server, 'limits');
  const stored = await fetch(bucket.presignPut('big').url, { method: 'PUT', body: Buffer.alloc(64_000_000) });
  assert.equal(stored.status, 200, await stored.text());
  const get = bucket.presignGet('big').slice(server.endpoint.length);
  const socket = await open();
  socket.pause();
  socket.write(`GET ${get} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
  await until(() => Promise.resolve(/"path":"\/limits\/big".*"op":"GetObject".*"cut":true/.test(server.logged())));
  socket.destroy();
});

test('a body over max_single_put_bytes is refused before it is read: EntityTooLarge', async () => {
  const put = links(server, 'limits').presignPut('huge').url.slice(server.endpoint.length);
  const answer = await server.raw(
    `PUT ${put} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 70000001\r\nExpect: 100-continue\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(answer, /<Code>EntityTooLarge<\/Code>/);
});

test('max_url_bytes and max_header_count hold as they are set', async () => {
  const long = await server.raw(`GET /limits/${'k'.repeat(2048)} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 414 /);
  const filler = Array.from({ length: 30 }, (_, n) => `X-F-${n}: 1\r\n`).join('');
  const many = await server.raw(`GET /limits HTTP/1.1\r\nHost: ${server.host}\r\n${filler}\r\n`);
  assert.match(many, /^HTTP\/1\.1 431 /);
});
