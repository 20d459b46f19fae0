import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket, signHeaders } from '@tidegate/presign';
import { rootCredentials, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const keysPath = '/_/api/v1/keys';
type Key = { id: string; secretAccessKey: string; state: string; role: string; owner: { name: string; id: string } };

async function api(method: string, path: string, body?: unknown, credentials?: typeof rootCredentials) {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await server.signed(method, path, {
    ...(text === undefined ? {} : { body: text, headers: { 'content-type': 'application/json' } }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  const answered = await answer.text();
  return { status: answer.status, headers: answer.headers, text: answered, json: () => JSON.parse(answered) };
}

async function makeKey(body: unknown, credentials?: typeof rootCredentials): Promise<Key> {
  const made = await api('POST', keysPath, body, credentials);
  assert.equal(made.status, 201, made.text);
  return made.json();
}

const credentialsOf = (key: Key) => ({ accessKeyId: key.id, secretAccessKey: key.secretAccessKey });

test('SEC-513 SEC-803 a key is made with its secret shown once, and never again', async () => {
  const key = await makeKey({ owner: 'billing', role: 'owner', note: 'for billing' });
  assert.match(key.id, /^TGAK[A-Z2-7]{16}$/);
  assert.match(key.secretAccessKey, /^[A-Za-z0-9]{40}$/);
  assert.match(key.owner.id, /^[0-9a-f]{64}$/);
  const listed = await api('GET', keysPath);
  assert.equal(listed.headers.get('cache-control'), 'no-store');
  assert.ok(listed.text.includes(key.id));
  assert.ok(!listed.text.includes(key.secretAccessKey) && !listed.text.includes('secretAccessKey'));
  const one = await api('GET', `${keysPath}/${key.id}`);
  assert.equal(one.json().note, 'for billing');
  assert.ok(!one.text.includes(key.secretAccessKey));
  assert.ok(!server.logged().includes(key.secretAccessKey));
});

test('SEC-104 a disabled key signs nothing from the next request on, an enabled one again, a deleted one never', async () => {
  const key = await makeKey({ owner: 'billing' });
  const credentials = credentialsOf(key);
  const list = async () => (await server.signed('GET', '/', { credentials })).status;
  assert.equal(await list(), 200);
  assert.equal((await api('PATCH', `${keysPath}/${key.id}`, { state: 'disabled' })).json().state, 'disabled');
  assert.equal(await list(), 403);
  assert.equal((await api('PATCH', `${keysPath}/${key.id}`, { state: 'enabled' })).json().state, 'enabled');
  assert.equal(await list(), 200);
  assert.equal((await api('DELETE', `${keysPath}/${key.id}`)).status, 204);
  assert.equal((await api('DELETE', `${keysPath}/${key.id}`)).status, 204);
  assert.equal(await list(), 403);
  assert.equal((await api('GET', `${keysPath}/${key.id}`)).status, 404);
});

test('SEC-311 the API is for owners alone; no link can administer', async () => {
  const url = `${server.endpoint}${keysPath}`;
  const anonymous = await fetch(url);
  assert.equal(anonymous.status, 403);
  assert.equal(anonymous.headers.get('content-type'), 'application/problem+json');
  for (const role of ['read', 'write', 'link-only']) {
    const key = await makeKey({ role });
    assert.equal((await api('GET', keysPath, undefined, credentialsOf(key))).status, 403, role);
  }
  const link = bucket('api', { endpoint: `${server.endpoint}/_`, credentials: rootCredentials }).presignGet('v1/keys');
  assert.match(link, /\/_\/api\/v1\/keys\?/);
  const byLink = await fetch(link);
  assert.equal(byLink.status, 403);
  const problem = JSON.parse(await byLink.text());
  assert.equal(problem.reason, 'AdminByLinkRefused');
  assert.equal(problem.requestId, byLink.headers.get('x-amz-request-id'));
});

test('SEC-310 a key makes no key that reaches further than itself, and sees no other account', async () => {
  const limited = await makeKey({ owner: 'limited', buckets: ['one-bucket'], prefixes: ['in/'] });
  const credentials = credentialsOf(limited);
  assert.equal((await api('POST', keysPath, { owner: 'root' }, credentials)).status, 403);
  assert.equal((await api('POST', keysPath, {}, credentials)).status, 403);
  assert.equal(
    (await api('POST', keysPath, { buckets: ['other-bucket'], prefixes: ['in/'] }, credentials)).status,
    403,
  );
  const narrower = await makeKey({ buckets: ['one-bucket'], prefixes: ['in/a/'], role: 'read' }, credentials);
  assert.equal(narrower.owner.name, 'limited');
  const seen = (await api('GET', keysPath, undefined, credentials)).json();
  assert.deepEqual(new Set(seen.items.map((item: Key) => item.owner.name)), new Set(['limited']));
  assert.equal((await api('DELETE', `${keysPath}/${rootCredentials.accessKeyId}`, undefined, credentials)).status, 204);
  assert.equal((await api('GET', `${keysPath}/${rootCredentials.accessKeyId}`)).status, 200);
});

test('a key cannot disable or delete itself', async () => {
  const own = `${keysPath}/${rootCredentials.accessKeyId}`;
  assert.equal((await api('PATCH', own, { state: 'disabled' })).status, 409);
  assert.equal((await api('DELETE', own)).status, 409);
});

for (const [what, body, status, pattern] of [
  ['an unknown field', { ownr: 'x' }, 400, /"reason":"FieldUnknown".*Did you mean \\"owner\\"/],
  ['a role that is none', { role: 'admin' }, 400, /"field":"role"/],
  ['__proto__', '{"__proto__": {"role": "owner"}}', 400, /FieldUnknown/],
  ['a number as text', { note: 5 }, 400, /"field":"note"/],
  ['a depth of 1,000', `${'['.repeat(1000)}${']'.repeat(1000)}`, 400, /nested deeper/],
  ['no JSON', '{', 400, /not JSON/],
  ['an array', '[]', 400, /not a JSON object/],
  ['2 MB', `{"note": "${'x'.repeat(2_000_000)}"}`, 413, /too long/],
] as const) {
  test(`SEC-428 a body with ${what} is refused: ${status}`, async () => {
    const answer = await api('POST', keysPath, body);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, pattern);
  });
}

test('SEC-428 a body that is not sent as JSON is refused: 415', async () => {
  const answer = await server.signed('POST', keysPath, { body: '{}', headers: { 'content-type': 'text/plain' } });
  assert.equal(answer.status, 415);
});

test('SEC-105 another secret and a body that was changed are refused', async () => {
  const wrong = { ...rootCredentials, secretAccessKey: 'another-secret-of-the-same-length-000000' };
  const refused = await api('GET', keysPath, undefined, wrong);
  assert.equal(refused.status, 403);
  assert.equal(refused.json().code, 'SignatureDoesNotMatch');
  const url = `${server.endpoint}${keysPath}`;
  const headers = signHeaders({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    credentials: rootCredentials,
    region: 'us-east-1',
    payloadHash: '0'.repeat(64),
  });
  const changed = await fetch(url, { method: 'POST', headers, body: '{}' });
  assert.equal(changed.status, 400);
  assert.equal(JSON.parse(await changed.text()).code, 'XAmzContentSHA256Mismatch');
});

test('the server describes itself to an owner; unknown endpoints and methods are told apart', async () => {
  const described = (await api('GET', '/_/api/v1/server')).json();
  assert.equal(described.region, 'us-east-1');
  assert.equal(described.features.limits, true);
  assert.equal(typeof described.stored.objects, 'number');
  assert.equal((await api('GET', '/_/api/v1/nothing')).status, 404);
  const wrong = await api('PUT', keysPath);
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get('allow'), 'GET, POST');
});
