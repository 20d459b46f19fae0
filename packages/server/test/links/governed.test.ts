import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Limits } from '@tidegate/presign';
import type { Governance } from '../../src/stores/keys/key-store.ts';
import { Secret } from '../../src/stores/keys/secret.ts';
import { links, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;
let made = 0;

before(async () => {
  server = await startTestServer({ toml: '[links]\nmax_expiry = "3d"\nclient_address = "prefix"\n' });
  assert.equal((await server.signed('PUT', '/governed')).status, 200);
  await server.signed('PUT', '/governed/object', { body: new Uint8Array(4096) });
});
after(() => server.stop());

/** A key of its own for each test. */
async function keyWith(governance: Governance) {
  made += 1;
  const credentials = { accessKeyId: `TGAKGOVERNED${String(made).padStart(8, '0')}`, secretAccessKey: 's'.repeat(40) };
  await server.running.keys.createKey({
    accessKeyId: credentials.accessKeyId,
    secret: new Secret(credentials.secretAccessKey),
    accountName: 'root',
    role: 'owner',
    buckets: [],
    prefixes: [],
    note: undefined,
    governance,
  });
  return credentials;
}

async function outcome(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  const text = await response.text();
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const reason = response.headers.get('x-tidegate-reason');
  return [response.status, code, reason].filter((part) => part !== undefined && part !== null).join(' ');
}

type Credentials = Awaited<ReturnType<typeof keyWith>>;
const get = (credentials: Credentials, limits: Limits = {}, expiresIn: '1h' | '2d' | '5d' = '1h'): string =>
  links(server, 'governed', credentials).presignGet('object', { limits, expiresIn });
const put = (credentials: Credentials, key: string, body: string) =>
  fetch(links(server, 'governed', credentials).presignPut(key).url, { method: 'PUT', body });

test('LNK-23 a link that lives longer than its key or the server allows is LinkTooLong', async () => {
  const key = await keyWith({ maxExpirySeconds: 86_400 });
  assert.equal(await outcome(fetch(get(key))), '200');
  assert.equal(await outcome(fetch(get(key, {}, '2d'))), '403 AccessDenied LinkTooLong');
  const free = await keyWith({});
  assert.equal(await outcome(fetch(get(free, {}, '2d'))), '200');
  assert.equal(await outcome(fetch(get(free, {}, '5d'))), '403 AccessDenied LinkTooLong');
});

test('LNK-23 a key signs links for its operations alone', async () => {
  const key = await keyWith({ operations: ['GetObject'] });
  assert.equal(await outcome(fetch(get(key))), '200');
  assert.equal(await outcome(fetch(get(key, { head: true }), { method: 'HEAD' })), '200');
  assert.equal(await outcome(put(key, 'no', 'x')), '403 AccessDenied KeyNotAllowed');
});

test('LNK-23 a limit that a key demands is carried by the link itself', async () => {
  const key = await keyWith({ require: ['uses'], defaults: { uses: 1 } });
  assert.equal(await outcome(fetch(get(key))), '403 AccessDenied LinkLimitMissing');
  assert.equal(await outcome(fetch(get(key, { uses: 2 }))), '200');
});

test('LNK-24 a default counts where a link says nothing, a cap always', async () => {
  const byDefault = await keyWith({ defaults: { uses: 1 } });
  const plain = get(byDefault);
  assert.equal(await outcome(fetch(plain)), '200');
  assert.equal(await outcome(fetch(plain)), '403 AccessDenied LinkUsesSpent');
  const own = get(byDefault, { uses: 2 });
  assert.deepEqual([await outcome(fetch(own)), await outcome(fetch(own))], ['200', '200']);
  const capped = get(await keyWith({ caps: { uses: 1 } }), { uses: 5 });
  assert.equal(await outcome(fetch(capped)), '200');
  assert.equal(await outcome(fetch(capped)), '403 AccessDenied LinkUsesSpent');
});

test('LNK-20 LNK-24 every list of addresses has to hold, and a cap for uploads leaves downloads alone', async () => {
  const key = await keyWith({ caps: { ip: ['10.0.0.0/8'] } });
  assert.equal(await outcome(fetch(get(key, { ip: '127.0.0.1' }))), '403 AccessDenied LinkAddressNotAllowed');
  const small = await keyWith({ caps: { maxBytes: 3, types: ['text/*'] } });
  assert.equal(await outcome(fetch(get(small))), '200');
  assert.equal(await outcome(put(small, 'small', 'xxxx')), '400 EntityTooLarge');
});

test('SEC-238 LNK-23 a key for registered links alone refuses all others', async () => {
  const key = await keyWith({ registeredOnly: true });
  const url = get(key, { id: 'registered' });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkNotRegistered');
  const seen = await server.running.links.listLinks({
    accountId: undefined,
    accessKeyId: key.accessKeyId,
    sort: 'lastSeen',
    order: 'desc',
    cursor: undefined,
    limit: 10,
  });
  const [link] = seen.items;
  assert.ok(link !== undefined);
  await server.running.links.register(link, { note: undefined, label: undefined });
  const [path = '', query = ''] = url.split('?');
  assert.equal(await outcome(fetch(`${path}?${query.split('&').reverse().join('&')}`)), '200');
});

test("SEC-234 LNK-24 a policy is its key's own, counts from the next request on, never widens, and refuses when it is gone", async () => {
  const key = await keyWith({});
  const other = await keyWith({});
  const url = get(key, { policy: 'p', id: 'policy' });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkPolicyGone');
  await server.running.links.putPolicy({ accessKeyId: other.accessKeyId, name: 'p', limits: {} });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkPolicyGone');
  await server.running.links.putPolicy({ accessKeyId: key.accessKeyId, name: 'p', limits: { ip: ['10.0.0.1'] } });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkAddressNotAllowed');
  await server.running.links.putPolicy({ accessKeyId: key.accessKeyId, name: 'p', limits: { uses: 100 } });
  assert.equal(await outcome(fetch(url)), '200');
  const once = get(key, { policy: 'p', uses: 1 });
  assert.deepEqual([await outcome(fetch(once)), await outcome(fetch(once))], ['200', '403 AccessDenied LinkUsesSpent']);
  await server.running.links.deletePolicy(key.accessKeyId, 'p');
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkPolicyGone');
});

test('SEC-230 a link of a key that lost its right is refused', async () => {
  const key = await keyWith({});
  const url = get(key);
  assert.equal(await outcome(fetch(url)), '200');
  await server.running.keys.setKeyEnabled(key.accessKeyId, 'disabled');
  assert.match(await outcome(fetch(url)), /^403 /);
});

test('LNK-20 what an owner tightened afterwards counts', async () => {
  const key = await keyWith({});
  const url = get(key, { id: 'tight', uses: 9 });
  assert.equal(await outcome(fetch(url)), '200');
  const { items } = await server.running.links.listLinks({
    accountId: undefined,
    accessKeyId: key.accessKeyId,
    sort: 'lastSeen',
    order: 'desc',
    cursor: undefined,
    limit: 10,
  });
  const id = items[0]?.id ?? '';
  await server.running.links.tighten(id, { uses: 1 });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkUsesSpent');
  await server.running.links.tighten(id, { expiresAtMs: Date.now() - 1000 });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkExpired');
});

test('LNK-38 the ledger keeps what happened, and of addresses what the operator lets it', async () => {
  const key = await keyWith({});
  const url = get(key, { id: 'told', uses: 1 });
  assert.equal(await outcome(fetch(url, { headers: { 'user-agent': 'told/1.0' } })), '200');
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkUsesSpent');
  await server.running.links.flush();
  const { items } = await server.running.links.listLinks({
    accountId: undefined,
    accessKeyId: key.accessKeyId,
    sort: 'lastSeen',
    order: 'desc',
    cursor: undefined,
    limit: 10,
  });
  const [link] = items;
  assert.equal(link?.label, 'told');
  assert.equal(link?.state, 'spent');
  assert.equal(link?.uses.count, 1);
  assert.equal(link?.bytes.out, 4096);
  assert.deepEqual(link?.refusals, { LinkUsesSpent: 1 });
  const events = await server.running.links.listEvents({
    linkId: link?.id,
    cursor: undefined,
    limit: 10,
    order: 'asc',
  });
  const used = events.items.find(({ userAgent }) => userAgent === 'told/1.0');
  assert.equal(used?.client, '127.0.0.0/24');
  assert.equal(used?.status, 200);
  assert.equal(used?.bytes, 4096);
});

test('SEC-223 LNK-38 what no signature holds for is counted and leaves no link behind', async () => {
  const key = await keyWith({});
  for (let round = 0; round < 20; round += 1) {
    const url = get(key, { id: `forged-${round}` }).replace(/X-Amz-Signature=.{8}/, 'X-Amz-Signature=00000000');
    assert.equal((await fetch(url)).status, 403);
  }
  await server.running.links.flush();
  const { items } = await server.running.links.listLinks({
    accountId: undefined,
    accessKeyId: key.accessKeyId,
    sort: 'lastSeen',
    order: 'desc',
    cursor: undefined,
    limit: 10,
  });
  assert.equal(items.length, 0);
  const refused = await server.running.links.listRefusals({ groupBy: ['accessKeyId'], sinceMs: 0 });
  assert.equal(refused.find(({ group }) => group['accessKeyId'] === key.accessKeyId)?.count, 20);
});
