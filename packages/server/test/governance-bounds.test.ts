import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { lend } from './lend.ts';
import { links, type rootCredentials } from './test-server.ts';

type Credentials = typeof rootCredentials;

let fixture: AdminFixture;
before(async () => {
  fixture = await openAdminFixture();
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
});
after(() => fixture.server.stop());

const ask = (credentials: Credentials | undefined, method: string, path: string, body?: unknown) =>
  fixture.api(method, path, body, credentials === undefined ? {} : { credentials });

async function makeKey(body: Readonly<Record<string, unknown>>, maker?: Credentials): Promise<Credentials> {
  const made = await ask(maker, 'POST', '/keys', body);
  assert.equal(made.status, 201, made.text);
  return { accessKeyId: made.value.id, secretAccessKey: made.value.secretAccessKey };
}

async function putPolicy(by: Credentials | undefined, { accessKeyId }: Credentials, name: string, limits: object) {
  return (await ask(by, 'PUT', `/keys/${accessKeyId}/policies/${name}`, { limits })).status;
}

async function reasonOf(url: string): Promise<string> {
  const answer = await fetch(url);
  await answer.text();
  return answer.headers.get('x-tidegate-reason') ?? String(answer.status);
}

const linkBy = (credentials: Credentials, limits = {}) =>
  links(fixture.server, 'reports', credentials).presignGet('q3.pdf', { limits });

for (const [what, governance] of [
  ['caps', { caps: { policy: 'strict' } }],
  ['defaults', { defaults: { policy: 'strict' } }],
] as const) {
  test(`ADM-61 a key whose ${what} name a link policy can neither loosen it nor step around it by a key that it makes`, async () => {
    const governed = await makeKey({ governance });
    assert.equal(await putPolicy(undefined, governed, 'strict', { ip: '10.0.0.0/8' }), 200);
    assert.equal(await reasonOf(linkBy(governed)), 'LinkAddressNotAllowed');
    assert.equal(await putPolicy(governed, governed, 'strict', {}), 403);
    const own = `/keys/${governed.accessKeyId}/policies/strict`;
    assert.equal((await ask(governed, 'DELETE', own)).status, 403);
    const child = await makeKey({}, governed);
    assert.equal(await reasonOf(linkBy(child)), 'LinkAddressNotAllowed', 'the policy is that of the governed key');
    assert.equal(await putPolicy(governed, child, 'strict', {}), 403);
    assert.equal(await putPolicy(child, child, 'strict', {}), 403);
    assert.equal(await putPolicy(undefined, child, 'strict', {}), 200);
    assert.equal(
      await reasonOf(linkBy(child)),
      'LinkAddressNotAllowed',
      'one of the same name of the child is another',
    );
    assert.equal((await ask(undefined, 'DELETE', `/keys/${governed.accessKeyId}`)).status, 204);
    assert.equal(await reasonOf(linkBy(child)), 'LinkAddressNotAllowed', 'it holds when the governed key is gone');
  });
}

test('ADM-61 a key that must name a policy writes none, and one that is governed otherwise has its own', async () => {
  const named = await makeKey({ governance: { require: ['policy'] } });
  assert.equal(await putPolicy(named, named, 'loose', {}), 403);
  const child = await makeKey({}, named);
  assert.equal(await putPolicy(named, child, 'loose', {}), 403);
  const short = await makeKey({ governance: { maxExpiry: '1h' } });
  assert.equal(await putPolicy(short, short, 'newsletter', { uses: 1 }), 200);
});

test('ADM-61 a governed key undoes no revocation of others, and widens no address list that others narrowed', async () => {
  const governed = await makeKey({ governance: { maxExpiry: '1d' } });
  const url = linkBy(governed);
  assert.equal(await reasonOf(url), '200');
  const revoked = await ask(undefined, 'POST', '/revocations', { match: { accessKeyId: governed.accessKeyId } });
  assert.equal((await ask(governed, 'DELETE', `/revocations/${revoked.value.id}`)).status, 403);
  const child = await makeKey({}, governed);
  assert.equal((await ask(child, 'DELETE', `/revocations/${revoked.value.id}`)).status, 403);
  assert.equal(await reasonOf(url), 'LinkRevoked');
  assert.equal((await ask(undefined, 'DELETE', `/revocations/${revoked.value.id}`)).status, 204);
  const own = await ask(governed, 'POST', '/revocations', { match: { url } });
  assert.equal((await ask(governed, 'DELETE', `/revocations/${own.value.id}`)).status, 204);
  const { id } = (await ask(undefined, 'POST', '/links', { url })).value;
  assert.equal((await ask(undefined, 'PATCH', `/links/${id}`, { ip: ['10.0.0.0/8', '2001:db8::/32'] })).status, 200);
  for (const ip of [['0.0.0.0/0'], ['127.0.0.1'], ['10.0.0.0/7'], ['::ffff:0:0/96'], ['2001:db8::/31'], ['::/0']]) {
    const wider = await ask(governed, 'PATCH', `/links/${id}`, { ip });
    assert.equal(wider.status, 400, `${ip}: ${wider.text}`);
  }
  assert.equal(
    (await ask(governed, 'PATCH', `/links/${id}`, { ip: ['10.1.0.0/16', '::ffff:10.2.0.0/112'] })).status,
    200,
  );
  assert.equal(await reasonOf(url), 'LinkAddressNotAllowed');
});

test('ADM-61 a governed key changes only shares of its own, and is told no URL of others', async () => {
  const governed = await makeKey({ governance: { maxExpiry: '1d' } });
  const theirs = (await ask(undefined, 'POST', '/shares', { bucket: 'reports', key: 'q3.pdf', limits: { uses: 1 } }))
    .value;
  assert.equal((await ask(governed, 'GET', `/shares/${theirs.id}`)).status, 200);
  for (const [method, path, body] of [
    ['PATCH', '', { limits: {} }],
    ['GET', '/url'],
  ] as const) {
    const answer = await ask(governed, method, `/shares/${theirs.id}${path}`, body);
    assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
  }
  const inbox = (await ask(undefined, 'POST', '/requests', { bucket: 'reports', prefix: 'in/' })).value;
  for (const [method, path, body] of [
    ['PATCH', '', { closed: true }],
    ['GET', '/url'],
  ] as const) {
    const answer = await ask(governed, method, `/requests/${inbox.id}${path}`, body);
    assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
  }
  const child = await makeKey({}, governed);
  const own = await ask(child, 'POST', '/shares', { bucket: 'reports', key: 'q3.pdf', expiresIn: '1h' });
  assert.equal((await ask(governed, 'PATCH', `/shares/${own.value.id}`, { title: 'Q3' })).status, 200);
});

test('SEC-310 SHR-10 the longest life of every key above counts for shares and file requests, and no end is longer than any', async () => {
  const maker = await makeKey({ governance: { maxExpiry: '1h' } });
  const child = await makeKey({ governance: { maxExpiry: '1d' } }, await makeKey({}, maker));
  for (const [path, target] of [
    ['/shares', { bucket: 'reports', key: 'q3.pdf' }],
    ['/requests', { bucket: 'reports', prefix: 'in/' }],
  ] as const) {
    for (const end of [{ expiresAt: null }, { expiresIn: '2h' }]) {
      const refused = await ask(child, 'POST', path, { ...target, ...end });
      assert.equal(refused.status, 403, `${path} ${JSON.stringify(end)}: ${refused.text}`);
      assert.equal(refused.value.reason, 'LinkTooLong');
    }
    const made = await ask(child, 'POST', path, { ...target, expiresIn: '30m' });
    assert.equal(made.status, 201, made.text);
    for (const end of [{ expiresAt: null }, { expiresIn: '2h' }]) {
      const changed = await ask(child, 'PATCH', `${path}/${made.value.id}`, end);
      assert.equal(changed.status, 403, `${path} ${JSON.stringify(end)}: ${changed.text}`);
      const byOther = await ask(undefined, 'PATCH', `${path}/${made.value.id}`, end);
      assert.equal(byOther.status, 403, `another key changes it: ${path} ${byOther.text}`);
    }
  }
});

test('LNK-23 a share without an end is too long for a key that was given a longest life afterwards', async () => {
  const maker = await makeKey({});
  const key = await makeKey({}, maker);
  const { url } = (await ask(key, 'POST', '/shares', { bucket: 'reports', key: 'q3.pdf' })).value;
  assert.equal(await reasonOf(url), '200');
  await ask(undefined, 'PATCH', `/keys/${maker.accessKeyId}`, { governance: { maxExpiry: '1h' } });
  assert.equal(await reasonOf(url), 'LinkTooLong');
});

test('SEC-310 LNK-23 a link too long for a key above is refused when it is made, and by temporary credentials and derived keys when it is used', async () => {
  const maker = await makeKey({ governance: { maxExpiry: '1h', require: ['uses'] } });
  const child = await makeKey({}, maker);
  const wanted = { bucket: 'reports', key: 'q3.pdf', limits: { uses: 1 } };
  const refused = await ask(child, 'POST', '/links/presign', { ...wanted, expiresIn: '2h' });
  assert.deepEqual([refused.status, refused.value.reason], [403, 'LinkTooLong'], refused.text);
  const bare = await ask(child, 'POST', '/links/presign', { bucket: 'reports', key: 'q3.pdf', expiresIn: '30m' });
  assert.deepEqual([bare.status, bare.value.reason], [403, 'LinkLimitMissing'], bare.text);
  const made = await ask(child, 'POST', '/links/presign', { ...wanted, expiresIn: '30m' });
  assert.equal(made.status, 200, made.text);
  assert.equal(made.value.link.limitsFromKey.maxExpiry, 3600, 'shown for the key that signed, from the key above');
  const temporary = await lend(fixture.server.endpoint, child);
  const derived = (await ask(child, 'POST', `/keys/${child.accessKeyId}/derive`, {})).value;
  const { accessKeyId, signingKey, date, region } = derived;
  for (const credentials of [temporary, { accessKeyId, signingKey, date, region }]) {
    const signer = links(fixture.server, 'reports', credentials);
    const url = signer.presignGet('q3.pdf', { expiresIn: '2h', limits: { uses: 1 } });
    assert.equal(await reasonOf(url), 'LinkTooLong');
  }
});
