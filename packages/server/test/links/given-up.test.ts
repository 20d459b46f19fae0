import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { resumable, send, tus, tusBytes } from '../resumable/fixture.ts';
import { makeRequest } from '../shares/fixture.ts';
import { links, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/given-up')).status, 200);
});
after(() => server.stop());

/** So slow that a second's worth of the body waits for its turn when the client leaves. */
const rate = 20_000;
const limits = { rate, maxBytes: 1_000_000 };
const sizeBytes = 400_000;

/** Sends the head and a part of a body, waits until the server reads it, and leaves. */
async function giveUp(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  { begin = '', sentBytes = 100_000 }: { readonly begin?: string; readonly sentBytes?: number } = {},
): Promise<void> {
  const { pathname, search } = new URL(url);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const all = { Host: new URL(url).host, 'Content-Length': String(sizeBytes), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n${begin}`);
  socket.write(Buffer.alloc(sentBytes, 'x'));
  await wait(200);
  socket.destroy();
}

/** Lines of the log about requests with this path, once there is one. */
async function linesOf(path: string, method: string): Promise<readonly string[]> {
  for (let tries = 0; tries < 500; tries += 1) {
    const lines = server
      .logged()
      .split('\n')
      .filter((line) => line.includes(`"method":"${method}","path":"${path}"`) && !line.includes('"status":201'));
    if (lines.length > 0) return lines;
    await wait(20);
  }
  return assert.fail(`nothing about ${path}\n${server.logged()}`);
}

async function isQuiet(path: string, code: RegExp, method = 'PUT'): Promise<void> {
  for (const line of await linesOf(path, method)) {
    assert.doesNotMatch(line, /"level":"error"/);
    assert.match(line, code);
  }
}

test('SEC-420 LNK-28 a PUT with a rate that its client gives up is an incomplete body, not a fault', async () => {
  await giveUp(links(server, 'given-up').presignPut('plain', { limits }).url, 'PUT', {});
  await isQuiet('/given-up/plain', /"code":"IncompleteBody"/);
});

test('SEC-420 LNK-28 an encrypted PUT with a rate as well', async () => {
  const put = links(server, 'given-up').presignPut('sealed', {
    limits,
    headers: { 'x-amz-server-side-encryption': 'AES256' },
  });
  await giveUp(put.url, 'PUT', put.headers);
  await isQuiet('/given-up/sealed', /"code":"IncompleteBody"/);
});

test('SEC-420 LNK-28 a part of an upload with a rate as well', async () => {
  const bucket = links(server, 'given-up');
  const begun = await server.signed('POST', '/given-up/parts?uploads');
  const uploadId = /<UploadId>([^<]+)/.exec(await begun.text())?.[1] ?? '';
  const [part] = bucket.presignParts({ key: 'parts', uploadId }, { parts: [1], limits: { rate } });
  await giveUp(part?.url ?? assert.fail(), 'PUT', {});
  await isQuiet('/given-up/parts', /"code":"IncompleteBody"/);
});

test('SEC-420 LNK-28 a form with a rate as well', async () => {
  const { url, fields } = links(server, 'given-up').presignPost({ key: 'form', limits });
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n';
  await giveUp(
    url,
    'POST',
    { 'Content-Type': 'multipart/form-data; boundary=b' },
    {
      begin: `${parts.join('')}${file}`,
    },
  );
  await isQuiet('/given-up', /"code":"IncompleteBody"/, 'POST');
});

test('SEC-420 LNK-28 LNK-52 a resumable upload with a rate is quiet, and keeps what it took', async () => {
  const url = resumable(server, 'given-up', 'whole', { rate: 400_000 });
  assert.equal(
    (await send(url, { method: 'POST', headers: { ...tus, 'upload-length': String(sizeBytes) } })).status,
    201,
  );
  await giveUp(url, 'PATCH', { ...tusBytes, 'upload-offset': '0' }, { sentBytes: 300_000 });
  await isQuiet('/given-up/whole', /"op":/, 'PATCH');
  const look = await send(url, { method: 'HEAD', headers: tus });
  assert.ok(Number(look.headers['upload-offset']) > 0, `${look.headers['upload-offset']}`);
});

test('SEC-420 LNK-28 a file for a file request with a rate is quiet as well', async () => {
  const { url } = await makeRequest(server, { bucket: 'given-up', prefix: 'in/', limits: { rate } });
  const { origin, pathname } = new URL(url);
  await giveUp(`${origin}${pathname}/a.txt`, 'PUT', {});
  for (let tries = 0; tries < 250 && !server.logged().includes('PUT","path":"/s/'); tries += 1) await wait(20);
  assert.doesNotMatch(server.logged(), /"level":"error"/);
  assert.match(server.logged(), /"method":"PUT","path":"\/s\/[^}]*"code":"IncompleteBody"/);
});
