import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, type Fixture, openFixture, type TestKey } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
});
after(() => fixture.close());

const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
const block = (bucket: string, on: (typeof names)[number]) =>
  fixture.ask(ada, `PUT /${bucket}?publicAccessBlock`, {
    body: `<PublicAccessBlockConfiguration><${on}>true</${on}></PublicAccessBlockConfiguration>`,
  });
const status = async (who: TestKey | 'anonymous', line: string, headers: Readonly<Record<string, string>> = {}) =>
  (await fixture.ask(who, line, { headers })).status;
const isPublic = { 'x-amz-acl': 'public-read' };

test('POL-21 a public access block is set, read and taken away', async () => {
  await fixture.ask(ada, 'PUT /block-config');
  const read = () => fixture.ask(ada, 'GET /block-config?publicAccessBlock');
  assert.equal((await read()).code, 'NoSuchPublicAccessBlockConfiguration');
  assert.equal((await block('block-config', 'IgnorePublicAcls')).status, 200);
  const { text } = await read();
  assert.deepEqual(
    names.map((name) => element(text, name)),
    ['false', 'true', 'false', 'false'],
  );
  assert.equal(await status(ada, 'DELETE /block-config?publicAccessBlock'), 204);
  assert.equal((await read()).status, 404);
});

test('POL-21 BlockPublicAcls refuses public ACLs, by themselves and along with writes', async () => {
  await fixture.ask(ada, 'PUT /block-acls');
  assert.equal(await status(ada, 'PUT /block-acls/k'), 200);
  await block('block-acls', 'BlockPublicAcls');
  for (const acl of ['public-read', 'public-read-write', 'authenticated-read']) {
    const headers = { 'x-amz-acl': acl };
    for (const line of [
      'PUT /block-acls?acl',
      'PUT /block-acls/k?acl',
      'PUT /block-acls/k',
      'POST /block-acls/k?uploads',
    ]) {
      assert.equal(await status(ada, line, headers), 403, `${acl} ${line}`);
    }
    assert.equal(await status(ada, 'PUT /block-acls/c', { ...headers, 'x-amz-copy-source': '/block-acls/k' }), 403);
    assert.equal((await fixture.post(ada, 'block-acls', { key: 'f', acl }, 'v')).status, 403);
  }
  assert.equal(await status(ada, 'PUT /block-acls/k', { 'x-amz-acl': 'private' }), 200);
  const { text } = await fixture.ask(ada, 'GET /block-acls?acl');
  const grant =
    '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>';
  const body = text.replace('<AccessControlList>', `<AccessControlList>${grant}`);
  assert.equal((await fixture.ask(ada, 'PUT /block-acls?acl', { body })).code, 'AccessDenied');
});

test('POL-21 IgnorePublicAcls takes public ACLs for private, of the bucket and of objects', async () => {
  await fixture.ask(ada, 'PUT /ignore-acls', { headers: isPublic });
  await fixture.ask(ada, 'PUT /ignore-acls/k', { headers: isPublic });
  const asked = async () => [await status('anonymous', 'GET /ignore-acls'), await status(eve, 'GET /ignore-acls/k')];
  assert.deepEqual(await asked(), [200, 200]);
  await block('ignore-acls', 'IgnorePublicAcls');
  assert.deepEqual(await asked(), [403, 403]);
  assert.equal(await status(ada, 'GET /ignore-acls/k'), 200);
});

const policy = (bucket: string, ...principals: readonly string[]) =>
  JSON.stringify({
    Statement: principals.map((principal) => ({
      Effect: 'Allow',
      Principal: { AWS: principal },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
    })),
  });

test('POL-21 BlockPublicPolicy refuses public policies alone', async () => {
  await fixture.ask(ada, 'PUT /block-policy');
  await block('block-policy', 'BlockPublicPolicy');
  const set = async (principal: string) =>
    (await fixture.ask(ada, 'PUT /block-policy?policy', { body: policy('block-policy', principal) })).status;
  assert.deepEqual([await set('*'), await set(eve.ownerId)], [403, 204]);
});

test('POL-21 RestrictPublicBuckets leaves a public policy to the bucket’s own account, one that is not public as it is', async () => {
  await fixture.ask(ada, 'PUT /restricted');
  await fixture.ask(ada, 'PUT /restricted/k', { body: 'v' });
  await fixture.ask(ada, 'PUT /restricted?policy', { body: policy('restricted', '*', eve.ownerId) });
  const asked = async () =>
    await Promise.all([ada, eve, 'anonymous' as const].map((who) => status(who, 'GET /restricted/k')));
  assert.deepEqual(await asked(), [200, 200, 200]);
  await block('restricted', 'RestrictPublicBuckets');
  assert.deepEqual(await asked(), [200, 403, 403]);
  await fixture.ask(ada, 'PUT /restricted?policy', { body: policy('restricted', eve.ownerId) });
  assert.deepEqual(await asked(), [200, 200, 403]);
});
