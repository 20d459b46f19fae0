import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, makeRequest, makeShare } from './fixture.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/shared')).status, 200);
  assert.equal((await server.signed('PUT', '/shared/dir/a.txt', { body: 'a' })).status, 200);
});
after(() => server.stop());

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A share as a key asks for it: status and answer. */
async function create(body: unknown, credentials?: Credentials) {
  const answer = await server.signed('POST', '/_/api/v1/shares', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(credentials !== undefined && { credentials }),
  });
  return { status: answer.status, value: JSON.parse(await answer.text()) };
}

async function keyOf(body: unknown): Promise<Credentials> {
  const { id, secretAccessKey } = await ask<{ id: string; secretAccessKey: string }>(server, 'POST', '/keys', body);
  return { accessKeyId: id, secretAccessKey };
}

/** Seconds until a new share or file request expires; undefined: never. */
function lifeS({ expiresAt }: { readonly expiresAt?: string | null }): number | undefined {
  return expiresAt == null ? undefined : Math.round((Date.parse(expiresAt) - Date.now()) / 1000);
}

test('SHR-32 a share of an object that does not exist is refused, unless allowMissing says so', async () => {
  const missing = [
    { key: 'dir/b.txt' },
    { keys: ['dir/a.txt', 'dir/b.txt'] },
    { prefix: 'dri/' },
    { key: 'dir/a.txt', versionId: '00000000000000000000000000' },
  ];
  for (const named of missing) {
    const { status, value } = await create({ bucket: 'shared', ...named });
    assert.deepEqual([status, value.code], [404, 'NoSuchKey'], JSON.stringify(named));
    assert.match(value.detail, /shared\/dir\/b\.txt does not exist\.|shared\/dri\/ has no objects\.|in version 0+\./);
    assert.match(value.hint, /"allowMissing": true/);
    assert.equal((await create({ bucket: 'shared', ...named, allowMissing: true })).status, 201);
  }
  const later = await makeShare(server, { bucket: 'shared', key: 'later.txt', allowMissing: true });
  assert.equal((await fetch(later.url)).status, 404);
  assert.equal((await server.signed('PUT', '/shared/later.txt', { body: 'now' })).status, 200);
  assert.equal(await (await fetch(later.url)).text(), 'now');
  assert.equal((await server.signed('DELETE', '/shared/later.txt')).status, 204);
  assert.equal((await create({ bucket: 'shared', key: 'later.txt' })).status, 404);
});

test('SHR-32 SHR-4 whether an object exists that the key may not read, the refusal does not reveal', async () => {
  const credentials = await keyOf({ role: 'owner', prefixes: ['other/'] });
  for (const named of [{ key: 'dir/a.txt' }, { key: 'dir/b.txt' }, { prefix: 'dir/' }, { prefix: 'dri/' }]) {
    assert.equal((await create({ bucket: 'shared', ...named }, credentials)).status, 201, JSON.stringify(named));
  }
  assert.equal((await create({ bucket: 'shared', key: 'other/x' }, credentials)).status, 404);
});

test('SHR-31 a new share or file request expires after 7 days; null means never; a key that allows less decides', async () => {
  const week = 7 * 86_400;
  const near = (seconds: number | undefined, wanted: number) =>
    assert.ok(seconds !== undefined && Math.abs(seconds - wanted) < 120, String(seconds));
  const share = { bucket: 'shared', key: 'dir/a.txt' };
  near(lifeS(await makeShare(server, share)), week);
  near(lifeS(await makeRequest(server, { bucket: 'shared', prefix: 'in/' })), week);
  near(lifeS(await makeShare(server, { ...share, expiresIn: '30d' })), 30 * 86_400);
  assert.equal(lifeS(await makeShare(server, { ...share, expiresAt: null })), undefined);
  assert.equal(lifeS(await makeRequest(server, { bucket: 'shared', expiresAt: null })), undefined);
  const credentials = await keyOf({ role: 'owner', governance: { maxExpiry: '1d' } });
  near(lifeS((await create(share, credentials)).value), 86_400);
  const never = await create({ ...share, expiresAt: null }, credentials);
  assert.deepEqual([never.status, never.value.reason], [403, 'LinkTooLong']);
});

test('SHR-31 changing a share without a new end leaves the one it has', async () => {
  const made = await makeShare(server, { bucket: 'shared', key: 'dir/a.txt', expiresAt: null });
  const changed = await ask<{ expiresAt: string | null }>(server, 'PATCH', `/shares/${made.id}`, { title: 'A' });
  assert.equal(changed.expiresAt, null);
});
