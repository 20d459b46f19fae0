import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { adminEndpoints } from '../src/admin/index.ts';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { links, rootCredentials } from './test-server.ts';

let fixture: AdminFixture;

before(async () => {
  fixture = await openAdminFixture();
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
});
after(() => fixture.server.stop());

test('ADM-1 no link administers, nobody in particular either', async () => {
  const { endpoint } = fixture.server;
  const byLink = await fetch(
    bucket('api', { endpoint: `${endpoint}/_`, credentials: rootCredentials }).presignGet('v1/links'),
  );
  assert.equal(byLink.status, 403);
  assert.equal((await byLink.json()).reason, 'AdminByLinkRefused');
  for (const path of ['/_/api/v1/links', '/_/api/openapi.json', '/_/api/v1/revocations']) {
    assert.equal((await fetch(`${endpoint}${path}`)).status, 403, path);
  }
});

test('ADM-2 SEC-311 every endpoint names a right of its own, and is for owners unless it says otherwise', async () => {
  const actions = adminEndpoints.map(({ action }) => action);
  assert.equal(new Set(actions).size, actions.length);
  const reader = await fixture.makeKey({ owner: 'root', role: 'read' });
  for (const { method, path, who, answers } of adminEndpoints) {
    const place = path.replace('{id}', 'TGAKAAAAAAAAAAAAAAAA').replace('{name}', 'x');
    if (answers === 'events') {
      const stream = await fixture.server.signed(method, `/_/api/v1${place}`, { credentials: reader });
      assert.equal(stream.status, who === 'owner' ? 403 : 200, `${method} ${path}`);
      await stream.body?.cancel();
      continue;
    }
    const answer = await fixture.api(method, place, undefined, { credentials: reader });
    if (who === 'owner') assert.equal(answer.status, 403, `${method} ${path}`);
    else assert.notEqual(answer.status, 403, `${method} ${path}`);
    const anonymous = await fetch(`${fixture.server.endpoint}/_/api/v1${place}`, { method });
    assert.equal(anonymous.status, 403, `${method} ${path}`);
  }
});

test('ADM-4 every member that is wrong is named, and an unknown one with the nearest name', async () => {
  const unknown = await fixture.api('POST', '/links/presign', {
    bucket: 'reports',
    key: 'a',
    expiresin: '1h',
    limitz: {},
  });
  assert.equal(unknown.status, 400);
  assert.equal(unknown.value.reason, 'FieldUnknown');
  assert.deepEqual(
    unknown.value.errors.map(({ field, hint }: { field: string; hint: string }) => [field, hint]),
    [
      ['expiresin', 'Did you mean "expiresIn"?'],
      ['limitz', 'Did you mean "limits"?'],
    ],
  );
  const wrong = await fixture.api('POST', '/links/presign', { bucket: 'Reports', key: '', expiresIn: 'soon' });
  assert.deepEqual(
    wrong.value.errors.map(({ field }: { field: string }) => field),
    ['bucket', 'key', 'expiresIn'],
  );
  const nested = await fixture.api('POST', '/links/presign', { bucket: 'reports', key: 'a', limits: { use: 1 } });
  assert.match(nested.text, /Did you mean \\"uses\\"/);
});

test('ADM-6 a POST with an Idempotency-Key is done once, and answers the same again, the secret too', async () => {
  const headers = { 'idempotency-key': 'make-billing-1' };
  const first = await fixture.api('POST', '/keys', { owner: 'once', note: 'billing' }, { headers });
  assert.equal(first.status, 201);
  const again = await fixture.api('POST', '/keys', { owner: 'once', note: 'billing' }, { headers });
  assert.equal(again.status, 201);
  assert.deepEqual(again.value, first.value);
  const listed = await fixture.api('GET', '/keys');
  assert.equal(listed.value.items.filter(({ note }: { note: string }) => note === 'billing').length, 1);
  const other = await fixture.api('POST', '/keys', { owner: 'once', note: 'other' }, { headers });
  assert.equal(other.status, 422);
  const refused = await fixture.api('POST', '/keys', { ownr: 'x' }, { headers: { 'idempotency-key': 'twice' } });
  assert.equal(refused.status, 400);
  const mended = await fixture.api('POST', '/keys', { owner: 'once' }, { headers: { 'idempotency-key': 'twice' } });
  assert.equal(mended.status, 201, mended.text);
  assert.equal((await fixture.api('POST', '/keys', {}, { headers: { 'idempotency-key': 'a b' } })).status, 400);
});

test('ADM-6 of twenty at the same time one is done', async () => {
  const headers = { 'idempotency-key': 'all-at-once' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => fixture.api('POST', '/keys', { owner: 'crowd' }, { headers })),
  );
  const made = answers.filter(({ status }) => status === 201);
  assert.ok(made.length >= 1);
  assert.equal(new Set(made.map(({ value }) => value.id)).size, 1);
  assert.ok(answers.every(({ status }) => status === 201 || status === 409));
  const keys = (await fixture.api('GET', '/keys')).value.items;
  assert.equal(keys.filter(({ owner }: { owner: { name: string } }) => owner.name === 'crowd').length, 1);
});

test('ADM-8 every change is in the audit log with its actor and request, without secret or URL', async () => {
  const owner = await fixture.makeKey({ owner: 'audited' });
  const made = await fixture.api('POST', '/keys', { role: 'read' }, { credentials: owner });
  const url = links(fixture.server, 'reports', owner).presignGet('q3.pdf');
  await fixture.api('POST', '/links', { url }, { credentials: owner });
  await fixture.api('POST', '/revocations', { match: { url }, reason: 'test' }, { credentials: owner });
  const log = await fixture.api('GET', '/audit', undefined, { credentials: owner });
  assert.equal(log.status, 200, log.text);
  const entries: { event: string; actor: string; requestId: string }[] = log.value.items;
  assert.deepEqual(
    entries.map(({ event }) => event),
    ['link.revoked', 'link.registered', 'key.created'],
  );
  assert.ok(entries.every(({ actor }) => actor === owner.accessKeyId));
  assert.equal(entries[2]?.requestId, made.headers.get('x-request-id'));
  for (const hidden of [made.value.secretAccessKey, new URL(url).searchParams.get('X-Amz-Signature') ?? '-', 'http']) {
    assert.ok(!log.text.includes(hidden), hidden);
  }
  const one = await fixture.api('GET', '/audit?event=key.created&limit=1', undefined, { credentials: owner });
  assert.equal(one.value.items.length, 1);
  assert.equal((await fixture.api('GET', `/audit?actor=${owner.accessKeyId}`)).value.items.length, 3);
});

test('ADM-9 a refusal is a problem document', async () => {
  const refused = await fixture.api('GET', '/links/lk_aaaaaaaaaaaaaaaa');
  assert.equal(refused.headers.get('content-type'), 'application/problem+json');
  assert.equal(refused.value.requestId, refused.headers.get('x-request-id'));
  assert.equal(refused.value.status, 404);
  assert.equal(refused.value.type, '/_/docs/errors#NoSuchLink');
});

test('ADM-10 the OpenAPI document names every endpoint, once', async () => {
  const reader = await fixture.makeKey({ owner: 'root', role: 'read' });
  const document = await (await fixture.server.signed('GET', '/_/api/openapi.json', { credentials: reader })).json();
  assert.equal(document.openapi, '3.1.0');
  const ids: string[] = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  assert.equal(ids.length, adminEndpoints.length);
  assert.equal(new Set(ids).size, ids.length);
});

test('ADM-11 what is gone already is deleted again: 204', async () => {
  assert.equal((await fixture.api('DELETE', '/revocations/rv_aaaaaaaaaaaaaaaa')).status, 204);
  assert.equal((await fixture.api('DELETE', '/keys/TGAKAAAAAAAAAAAAAAAA')).status, 204);
});

test('ADM-3 times have milliseconds, and who asks is told who it is', async () => {
  const me = await fixture.api('GET', '/whoami');
  assert.deepEqual(
    [me.value.accessKeyId, me.value.role, me.value.account.name],
    [rootCredentials.accessKeyId, 'owner', 'root'],
  );
  const buckets = await fixture.api('GET', '/buckets');
  assert.match(buckets.value.items[0].createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
