import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { listen } from './events/listen.ts';
import { links, rootCredentials } from './test-server.ts';

type Credentials = typeof rootCredentials;

/** What the other accounts, and keys that are limited to a bucket or a prefix, see of the server. */
let fixture: AdminFixture;
let billing: Credentials;
let limited: Credentials;
let prefixed: Credentials;

const ask = (credentials: Credentials | undefined, method: string, path: string, body?: unknown) =>
  fixture.api(method, path, body, credentials === undefined ? {} : { credentials });

before(async () => {
  fixture = await openAdminFixture();
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
  await fixture.putObject('reports', 'open/a', 'a');
  billing = await fixture.makeKey({ owner: 'billing' });
  limited = await fixture.makeKey({ buckets: ['reports'] });
  prefixed = await fixture.makeKey({ buckets: ['reports'], prefixes: ['open/'] });
  await fixture.putObject('invoices', 'secret.pdf', 'invoice', billing);
});
after(() => fixture.server.stop());

const idsOf = async (credentials: Credentials): Promise<readonly string[]> =>
  (await ask(credentials, 'GET', '/keys')).value.items.map((key: { id: string }) => key.id);

test('ADM-62 another account is not told who made its keys', async () => {
  const listed = await ask(billing, 'GET', '/keys');
  assert.deepEqual(await idsOf(billing), [billing.accessKeyId]);
  const changed = await ask(billing, 'PATCH', `/keys/${billing.accessKeyId}`, { note: 'ours' });
  const rotated = await ask(billing, 'POST', `/keys/${billing.accessKeyId}/rotate`, {});
  const retired = await ask(billing, 'GET', `/keys/${billing.accessKeyId}`);
  for (const { text } of [listed, changed, rotated, retired]) {
    assert.ok(text.includes('"madeBy":null') && !text.includes(rootCredentials.accessKeyId), text);
  }
  const own = await ask(billing, 'POST', '/keys', {});
  assert.equal(own.value.madeBy, billing.accessKeyId);
  assert.equal((await ask(undefined, 'GET', `/keys/${billing.accessKeyId}`)).value.madeBy, rootCredentials.accessKeyId);
});

test('ADM-62 an owner key that is limited to a bucket sees itself and the keys that it made', async () => {
  const child = await ask(limited, 'POST', '/keys', { buckets: ['reports'], note: 'below' });
  assert.equal(child.status, 201, child.text);
  assert.deepEqual(new Set(await idsOf(limited)), new Set([limited.accessKeyId, child.value.id]));
  for (const id of [rootCredentials.accessKeyId, billing.accessKeyId]) {
    for (const path of ['', '/policies'])
      assert.equal((await ask(limited, 'GET', `/keys/${id}${path}`)).status, 404, id);
    assert.equal((await ask(limited, 'DELETE', `/keys/${id}`)).status, 204);
    assert.equal((await ask(undefined, 'GET', `/keys/${id}`)).status, 200);
  }
  const foreign = await ask(limited, 'POST', '/keys', { owner: 'billing', buckets: ['reports'] });
  assert.equal(foreign.status, 403, foreign.text);
});

test('ADM-62 another account is not told which key of root revoked its link', async () => {
  const heard = await listen(fixture.server, '?types=link.revoked,link.restored', { credentials: billing });
  const url = links(fixture.server, 'invoices', billing).presignGet('secret.pdf');
  const { id } = (await ask(billing, 'POST', '/links', { url })).value;
  const revoked = await ask(undefined, 'POST', '/revocations', { match: { url } });
  const share = await ask(billing, 'POST', '/shares', { bucket: 'invoices', key: 'secret.pdf', expiresIn: '1h' });
  assert.equal((await ask(undefined, 'DELETE', `/shares/${share.value.id}`)).status, 204);
  const session = await ask(undefined, 'DELETE', `/revocations/${revoked.value.id}`);
  assert.equal(session.status, 204);
  await ask(undefined, 'POST', '/revocations', { match: { url } });
  await heard.until((events) => events.length >= 4);
  for (const [method, path, body] of [
    ['GET', `/links/${id}`],
    ['GET', '/links'],
    ['GET', `/links/${id}/events`],
    ['GET', '/activity'],
    ['GET', '/revocations'],
    ['GET', '/audit'],
    ['GET', `/shares/${share.value.id}`],
    ['POST', '/explain', { url }],
    ['DELETE', `/revocations/${revoked.value.id}`],
  ] as const) {
    const { text } = await ask(billing, method, path, body);
    assert.ok(!text.includes(rootCredentials.accessKeyId), `${method} ${path}: ${text}`);
  }
  assert.ok(!JSON.stringify(heard.heard).includes(rootCredentials.accessKeyId), 'the stream of events');
  heard.close();
  assert.ok((await ask(undefined, 'GET', '/audit')).text.includes(rootCredentials.accessKeyId), 'root is told');
});

test('ADM-62 nobody learns by an explanation whether an object is there that its key may not read', async () => {
  const explained = async (key: string): Promise<unknown> => {
    const url = links(fixture.server, 'invoices', limited).presignGet(key);
    const { checks } = (await ask(limited, 'POST', '/explain', { url })).value;
    return checks.find((check: { name: string }) => check.name === 'operation');
  };
  assert.deepEqual(await explained('secret.pdf'), await explained('nothing.pdf'));
});

test('ADM-62 a key that is limited to a prefix is told of a bucket only what lies below it', async () => {
  const usage = await ask(prefixed, 'GET', '/buckets/reports/usage');
  assert.deepEqual([usage.status, usage.value.objects, usage.value.bytes], [200, 1, 1], usage.text);
  assert.equal((await ask(undefined, 'GET', '/buckets/reports/usage')).value.objects, 2);
  assert.equal((await ask(prefixed, 'GET', '/buckets/reports/configuration')).status, 404);
  assert.equal((await ask(limited, 'GET', '/buckets/reports/configuration')).status, 200);
  const below = await ask(prefixed, 'POST', '/keys', { buckets: ['reports'], prefixes: ['open/'] });
  await ask(undefined, 'PATCH', `/keys/${prefixed.accessKeyId}`, { buckets: ['other'] });
  const child = { accessKeyId: below.value.id, secretAccessKey: below.value.secretAccessKey };
  assert.deepEqual((await ask(child, 'GET', '/buckets')).value.items, [], 'what a key above no longer reaches');
  assert.equal((await ask(child, 'GET', '/buckets/reports/usage')).status, 404);
});

test('ADM-62 the size of the whole server and its disk are for its operator', async () => {
  const whole = (await ask(undefined, 'GET', '/server')).value;
  assert.ok(whole.stored.objects > 0 && whole.disk !== null);
  for (const credentials of [billing, limited]) {
    const { stored, disk, lastBackup, version } = (await ask(credentials, 'GET', '/server')).value;
    assert.deepEqual([stored, disk, lastBackup, version], [null, null, null, whole.version]);
  }
});

test('ADM-2 lists of links, shares, activity and temporary credentials hold nothing of others', async () => {
  const url = links(fixture.server, 'reports').presignGet('q3.pdf');
  await ask(undefined, 'POST', '/links', { url, note: 'canary' });
  await fetch(url);
  await ask(undefined, 'POST', '/shares', { bucket: 'reports', key: 'q3.pdf', title: 'canary' });
  await ask(undefined, 'POST', '/requests', { bucket: 'reports', prefix: 'in/', title: 'canary' });
  for (const credentials of [billing, limited]) {
    for (const path of [
      ...['/links', '/shares', '/requests', '/activity', '/audit', '/revocations', '/temporary-credentials'],
      ...['/refusals', '/activity/days', '/buckets'],
    ]) {
      const { status, text } = await ask(credentials, 'GET', path);
      assert.equal(status, 200, `${path}: ${text}`);
      assert.ok(!text.includes(rootCredentials.accessKeyId) && !text.includes('canary'), `${path}: ${text}`);
    }
    for (const path of ['/webhooks', '/settings'])
      assert.equal((await ask(credentials, 'GET', path)).status, 403, path);
    assert.equal((await ask(credentials, 'PATCH', '/settings', { 'log.level': 'debug' })).status, 403);
  }
  assert.ok((await ask(undefined, 'GET', '/links')).text.includes('canary'));
});
