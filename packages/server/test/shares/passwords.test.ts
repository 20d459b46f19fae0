import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, browser, makeShare, outcome } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/locked')).status, 200);
  assert.equal((await server.signed('PUT', '/locked/file.txt', { body: 'secret' })).status, 200);
});
after(() => server.stop());

function basic(password: string): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` } };
}

test('SHR-11 a program gives the password by Basic', async () => {
  const { url } = await makeShare(server, { bucket: 'locked', key: 'file.txt', password: 'pässwort' });
  const asked = await fetch(url);
  assert.deepEqual([asked.status, asked.headers.get('www-authenticate')?.slice(0, 5)], [401, 'Basic']);
  assert.equal(await (await fetch(url, basic('pässwort'))).text(), 'secret');
  assert.equal(await outcome(fetch(url, basic('wrong'))), '401 SharePassword');
});

test('SHR-11 a browser gives it by a form and shows a cookie of that path alone, which another password ends', async () => {
  const { id, url } = await makeShare(server, { bucket: 'locked', key: 'file.txt', title: 'Hidden', password: 'open' });
  const page = await fetch(url, { headers: browser });
  const html = await page.text();
  assert.equal(page.status, 401);
  assert.match(html, /<label for="password">/);
  assert.doesNotMatch(html, /Hidden|file\.txt/);
  assert.equal(page.headers.get('www-authenticate'), null);
  const send = (password: string): Promise<Response> =>
    fetch(url, { method: 'POST', body: new URLSearchParams({ password }), headers: browser, redirect: 'manual' });
  assert.match(await (await send('wrong')).text(), /Wrong password\. 9 attempts left/);
  const passed = await send('open');
  const cookie = passed.headers.get('set-cookie') ?? '';
  assert.equal(passed.status, 303);
  assert.match(
    cookie,
    new RegExp(`^tidegate-share=[^;]+; Path=/s/${url.slice(-22)}; Max-Age=1800; HttpOnly; SameSite=Lax$`),
  );
  const shown = { ...browser, cookie: cookie.split(';')[0] ?? '' };
  assert.match(await (await fetch(url, { headers: shown })).text(), /<h1><bdi>Hidden<\/bdi><\/h1>/);
  assert.equal(await (await fetch(`${url}?download=1`, { headers: shown })).text(), 'secret');
  const other = await makeShare(server, { bucket: 'locked', key: 'file.txt', password: 'open' });
  assert.equal(await outcome(fetch(other.url, { headers: shown })), '401 SharePassword');
  await ask(server, 'PATCH', `/shares/${id}`, { password: 'new' });
  assert.equal(await outcome(fetch(url, { headers: shown })), '401 SharePassword');
  await ask(server, 'PATCH', `/shares/${id}`, { password: null });
  assert.equal(await outcome(fetch(url)), '200');
});

test('SHR-12 ten wrong passwords, also at once, are all that an address may try; another address may go on', async () => {
  const { url } = await makeShare(server, { bucket: 'locked', key: 'file.txt', password: 'right' });
  const tried = await Promise.all(Array.from({ length: 14 }, (_, at) => outcome(fetch(url, basic(`wrong ${at}`)))));
  assert.equal(tried.filter((one) => one === '401 SharePassword').length, 10);
  assert.equal(tried.filter((one) => one === '429 PasswordTries').length, 4);
  assert.equal(await outcome(fetch(url, basic('right'))), '429 PasswordTries');
  const elsewhere = await server.raw(
    `GET /s/${url.slice(-22)} HTTP/1.1\r\nhost: ${server.host}\r\nauthorization: ${basic('right').headers.authorization}\r\nconnection: close\r\n\r\n`,
    { localAddress: '127.0.0.2' },
  );
  assert.match(elsewhere, /^HTTP\/1\.1 200 /);
});
