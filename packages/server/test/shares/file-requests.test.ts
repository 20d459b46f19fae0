import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { verifyReceipt } from '../../src/index.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, browser, makeRequest, outcome } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/inbox')).status, 200);
});
after(() => server.stop());

type Receipt = {
  readonly receipt: string;
  readonly files: readonly { readonly name: string; readonly key: string; readonly sha256: string }[];
};
type Upload = {
  readonly name: string;
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly receipt: string;
};

function put(url: string, name: string, body: string, type = 'text/plain'): Promise<Response> {
  return fetch(`${url}/${encodeURIComponent(name)}`, { method: 'PUT', body, headers: { 'content-type': type } });
}

async function uploads(id: string): Promise<readonly Upload[]> {
  return (await ask<{ items: Upload[] }>(server, 'GET', `/requests/${id}/uploads`)).items;
}

test('SHR-20 SHR-24 SHR-25 a program sends a file by PUT and gets a receipt that anybody can verify', async () => {
  const { id, url } = await makeRequest(server, { bucket: 'inbox', prefix: 'acme/', title: 'Offers' });
  assert.match(id, /^rq_/);
  const answer = await put(url, 'offer.pdf', 'the offer', 'application/pdf');
  assert.equal(answer.status, 201);
  const receipt: Receipt = JSON.parse(await answer.text());
  const keys = await (await fetch(`${server.endpoint}/_/keys.json`)).json();
  assert.equal(verifyReceipt(receipt, keys).kind, 'valid');
  const sha256 = createHash('sha256').update('the offer').digest('hex');
  assert.deepEqual(receipt.files, [{ name: 'offer.pdf', key: 'acme/offer.pdf', size: 9, sha256 }]);
  assert.equal(verifyReceipt({ ...receipt, time: '2026-01-01T00:00:00.000Z' }, keys).kind, 'invalid');
  assert.equal(verifyReceipt(receipt, { keys: [] }).kind, 'unknown key');
  assert.equal(verifyReceipt({}, keys).kind, 'no receipt');
  const stored = await server.signed('GET', '/inbox/acme/offer.pdf');
  assert.deepEqual([await stored.text(), stored.headers.get('content-type')], ['the offer', 'application/pdf']);
  const [upload] = await uploads(id);
  assert.deepEqual([upload?.name, upload?.key, upload?.receipt], ['offer.pdf', 'acme/offer.pdf', receipt.receipt]);
});

test('SHR-22 SHR-23 nothing is overwritten, and no receipt tells whether a name was there', async () => {
  await server.signed('PUT', '/inbox/b/report.csv', { body: 'mine' });
  const { id, url } = await makeRequest(server, { bucket: 'inbox', prefix: 'b/' });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => put(url, 'report.csv', `theirs ${at}`)));
  for (const answer of answers) {
    assert.equal(answer.status, 201);
    const { files }: Receipt = JSON.parse(await answer.text());
    assert.equal(files[0]?.key, 'b/report.csv');
  }
  assert.equal(await (await server.signed('GET', '/inbox/b/report.csv')).text(), 'mine');
  const keys = (await uploads(id)).map(({ key }) => key).sort();
  assert.deepEqual(
    keys,
    Array.from({ length: 8 }, (_, at) => `b/report (${at + 2}).csv`),
  );
  const bodies = await Promise.all(
    keys.map(async (key) => (await server.signed('GET', `/inbox/${encodeURI(key)}`)).text()),
  );
  assert.deepEqual(
    bodies.sort(),
    Array.from({ length: 8 }, (_, at) => `theirs ${at}`),
  );
  assert.equal(await outcome(fetch(`${url}/report.csv`)), '405 ShareMethod');
  assert.equal(await outcome(fetch(`${url}/nothing.csv`)), '405 ShareMethod');
});

test('SHR-21 a name is the last part of what was sent, and leads nowhere', async () => {
  const { id, url } = await makeRequest(server, { bucket: 'inbox', prefix: 'c/' });
  assert.equal((await put(url, '../../up.txt', 'x')).status, 201);
  assert.equal((await put(url, 'C:\\Users\\me\\win.txt', 'x')).status, 201);
  assert.deepEqual((await uploads(id)).map(({ key }) => key).sort(), ['c/up.txt', 'c/win.txt']);
  assert.equal((await put(url, 'photo\u202egpj.exe\u2069', 'x')).status, 201);
  assert.ok(
    (await uploads(id)).some(({ key }) => key === 'c/photogpj.exe'),
    'SEC-515: it reads as it is',
  );
  for (const name of ['..', '.', 'a\u0000b', 'x'.repeat(256)]) {
    const answer = await server.raw(
      `PUT /s/${url.slice(-22)}/${encodeURIComponent(name).replaceAll('.', '%2e')} HTTP/1.1\r\nhost: ${server.host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /, JSON.stringify(name));
  }
});

test('SHR-26 files, sizes, totals and types hold exactly, also for many at once', async () => {
  const counted = await makeRequest(server, { bucket: 'inbox', prefix: 'd/', maxFiles: 3 });
  const tried = await Promise.all(Array.from({ length: 12 }, (_, at) => outcome(put(counted.url, `f${at}`, 'x'))));
  assert.equal(tried.filter((one) => one === '201').length, 3);
  assert.equal(tried.filter((one) => one === '403 LinkUsesSpent').length, 9);
  assert.equal((await uploads(counted.id)).length, 3);
  const limits = { maxBytes: 10, totalBytes: 15, types: ['image/*', 'text/plain'] };
  const { url } = await makeRequest(server, { bucket: 'inbox', prefix: 'e/', limits });
  assert.equal(await outcome(put(url, 'large', 'x'.repeat(11))), '400 EntityTooLarge');
  assert.equal(await outcome(put(url, 'svg', '<svg/>', 'image/svg+xml')), '403 LinkTypeNotAllowed');
  assert.equal(await outcome(put(url, 'one', 'x'.repeat(10))), '201');
  assert.equal(await outcome(put(url, 'two', 'x'.repeat(6))), '403 LinkBytesSpent');
  assert.equal(await outcome(put(url, 'three', 'x'.repeat(5))), '201');
  assert.equal(await outcome(put(url, 'four', 'x')), '403 LinkBytesSpent');
});

test('SHR-26 bytes of all are those of the files: no receipt, no form around them and no file of a kind that is not taken counts', async () => {
  const limits = { totalBytes: 1_000, types: ['text/plain'] };
  const { id, url } = await makeRequest(server, { bucket: 'inbox', prefix: 'sum/', limits });
  const bytes = async (): Promise<unknown> => (await ask<{ bytes: object }>(server, 'GET', `/requests/${id}`)).bytes;
  for (const name of ['one', 'two']) assert.equal(await outcome(put(url, name, 'x'.repeat(100))), '201');
  assert.deepEqual(await bytes(), { in: 200, out: 0, limit: 1_000 });
  const form = new FormData();
  form.append('file', new Blob(['x'.repeat(400)], { type: 'text/plain' }), 'three');
  form.append('file', new Blob(['x'.repeat(5_000)], { type: 'image/png' }), 'picture');
  assert.equal(await outcome(fetch(url, { method: 'POST', body: form, headers: browser })), '200');
  assert.deepEqual(await bytes(), { in: 600, out: 0, limit: 1_000 });
  assert.equal(await outcome(put(url, 'four', 'x'.repeat(400))), '201');
  assert.equal(await outcome(put(url, 'five', 'x')), '403 LinkBytesSpent');
});

test('SHR-26 the page of a request that takes no more says so before anybody chooses a file', async () => {
  const open = await makeRequest(server, { bucket: 'inbox', prefix: 'full/', limits: { uses: 2 } });
  const page = (): Promise<string> => outcome(fetch(open.url, { headers: browser }));
  assert.equal(await outcome(put(open.url, 'one', 'x')), '201');
  assert.equal(await page(), '200');
  assert.equal(await outcome(put(open.url, 'two', 'x')), '201');
  assert.equal(await page(), '403 LinkUsesSpent');
  await ask(server, 'PATCH', `/requests/${open.id}`, { limits: { uses: 3 } });
  assert.equal(await page(), '200');
  const headers = { 'tus-resumable': '1.0.0', 'upload-length': '10' };
  assert.equal(await outcome(fetch(`${open.url}/three`, { method: 'POST', headers })), '201');
  assert.equal(await page(), '200', 'one that is on its way needs the page');
});

test('SHR-20 a browser sends several files by a form; what is refused is told beside what was taken', async () => {
  const { id, url } = await makeRequest(server, {
    bucket: 'inbox',
    prefix: 'g/',
    title: 'Send to <me>',
    limits: { maxBytes: '1KB' },
  });
  const page = await (await fetch(url, { headers: browser })).text();
  assert.match(page, /<h1><bdi>Send to &lt;me&gt;<\/bdi><\/h1>/);
  assert.match(page, /enctype="multipart\/form-data"/);
  assert.match(page, /At most 1,000\sB per file\./);
  const form = new FormData();
  form.append('file', new Blob(['one'], { type: 'text/plain' }), 'ein “Stück”.txt');
  form.append('file', new Blob(['x'.repeat(2000)]), 'large.bin');
  form.append('file', new Blob(['two']), 'two.bin');
  const sent = await fetch(url, { method: 'POST', body: form, headers: browser });
  const html = await sent.text();
  assert.equal(sent.status, 200, html);
  assert.match(html, /<h1>Received<\/h1>/);
  assert.match(html, /<bdi>large\.bin<\/bdi>: The file is larger than this link allows\./);
  assert.deepEqual((await uploads(id)).map(({ name }) => name).sort(), ['ein “Stück”.txt', 'two.bin']);
  const saved = /href="data:application\/json;base64,([^"]+)"/.exec(html)?.[1] ?? '';
  const keys = await (await fetch(`${server.endpoint}/_/keys.json`)).json();
  assert.equal(verifyReceipt(JSON.parse(Buffer.from(saved, 'base64').toString()), keys).kind, 'valid');
});

test('SHR-27 a request that is closed, or taken back, takes nothing; open again it does', async () => {
  const { id, url } = await makeRequest(server, { bucket: 'inbox', prefix: 'h/' });
  await ask(server, 'PATCH', `/requests/${id}`, { closed: true });
  assert.equal(await outcome(put(url, 'x', 'x')), '403 ShareClosed');
  await ask(server, 'PATCH', `/requests/${id}`, { closed: false });
  assert.equal(await outcome(put(url, 'x', 'x')), '201');
  await ask(server, 'DELETE', `/requests/${id}`);
  assert.equal(await outcome(put(url, 'x', 'x')), '403 LinkRevoked');
});

test('SHR-22 a file that breaks off leaves nothing, and its name and use are given back', async () => {
  const { id, url } = await makeRequest(server, { bucket: 'inbox', prefix: 'i/', maxFiles: 1 });
  const { connect } = await import('node:net');
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(`PUT /s/${url.slice(-22)}/x HTTP/1.1\r\nhost: ${server.host}\r\ncontent-length: 100\r\n\r\nhalf`);
      socket.end();
    });
    socket.on('close', () => resolve()).resume();
  });
  let last = '';
  for (let tries = 0; tries < 50 && last !== '201'; tries += 1) last = await outcome(put(url, 'x', 'whole'));
  assert.equal(last, '201');
  assert.deepEqual(
    (await uploads(id)).map(({ key }) => key),
    ['i/x'],
  );
});
