import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links, presignAnything, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer({ settings: { minPartBytes: 1 } });
  assert.equal((await server.signed('PUT', '/parts')).status, 200);
});
after(() => server.stop());

async function outcome(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  const text = await response.text();
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const reason = response.headers.get('x-tidegate-reason');
  return [response.status, code, reason].filter((part) => part !== undefined && part !== null).join(' ');
}

/** Opens an upload by a link with limits. */
async function open(key: string, limits: readonly (readonly [string, string])[], headers: Record<string, string> = {}) {
  const url = presignAnything(server, 'POST', `/parts/${key}`, [['uploads', ''], ...limits]);
  const response = await fetch(url, { method: 'POST', headers });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return /<UploadId>(\w+)<\/UploadId>/.exec(text)?.[1] ?? '';
}

function complete(key: string, uploadId: string, etags: readonly (string | null)[]): Promise<string> {
  const parts = etags.map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  return outcome(server.signed('POST', `/parts/${key}?uploadId=${uploadId}`, { body }));
}

const part = (key: string, uploadId: string, number: number, body: string) =>
  server.signed('PUT', `/parts/${key}?partNumber=${number}&uploadId=${uploadId}`, { body });

test('SEC-239 LNK-39 parts sent by a header-signed key may not pass the size of the link that opened the upload', async () => {
  const uploadId = await open('sum', [['x-link-max-bytes', '10']]);
  const first = await part('sum', uploadId, 1, 'x'.repeat(6));
  assert.equal(first.status, 200);
  assert.equal(await outcome(part('sum', uploadId, 2, 'x'.repeat(5))), '400 EntityTooLarge');
  const again = await part('sum', uploadId, 1, 'x'.repeat(7));
  assert.equal(again.status, 200);
  const second = await part('sum', uploadId, 2, 'x'.repeat(3));
  assert.equal(await complete('sum', uploadId, [again.headers.get('etag'), second.headers.get('etag')]), '200');
});

test('WIRE-108 LNK-39 a part of unknown length is taken only where no link bounds the upload', async () => {
  for (const [limits, status] of [
    [[['x-link-max-bytes', '10']], 411],
    [[], 200],
  ] as const) {
    const uploadId = await open('unsized', limits);
    const url = presignAnything(server, 'PUT', '/parts/unsized', [
      ['partNumber', '1'],
      ['uploadId', uploadId],
    ]);
    const head = `PUT ${url.slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nTransfer-Encoding: chunked\r\n`;
    const answer = await server.raw(`${head}Connection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n`);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
  }
});

test('SEC-213 SEC-239 LNK-39 parts that arrive at once are summed when the upload is completed', async () => {
  const uploadId = await open('race', [['x-link-max-bytes', '10']]);
  const sent = await Promise.all([1, 2].map((number) => part('race', uploadId, number, 'x'.repeat(8))));
  const etags = sent.map((one) => one.headers.get('etag'));
  if (sent.every((one) => one.status === 200)) {
    assert.equal(await complete('race', uploadId, etags), '400 EntityTooLarge');
  } else assert.ok(sent.some((one) => one.status === 400));
  assert.equal((await server.signed('HEAD', '/parts/race')).status, 404);
});

test('SEC-239 LNK-39 an upload that ends smaller than its link demands is EntityTooSmall', async () => {
  const uploadId = await open('small', [['x-link-min-bytes', '10']]);
  const only = await part('small', uploadId, 1, 'x');
  assert.equal(await complete('small', uploadId, [only.headers.get('etag')]), '400 EntityTooSmall');
});

test('SEC-239 LNK-26 the type of the object is judged when its upload is opened', async () => {
  const url = presignAnything(server, 'POST', '/parts/typed', [
    ['uploads', ''],
    ['x-link-types', 'image/png'],
  ]);
  const wrong = await outcome(fetch(url, { method: 'POST', headers: { 'content-type': 'text/html' } }));
  assert.equal(wrong, '403 AccessDenied LinkTypeNotAllowed');
  await open('typed', [['x-link-types', 'image/png']], { 'content-type': 'image/png' });
});

test('SEC-215 LNK-29 LNK-39 write-once reaches the completion, by whomever it is sent', async () => {
  const uploadId = await open('once', [['x-link-write-once', '1']]);
  const only = await part('once', uploadId, 1, 'x');
  await server.signed('PUT', '/parts/once', { body: 'first' });
  assert.equal(await complete('once', uploadId, [only.headers.get('etag')]), '412 PreconditionFailed');
  assert.equal(await (await server.signed('GET', '/parts/once')).text(), 'first');
});

test('LNK-27 a digest over an object in parts is refused, not passed over', async () => {
  const url = presignAnything(server, 'POST', '/parts/hash', [
    ['uploads', ''],
    ['x-link-sha256', 'a'.repeat(64)],
  ]);
  assert.equal(await outcome(fetch(url, { method: 'POST' })), '501 NotImplemented LimitNotImplemented');
});

test('SEC-213 LNK-25 a part copied from a larger object is refused', async () => {
  await server.signed('PUT', '/parts/source', { body: 'x'.repeat(100) });
  const uploadId = await open('copied', [['x-link-max-bytes', '99']]);
  const headers = { 'x-amz-copy-source': '/parts/source' };
  const path = `/parts/copied?partNumber=1&uploadId=${uploadId}`;
  assert.equal(await outcome(server.signed('PUT', path, { headers })), '400 EntityTooLarge');
});

test('SEC-213 SEC-214 LNK-25 limits of a form are its fields', async () => {
  const post = (limits: object, body: string, type: string) => {
    const { url, fields } = links(server, 'parts').presignPost({ key: 'form', limits, type });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([body]), 'name');
    return fetch(url, { method: 'POST', body: form });
  };
  assert.equal(await outcome(post({ maxBytes: 10 }, 'x'.repeat(11), 'text/plain')), '400 EntityTooLarge');
  assert.equal(await outcome(post({ minBytes: 3 }, 'x', 'text/plain')), '400 EntityTooSmall');
  assert.equal(await outcome(post({ types: 'image/png' }, 'x', 'text/plain')), '403 AccessDenied LinkTypeNotAllowed');
  assert.equal((await server.signed('HEAD', '/parts/form')).status, 404);
  assert.equal(await outcome(post({ uses: 1, maxBytes: 10, totalBytes: 10 }, 'x'.repeat(10), 'text/plain')), '204');
  assert.equal(await outcome(post({ totalBytes: 9 }, 'x'.repeat(10), 'text/plain')), '403 AccessDenied LinkBytesSpent');
});
