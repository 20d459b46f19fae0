import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, elements, type Fixture, openFixture, presign } from './fixture.ts';

const rules = `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><ID>one</ID>
<AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type</AllowedHeader><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>
<AllowedOrigin>https://*.example.com</AllowedOrigin><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>
<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>`;
const origin = 'https://app.example.com';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  await fixture.ask(fixture.root, 'PUT /cors');
  await fixture.ask(fixture.root, 'PUT /bare');
  await fixture.ask(fixture.root, 'PUT /cors/k', { body: 'v' });
});
after(() => fixture.close());

const allow = ({ headers }: Answer) => headers['access-control-allow-origin'];
const anyCors = ({ headers }: Answer) => Object.keys(headers).filter((name) => name.startsWith('access-control-'));

test('SIG-100 CORS rules are set, read back and removed', async () => {
  assert.equal((await fixture.ask(fixture.root, 'GET /cors?cors')).code, 'NoSuchCORSConfiguration');
  assert.equal((await fixture.ask(fixture.root, 'PUT /cors?cors', { body: rules })).status, 200);
  const read = await fixture.ask(fixture.root, 'GET /cors?cors');
  assert.deepEqual(elements(read.text, 'AllowedOrigin'), ['https://*.example.com', '*']);
  assert.deepEqual(elements(read.text, 'AllowedHeader'), ['x-amz-*', 'Content-Type']);
  assert.equal((await fixture.ask(fixture.root, 'PUT /bare?cors', { body: read.text })).status, 200);
  assert.equal((await fixture.ask(fixture.root, 'GET /bare?cors')).text, read.text);
  assert.equal((await fixture.ask(fixture.root, 'DELETE /bare?cors')).status, 204);
  assert.equal((await fixture.ask(fixture.root, 'GET /bare?cors')).code, 'NoSuchCORSConfiguration');
});

for (const [what, body, code] of [
  ['no rule', '<CORSConfiguration/>', 'MalformedXML'],
  ['another method', rules.replace('GET', 'PATCH'), 'InvalidRequest'],
  ['two stars', rules.replace('https://*.example.com', 'https://*.*.com'), 'InvalidRequest'],
  ['an exposed header that is none', rules.replace('ETag', 'a&#13;&#10;b: c'), 'InvalidArgument'],
] as const) {
  test(`SEC-419 rules with ${what} are refused`, async () => {
    assert.equal((await fixture.ask(fixture.root, 'PUT /cors?cors', { body })).code, code);
    assert.equal((await fixture.ask(fixture.root, 'GET /cors?cors')).status, 200);
  });
}

test('SIG-33 SIG-100 a preflight of a presigned URL is answered without a signature and whatever its query', async () => {
  const url = presign(fixture.server.host, 'PUT', '/cors/new', {}, fixture.root);
  const headers = {
    origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'content-type,X-Amz-Acl',
  };
  for (const target of [
    url,
    url.replace(/Signature=\w+/, 'Signature=wrong'),
    '/cors/new',
    '/cors/new?uploadId=x&partNumber=1',
    '/cors',
    '/cors?acl',
  ]) {
    const answer = await fixture.ask('anonymous', `OPTIONS ${target}`, { headers });
    assert.equal(answer.status, 200, target);
    assert.equal(allow(answer), origin);
    assert.equal(answer.headers['access-control-allow-methods'], 'GET, PUT');
    assert.equal(answer.headers['access-control-allow-headers'], 'content-type, x-amz-acl');
    assert.equal(answer.headers['access-control-max-age'], '600');
    assert.equal(answer.headers['access-control-allow-credentials'], 'true');
  }
});

for (const [pattern, shown, credentials] of [
  ['*', '*', undefined],
  ['https://*', origin, undefined],
  ['http*', origin, undefined],
  ['https://app.*', origin, 'true'],
  ['https://*.example.com', origin, 'true'],
  [origin, origin, 'true'],
] as const) {
  test(`SEC-430 under the origin ${pattern} credentials are ${credentials ?? 'not'} allowed`, async () => {
    const body = `<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>${pattern}</AllowedOrigin></CORSRule></CORSConfiguration>`;
    await fixture.ask(fixture.root, 'PUT /bare?cors', { body });
    const headers = { origin, 'access-control-request-method': 'GET' };
    for (const line of ['OPTIONS /bare/k', 'GET /bare/k']) {
      const answer = await fixture.ask('anonymous', line, { headers });
      assert.deepEqual([allow(answer), answer.headers['access-control-allow-credentials']], [shown, credentials], line);
    }
    await fixture.ask(fixture.root, 'DELETE /bare?cors');
  });
}

const refused: readonly (readonly [
  what: string,
  target: string,
  headers: Record<string, string>,
  status: number,
  message: RegExp,
])[] = [
  ['no origin', '/cors/k', {}, 400, /Insufficient information. Origin request header needed./],
  ['no method', '/cors/k', { origin }, 400, /Access-Control-Request-Method/],
  [
    'a method that is none',
    '/cors/k',
    { origin, 'access-control-request-method': 'PATCH' },
    400,
    /Access-Control-Request-Method/,
  ],
  [
    'a bucket without rules',
    '/bare/k',
    { origin, 'access-control-request-method': 'GET' },
    403,
    /CORSResponse: CORS is not enabled for this bucket./,
  ],
  [
    'a bucket that is not there',
    '/nowhere/k',
    { origin, 'access-control-request-method': 'GET' },
    403,
    /CORS is not enabled for this bucket./,
  ],
  [
    'another method',
    '/cors/k',
    { origin, 'access-control-request-method': 'DELETE' },
    403,
    /CORSResponse: This CORS request is not allowed./,
  ],
  [
    'another origin',
    '/cors/k',
    { origin: 'https://evil.org', 'access-control-request-method': 'PUT' },
    403,
    /This CORS request is not allowed./,
  ],
  [
    'another header',
    '/cors/k',
    { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-evil' },
    403,
    /not allowed./,
  ],
  [
    '1,000 headers',
    '/cors/k',
    { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-amz-a,'.repeat(1000) },
    400,
    /Too many/,
  ],
];
for (const [what, target, headers, status, message] of refused) {
  test(`SIG-100 SEC-430 a preflight with ${what} is ${status} without any Access-Control header`, async () => {
    const answer = await fixture.ask('anonymous', `OPTIONS ${target}`, { headers });
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, message);
    assert.deepEqual(anyCors(answer), []);
  });
}

for (const evil of [
  'https://a.example.com.evil.org',
  'https://example.com',
  'null',
  'https://a.example.com:8443',
  'http://a.example.com',
]) {
  test(`SEC-430 the origin ${evil} is no origin of https://*.example.com`, async () => {
    const headers = { origin: evil, 'access-control-request-method': 'PUT' };
    assert.equal((await fixture.ask('anonymous', 'OPTIONS /cors/k', { headers })).status, 403);
    assert.equal(
      allow(await fixture.ask(fixture.root, 'PUT /cors/k', { headers: { origin: evil }, body: 'v' })),
      undefined,
    );
  });
}

test('SIG-100 the rule’s headers are on answers and refusals alike, so that a page can read why a link failed', async () => {
  const got = await fixture.ask(fixture.root, 'GET /cors/k', { headers: { origin }, presigned: true });
  assert.deepEqual([got.status, allow(got), got.headers['access-control-expose-headers']], [200, origin, 'ETag']);
  const cases: readonly (readonly [line: string, status: number])[] = [
    ['GET /cors/none', 404],
    ['GET /cors/k?uploadId=none', 404],
  ];
  for (const [line, status] of cases) {
    const answer = await fixture.ask(fixture.root, line, { headers: { origin } });
    assert.deepEqual([answer.status, allow(answer)], [status, origin], line);
  }
  const denied = await fixture.ask('anonymous', 'GET /cors/k', { headers: { origin } });
  assert.deepEqual([denied.status, allow(denied)], [403, origin]);
  const outside = await fixture.ask(fixture.root, 'GET /cors/k', { headers: { origin, range: 'bytes=9-' } });
  assert.deepEqual([outside.status, allow(outside)], [416, origin]);
  assert.equal(allow(await fixture.ask('anonymous', 'GET /cors/k', { headers: { origin: 'https://other.org' } })), '*');
  assert.deepEqual(anyCors(await fixture.ask(fixture.root, 'GET /cors/k')), []);
});
