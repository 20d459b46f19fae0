import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Limits } from '@tidegate/presign';
import { links, presignAnything, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer({ toml: 'trust_proxy = ["127.0.0.2"]\n' });
  assert.equal((await server.signed('PUT', '/limits')).status, 200);
  assert.equal((await server.signed('PUT', '/limits/object', { body: 'content' })).status, 200);
});
after(() => server.stop());

async function outcome(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  const text = await response.text();
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const reason = response.headers.get('x-tidegate-reason');
  return [response.status, code, reason].filter((part) => part !== undefined && part !== null).join(' ');
}

const get = (limits: Limits, key = 'object'): string => links(server, 'limits').presignGet(key, { limits });

function put(
  key: string,
  limits: Limits,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const { url } = links(server, 'limits').presignPut(key, { limits });
  return fetch(url, { method: 'PUT', body, headers });
}

const forged = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'true-client-ip'];
test('SEC-211 LNK-21 an address outside the list is refused, whatever headers say', async () => {
  const url = get({ ip: '10.9.9.9/32' });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkAddressNotAllowed');
  for (const name of forged) {
    assert.equal(
      await outcome(fetch(url, { headers: { [name]: '10.9.9.9' } })),
      '403 AccessDenied LinkAddressNotAllowed',
    );
  }
});

for (const ip of [
  '127.0.0.1',
  '127.0.0.0/8',
  '10.0.0.1,127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:127.0.0.0/104',
  '0.0.0.0/0',
]) {
  test(`SEC-212 LNK-21 ${ip} admits 127.0.0.1`, async () => {
    assert.equal(await outcome(fetch(get({ ip }))), '200');
  });
}

test('SEC-235 LNK-21 x-link-https is not held by a header that an untrusted peer sends', async () => {
  const url = get({ https: true });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkNeedsHttps');
  assert.equal(
    await outcome(fetch(url, { headers: { 'x-forwarded-proto': 'https' } })),
    '403 AccessDenied LinkNeedsHttps',
  );
});

test('LNK-21 before x-link-not-before a link is refused', async () => {
  assert.equal(
    await outcome(fetch(get({ notBefore: new Date(Date.now() + 3_600_000) }))),
    '403 AccessDenied LinkNotYetValid',
  );
  assert.equal(await outcome(fetch(get({ notBefore: new Date(Date.now() - 5000) }))), '200');
});

test('SEC-231 x-link-clients is bound to the first that came', async () => {
  const url = get({ clients: 1 });
  assert.equal(await outcome(fetch(url)), '200');
  assert.equal(await outcome(fetch(url)), '200');
  // From another address of this machine: a client of its own.
  const other = await server.raw(
    `GET ${url.slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`,
    { localAddress: '127.0.0.3' },
  );
  assert.match(other, /^HTTP\/1\.1 403 [\s\S]*LinkClientsSpent/);
});

test('SEC-213 LNK-25 a body larger than x-link-max-bytes is refused, and nothing is visible', async () => {
  assert.equal(await outcome(put('big', { maxBytes: 10 }, 'x'.repeat(11))), '400 EntityTooLarge');
  assert.equal(await outcome(put('big', { minBytes: 5 }, 'x')), '400 EntityTooSmall');
  assert.equal((await server.signed('HEAD', '/limits/big')).status, 404);
  assert.equal(await outcome(put('big', { minBytes: 5, maxBytes: 10 }, 'x'.repeat(10))), '200');
});

test('SEC-213 LNK-25 WIRE-108 a body of unknown length is cut at the byte too many', async () => {
  for (const [chunk, status] of [
    ['b\r\nhello world', 400],
    ['a\r\nhello worl', 200],
  ] as const) {
    const { url } = links(server, 'limits').presignPut('unsized', { limits: { maxBytes: 10 } });
    const head = `PUT ${url.slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nTransfer-Encoding: chunked\r\n`;
    const answer = await server.raw(`${head}Connection: close\r\n\r\n${chunk}\r\n0\r\n\r\n`);
    assert.match(answer, status === 200 ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 400 [\s\S]*EntityTooLarge/);
  }
});

test('SEC-213 LNK-25 a declared length is enough to be refused: the body is not asked for', async () => {
  const { url } = links(server, 'limits').presignPut('declared', { limits: { maxBytes: 10 } });
  const head = `PUT ${url.slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n`;
  const answer = await server.raw(head);
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*EntityTooLarge/);
  assert.doesNotMatch(answer, /100 Continue/);
});

test('SEC-213 LNK-25 a copy of a larger object is refused', async () => {
  await server.signed('PUT', '/limits/source', { body: 'x'.repeat(100) });
  const url = presignAnything(server, 'PUT', '/limits/copy', [['x-link-max-bytes', '99']], {
    'x-amz-copy-source': '/limits/source',
  });
  const headers = { 'x-amz-copy-source': '/limits/source' };
  assert.equal(await outcome(fetch(url, { method: 'PUT', headers })), '400 EntityTooLarge');
  const larger = presignAnything(server, 'PUT', '/limits/copy', [['x-link-max-bytes', '100']], headers);
  assert.equal(await outcome(fetch(larger, { method: 'PUT', headers })), '200');
});

const types: readonly (readonly [allowed: string, sent: string, expected: string])[] = [
  ['image/png', 'text/html', '403 AccessDenied LinkTypeNotAllowed'],
  ['image/png', 'image/png;x=<script>', '403 AccessDenied LinkTypeNotAllowed'],
  ['image/png', 'image/png', '200'],
  ['image/png', 'IMAGE/PNG', '200'],
  ['image/png', 'image/png; charset=utf-8', '200'],
  ['image/*', 'image/webp', '200'],
  ['image/*', 'image/svg+xml', '403 AccessDenied LinkTypeNotAllowed'],
  ['image/*,image/svg+xml', 'image/svg+xml', '200'],
  ['text/plain', 'text/plainer', '403 AccessDenied LinkTypeNotAllowed'],
];
for (const [allowed, sent, expected] of types) {
  test(`SEC-214 LNK-26 ${sent} where ${allowed} may be uploaded: ${expected}`, async () => {
    assert.equal(await outcome(put('typed', { types: allowed }, 'x', { 'content-type': sent })), expected);
  });
}

test('SEC-214 LNK-26 a body without a type is none of those that are allowed', async () => {
  assert.equal(
    await outcome(put('typed', { types: 'image/png' }, new Uint8Array([1]))),
    '403 AccessDenied LinkTypeNotAllowed',
  );
});

test('LNK-27 a body with another SHA-256 is BadDigest', async () => {
  const sha256 = createHash('sha256').update('right').digest('hex');
  assert.equal(await outcome(put('hashed', { sha256 }, 'wrong')), '400 BadDigest');
  assert.equal((await server.signed('HEAD', '/limits/hashed')).status, 404);
  assert.equal(await outcome(put('hashed', { sha256 }, 'right')), '200');
});

test('SEC-215 LNK-29 x-link-write-once: of 20 racing writers one wins; after a delete the key is free', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, at) => outcome(put('once', { writeOnce: true }, `writer ${at}`))),
  );
  assert.equal(outcomes.filter((one) => one === '200').length, 1);
  assert.equal(outcomes.filter((one) => one === '412 PreconditionFailed').length, 19);
  await server.signed('DELETE', '/limits/once');
  assert.equal(await outcome(put('once', { writeOnce: true }, 'again')), '200');
  const url = presignAnything(server, 'PUT', '/limits/once', [['x-link-write-once', '1']], {
    'x-amz-copy-source': '/limits/object',
  });
  const headers = { 'x-amz-copy-source': '/limits/object' };
  assert.equal(await outcome(fetch(url, { method: 'PUT', headers })), '412 PreconditionFailed');
});

test('LNK-30 x-link-total-bytes sums what is sent; a transfer that would pass it is refused before it starts', async () => {
  const url = get({ totalBytes: 20 });
  assert.equal(await outcome(fetch(url)), '200');
  assert.equal(await outcome(fetch(url)), '200');
  assert.equal(await outcome(fetch(url)), '403 AccessDenied LinkBytesSpent');
  assert.equal(await outcome(fetch(url, { headers: { range: 'bytes=0-5' } })), '206');
  const { url: up } = links(server, 'limits').presignPut('total', { limits: { totalBytes: 10 } });
  assert.equal(await outcome(fetch(up, { method: 'PUT', body: 'x'.repeat(11) })), '403 AccessDenied LinkBytesSpent');
  assert.equal(await outcome(fetch(up, { method: 'PUT', body: 'x'.repeat(10) })), '200');
  assert.equal(await outcome(fetch(up, { method: 'PUT', body: 'x' })), '403 AccessDenied LinkBytesSpent');
});

test('LNK-28 x-link-rate slows what is sent and what is received, over the transfers together', async () => {
  await server.signed('PUT', '/limits/slow', { body: 'x'.repeat(30_000) });
  const url = get({ rate: 40_000 }, 'slow');
  const startedMs = performance.now();
  const bodies = await Promise.all([1, 2].map(async () => (await fetch(url)).text()));
  const tookMs = performance.now() - startedMs;
  assert.deepEqual(
    bodies.map((body) => body.length),
    [30_000, 30_000],
  );
  assert.ok(tookMs > 1200, `60 kB at 40 kB/s took ${Math.round(tookMs)} ms`);
  const sendingMs = performance.now();
  assert.equal(await outcome(put('slow-up', { rate: 40_000 }, 'x'.repeat(40_000))), '200');
  assert.ok(performance.now() - sendingMs > 700);
});

test('LNK-22 a plain PUT on a URL for a whole upload is a PUT', async () => {
  assert.equal(await outcome(put('resumable', { resumable: true }, 'x')), '200');
});

test('SEC-228 a limit on a request that is signed in its header is refused, one in a header is none', async () => {
  assert.equal(
    await outcome(server.signed('GET', '/limits/object?x-link-uses=1')),
    '400 InvalidArgument LinkLimitUnsigned',
  );
  assert.equal(await outcome(server.signed('GET', '/limits/object', { headers: { 'x-link-uses': '1' } })), '200');
});

test('SEC-224 an invalid signature answers the same whatever it leads to', async () => {
  const broken = (url: string): string => url.replace(/X-Amz-Signature=[0-9a-f]{4}/, 'X-Amz-Signature=0000');
  const spent = get({ uses: 1 });
  await outcome(fetch(spent));
  const urls = [get({}), get({}, 'missing'), links(server, 'no-such-bucket').presignGet('a'), spent];
  const answers = await Promise.all(urls.map((url) => outcome(fetch(broken(url)))));
  assert.equal(new Set(answers).size, 1, answers.join(', '));
});

const malformed: readonly (readonly [method: string, name: string, values: readonly string[]])[] = [
  ['GET', 'x-link-uses', ['0', '-1', '1.5', '1e3', '', '1000001', '9007199254740993']],
  ['GET', 'x-link-clients', ['0', '-1', '']],
  ['GET', 'x-link-ip', ['300.1.1.1', '0177.0.0.1', '1.2.3.4/33', '', '127.0.0.1,']],
  ['PUT', 'x-link-max-bytes', ['-1', '1.5', '']],
  ['PUT', 'x-link-types', ['', '*/*/*', 'image']],
  ['GET', 'x-link-id', ['x'.repeat(1024), 'a\nb', 'a b', '']],
  // A limit on an operation that it is not for.
  ['GET', 'x-link-max-bytes', ['1']],
  ['GET', 'x-link-write-once', ['1']],
  ['PUT', 'x-link-zip', ['1']],
];
for (const [method, name, values] of malformed) {
  test(`SEC-202 ${method} with a malformed ${name} is 400, does nothing and consumes no use`, async () => {
    for (const value of values) {
      // With a limit of uses beside it: the ledger would show a link that was used.
      const beside = name === 'x-link-uses' ? [] : [['x-link-uses', '1'] as const];
      const url = presignAnything(server, method, '/limits/malformed', [[name, value], ...beside]);
      const body = method === 'PUT' ? { body: 'x' } : {};
      assert.equal(await outcome(fetch(url, { method, ...body })), '400 InvalidArgument LinkLimitMalformed', value);
      assert.equal((await server.signed('GET', '/limits/malformed')).status, 404, 'nothing was stored');
    }
    await server.running.links.flush();
    const listed = await server.signed('GET', '/_/api/v1/links?bucket=limits&prefix=malformed');
    assert.deepEqual(JSON.parse(await listed.text()).items, [], 'the ledger knows no such link');
  });
}
