import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket, signHeaders } from '@tidegate/presign';
import { override } from '../../../test/override.ts';
import { systemClock } from '../src/world/clock.ts';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { askSts, lend as lendBy, type SigningCredentials } from './lend.ts';
import { rootCredentials } from './test-server.ts';

type Shown = { readonly id: string; readonly state: string; readonly parent: { readonly accessKeyId: string } };

const clock = { offsetMs: 0 };
const now = (): Date => new Date(Date.now() + clock.offsetMs);
let fixture: AdminFixture;
let tenant: typeof rootCredentials;
let reader: typeof rootCredentials;

before(async () => {
  fixture = await openAdminFixture({ world: { clock: override(systemClock, { nowMs: () => now().getTime() }) } });
  await fixture.putObject('rooms', 'a/x', 'hello');
  tenant = await fixture.makeKey({ owner: 'tenant', note: 'billing' });
  reader = await fixture.makeKey({ owner: 'root', role: 'read' });
});
after(() => fixture.server.stop());

const lend = (credentials: SigningCredentials, more?: Readonly<Record<string, string>>) =>
  lendBy(fixture.server.endpoint, credentials, more, now());

const signer = (credentials: SigningCredentials) =>
  bucket('rooms', { endpoint: fixture.server.endpoint, credentials, region: 'us-east-1', store: 'tidegate', now });
const linkTo = (credentials: SigningCredentials) => signer(credentials).presignGet('a/x', { expiresIn: '3600s' });

async function told(answer: Response): Promise<string> {
  const text = await answer.text();
  return `${answer.status} ${/<Reason>(\w+)/.exec(text)?.[1] ?? /<Code>(\w+)/.exec(text)?.[1] ?? ''}`.trim();
}

async function inHeader(credentials: SigningCredentials): Promise<string> {
  const url = `${fixture.server.endpoint}/rooms/a/x`;
  const headers = signHeaders({ method: 'GET', url, credentials, region: 'us-east-1', at: now() });
  delete headers['host'];
  return told(await fetch(url, { headers }));
}

async function list(query = '', credentials = rootCredentials): Promise<readonly Shown[]> {
  const answer = await fixture.api('GET', `/temporary-credentials${query}`, undefined, { credentials });
  assert.equal(answer.status, 200, answer.text);
  return answer.value.items;
}

const read = (id: string, credentials = rootCredentials) =>
  fixture.api('GET', `/temporary-credentials/${id}`, undefined, { credentials });
const revoke = (match: unknown, credentials = rootCredentials, more: Readonly<Record<string, unknown>> = {}) =>
  fixture.api('POST', '/revocations', { match, ...more }, { credentials });

test('STS-30 SEC-801 what STS gives out is on the list with who asked for what, and without secret or token', async () => {
  const policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
  const role = { RoleArn: 'arn:aws:iam::tenant:role/team/reader', RoleSessionName: 'nightly', Policy: policy };
  const lent = await lend(tenant, { ...role, DurationSeconds: '900' });
  const { value, text } = await read(lent.accessKeyId);
  assert.deepEqual(
    { ...value, issuedAt: '', endsAt: '' },
    {
      id: lent.accessKeyId,
      parent: { accessKeyId: tenant.accessKeyId, note: 'billing', owner: 'tenant' },
      ...{ role: 'team/reader', name: 'nightly', policy, client: '127.0.0.1' },
      ...{ issuedAt: '', endsAt: '', state: 'active', revocation: null },
    },
  );
  assert.equal(Date.parse(value.endsAt), Date.parse(lent.expiration));
  assert.ok(Date.parse(value.issuedAt) <= Date.now());
  assert.ok(!text.includes(lent.secretAccessKey) && !text.includes(lent.sessionToken));
  const plain = await lend(tenant);
  const { role: none, name, policy: all } = (await read(plain.accessKeyId)).value;
  assert.deepEqual([none, name, all], [null, null, null]);
});

test('STS-31 ADM-8 EVT-1 each issue is in the audit log and in the stream', async () => {
  const lent = await lend(tenant);
  const { value } = await fixture.api('GET', '/audit?event=session.created&limit=1');
  const [entry] = value.items;
  assert.deepEqual([entry.actor, entry.fields.session], [tenant.accessKeyId, lent.accessKeyId]);
  const activity = await fixture.api('GET', '/activity?type=session.created&limit=1');
  assert.equal(activity.value.items[0].type, 'session.created');
  for (const text of [JSON.stringify(value), activity.text, fixture.server.logged()]) {
    assert.ok(!text.includes(lent.secretAccessKey) && !text.includes(lent.sessionToken));
  }
});

test('ADM-35 SEC-310 an account sees its own alone, a key that is no owner those that it asked for', async () => {
  const [theirs, own, root] = [await lend(tenant), await lend(reader), await lend(rootCredentials)];
  const ids = async (query: string, credentials: SigningCredentials) =>
    (await list(query, credentials)).map(({ id }) => id);
  const everything = await ids('', rootCredentials);
  for (const { accessKeyId } of [theirs, own, root]) assert.ok(everything.includes(accessKeyId));
  assert.ok((await list('', tenant)).every(({ parent }) => parent.accessKeyId === tenant.accessKeyId));
  assert.deepEqual(await ids('', reader), [own.accessKeyId]);
  assert.deepEqual(await ids(`?parent=${reader.accessKeyId}`, rootCredentials), [own.accessKeyId]);
  assert.deepEqual(await ids(`?parent=${reader.accessKeyId}`, tenant), []);
  assert.deepEqual(await ids(`?parent=${rootCredentials.accessKeyId}`, reader), []);
  const page = await fixture.api('GET', '/temporary-credentials?limit=1');
  const next = await fixture.api('GET', `/temporary-credentials?limit=1&cursor=${page.value.next}`);
  assert.deepEqual([page.value.items[0].id, next.value.items[0].id], everything.slice(0, 2));
  assert.equal((await read(theirs.accessKeyId, reader)).status, 404);
  assert.equal((await read(root.accessKeyId, tenant)).status, 404);
  assert.equal((await read('TGTSNOBODY')).value.code, 'NoSuchKey');
  for (const [id, by] of [
    [root.accessKeyId, tenant],
    [theirs.accessKeyId, reader],
  ] as const) {
    assert.equal((await revoke({ accessKeyId: id }, by)).status, 404);
  }
  assert.equal((await revoke({ accessKeyId: own.accessKeyId }, reader)).status, 200);
  assert.equal((await fixture.api('GET', '/temporary-credentials?state=dead')).status, 400);
});

test('STS-32 ADM-33 taken back by their id they sign nothing any more, in headers and in links; undone they do', async () => {
  const lent = await lend(rootCredentials);
  const before = linkTo(lent);
  assert.deepEqual([await inHeader(lent), await told(await fetch(before))], ['200', '200']);
  const dry = await revoke({ accessKeyId: lent.accessKeyId }, rootCredentials, { dryRun: true });
  assert.deepEqual([dry.value.matched, dry.value.id], [1, null]);
  assert.equal(await inHeader(lent), '200');
  const made = (await revoke({ accessKeyId: lent.accessKeyId }, rootCredentials, { reason: 'lost laptop' })).value;
  assert.equal(Date.parse(made.before), Date.parse(lent.expiration));
  assert.equal(Date.parse(made.keptUntil), Date.parse(lent.expiration) + 86_400_000);
  assert.equal(await inHeader(lent), '403 InvalidAccessKeyId');
  assert.equal(
    (await askSts(fixture.server.endpoint, lent, { Action: 'GetCallerIdentity' }))('Code'),
    'InvalidClientTokenId',
  );
  // One that is signed now and one that is signed later.
  assert.equal(await told(await fetch(linkTo(lent))), '403 LinkRevoked');
  clock.offsetMs = 60_000;
  const later = await fetch(linkTo(lent));
  clock.offsetMs = 0;
  assert.equal(await told(later), '403 LinkRevoked');
  assert.equal(await told(await fetch(before)), '403 LinkRevoked');
  const shown = (await read(lent.accessKeyId)).value;
  assert.equal(shown.state, 'revoked');
  assert.deepEqual([shown.revocation.id, shown.revocation.reason], [made.id, 'lost laptop']);
  const revoked = await list('?state=revoked');
  assert.ok(revoked.some(({ id }) => id === lent.accessKeyId));
  const audit = await fixture.api('GET', '/audit?event=link.revoked&limit=1');
  assert.equal(audit.value.items[0].fields.temporary, lent.accessKeyId);
  assert.equal((await fixture.api('DELETE', `/revocations/${made.id}`)).status, 204);
  assert.deepEqual([await inHeader(lent), await told(await fetch(before))], ['200', '200']);
  assert.equal((await read(lent.accessKeyId)).value.state, 'active');
});

test('STS-32 a revocation until a time covers links that were signed until then, and the credentials go on', async () => {
  const lent = await lend(rootCredentials);
  const before = linkTo(lent);
  const at = now().toISOString();
  await revoke({ accessKeyId: lent.accessKeyId }, rootCredentials, { before: at });
  assert.equal(await told(await fetch(before)), '403 LinkRevoked');
  assert.equal(await inHeader(lent), '200');
  assert.equal((await read(lent.accessKeyId)).value.state, 'active');
});

test('ADM-35 links are listed by the temporary credentials that signed them', async () => {
  const [one, other] = [await lend(tenant), await lend(tenant)];
  for (const lent of [one, other]) await fetch(linkTo(lent));
  const of = async (id: string, credentials = rootCredentials) =>
    (await fixture.api('GET', `/links?accessKeyId=${id}`, undefined, { credentials })).value.items;
  const [link, ...more] = await of(one.accessKeyId);
  assert.equal(more.length, 0);
  assert.deepEqual(link.signer, { accessKeyId: tenant.accessKeyId, note: 'billing', temporary: true });
  assert.equal((await of(tenant.accessKeyId)).length, 2);
  assert.deepEqual(await of('TGTSNOBODY'), []);
  assert.deepEqual(await of(one.accessKeyId, reader), []);
  assert.equal((await of(one.accessKeyId, tenant)).length, 1);
});

test('STS-33 they are inactive while their key is disabled, and when it is gone', async () => {
  const key = await fixture.makeKey({ note: 'short' });
  const lent = await lend(key);
  const state = async () => (await read(lent.accessKeyId)).value.state;
  await fixture.api('PATCH', `/keys/${key.accessKeyId}`, { state: 'disabled' });
  assert.equal(await state(), 'inactive');
  await fixture.api('PATCH', `/keys/${key.accessKeyId}`, { state: 'enabled' });
  assert.equal(await state(), 'active');
  await fixture.api('DELETE', `/keys/${key.accessKeyId}`);
  assert.equal(await state(), 'inactive');
  const { parent } = (await read(lent.accessKeyId)).value;
  assert.deepEqual(parent, { accessKeyId: key.accessKeyId, note: null, owner: null });
});
