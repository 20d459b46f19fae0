import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, elements, type Fixture, openFixture, type TestKey, type Who } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
});
after(() => fixture.close());

let made = 0;
async function makeBucket(acl = 'private'): Promise<string> {
  made += 1;
  const name = `access-${made}`;
  assert.equal((await fixture.ask(ada, `PUT /${name}`, { headers: { 'x-amz-acl': acl } })).status, 200);
  return name;
}
const put = async (name: string, key: string, acl = 'private', who: Who = ada) =>
  (await fixture.ask(who, `PUT /${name}/${key}`, { headers: { 'x-amz-acl': acl }, body: key })).status;
const status = async (who: Who, line: string) => (await fixture.ask(who, line)).status;

const cannedBuckets: readonly (readonly [
  acl: string,
  list: [anonymous: number, signed: number],
  write: [anonymous: number, signed: number],
])[] = [
  ['private', [403, 403], [403, 403]],
  ['public-read', [200, 200], [403, 403]],
  ['public-read-write', [200, 200], [200, 200]],
  ['authenticated-read', [403, 200], [403, 403]],
  ['log-delivery-write', [403, 403], [403, 403]],
];
for (const [acl, list, write] of cannedBuckets) {
  test(`SEC-301 a bucket that is ${acl} may be listed and written by whom its ACL names`, async () => {
    const name = await makeBucket(acl);
    await put(name, 'k');
    for (const [at, who] of (['anonymous', eve] as const).entries()) {
      for (const line of [`GET /${name}`, `GET /${name}?list-type=2`, `HEAD /${name}`, `GET /${name}?uploads`]) {
        assert.equal(await status(who, line), list[at], line);
      }
      assert.equal(await status(who, `PUT /${name}/new-${at}`), write[at]);
      assert.equal(await status(who, `DELETE /${name}/new-${at}`), write[at] === 200 ? 204 : 403);
      // A bucket's ACL says nothing of what lies in it, nor of itself.
      for (const line of [
        `GET /${name}/k`,
        `GET /${name}?acl`,
        `PUT /${name}?acl`,
        `GET /${name}?policy`,
        `DELETE /${name}`,
      ]) {
        assert.equal(await status(who, line), 403, line);
      }
    }
  });
}

const cannedObjects: readonly (readonly [acl: string, anonymous: number, signed: number])[] = [
  ['private', 403, 403],
  ['public-read', 200, 200],
  ['public-read-write', 200, 200],
  ['authenticated-read', 403, 200],
  ['bucket-owner-read', 403, 403],
  ['bucket-owner-full-control', 403, 403],
];
for (const [acl, anonymous, signed] of cannedObjects) {
  test(`SEC-301 an object that is ${acl} may be read by whom its ACL names, written by nobody else`, async () => {
    const name = await makeBucket();
    assert.equal(await put(name, 'k', acl), 200);
    for (const [who, expected] of [
      ['anonymous', anonymous],
      [eve, signed],
      [ada, 200],
    ] as const) {
      assert.equal(await status(who, `GET /${name}/k`), expected);
      assert.equal(await status(who, `HEAD /${name}/k`), expected);
    }
    for (const line of [
      `PUT /${name}/k`,
      `DELETE /${name}/k`,
      `GET /${name}/k?acl`,
      `PUT /${name}/k?acl`,
      `GET /${name}`,
    ]) {
      assert.equal(await status(eve, line), 403, line);
    }
  });
}

test('SEC-132 who may list the bucket learns that a key is missing, all others get 403 as if it were there', async () => {
  const listed = await makeBucket('public-read');
  const hidden = await makeBucket();
  await put(hidden, 'k', 'public-read');
  assert.equal((await fixture.ask('anonymous', `GET /${listed}/none`)).code, 'NoSuchKey');
  assert.equal((await fixture.ask('anonymous', `GET /${hidden}/none`)).code, 'AccessDenied');
  assert.equal((await fixture.ask(eve, `HEAD /${hidden}/none`)).status, 403);
  assert.equal((await fixture.ask(ada, `GET /${hidden}/none`)).code, 'NoSuchKey');
  assert.equal((await fixture.ask('anonymous', `GET /${hidden}/k`)).text, 'k');
  const reader = await fixture.makeKey({ owner: 'ada', prefixes: ['in/'] });
  assert.equal((await fixture.ask(reader, `GET /${hidden}/in/none`)).code, 'NoSuchKey');
  assert.equal((await fixture.ask(reader, `GET /${hidden}/none`)).code, 'AccessDenied');
});

test('SEC-132 a missing bucket is told to anybody, as by Amazon S3 and as its public suite expects', async () => {
  for (const who of ['anonymous', eve] as const) {
    for (const line of ['GET /no-such-bucket/k', 'GET /no-such-bucket?list-type=2', 'PUT /no-such-bucket/k']) {
      assert.equal((await fixture.ask(who, line)).code, 'NoSuchBucket', line);
    }
  }
});

test('SEC-301 who writes into the bucket of another owns the object: may read it and set its ACL; the bucket’s owner may all', async () => {
  const name = await makeBucket('public-read-write');
  assert.equal(await put(name, 'eve', 'private', eve), 200);
  assert.equal(await put(name, 'nobody', 'private', 'anonymous'), 200);
  const acl = await fixture.ask(eve, `GET /${name}/eve?acl`);
  assert.deepEqual([element(acl.text, 'ID'), element(acl.text, 'DisplayName')], [eve.ownerId, 'eve']);
  assert.equal(await status('anonymous', `GET /${name}/eve`), 403);
  assert.equal(
    (await fixture.ask(eve, `PUT /${name}/eve?acl`, { headers: { 'x-amz-acl': 'public-read' } })).status,
    200,
  );
  assert.equal(await status('anonymous', `GET /${name}/eve`), 200);
  assert.equal(await status(eve, `GET /${name}/nobody`), 403);
  assert.equal(await status('anonymous', `GET /${name}/nobody`), 403);
  assert.equal(await status(ada, `GET /${name}/nobody`), 200);
  assert.ok((await fixture.ask(ada, `GET /${name}`)).text.includes('65a011a29cdf8ec533ec3d1ccaae921c'));
});

test('SEC-301 an ACL is read as grants and set by name or by the same grants', async () => {
  const name = await makeBucket();
  await put(name, 'k');
  for (const place of [name, `${name}/k`]) {
    const set = await fixture.ask(ada, `PUT /${place}?acl`, { headers: { 'x-amz-acl': 'public-read' } });
    assert.equal(set.status, 200, set.text);
    const read = await fixture.ask(ada, `GET /${place}?acl`);
    assert.deepEqual(elements(read.text, 'Permission'), ['READ', 'FULL_CONTROL']);
    assert.equal(element(read.text, 'URI'), 'http://acs.amazonaws.com/groups/global/AllUsers');
    await fixture.ask(ada, `PUT /${place}?acl`, { headers: { 'x-amz-acl': 'private' } });
    assert.equal((await fixture.ask(ada, `PUT /${place}?acl`, { body: read.text })).status, 200);
    assert.equal((await fixture.ask(ada, `GET /${place}?acl`)).text, read.text);
    const narrow = read.text.replace('FULL_CONTROL', 'READ_ACP');
    assert.equal((await fixture.ask(ada, `PUT /${place}?acl`, { body: narrow })).status, 200);
    assert.equal((await fixture.ask(ada, `GET /${place}?acl`)).text, narrow);
    assert.equal((await fixture.ask(ada, `PUT /${place}?acl`)).code, 'MissingSecurityHeader');
    assert.equal(
      (await fixture.ask(ada, `PUT /${place}?acl`, { headers: { 'x-amz-acl': 'x' } })).code,
      'InvalidArgument',
    );
    assert.equal(
      (await fixture.ask(ada, `PUT /${place}?acl`, { headers: { 'x-amz-grant-read': 'id=x' } })).code,
      'InvalidArgument',
    );
  }
});

function policyOf(name: string, ...statements: readonly Readonly<Record<string, unknown>>[]): string {
  const Statement = statements.map((statement) => ({
    Effect: 'Allow',
    Principal: '*',
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    ...statement,
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

async function setPolicy(name: string, ...statements: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const set = await fixture.ask(ada, `PUT /${name}?policy`, { body: policyOf(name, ...statements) });
  assert.equal(set.status, 204, set.text);
}

test('SEC-301 a bucket policy that allows s3:GetObject to * makes its objects public, and nothing else', async () => {
  const name = await makeBucket();
  await put(name, 'k');
  assert.equal(await status('anonymous', `GET /${name}/k`), 403);
  await setPolicy(name, { Action: 's3:GetObject' });
  assert.equal(await status('anonymous', `GET /${name}/k`), 200);
  assert.equal(await status('anonymous', `GET /${name}/none`), 403);
  for (const line of [
    `GET /${name}`,
    `PUT /${name}/k`,
    `DELETE /${name}/k`,
    `GET /${name}?policy`,
    `GET /${name}/k?acl`,
  ]) {
    assert.equal(await status('anonymous', line), 403, line);
  }
  assert.equal((await fixture.ask(ada, `GET /${name}?policy`)).text, policyOf(name, { Action: 's3:GetObject' }));
  assert.equal(await status(ada, `DELETE /${name}?policy`), 204);
  assert.equal(await status('anonymous', `GET /${name}/k`), 403);
  assert.equal((await fixture.ask(ada, `GET /${name}?policy`)).code, 'NoSuchBucketPolicy');
});

test('SEC-301 a policy gives rights to an account by owner id or name, within its own keys’ roles', async () => {
  const name = await makeBucket();
  await put(name, 'k');
  const reader = await fixture.makeKey({ owner: 'eve', role: 'read' });
  await setPolicy(name, {
    Principal: { AWS: [eve.ownerId] },
    Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
  });
  assert.deepEqual(
    [await status(eve, `GET /${name}/k`), await status(eve, `PUT /${name}/e`), await status(eve, `GET /${name}`)],
    [200, 200, 200],
  );
  assert.deepEqual([await status(reader, `GET /${name}/k`), await status(reader, `PUT /${name}/e`)], [200, 403]);
  assert.deepEqual([await status(eve, `DELETE /${name}/k`), await status('anonymous', `GET /${name}/k`)], [403, 403]);
  assert.equal((await fixture.ask(eve, `PUT /${name}/e`, { headers: { 'x-amz-acl': 'public-read' } })).status, 403);
  await setPolicy(name, { Principal: { AWS: 'arn:aws:iam::eve:root' }, Action: 's3:GetObject' });
  assert.equal(await status(eve, `GET /${name}/k`), 200);
});

test('SEC-301 a Deny beats ownership, ACL and every Allow, but an owner can always take the policy back', async () => {
  const name = await makeBucket();
  await put(name, 'k', 'public-read');
  await setPolicy(name, { Effect: 'Deny', Action: 's3:*' }, { Action: 's3:*' });
  for (const who of ['anonymous', eve, ada] as const) {
    for (const line of [`GET /${name}/k`, `PUT /${name}/k`, `GET /${name}`, `DELETE /${name}`])
      assert.equal(await status(who, line), 403, line);
  }
  const writer = await fixture.makeKey({ owner: 'ada', role: 'write' });
  assert.equal(await status(writer, `DELETE /${name}?policy`), 403);
  assert.equal(await status(ada, `GET /${name}?policy`), 200);
  assert.equal(await status(ada, `DELETE /${name}?policy`), 204);
  assert.equal(await status(ada, `GET /${name}/k`), 200);
});

test('SEC-301 a policy that would not be evaluated whole is refused, and the old one stays', async () => {
  const name = await makeBucket();
  await setPolicy(name, { Action: 's3:GetObject' });
  const refused: readonly (readonly [body: string, code: string])[] = [
    ['{', 'MalformedPolicy'],
    ['', 'MalformedPolicy'],
    [policyOf('other', { Action: 's3:GetObject' }), 'MalformedPolicy'],
    [policyOf(name, { Action: 's3:GetObject', Principal: { Service: 'logging.s3.amazonaws.com' } }), 'NotImplemented'],
    [policyOf(name, { Action: 's3:GetObject' }).padEnd(20_481), 'MaxMessageLengthExceeded'],
  ];
  for (const [body, code] of refused) {
    assert.equal((await fixture.ask(ada, `PUT /${name}?policy`, { body })).code, code, body.slice(0, 100));
  }
  assert.equal((await fixture.ask(ada, `GET /${name}?policy`)).text, policyOf(name, { Action: 's3:GetObject' }));
});

test('SIG-32 a request that is signed wrongly is refused, even for what anybody may read', async () => {
  const name = await makeBucket();
  await put(name, 'k', 'public-read');
  const wrong = { ...eve, secretAccessKey: 'x'.repeat(40) };
  for (const presigned of [true, false]) {
    assert.equal((await fixture.ask(wrong, `GET /${name}/k`, { presigned })).code, 'SignatureDoesNotMatch');
  }
});
