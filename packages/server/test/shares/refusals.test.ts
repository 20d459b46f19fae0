import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, browser, type Made, makeRequest, makeShare, outcome } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  for (const path of ['/shared', '/inbox']) assert.equal((await server.signed('PUT', path)).status, 200);
  for (const key of ['one.txt', 'dir/a.txt', 'dir/b.txt']) {
    const headers = { 'content-type': 'text/plain' };
    assert.equal((await server.signed('PUT', `/shared/${key}`, { body: `${key}: text`, headers })).status, 200);
  }
  const headers = { 'content-type': 'image/png' };
  assert.equal((await server.signed('PUT', '/shared/photo.png', { body: 'png', headers })).status, 200);
});
after(() => server.stop());

type Shown = { readonly refusals: { readonly total: number; readonly byReason: Readonly<Record<string, number>> } };
type Event = { readonly type: string; readonly reason: string | null; readonly count: number };

/** Refusals of a share or file request, as its record counts them and as its events do. */
async function refusals({ id }: Made): Promise<{ counted: object; events: object }> {
  const kind = id.startsWith('rq_') ? 'requests' : 'shares';
  const { refusals: shown } = await ask<Shown>(server, 'GET', `/${kind}/${id}`);
  const { items } = await ask<{ items: readonly Event[] }>(server, 'GET', `/links/${id}/events?type=link.refused`);
  assert.equal(
    Object.values(shown.byReason).reduce((sum, count) => sum + count, 0),
    shown.total,
  );
  const reasons = new Set(items.map(({ reason }) => reason ?? ''));
  return { counted: shown.byReason, events: Object.fromEntries([...reasons].map((reason) => [reason, true])) };
}

async function assertRefused(made: Made, byReason: Readonly<Record<string, number>>): Promise<void> {
  const { counted, events } = await refusals(made);
  assert.deepEqual(counted, byReason);
  assert.deepEqual(events, Object.fromEntries(Object.keys(byReason).map((reason) => [reason, true])));
}

function basic(password: string): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` } };
}

test('SHR-30 each refusal of a revoked share is counted once: page, download, program, preview and HEAD', async () => {
  const made = await makeShare(server, { bucket: 'shared', key: 'photo.png' });
  await ask(server, 'DELETE', `/shares/${made.id}`);
  for (const [path, headers] of [
    ['', browser],
    ['?download=1', browser],
    ['?preview', browser],
    ['', {}],
    ['/photo.png', {}],
  ] as const) {
    assert.equal(await outcome(fetch(made.url + path, { headers })), '403 LinkRevoked');
  }
  assert.equal(await outcome(fetch(made.url, { method: 'HEAD' })), '403 LinkRevoked');
  await assertRefused(made, { LinkRevoked: 6 });
});

test('SHR-30 each refusal of a revoked share of several files is counted once: list, ZIP and one file', async () => {
  const made = await makeShare(server, { bucket: 'shared', prefix: 'dir/' });
  await ask(server, 'DELETE', `/shares/${made.id}`);
  for (const path of ['', '/', '/?zip', '/a.txt', '/a.txt?download=1']) {
    assert.equal(await outcome(fetch(made.url + path)), '403 LinkRevoked', path);
  }
  await assertRefused(made, { LinkRevoked: 5 });
});

test('SHR-30 each refusal of a revoked file request is counted once: page, PUT, form, and an upload in pieces', async () => {
  const made = await makeRequest(server, { bucket: 'inbox', prefix: 'r/' });
  await ask(server, 'DELETE', `/requests/${made.id}`);
  const form = new FormData();
  form.append('file', new Blob(['x']), 'x.txt');
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '3' };
  for (const sent of [
    fetch(made.url, { headers: browser }),
    fetch(`${made.url}/x`, { method: 'PUT', body: 'x' }),
    fetch(made.url, { method: 'POST', body: form, headers: browser }),
    fetch(`${made.url}/x`, { method: 'POST', headers: tus }),
    fetch(`${made.url}/x?upload=${'a'.repeat(22)}`, { method: 'HEAD', headers: tus }),
  ]) {
    assert.equal(await outcome(sent), '403 LinkRevoked');
  }
  await assertRefused(made, { LinkRevoked: 5 });
});

test('SHR-30 a share that expired, one not yet valid, one whose key is disabled and one that has no uses left count their refusals', async () => {
  const expired = await makeShare(server, { bucket: 'shared', key: 'one.txt' });
  const expiresAt = new Date(Date.now() + 150).toISOString();
  await ask(server, 'PATCH', `/shares/${expired.id}`, { expiresAt });
  let last = '';
  for (let tries = 0; tries < 200 && last !== '403 LinkExpired'; tries += 1) {
    last = await outcome(fetch(expired.url, { method: 'HEAD' }));
  }
  assert.equal(last, '403 LinkExpired');
  await assertRefused(expired, { LinkExpired: 1 });

  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const early = await makeShare(server, { bucket: 'shared', key: 'one.txt', limits: { notBefore } });
  assert.equal(await outcome(fetch(early.url, { headers: browser })), '403 LinkNotYetValid');
  await assertRefused(early, { LinkNotYetValid: 1 });

  const spent = await makeShare(server, { bucket: 'shared', key: 'one.txt', limits: { uses: 1 } });
  assert.equal(await outcome(fetch(spent.url)), '200');
  assert.equal(await outcome(fetch(spent.url)), '403 LinkUsesSpent');
  assert.equal(await outcome(fetch(spent.url, { headers: browser })), '403 LinkUsesSpent');
  await assertRefused(spent, { LinkUsesSpent: 2 });

  const key = await ask<{ id: string; secretAccessKey: string }>(server, 'POST', '/keys', { role: 'owner' });
  const created = await server.signed('POST', '/_/api/v1/shares', {
    credentials: { accessKeyId: key.id, secretAccessKey: key.secretAccessKey },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ bucket: 'shared', key: 'one.txt' }),
  });
  const disabled: Made = JSON.parse(await created.text());
  await ask(server, 'PATCH', `/keys/${key.id}`, { state: 'disabled' });
  assert.equal(await outcome(fetch(disabled.url, { headers: browser })), '403 AccessDenied');
  await assertRefused(disabled, { AccessDenied: 1 });

  const name = await makeShare(server, { bucket: 'shared', prefix: 'dir/' });
  assert.equal(await outcome(fetch(`${name.url}/%ff`)), '400 ShareName');
  await assertRefused(name, { ShareName: 1 });
});

test('SHR-30 to be asked for a password is no refusal, by a page or by a program; a wrong password is one', async () => {
  const made = await makeShare(server, { bucket: 'shared', key: 'one.txt', password: 'right' });
  assert.equal(await outcome(fetch(made.url, { headers: browser })), '401 SharePassword');
  assert.equal(await outcome(fetch(made.url)), '401 SharePassword');
  await assertRefused(made, {});
  assert.equal(await outcome(fetch(made.url, basic('wrong'))), '401 SharePassword');
  const body = new URLSearchParams({ password: 'wrong' });
  assert.equal(
    await outcome(fetch(made.url, { method: 'POST', body, headers: browser, redirect: 'manual' })),
    '401 SharePassword',
  );
  await assertRefused(made, { SharePassword: 2 });
  assert.equal(await outcome(fetch(made.url, basic('right'))), '200');
  await assertRefused(made, { SharePassword: 2 });
});

test('LDG-67 a refused request, a HEAD and a 304 are seen and no use: first and last use are those of uses', async () => {
  type Times = { lastSeen: string; firstUsed: string | null; lastUsed: string | null; uses: { count: number } };
  const made = await makeShare(server, { bucket: 'shared', key: 'one.txt' });
  const shown = () => ask<Times>(server, 'GET', `/shares/${made.id}`);
  assert.equal(await outcome(fetch(made.url, { method: 'HEAD' })), '200');
  const notUsed = await shown();
  assert.deepEqual([notUsed.firstUsed, notUsed.lastUsed, notUsed.uses.count], [null, null, 0]);
  const answer = await fetch(made.url);
  await answer.text();
  const used = await shown();
  assert.deepEqual([used.firstUsed, used.uses.count], [used.lastUsed, 1]);
  const etag = answer.headers.get('etag') ?? '';
  assert.equal(await outcome(fetch(made.url, { headers: { 'if-none-match': etag } })), '304');
  await ask(server, 'DELETE', `/shares/${made.id}`);
  assert.equal(await outcome(fetch(made.url)), '403 LinkRevoked');
  const refused = await shown();
  assert.deepEqual([refused.lastUsed, refused.uses.count], [used.lastUsed, 1]);
  assert.ok(refused.lastSeen > (used.lastUsed ?? ''));
});
