import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { signHeaders } from '@tidegate/presign';
import { Secret } from '../../src/stores/keys/secret.ts';
import type { RevocationMatch } from '../../src/stores/links/link-store.ts';
import { startOwnTime } from '../own-time.ts';
import { links, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;
const mebibyte = 1024 ** 2;
const clock = startOwnTime();

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/back')).status, 200);
  await server.signed('PUT', '/back/object', { body: 'content' });
  await server.signed('PUT', '/back/large', { body: new Uint8Array(64 * mebibyte) });
});
after(() => {
  clock.stop();
  return server.stop();
});

async function revoke(match: RevocationMatch, on = server): Promise<string> {
  const made = await on.running.links.revoke({
    match,
    beforeMs: Date.now(),
    by: 'test',
    reason: undefined,
    keptUntilMs: undefined,
  });
  return made.id;
}

async function outcome(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  await response.text();
  const reason = response.headers.get('x-tidegate-reason');
  return reason === null ? String(response.status) : `${response.status} ${reason}`;
}

const get = (key: string, id: string): string => links(server, 'back').presignGet(key, { limits: { id } });

for (const [what, match] of [
  ['its label', { kind: 'label', accessKeyId: 'TGAKTESTROOTKEY00001', label: 'by-label' }],
  ['its key', { kind: 'object', bucket: 'back', key: 'object' }],
  ['a prefix', { kind: 'prefix', bucket: 'back', prefix: 'obj' }],
  ['its access key', { kind: 'access-key', accessKeyId: 'TGAKTESTROOTKEY00001' }],
] satisfies readonly (readonly [string, RevocationMatch])[]) {
  test(`SEC-216 SEC-220 a link taken back by ${what} is refused from then on, until that is undone`, async () => {
    const url = get('object', 'by-label');
    assert.equal(await outcome(fetch(url)), '200');
    const id = await revoke(match);
    assert.equal(await outcome(fetch(url)), '403 LinkRevoked');
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 403);
    assert.equal((await server.signed('GET', '/back/object')).status, 200);
    await server.running.links.undoRevocation(id);
    assert.equal(await outcome(fetch(url)), '200');
  });
}

test('SEC-216 a link that was never seen is refused as well, before any limit', async () => {
  const url = links(server, 'back').presignGet('object', { limits: { id: 'unseen', ip: '10.0.0.1' } });
  const id = await revoke({ kind: 'label', accessKeyId: server.credentials.accessKeyId, label: 'unseen' });
  assert.equal(await outcome(fetch(url)), '403 LinkRevoked');
  await server.running.links.undoRevocation(id);
});

/**
 * Asks for a large object and reads it slowly; not to its end, before somebody waits for that, however long what happens
 * meanwhile takes. `gone()`: how the connection ended; `received()`: bytes until then.
 */
async function slowDownload(url: string, socket: Socket, on = server) {
  const path = url.slice(on.endpoint.length);
  const began = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<string>();
  let received = 0;
  let isAwaited = false;
  socket.on('error', (error) => gone.resolve('code' in error ? String(error.code) : error.message));
  socket.on('end', () => gone.resolve('end'));
  socket.on('close', () => gone.resolve('close'));
  socket.on('data', (chunk) => {
    received += chunk.length;
    began.resolve();
    socket.pause();
    if (isAwaited || received < 8 * mebibyte) setTimeout(() => socket.resume(), 20);
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${on.host}\r\n\r\n`);
  await began.promise;
  const awaitGone = (): Promise<string> => {
    isAwaited = true;
    socket.resume();
    return gone.promise;
  };
  return { gone: awaitGone, received: () => received };
}

for (const limits of [{ id: 'cut-counted', uses: 1 }, { id: 'cut-plain' }]) {
  test(`SEC-217 LNK-32 a slow download is reset within a second of taking its link back (${limits.id})`, async () => {
    const socket = connect(server.port, '127.0.0.1');
    const url = links(server, 'back').presignGet('large', { limits });
    const { gone, received } = await slowDownload(url, socket);
    const id = await revoke({ kind: 'label', accessKeyId: server.credentials.accessKeyId, label: limits.id });
    const takenMs = clock.nowMs();
    const how = await gone();
    assert.ok(received() < 32 * mebibyte);
    const tookMs = clock.nowMs() - takenMs;
    assert.equal(how, 'ECONNRESET');
    assert.ok(tookMs < 1000, `${Math.round(tookMs)} ms`);
    await server.running.links.undoRevocation(id);
  });
}

for (const ending of ['disabled', 'deleted'] as const) {
  test(`SEC-217 SEC-220 a download under way ends when its key is ${ending}`, async () => {
    const credentials = { accessKeyId: `TGAKTEST${ending.toUpperCase()}00001`, secretAccessKey: 'x'.repeat(40) };
    await server.running.keys.createKey({
      accessKeyId: credentials.accessKeyId,
      secret: new Secret(credentials.secretAccessKey),
      accountName: 'root',
      role: 'owner',
      buckets: [],
      prefixes: [],
      note: undefined,
    });
    const url = links(server, 'back', credentials).presignGet('large');
    const socket = connect(server.port, '127.0.0.1');
    const { gone } = await slowDownload(url, socket);
    if (ending === 'disabled') await server.running.keys.setKeyEnabled(credentials.accessKeyId, 'disabled');
    else await server.running.keys.deleteKey(credentials.accessKeyId);
    assert.equal(await gone(), 'ECONNRESET');
    assert.equal((await fetch(url)).status, 403);
  });
}

test('SEC-234 LNK-32 a download under way ends when its policy is taken away', async () => {
  const { accessKeyId } = server.credentials;
  await server.running.links.putPolicy({ accessKeyId, name: 'passing', limits: {} });
  const url = links(server, 'back').presignGet('large', { limits: { policy: 'passing' } });
  const { gone } = await slowDownload(url, connect(server.port, '127.0.0.1'));
  await server.running.links.deletePolicy(accessKeyId, 'passing');
  assert.equal(await gone(), 'ECONNRESET');
});

test('SEC-217 over TLS a download that was taken back is reset as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-tls-'));
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', [...make, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'], {
    stdio: 'ignore',
  });
  execFileSync('chmod', ['600', key]);
  const secure = await startTestServer({ settings: { tlsCert: cert, tlsKey: key } });
  const send = (method: string, path: string, headers: Record<string, string>, body: Uint8Array): Promise<number> =>
    new Promise((resolve, reject) => {
      const target = { host: '127.0.0.1', port: secure.port, rejectUnauthorized: false };
      const sent = request({ ...target, method, path, headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.on('error', reject).end(body);
    });
  try {
    const made = signHeaders({
      method: 'PUT',
      url: `${secure.endpoint}/tls`,
      headers: {},
      credentials: secure.credentials,
      region: 'us-east-1',
    });
    assert.equal(await send('PUT', '/tls', made, new Uint8Array(0)), 200);
    const up = links(secure, 'tls').presignPut('large');
    const size = { 'content-length': String(64 * mebibyte) };
    const path = up.url.slice(secure.endpoint.length);
    assert.equal(await send('PUT', path, size, new Uint8Array(64 * mebibyte)), 200);
    const socket = connectTls({ port: secure.port, host: '127.0.0.1', rejectUnauthorized: false });
    const url = links(secure, 'tls').presignGet('large');
    const { gone } = await slowDownload(url, socket, secure);
    await revoke({ kind: 'object', bucket: 'tls', key: 'large' }, secure);
    const takenMs = clock.nowMs();
    assert.equal(await gone(), 'ECONNRESET');
    const tookMs = clock.nowMs() - takenMs;
    assert.ok(tookMs < 1000, `${Math.round(tookMs)} ms`);
  } finally {
    await secure.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test('SEC-218 LNK-31 LNK-32 an upload under way when its link is taken back is 403 and leaves nothing', async () => {
  const { url } = links(server, 'back').presignPut('upload', { limits: { id: 'upload' } });
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  const asked = Promise.withResolvers<void>();
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
    if (answer.includes('100 Continue')) asked.resolve();
  });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const head = `PUT ${url.slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 100000\r\n`;
  socket.write(`${head}Expect: 100-continue\r\n\r\n`);
  await asked.promise;
  socket.write('x'.repeat(50_000));
  await revoke({ kind: 'label', accessKeyId: server.credentials.accessKeyId, label: 'upload' });
  const takenMs = clock.nowMs();
  await closed;
  const tookMs = clock.nowMs() - takenMs;
  assert.ok(tookMs < 1000, `${Math.round(tookMs)} ms`);
  assert.match(answer, /HTTP\/1\.1 403 [\s\S]*AccessDenied/);
  assert.equal((await server.signed('HEAD', '/back/upload')).status, 404);
});

test('SEC-218 LNK-31 no upload is published after its link was taken back', async () => {
  for (let round = 0; round < 20; round += 1) {
    const key = `race-${round}`;
    const label = `race-${round}`;
    const { url } = links(server, 'back').presignPut(key, { limits: { id: label } });
    const taken = revoke({ kind: 'label', accessKeyId: server.credentials.accessKeyId, label }).then(() => 'revoked');
    const stored = outcome(fetch(url, { method: 'PUT', body: 'x'.repeat(round * 1000) }));
    const first = await Promise.race([taken, stored]);
    await taken;
    const status = await stored;
    const isThere = (await server.signed('HEAD', `/back/${key}`)).status === 200;
    assert.equal(isThere, status === '200', `${first}, ${status}`);
    if (first === '200') continue;
    assert.ok(status === '200' || status === '403 LinkRevoked', status);
    assert.equal(await outcome(fetch(url, { method: 'PUT', body: 'y' })), '403 LinkRevoked');
  }
});
