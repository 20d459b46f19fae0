import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { override } from '../../../test/override.ts';
import { signInText } from '../src/console/session-endpoints.ts';
import { systemClock } from '../src/world/clock.ts';
import { rootCredentials, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
/** How far the server's clocks are moved: the one that only goes forward, and the one on the wall. */
const drift = { ms: 0, wallMs: 0 };

before(async () => {
  const clock = override(systemClock, {
    nowMs: () => systemClock.nowMs() + drift.wallMs,
    monotonicMs: () => systemClock.monotonicMs() + drift.ms,
  });
  server = await startTestServer({ world: { clock }, toml: 'console_hosts = ["console.example.com"]' });
});
after(() => server.stop());

type Given = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** A request as the console's own page sends it, over a raw socket where the Host has to be another. */
function ask(path: string, { method = 'GET', headers = {}, body }: Given = {}): Promise<Response> {
  const origin = method === 'GET' ? {} : { origin: server.consoleEndpoint };
  return fetch(`${server.consoleEndpoint}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'x-tidegate-console': '1',
      ...origin,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const api = '/_/api/v1';

async function challenge(): Promise<string> {
  return (await (await ask(`${api}/session/challenge`, { method: 'POST' })).json()).challenge;
}

type Pair = { readonly accessKeyId: string; readonly secretAccessKey: string };

async function prove(pair: Pair, change: { readonly origin?: string; readonly atMs?: number } = {}) {
  const asked = {
    accessKeyId: pair.accessKeyId,
    challenge: await challenge(),
    atMs: change.atMs ?? systemClock.nowMs(),
  };
  const text = signInText(change.origin ?? server.consoleEndpoint, asked);
  return { ...asked, proof: createHmac('sha256', pair.secretAccessKey).update(text).digest('hex') };
}

/** @returns the cookie that the browser keeps */
async function signIn(pair: Pair = rootCredentials): Promise<string> {
  const answer = await ask(`${api}/session`, { method: 'POST', body: await prove(pair) });
  assert.equal(answer.status, 201, await answer.clone().text());
  return cookieOf(answer);
}

function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

async function makeKey(more: object): Promise<Pair> {
  const made = await server.signed('POST', `${api}/keys`, {
    body: JSON.stringify({ role: 'owner', ...more }),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(made.status, 201, await made.clone().text());
  const { id, secretAccessKey } = await made.json();
  return { accessKeyId: id, secretAccessKey };
}

test('SEC-507 SEC-510 a signed challenge begins a session of its own, in a cookie that no script reads', async () => {
  const answer = await ask(`${api}/session`, {
    method: 'POST',
    body: await prove(rootCredentials),
    headers: { cookie: `tidegate-console-${new URL(server.consoleEndpoint).port}=${'A'.repeat(43)}` },
  });
  assert.equal(answer.status, 201);
  const cookie = answer.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^tidegate-console-\d+=[\w-]{43}; Path=\/_\/; HttpOnly; SameSite=Strict$/);
  assert.doesNotMatch(cookie, /A{43}/);
  const said = await answer.json();
  assert.equal(said.accessKeyId, rootCredentials.accessKeyId);
  assert.equal(said.endpoint, server.endpoint);
  assert.ok(said.lifeS > 43_000 && said.idleS > 1_700);
  assert.equal((await ask(`${api}/session`)).status, 204);
  assert.equal((await ask(`${api}/session`, { headers: { cookie: cookieOf(answer) } })).status, 200);
  const links = await ask(`${api}/links`, { headers: { cookie: cookieOf(answer) } });
  assert.equal(links.status, 200);
  assert.equal(links.headers.get('cache-control'), 'no-store');
});

test('SEC-507 the cookie alone does nothing: origin, site and header must be those of the console', async () => {
  const cookie = await signIn();
  const cases: readonly (readonly [name: string, method: string, headers: Record<string, string>])[] = [
    ['another origin', 'POST', { origin: 'https://evil.example' }],
    ['a page of the S3 listener', 'POST', { origin: server.endpoint, 'sec-fetch-site': 'same-site' }],
    ['an opaque origin', 'POST', { origin: 'null' }],
    ['another site', 'GET', { 'sec-fetch-site': 'cross-site' }],
    ['a navigation', 'GET', { 'sec-fetch-site': 'none' }],
    ['no header of the console', 'GET', { 'x-tidegate-console': '' }],
  ];
  for (const [name, method, headers] of cases) {
    const answer = await ask(`${api}/revocations`, {
      method,
      headers: { cookie, ...headers },
      ...(method === 'POST' && { body: { match: { id: 'lk_aaaaaaaaaaaaaaaa' } } }),
    });
    assert.equal(answer.status, 403, name);
  }
  const noOrigin = await fetch(`${server.consoleEndpoint}${api}/session`, {
    method: 'DELETE',
    headers: { cookie, 'x-tidegate-console': '1' },
  });
  assert.equal(noOrigin.status, 403);
  const form = await ask(`${api}/revocations`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'text/plain' },
    body: { match: { id: 'lk_aaaaaaaaaaaaaaaa' } },
  });
  assert.equal(form.status, 415);
  const atS3 = await fetch(`${server.endpoint}${api}/links`, { headers: { cookie, 'x-tidegate-console': '1' } });
  assert.equal(atS3.status, 403);
});

test('SEC-510 a session ends with signing out, with 30 idle minutes, with 12 hours, and with its key', async () => {
  const status = async (cookie: string, headers = {}): Promise<number> =>
    (await ask(`${api}/whoami`, { headers: { cookie, ...headers } })).status;
  const out = await signIn();
  assert.equal(await status(out), 200);
  assert.equal((await ask(`${api}/session`, { method: 'DELETE', headers: { cookie: out } })).status, 204);
  assert.equal(await status(out), 401);

  const idle = await signIn();
  drift.ms += 29 * 60_000;
  assert.equal(await status(idle, { 'x-tidegate-quiet': '1' }), 200);
  drift.ms += 2 * 60_000;
  assert.equal(await status(idle), 401, 'what the page asks by itself kept it alive');

  const long = await signIn();
  for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
    drift.ms += 20 * 60_000;
    assert.equal(await status(long), 200);
  }
  drift.ms += 21 * 60_000;
  assert.equal(await status(long), 401);

  const disabled = await makeKey({});
  const held = await signIn(disabled);
  await server.signed('PATCH', `${api}/keys/${disabled.accessKeyId}`, {
    body: '{"state":"disabled"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(await status(held), 401);

  const rotated = await makeKey({});
  const before = await signIn(rotated);
  await server.signed('POST', `${api}/keys/${rotated.accessKeyId}/rotate`, {
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(await status(before), 200);
  await server.signed('POST', `${api}/keys/${rotated.accessKeyId}/retire`);
  assert.equal(await status(before), 401, 'the secret that began it was retired');
});

test('SEC-509 what is wrong is told in one way, and after ten tries of a minute the address waits', async () => {
  const wrong = { ...rootCredentials, secretAccessKey: 'x'.repeat(40) };
  const unknown = { accessKeyId: 'TGAKNOBODYHASTHIS001', secretAccessKey: 'x'.repeat(40) };
  const otherPage = await prove(rootCredentials, { origin: 'https://evil.example' });
  const bodies = [await prove(wrong), await prove(unknown), otherPage];
  for (const body of bodies) {
    const answer = await ask(`${api}/session`, { method: 'POST', body });
    assert.equal(answer.status, 403);
    assert.equal((await answer.json()).title, 'Wrong access key or secret');
    assert.equal(answer.headers.get('set-cookie'), null);
  }
  const late = await prove(rootCredentials, { atMs: systemClock.nowMs() - 16 * 60_000 });
  const skewed = await ask(`${api}/session`, { method: 'POST', body: late });
  assert.match((await skewed.json()).title, /^The clocks differ: here it is \d{4}-.* there \d{4}-/);
  const replayed = await prove(rootCredentials);
  assert.equal((await ask(`${api}/session`, { method: 'POST', body: replayed })).status, 201);
  assert.equal(
    (await ask(`${api}/session`, { method: 'POST', body: replayed })).status,
    403,
    'a challenge is good once',
  );
  for (let n = bodies.length; n < 10; n += 1) await ask(`${api}/session`, { method: 'POST', body: await prove(wrong) });
  const held = await ask(`${api}/session`, { method: 'POST', body: await prove(rootCredentials) });
  assert.equal(held.status, 429);
  assert.match(held.headers.get('retry-after') ?? '', /^\d{1,2}$/);
  drift.ms += 61_000;
  await signIn();
});

test('SEC-509 a key for links alone and a disabled one are told so, to who has their secret', async () => {
  const linksOnly = await makeKey({ role: 'link-only' });
  const refused = await ask(`${api}/session`, { method: 'POST', body: await prove(linksOnly) });
  assert.equal(refused.status, 403);
  assert.equal((await refused.json()).title, 'This key can only make links');
  const disabled = await makeKey({});
  await server.signed('PATCH', `${api}/keys/${disabled.accessKeyId}`, {
    body: '{"state":"disabled"}',
    headers: { 'content-type': 'application/json' },
  });
  const off = await ask(`${api}/session`, { method: 'POST', body: await prove(disabled) });
  assert.equal((await off.json()).title, 'This key is disabled.');
});

test('ADM-44 SEC-510 a code of the command line signs in once, within five minutes', async () => {
  const make = async (): Promise<string> => {
    const made = await server.signed('POST', `${api}/session/code`);
    assert.equal(made.status, 201, await made.clone().text());
    const { url } = await made.json();
    assert.ok(url.startsWith('https://console.example.com/_/#k='), url);
    return url.slice(url.indexOf('#k=') + 3);
  };
  const code = await make();
  const first = await ask(`${api}/session`, { method: 'POST', body: { code } });
  assert.equal(first.status, 201);
  assert.equal((await ask(`${api}/session`, { method: 'POST', body: { code } })).status, 403);
  const changed = `${(await make()).slice(0, -1)}~`;
  assert.ok((await ask(`${api}/session`, { method: 'POST', body: { code: changed } })).status >= 400);
  const old = await make();
  drift.wallMs = 5 * 60_000 + 1;
  assert.equal((await ask(`${api}/session`, { method: 'POST', body: { code: old } })).status, 403);
  drift.wallMs = 0;
  assert.doesNotMatch(server.logged(), new RegExp(code.slice(-20)));
});

test('SEC-506 a name that is not the console’s is answered 421, whatever it points to', async () => {
  const { port } = new URL(server.consoleEndpoint);
  const status = async (host: string, path = '/_/'): Promise<string> => {
    const text = await server.raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, {
      port: Number(port),
    });
    return text.slice(9, 12);
  };
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', `evil.example:${port}`, 'a b']) {
    for (const path of ['/_/', `${api}/session`, '/_/assets/x.js']) {
      assert.match(await status(host, path), /^4(?:21|00)$/, `${host} ${path}`);
    }
  }
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'console.example.com']) {
    assert.match(await status(host), /^(?:200|503)$/, host);
  }
});

test('SEC-504 SEC-508 SEC-513 every answer of the console carries its headers', async () => {
  for (const path of ['/_/', '/_/links', '/_/links/lk_5kq2xw7hzr3nmb4c', '/_/nothing', `${api}/session`, '/_/a.b']) {
    const answer = await ask(path);
    for (const [name, value] of [
      ['x-frame-options', 'DENY'],
      ['x-content-type-options', 'nosniff'],
      ['referrer-policy', 'no-referrer'],
      ['cross-origin-opener-policy', 'same-origin'],
      ['cross-origin-resource-policy', 'same-origin'],
    ] as const) {
      assert.equal(answer.headers.get(name), value, `${path} ${name}`);
    }
    assert.equal(answer.headers.get('cache-control'), 'no-store', path);
    const policy = answer.headers.get('content-security-policy') ?? "default-src 'none'";
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(policy, /default-src 'none'/);
  }
});

test('SEC-512 no path leads to a file that is not one of the console', async () => {
  for (const path of [
    '/_/..%2f..%2fetc/passwd',
    '/_/%2e%2e/',
    '/_/..\\',
    '/_/assets/%00',
    '/_/assets/../index.html',
    '/_/assets/index.js.map',
    '/_/.git/config',
    '/_/package.json',
    '/other',
  ]) {
    const { port } = new URL(server.consoleEndpoint);
    const answer = await server.raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`, {
      port: Number(port),
    });
    assert.match(answer, /^HTTP\/1\.1 40[04] /, path);
  }
});

async function signOne(cookie: string, body: object): Promise<{ url: string; headers: Record<string, string> }> {
  const answer = await ask(`${api}/session/sign`, { method: 'POST', headers: { cookie }, body });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

test('SEC-515 what the console saves is named so that no reader of the header takes more for it', async () => {
  const cookie = await signIn();
  const bucket = await signOne(cookie, { method: 'PUT', bucket: 'named' });
  assert.equal((await fetch(bucket.url, { method: 'PUT', headers: bucket.headers })).status, 200);
  const put = await signOne(cookie, { method: 'PUT', bucket: 'named', key: 'x' });
  assert.equal((await fetch(put.url, { method: 'PUT', headers: put.headers, body: 'x' })).status, 200);
  const how = { as: 'url', saveAs: 'ü/\u202e"\r\nSet-Cookie: x.txt' };
  const saved = await signOne(cookie, { method: 'GET', bucket: 'named', key: 'x', ...how });
  assert.equal(
    (await fetch(saved.url)).headers.get('content-disposition'),
    `attachment; filename="___Set-Cookie: x.txt"; filename*=UTF-8''%C3%BC_%22Set-Cookie%3A%20x.txt`,
  );
});

test('ADM-43 the console has one request to S3 signed, and S3 lets its pages read the answer', async () => {
  const cookie = await signIn();
  const sign = (body: object) => signOne(cookie, body);
  const origin = { origin: server.consoleEndpoint };
  const made = await sign({ method: 'PUT', bucket: 'files' });
  assert.equal((await fetch(made.url, { method: 'PUT', headers: { ...made.headers, ...origin } })).status, 200);
  const put = await sign({
    method: 'PUT',
    bucket: 'files',
    key: 'a b/ü.txt',
    headers: { 'content-type': 'text/plain', 'content-disposition': 'attachment' },
  });
  const stored = await fetch(put.url, { method: 'PUT', headers: { ...put.headers, ...origin }, body: 'hello' });
  assert.equal(stored.status, 200, await stored.text());
  assert.equal(stored.headers.get('access-control-allow-origin'), server.consoleEndpoint);
  assert.equal(stored.headers.get('access-control-allow-credentials'), null);
  const list = await sign({ method: 'GET', bucket: 'files', query: { 'list-type': '2', prefix: 'a b/' } });
  assert.match(await (await fetch(list.url, { headers: { ...list.headers, ...origin } })).text(), /ü\.txt/);
  const shown = await sign({ method: 'GET', bucket: 'files', key: 'a b/ü.txt', as: 'url', inline: true });
  const read = await fetch(shown.url, { headers: origin });
  assert.deepEqual([await read.text(), read.headers.get('content-disposition')], ['hello', 'inline']);
  const preflight = await fetch(put.url, {
    method: 'OPTIONS',
    headers: { ...origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization');
  for (const other of ['https://evil.example', 'http://127.0.0.1:1', 'null']) {
    const answer = await fetch(shown.url, { headers: { origin: other } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null, other);
  }
});

test('ADM-45 the summary counts what works, what ends, what was refused and what went out', async () => {
  const cookie = await signIn();
  const read = async () => (await ask(`${api}/summary`, { headers: { cookie } })).json();
  const before = await read();
  const made = await server.signed('POST', `${api}/links/presign`, {
    body: JSON.stringify({ bucket: 'files', key: 'a b/ü.txt', expiresIn: '1h', limits: { uses: 1 } }),
    headers: { 'content-type': 'application/json' },
  });
  const { url } = await made.json();
  for (const status of [200, 403]) assert.equal((await fetch(url)).status, status);
  /** Reads until the summary tells it, or for 20 seconds: events are written after the answer, and slow counts are kept. */
  const readUntil = async (isTold: (summary: typeof before) => boolean, endsMs = Date.now() + 20_000) => {
    for (let summary = await read(); ; summary = await read())
      if (isTold(summary) || Date.now() > endsMs) return summary;
  };
  const spent = await readUntil(({ refused }) => refused.count !== before.refused.count);
  assert.equal(spent.refused.count, before.refused.count + 1);
  assert.equal(spent.refused.byReason.LinkUsesSpent, 1);
  assert.ok(spent.sent.bytes >= before.sent.bytes + 5);
  assert.equal(spent.sent.points.length, 24);
  assert.equal(spent.active.count, before.active.count);
  await server.signed('POST', `${api}/links/presign`, {
    body: JSON.stringify({ bucket: 'files', key: 'a b/ü.txt', expiresIn: '2d' }),
    headers: { 'content-type': 'application/json' },
  });
  const more = await readUntil(({ active }) => active.count !== before.active.count);
  assert.equal(more.active.count, before.active.count + 1);
  assert.equal(more.ending.count, before.ending.count);
});

test('EVT-10 SEC-507 a session hears the events of its key, and nobody else hears any', async () => {
  const cookie = await signIn();
  assert.equal((await ask(`${api}/events`)).status, 401);
  const ending = new AbortController();
  const answer = await fetch(`${server.consoleEndpoint}${api}/events?types=key.created`, {
    headers: { cookie, 'x-tidegate-console': '1', 'sec-fetch-site': 'same-origin' },
    signal: ending.signal,
  });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
  const made = await makeKey({});
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += new TextDecoder().decode(chunk);
    if (text.includes(made.accessKeyId)) break;
  }
  assert.match(text, /"type":"key.created"/);
  ending.abort();
});
