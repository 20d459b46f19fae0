import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, element, type Fixture, openFixture, presign, type TestKey, type Who } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture({ toml: 'trust_proxy = ["127.0.0.1"]\n' });
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
});
after(() => fixture.close());

let made = 0;
type Statement = Readonly<Record<string, unknown>>;

/** A bucket of ada's with the object `k` and a policy. */
async function makeBucket(
  statements: (bucket: string) => readonly Statement[],
  version = '2012-10-17',
): Promise<string> {
  made += 1;
  const bucket = `policy-${made}`;
  assert.equal((await fixture.ask(ada, `PUT /${bucket}`)).status, 200);
  assert.equal((await fixture.ask(ada, `PUT /${bucket}/k`, { body: 'v' })).status, 200);
  const body = JSON.stringify({ Version: version, Statement: statements(bucket) });
  const set = await fixture.ask(ada, `PUT /${bucket}?policy`, { body });
  assert.equal(set.status, 204, set.text);
  return bucket;
}

const on = (bucket: string) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
const deny = (condition: object) => (bucket: string) => [
  { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: on(bucket), Condition: condition },
];
const header = (line: string, headers: Readonly<Record<string, string>> = {}) => fixture.ask(ada, line, { headers });

/** A URL that ada signed some time ago, opened by somebody from somewhere. */
function open(target: string, agoSeconds = 0, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const signed = presign(fixture.server.host, 'GET', target, {}, ada, 3600, Date.now() - agoSeconds * 1000);
  return fixture.ask('anonymous', `GET ${signed}`, { headers });
}

/** The same in Signature Version 2. */
function openV2(target: string): Promise<Answer> {
  const expires = Math.floor(Date.now() / 1000) + 600;
  const signature = createHmac('sha1', ada.secretAccessKey).update(`GET\n\n\n${expires}\n${target}`).digest('base64');
  const query = new URLSearchParams({
    AWSAccessKeyId: ada.accessKeyId,
    Expires: String(expires),
    Signature: signature,
  });
  return fixture.ask('anonymous', `GET ${target}?${query}`);
}

test('POL-10 s3:signatureAge ends presigned URLs early, whatever they say themselves; signed headers have no such age', async () => {
  const bucket = await makeBucket(deny({ NumericGreaterThan: { 's3:signatureAge': '600000' } }));
  assert.equal((await open(`/${bucket}/k`)).text, 'v');
  assert.equal((await open(`/${bucket}/k`, 590)).text, 'v');
  assert.equal((await open(`/${bucket}/k`, 601)).code, 'AccessDenied');
  assert.equal((await header(`GET /${bucket}/k`)).text, 'v');
});

test('POL-11 aws:SourceIp binds presigned URLs to a network, as trusted proxies report it', async () => {
  const bucket = await makeBucket(deny({ NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] } }));
  const from = (address: string) => open(`/${bucket}/k`, 0, { 'x-forwarded-for': address });
  assert.equal((await from('203.0.113.9')).text, 'v');
  assert.equal((await from('2001:db8::9')).text, 'v');
  assert.equal((await from('198.51.100.9')).code, 'AccessDenied');
  assert.equal((await open(`/${bucket}/k`)).code, 'AccessDenied');
  // Its owner can repair it from anywhere.
  assert.equal((await header(`DELETE /${bucket}?policy`)).status, 204);
});

test('POL-12 s3:signatureversion refuses Signature Version 2', async () => {
  const bucket = await makeBucket(deny({ StringNotEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }));
  assert.equal((await open(`/${bucket}/k`)).text, 'v');
  assert.equal((await openV2(`/${bucket}/k`)).code, 'AccessDenied');
  const old = await makeBucket(deny({ StringEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }));
  assert.equal((await openV2(`/${old}/k`)).text, 'v');
  assert.equal((await open(`/${old}/k`)).code, 'AccessDenied');
});

test('POL-12 s3:authType tells presigned URLs, signed headers and forms apart', async () => {
  for (const [type, byHeader, byUrl, byForm] of [
    ['REST-HEADER', 403, 200, 204],
    ['REST-QUERY-STRING', 200, 403, 204],
    ['POST', 200, 200, 403],
  ] as const) {
    const bucket = await makeBucket(deny({ StringEquals: { 's3:authType': type } }));
    assert.equal((await header(`GET /${bucket}/k`)).status, byHeader, type);
    assert.equal((await open(`/${bucket}/k`)).status, byUrl, type);
    assert.equal((await fixture.post(ada, bucket, { key: 'form' }, 'v')).status, byForm, type);
  }
});

test('POL-11 aws:SecureTransport refuses what did not come through TLS', async () => {
  const bucket = await makeBucket(deny({ Bool: { 'aws:SecureTransport': 'false' } }));
  assert.equal((await open(`/${bucket}/k`)).code, 'AccessDenied');
  const secure = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  assert.equal((await open(`/${bucket}/k`, 0, secure)).text, 'v');
});

test('POL-3 what a request asks for is compared by its parameters and headers, those in a presigned query too', async () => {
  const bucket = await makeBucket((name) => [
    {
      Effect: 'Allow',
      Principal: { AWS: eve.ownerId },
      Action: 's3:ListBucket',
      Resource: on(name)[0],
      Condition: { StringLike: { 's3:prefix': 'in/*' }, NumericLessThanEqualsIfExists: { 's3:max-keys': 10 } },
    },
    {
      Effect: 'Allow',
      Principal: { AWS: eve.ownerId },
      Action: ['s3:PutObject', 's3:PutObjectAcl'],
      Resource: on(name)[1],
      Condition: {
        StringEquals: { 's3:x-amz-acl': 'public-read' },
        StringLikeIfExists: { 's3:x-amz-copy-source': `${name}/in/*` },
      },
    },
    { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: on(name)[1] },
  ]);
  const lists = async (query: string) => (await fixture.ask(eve, `GET /${bucket}${query}`, { presigned: true })).status;
  assert.deepEqual(
    [await lists('?prefix=in/'), await lists('?prefix=in/&max-keys=11'), await lists('?prefix=out/'), await lists('')],
    [200, 403, 403, 403],
  );
  const puts = async (headers: Readonly<Record<string, string>>, key = 'new') =>
    (await fixture.ask(eve, `PUT /${bucket}/${key}`, { headers })).status;
  assert.deepEqual(
    [await puts({}), await puts({ 'x-amz-acl': 'private' }), await puts({ 'x-amz-acl': 'public-read' }, 'in/a')],
    [403, 403, 200],
  );
  const copies = (source: string) => puts({ 'x-amz-acl': 'public-read', 'x-amz-copy-source': source }, 'copy');
  assert.deepEqual([await copies(`/${bucket}/in%2Fa`), await copies(`${bucket}/k`)], [200, 403]);
});

test('POL-3 who asks is compared by account, name and key', async () => {
  for (const [condition, mayEve, mayAnybody] of [
    [{ StringEquals: { 'aws:PrincipalAccount': eve.ownerId } }, 200, 403],
    [{ StringEquals: { 'aws:username': 'eve' } }, 200, 403],
    [{ StringEquals: { 'aws:userid': eve.accessKeyId } }, 200, 403],
    [{ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${eve.ownerId}:user/*` } }, 200, 403],
    [{ StringEquals: { 'aws:PrincipalType': 'Anonymous' } }, 403, 200],
    [{ Null: { 'aws:PrincipalAccount': 'true' } }, 403, 200],
    [{ StringEquals: { 's3:ResourceAccount': ada.ownerId } }, 200, 200],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, 200, 200],
    [{ NumericLessThan: { 'aws:EpochTime': 1_600_000_000 } }, 403, 403],
    [{ StringLike: { 'aws:Referer': 'https://a.example/*' } }, 403, 403],
  ] as const) {
    const bucket = await makeBucket((name) => [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: on(name)[1], Condition: condition },
    ]);
    const asked = async (who: Who) => (await fixture.ask(who, `GET /${bucket}/k`)).status;
    assert.deepEqual([await asked(eve), await asked('anonymous')], [mayEve, mayAnybody], JSON.stringify(condition));
  }
});

test('POL-20 GetBucketPolicyStatus says whether a policy is public', async () => {
  const allow = (change: object) => (name: string) => [
    { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: on(name)[1], ...change },
  ];
  for (const [change, isPublic] of [
    [{}, 'true'],
    [{ Principal: { AWS: eve.ownerId } }, 'false'],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }, 'false'],
  ] as const) {
    const bucket = await makeBucket(allow(change));
    assert.equal(element((await header(`GET /${bucket}?policyStatus`)).text, 'IsPublic'), isPublic);
    assert.equal((await fixture.ask(eve, `GET /${bucket}?policyStatus`)).code, 'AccessDenied');
  }
  await fixture.ask(ada, 'PUT /policy-none');
  const byAcl = async (acl: string) => {
    await header('PUT /policy-none?acl', { 'x-amz-acl': acl });
    return element((await header('GET /policy-none?policyStatus')).text, 'IsPublic');
  };
  assert.deepEqual(
    [await byAcl('public-read'), await byAcl('authenticated-read'), await byAcl('log-delivery-write')],
    ['true', 'true', 'false'],
  );
});
