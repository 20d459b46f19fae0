import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/wire')).status, 200);
});
after(() => server.stop());

/** A request as text; `{host}` becomes the server's own. */
function text(...lines: string[]): string {
  return `${lines.join('\r\n').replaceAll('{host}', server.host)}\r\n\r\n`;
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? Number.NaN);
const answersIn = (answer: string): number => answer.split(/HTTP\/1\.1 \d{3} /).length - 1;
const headerOf = (answer: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, 'im').exec(answer.split('\r\n\r\n')[0] ?? '')?.[1];
const host = 'Host: {host}';
/** The connection of a request that is well formed would stay open, and nothing would say that the answer is whole. */
const close = 'Connection: close';
const many = Array.from({ length: 201 }, (_, n) => `X-Filler-${n}: 1`);

for (const [rule, what, lines, statuses] of [
  [
    'SEC-401',
    'Content-Length beside Transfer-Encoding',
    ['PUT /wire/k HTTP/1.1', host, 'Content-Length: 5', 'Transfer-Encoding: chunked'],
    [400],
  ],
  ['SEC-402', 'two Content-Length', ['PUT /wire/k HTTP/1.1', host, 'Content-Length: 5', 'Content-Length: 5'], [400]],
  ['SEC-402', 'a signed Content-Length', ['PUT /wire/k HTTP/1.1', host, 'Content-Length: +5'], [400]],
  ['SEC-402', 'a hexadecimal Content-Length', ['PUT /wire/k HTTP/1.1', host, 'Content-Length: 0x5'], [400]],
  ['SEC-403', 'an unknown Transfer-Encoding', ['PUT /wire/k HTTP/1.1', host, 'Transfer-Encoding: xchunked'], [400]],
  ['SEC-405', 'a space before the colon', ['GET /wire/k HTTP/1.1', host, 'A : b'], [400]],
  ['SEC-405', 'a folded header', ['GET /wire/k HTTP/1.1', host, 'A: b', ' c'], [400]],
  ['SEC-405', 'a NUL in a header', ['GET /wire/k HTTP/1.1', host, 'A: b\0c'], [400]],
  ['SEC-406', 'more header lines than max_header_count', ['GET /wire/k HTTP/1.1', host, ...many], [431]],
  [
    'SEC-406',
    'a header block over max_header_bytes',
    ['GET /wire/k HTTP/1.1', host, `A: ${'a'.repeat(70_000)}`],
    [431],
  ],
  ['SEC-407', 'a target over max_url_bytes', [`GET /wire/${'k'.repeat(8200)} HTTP/1.1`, host], [414]],
  ['SEC-408', 'two Host headers', ['GET /wire/k HTTP/1.1', host, 'Host: other'], [400]],
  ['SEC-408', 'no Host header', ['GET /wire/k HTTP/1.1', 'A: b'], [400]],
  ['SEC-408', 'a Host with a space', ['GET /wire/k HTTP/1.1', 'Host: a b'], [400]],
  ['SEC-408', 'an x-amz header twice', ['GET /wire/k HTTP/1.1', host, 'x-amz-meta-a: 1', 'X-Amz-Meta-A: 2'], [400]],
  [
    'SEC-408',
    'two Authorization headers',
    ['GET /wire/k HTTP/1.1', host, 'Authorization: AWS a:b', 'authorization: AWS a:b'],
    [400],
  ],
  ['SEC-409', 'OPTIONS *', ['OPTIONS * HTTP/1.1', host, close], [400]],
  ['SEC-409', 'TRACE', ['TRACE /wire/k HTTP/1.1', host, close], [405]],
  ['SEC-409', 'an unknown method', ['FOO /wire/k HTTP/1.1', host], [400]],
  ['SEC-409', 'PATCH, which S3 does not have', ['PATCH /wire/k HTTP/1.1', host, close], [405]],
  ['SEC-410', 'HTTP/0.9', ['GET /wire/k'], [400]],
  ['SEC-410', 'HTTP/2 by prior knowledge', ['PRI * HTTP/2.0', '', 'SM', ''], [400]],
  ['SEC-120', 'an escape that is none', ['GET /wire/%zz HTTP/1.1', host, close], [400]],
  ['SIG-2', 'a fragment in the target', ['GET /wire/k#f HTTP/1.1', host, close], [400]],
  ['SIG-7', 'a key of 1,025 bytes', [`GET /wire/${'k'.repeat(1025)} HTTP/1.1`, host, close], [400]],
  ['SEC-314', 'a name that no bucket has', ['GET /Wire_ HTTP/1.1', host, close], [400]],
] as const) {
  test(`${rule} ${what} is refused with one answer: ${statuses.join(' or ')}`, async () => {
    const smuggled = text('GET /wire/hidden HTTP/1.1', host);
    const answer = await server.raw(text(...lines) + (lines[0].startsWith('PUT') ? smuggled : ''));
    assert.ok(
      statuses.some((status) => status === statusOf(answer)),
      answer.slice(0, 500),
    );
    assert.equal(answersIn(answer), 1, answer.slice(0, 2000));
    assert.equal(headerOf(answer, 'Server'), 'Tidegate');
    assert.match(headerOf(answer, 'x-amz-request-id') ?? '', /^[0-9A-Z]{26}$/);
  });
}

test('SIG-2 an absolute-form target is read without scheme and authority', async () => {
  const answer = await server.raw(text('GET http://elsewhere.example/_/health/live HTTP/1.1', host, close));
  // The path names no face of the server: it is `/_/health/live` of S3, where no bucket can be called `_`.
  assert.equal(statusOf(answer), 400, answer);
});

test('SEC-409 an upgrade is ignored', async () => {
  const answer = await server.raw(
    text('GET /_/health/live HTTP/1.1', host, 'Connection: close, Upgrade', 'Upgrade: websocket'),
  );
  assert.equal(statusOf(answer), 200);
  assert.match(answer, /\r\n\r\nok\n$/);
});

test('SEC-404 a bad chunk size closes the connection without a second answer', async () => {
  const put = links(server, 'wire').presignPut('chunk');
  const target = put.url.slice(server.endpoint.length);
  const answer = await server.raw(
    `${text(`POST ${target} HTTP/1.1`, host, 'Transfer-Encoding: chunked')}-1\r\nGET /wire/hidden HTTP/1.1\r\n\r\n`,
  );
  assert.ok(answersIn(answer) <= 1, answer);
});

test('SEC-431 SIG-102 an error is XML that names the request, and has no body for HEAD', async () => {
  const answer = await fetch(`${server.endpoint}/wire/%3Cscript%3E%5D%5D%3E?x=y`);
  const body = await answer.text();
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('content-type'), 'application/xml');
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.match(body, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Error><Code>AccessDenied<\/Code>/);
  assert.match(body, /<Resource>\/wire\/%3Cscript%3E%5D%5D%3E<\/Resource>/);
  assert.match(body, new RegExp(`<RequestId>${answer.headers.get('x-amz-request-id')}</RequestId>`));
  assert.match(body, /<HostId>[A-Za-z0-9+/]{64}<\/HostId><\/Error>$/);
  const head = await server.raw(text('HEAD /wire/k HTTP/1.1', host, close));
  assert.equal(statusOf(head), 403);
  assert.match(head, /\r\n\r\n$/);
});

test('SIG-97 a refused signature says why in Reason, Hint and a header, and shows what was signed', async () => {
  const url = links(server, 'wire').presignGet('k');
  const answer = await fetch(url, { method: 'DELETE' });
  const body = await answer.text();
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('x-tidegate-reason'), 'MethodChanged');
  assert.match(body, /<Code>SignatureDoesNotMatch<\/Code>/);
  assert.match(body, /<CanonicalRequest>DELETE\n\/wire\/k\n/);
  assert.match(body, /<Reason>MethodChanged<\/Reason><Hint>[^<]+<\/Hint>/);
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
});

test('SIG-97 with explain = "header" the document has the members of Amazon S3 alone, and headers say why', async () => {
  const plain = await startTestServer({ toml: 'explain = "header"\n' });
  try {
    await plain.signed('PUT', '/wire');
    const answer = await fetch(links(plain, 'wire').presignGet('no such key ä'));
    assert.match(
      await answer.text(),
      /^<\?xml[^>]+>\s*<Error><Code>NoSuchKey<\/Code><Message>[^<]+<\/Message><Key>[^<]+<\/Key><RequestId>[^<]+<\/RequestId><HostId>[^<]+<\/HostId><\/Error>$/,
    );
    const refused = await fetch(links(plain, 'wire').presignGet('k'), { method: 'DELETE' });
    assert.equal(refused.headers.get('x-tidegate-reason'), 'MethodChanged');
    assert.match(refused.headers.get('x-tidegate-hint') ?? '', /^[\x20-\x7e]{10,}$/);
    assert.doesNotMatch(await refused.text(), /<(?:Reason|Hint|Resource)>/);
  } finally {
    await plain.stop();
  }
});

test('a browser that opens a bad link sees a page with the same status, a program XML', async () => {
  const url = `${links(server, 'wire').presignGet('k', { at: new Date(Date.now() - 7_200_000), expiresIn: '1h' })}`;
  const target = url.slice(server.endpoint.length);
  const navigation = ['Sec-Fetch-Mode: navigate', 'Accept: text/html,application/xhtml+xml,application/xml;q=0.9'];
  const page = await server.raw(text(`GET ${target} HTTP/1.1`, host, ...navigation, close));
  assert.equal(statusOf(page), 403);
  assert.equal(headerOf(page, 'content-type'), 'text/html; charset=utf-8');
  assert.equal(headerOf(page, 'x-tidegate-reason'), 'LinkExpired');
  assert.match(page, /<h1>This link has expired<\/h1>\n<p>It expired on <time datetime="\d{4}-[^"]+">/);
  assert.doesNotMatch(page.split('\r\n\r\n')[1] ?? '', /<script[^>]|<link[^>]+href="[^d]|https?:\/\//);
  const program = await server.raw(text(`GET ${target} HTTP/1.1`, host, 'Accept: */*', close));
  assert.equal(headerOf(program, 'content-type'), 'application/xml');
  assert.match(program, /<Message>Request has expired<\/Message>/);
});

test('SEC-423 a request that waits for 100 Continue is refused without it', async () => {
  const bad = links(server, 'wire')
    .presignPut('k')
    .url.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  const answer = await server.raw(
    text(`PUT ${bad.slice(server.endpoint.length)} HTTP/1.1`, host, 'Content-Length: 5', 'Expect: 100-continue'),
  );
  assert.equal(statusOf(answer), 403, answer);
  assert.equal(headerOf(answer, 'connection'), 'close');
});

test('SEC-423 a good request gets 100 Continue, then its answer', async () => {
  const put = links(server, 'wire').presignPut('continued').url.slice(server.endpoint.length);
  const answer = await server.raw(
    `${text(`PUT ${put} HTTP/1.1`, host, 'Content-Length: 5', 'Expect: 100-continue', close)}hello`,
  );
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test('SEC-420 a body that breaks off leaves the old object as it was', async () => {
  const bucket = links(server, 'wire');
  await fetch(bucket.presignPut('half').url, { method: 'PUT', body: 'whole' });
  const put = bucket.presignPut('half').url.slice(server.endpoint.length);
  await server.raw(`${text(`PUT ${put} HTTP/1.1`, host, 'Content-Length: 100')}only this much`, { quietMs: 100 });
  const got = await fetch(bucket.presignGet('half'));
  assert.equal(await got.text(), 'whole');
});

test('SEC-421 what follows a body is the next request, and no part of the object', async () => {
  const bucket = links(server, 'wire');
  const put = bucket.presignPut('five').url.slice(server.endpoint.length);
  const answer = await server.raw(`${text(`PUT ${put} HTTP/1.1`, host, 'Content-Length: 5')}12345and garbage\r\n\r\n`);
  assert.equal(statusOf(answer), 200, answer);
  assert.match(answer.slice(10), /HTTP\/1\.1 400 /);
  assert.equal(await (await fetch(bucket.presignGet('five'))).text(), '12345');
});

test('WIRE-108 a PUT needs a length or the chunks of HTTP', async () => {
  const bucket = links(server, 'wire');
  const put = bucket.presignPut('k').url.slice(server.endpoint.length);
  const none = await server.raw(text(`PUT ${put} HTTP/1.1`, host, close));
  assert.equal(statusOf(none), 411, none);
  const chunked = await server.raw(
    `${text(`PUT ${put} HTTP/1.1`, host, 'Transfer-Encoding: chunked', close)}5\r\nhello\r\n0\r\n\r\n`,
  );
  assert.equal(statusOf(chunked), 200, chunked);
  assert.equal(await (await fetch(bucket.presignGet('k'))).text(), 'hello');
});

for (const expectation of ['', '200', '100-continue, 200']) {
  test(`WIRE-109 Expect: ${JSON.stringify(expectation)} is passed over`, async () => {
    const put = links(server, 'wire').presignPut('expected').url.slice(server.endpoint.length);
    const answer = await server.raw(
      `${text(`PUT ${put} HTTP/1.1`, host, 'Content-Length: 5', `Expect: ${expectation}`, close)}hello`,
    );
    assert.match(answer, /^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?200 OK\r\n/);
  });
}

test('a large body that nobody reads is answered all the same, and the connection is closed', async () => {
  const body = 'x'.repeat(3_000_000);
  const answer = await server.raw(
    `${text('PUT /wire/unsigned HTTP/1.1', host, `Content-Length: ${body.length}`)}${body}`,
  );
  assert.equal(statusOf(answer), 403, answer.slice(0, 300));
  assert.equal(headerOf(answer, 'connection'), 'close');
  assert.match(answer, /<\/Error>$/);
});

test('a small body that nobody reads does not cost the connection', async () => {
  const answer = await server.raw(
    `${text('PUT /wire/unsigned HTTP/1.1', host, 'Content-Length: 5')}hello${text('GET /_/health/live HTTP/1.1', host, close)}`,
  );
  assert.equal(answersIn(answer), 2, answer);
  assert.match(answer, /\r\n\r\nok\n$/);
});

test('SEC-145 SEC-905 requests on one connection are answered in order, each judged alone', async () => {
  const bucket = links(server, 'wire');
  await fetch(bucket.presignPut('alone').url, { method: 'PUT', body: 'alone' });
  const good = bucket.presignGet('alone').slice(server.endpoint.length);
  const pipelined = Array.from({ length: 50 }, (_, n) =>
    text(`GET ${n % 2 === 0 ? good : '/wire/alone'} HTTP/1.1`, host, ...(n === 49 ? [close] : [])),
  );
  const answer = await server.raw(pipelined.join(''));
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1]);
  assert.deepEqual(
    statuses,
    Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? '200' : '403')),
  );
});

test('SEC-312 health says ok and nothing more; what is not there is 404', async () => {
  for (const endpoint of [server.endpoint, server.consoleEndpoint]) {
    for (const path of ['/_/health/live', '/_/health/ready']) {
      const answer = await fetch(endpoint + path);
      assert.equal(`${answer.status} ${await answer.text()}`, '200 ok\n');
      assert.equal(answer.headers.get('server'), 'Tidegate');
    }
    assert.equal((await fetch(`${endpoint}/_/health/live`, { method: 'POST' })).status, 405);
  }
  assert.equal((await fetch(`${server.endpoint}/_/environment`)).status, 404);
  // Below /_/ the console's own pages are addressed by words; what is none of theirs is not there.
  for (const path of ['/wire', '/_/a.b', '/_/docs//x']) {
    assert.equal((await fetch(server.consoleEndpoint + path)).status, 404, path);
  }
  assert.equal((await fetch(`${server.endpoint}/s/4Zk9QmT2xVb7LrW1cHs8Yp`)).status, 404);
});

test('SIG-3 under a virtual host the server has no paths of its own', async () => {
  const answer = await server.raw(text('GET /_/health/live HTTP/1.1', `Host: wire.localhost:${server.port}`, close));
  assert.equal(statusOf(answer), 403, answer);
});
