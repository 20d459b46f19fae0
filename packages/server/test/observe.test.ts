import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fingerprint, signHeaders } from '@tidegate/presign';
import { links, presignAnything, rootCredentials, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
const metricsToken = 'a-token-for-metrics-that-nobody-guesses';
before(async () => {
  server = await startTestServer({ settings: { metricsToken, logLevel: 'debug' } });
  assert.equal((await server.signed('PUT', '/observed')).status, 200);
});
after(() => server.stop());

type Line = Record<string, string | number | null | undefined>;

function lines(): Line[] {
  return server
    .logged()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function lineOf(requestId: string | null): Line {
  const found = lines().filter((line) => line['id'] === requestId);
  assert.equal(found.length, 1, `one line for ${requestId}`);
  return found[0] ?? {};
}

test('a request is one JSON line with what it was, and with the name of its link in place of the signature', async () => {
  const bucket = links(server, 'observed');
  await fetch(bucket.presignPut('a/b').url, { method: 'PUT', body: 'hello' });
  const url = bucket.presignGet('a/b');
  const answer = await fetch(url, { headers: { 'user-agent': 'observer/1' } });
  await answer.text();
  const line = lineOf(answer.headers.get('x-amz-request-id'));
  assert.equal(line['msg'], 'request');
  assert.equal(line['method'], 'GET');
  assert.equal(line['path'], '/observed/a/b');
  assert.equal(line['op'], 'GetObject');
  assert.equal(line['status'], 200);
  assert.equal(line['bytes'], 5);
  assert.equal(line['client'], '127.0.0.1');
  assert.equal(line['ua'], 'observer/1');
  assert.equal(line['key'], rootCredentials.accessKeyId);
  assert.equal(line['link'], fingerprint(url));
  assert.match(String(line['query']), new RegExp(`X-Amz-Signature=\\[${fingerprint(url)}\\]$`));
});

test('a refusal is one line with its code and reason', async () => {
  const answer = await fetch(links(server, 'observed').presignGet('k', { at: new Date(0) }));
  await answer.text();
  const line = lineOf(answer.headers.get('x-amz-request-id'));
  assert.deepEqual([line['status'], line['code'], line['reason']], [403, 'AccessDenied', 'LinkExpired']);
});

test('SEC-805 no secret, signature, token or authorization is ever logged, in whatever spelling', async () => {
  const bucket = links(server, 'observed');
  const url = bucket.presignGet('secret-place');
  const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(url)?.[1] ?? '';
  const spelled = [
    url,
    url.replace('X-Amz-Signature', 'X%2DAmz%2DSignature'),
    url.replace('X-Amz-Signature', 'x-amz-signature'),
    `${url}&X-Amz-Security-Token=canary-session-token`,
    `${url}&x-amz-server-side-encryption-customer-key=canary-customer-key`,
    url.replaceAll('&', '&amp;'),
  ];
  for (const one of spelled) await (await fetch(one)).text();
  const header = signHeaders({
    method: 'GET',
    url: `${server.endpoint}/`,
    credentials: rootCredentials,
    region: 'us-east-1',
  });
  await (await fetch(`${server.endpoint}/`, { headers: header })).text();
  const token = /Signature=([0-9a-f]{64})/.exec(header['authorization'] ?? '')?.[1] ?? '';
  const v2 = `${server.endpoint}/observed/k?AWSAccessKeyId=x&Expires=1&Signature=canaryV2signature%3D`;
  await (await fetch(v2)).text();
  const log = server.logged();
  for (const secret of [rootCredentials.secretAccessKey, signature, token, 'canary', metricsToken]) {
    assert.ok(secret.length > 5 && !log.includes(secret), secret.slice(0, 12));
  }
});

test('SEC-432 what callers send cannot break a line or act on a terminal', async () => {
  const nasty = `a\\r\\n{"msg":"forged"}`;
  const answer = await server.raw(
    `GET /observed/%0d%0a%1b%5b31m HTTP/1.1\r\nHost: ${server.host}\r\nUser-Agent: ${nasty}\u009b31m${'x'.repeat(9000)}\r\nConnection: close\r\n\r\n`,
  );
  const id = /x-amz-request-id: (\w+)/.exec(answer)?.[1] ?? null;
  const line = lineOf(id);
  assert.ok(String(line['ua']).length <= 1100);
  assert.doesNotMatch(server.logged().replaceAll('\n', ''), /[\p{Cc}\p{Zl}\p{Zp}]/u);
});

test('SEC-311 metrics are for an owner or the token, on the console listener alone', async () => {
  const url = `${server.consoleEndpoint}/_/metrics`;
  assert.equal((await fetch(url)).status, 403);
  assert.equal((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status, 403);
  assert.equal(
    (await fetch(`${server.endpoint}/_/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })).status,
    404,
  );
  const byToken = await fetch(url, { headers: { authorization: `Bearer ${metricsToken}` } });
  assert.equal(byToken.status, 200);
  const signed = await server.signed('GET', '/_/metrics', { endpoint: server.consoleEndpoint });
  const text = await signed.text();
  assert.equal(signed.status, 200, text);
  for (const metric of [
    /^tidegate_requests_total\{op="GetObject",status="200"\} 1$/m,
    /^tidegate_request_seconds_count\{op="GetObject"\} \d+$/m,
    /^tidegate_bytes_total\{direction="in"\} 5$/m,
    /^tidegate_bytes_total\{direction="out"\} \d+$/m,
    /^tidegate_link_refusals_total\{reason="LinkExpired"\} \d+$/m,
    /^tidegate_objects 1$/m,
    /^tidegate_stored_bytes 5$/m,
    /^tidegate_disk_free_bytes \d+/m,
    /^tidegate_transfers_open 1$/m,
    /^tidegate_links\{state="active"\} \d+$/m,
    /^tidegate_ledger_lag_seconds \d/m,
    /^tidegate_webhooks_waiting 0$/m,
    /^tidegate_event_loop_lag_seconds /m,
    /^tidegate_build_info\{version="0\.1\.0"\} 1$/m,
  ]) {
    assert.match(text, metric);
  }
  assert.ok(!text.includes('observed') && !text.includes(rootCredentials.accessKeyId));
});

test('SIG-100 the headers of the CORS rule are on every answer, refusals too, and only for an origin that fits', async () => {
  const rules =
    '<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod>' +
    '<ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>';
  const set = await server.signed('PUT', '/observed?cors', { body: rules });
  assert.equal(set.status, 200, await set.text());
  const bucket = links(server, 'observed');
  const origin = 'https://app.example.com';
  for (const [url, status] of [
    [bucket.presignGet('a/b'), 200],
    [bucket.presignGet('missing'), 404],
    [bucket.presignGet('a/b', { at: new Date(0) }), 403],
  ] as const) {
    const answer = await fetch(url, { headers: { origin } });
    await answer.text();
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    assert.equal(answer.headers.get('access-control-expose-headers'), 'ETag');
    assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  }
  for (const other of ['https://app.example.com.evil.org', 'null', 'https://example.com']) {
    const answer = await fetch(bucket.presignGet('a/b'), { headers: { origin: other } });
    await answer.text();
    assert.equal(answer.headers.get('access-control-allow-origin'), null, other);
  }
});

test('SEC-501 an object of an active type runs in an origin of its own; an inert one is left alone', async () => {
  const bucket = links(server, 'observed');
  const typeOf = async (type: string) => {
    await fetch(bucket.presignPut('typed', { type }).url, {
      method: 'PUT',
      body: '<script>',
      headers: { 'content-type': type },
    });
    const answer = await fetch(bucket.presignGet('typed'));
    await answer.text();
    return [answer.headers.get('content-security-policy'), answer.headers.get('x-content-type-options')];
  };
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml']) {
    assert.deepEqual(await typeOf(type), ['sandbox allow-scripts', 'nosniff'], type);
  }
  assert.deepEqual(await typeOf('image/png'), [null, null]);
  const overridden = await fetch(bucket.presignGet('typed', { contentType: 'text/html' }));
  await overridden.text();
  assert.equal(overridden.headers.get('content-security-policy'), 'sandbox allow-scripts');
});

for (const [what, query, reason] of [
  ['SEC-201 an unknown limit', [['x-link-foo', '1']], 'LinkLimitUnknown'],
  ['SEC-118 a limit in another case', [['X-Link-Uses', '1']], 'LinkLimitUnknown'],
  ['LNK-2 a limit with a leading blank', [[' x-link-uses', '1']], 'LinkLimitUnknown'],
  ['LNK-2 a limit with a leading NUL', [['\0x-link-uses', '1']], 'LinkLimitUnknown'],
  ['LNK-2 a limit in wide letters', [['\uff58-link-uses', '1']], 'LinkLimitUnknown'],
  ['SEC-202 a malformed limit', [['x-link-uses', '0']], 'LinkLimitMalformed'],
  [
    'SEC-117 a limit given twice',
    [
      ['x-link-uses', '1'],
      ['x-link-uses', '9'],
    ],
    'LinkLimitDuplicate',
  ],
] as const) {
  test(`${what}, signed along, is refused: 400 ${reason}`, async () => {
    const answer = await fetch(presignAnything(server, 'GET', '/observed/a', query));
    assert.equal(answer.status, 400, await answer.text());
    assert.equal(answer.headers.get('x-tidegate-reason'), reason);
  });
}
