import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { all, type Tidegate, TidegateError, tidegate } from '@tidegate/presign/admin';
import { rootCredentials, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: Tidegate;

before(async () => {
  server = await startTestServer();
  client = tidegate({ endpoint: server.endpoint, credentials: () => rootCredentials });
  await server.signed('PUT', '/reports');
  await server.signed('PUT', '/reports/q3.pdf', { body: 'x' });
});
after(() => server.stop());

test('ADM-10 the client makes a link, sees it used, takes it back and gives it back', async () => {
  const made = await client.presignLink({ bucket: 'reports', key: 'q3.pdf', limits: { uses: 2 } });
  assert.equal((await fetch(made.url)).status, 200);
  const seen = await client.readLink({ id: made.link.id });
  assert.equal(seen.uses.count, 1);
  const revoked = await client.revoke({ match: { url: made.url }, reason: 'test' });
  assert.equal((await fetch(made.url)).status, 403);
  assert.equal(revoked.link?.id, made.link.id);
  await client.undoRevocation({ id: revoked.id ?? '' });
  assert.equal((await fetch(made.url)).status, 200);
});

test('ADM-5 all() walks through every page of a list', async () => {
  const links = bucket('reports', { endpoint: server.endpoint, credentials: rootCredentials, store: 'tidegate' });
  for (let n = 0; n < 5; n += 1) await fetch(links.presignGet('q3.pdf', { limits: { id: `walk-${n}` } }));
  const labels: (string | null)[] = [];
  for await (const link of all(client.listLinks, { label: 'walk-*', limit: 2 })) labels.push(link.label);
  assert.deepEqual(labels.toSorted(), ['walk-0', 'walk-1', 'walk-2', 'walk-3', 'walk-4']);
});

test('ADM-9 a refusal is thrown with all that the server said of it', async () => {
  await assert.rejects(client.readLink({ id: 'lk_aaaaaaaaaaaaaaaa' }), (error) => {
    assert.ok(error instanceof TidegateError);
    assert.equal(error.status, 404);
    assert.equal(error.problem?.code, 'NoSuchLink');
    assert.match(error.message, /^No such link: /);
    return true;
  });
  const stranger = tidegate({
    endpoint: server.endpoint,
    credentials: { ...rootCredentials, secretAccessKey: 'x'.repeat(40) },
  });
  await assert.rejects(stranger.whoAmI(), { status: 403 });
});

test('ADM-6 ADM-7 options carry the key of a request that is done once, and the state that is changed', async () => {
  const once = { idempotencyKey: 'client-1' };
  const [first, again] = [
    await client.createKey({ note: 'once' }, once),
    await client.createKey({ note: 'once' }, once),
  ];
  assert.deepEqual(first, again);
  const made = await client.presignLink({ bucket: 'reports', key: 'q3.pdf', limits: { uses: 5 } });
  await assert.rejects(client.tightenLink({ id: made.link.id, uses: 1 }, { ifMatch: '"other"' }), { status: 412 });
  assert.equal((await client.tightenLink({ id: made.link.id, uses: 1 })).uses.limit, 1);
});
