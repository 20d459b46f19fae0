import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import { override } from '../../../test/override.ts';
import { systemClock } from '../src/world/clock.ts';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { lend } from './lend.ts';
import { links, rootCredentials } from './test-server.ts';

/** A bearer secret of the server: who has it may do something. `text`: as it travels. */
type Bearer = { readonly what: string; readonly text: string };

let fixture: AdminFixture;
const bearers: Bearer[] = [];
const metricsToken = 'metrics-token-of-the-test-0123456789';

/** Moves the clock that lines of refused requests are counted by, so that none of them is left out (SEC-910). */
let driftMs = 0;
const clock = override(systemClock, { monotonicMs: () => systemClock.monotonicMs() + driftMs });

before(async () => {
  fixture = await openAdminFixture({
    settings: { logRequests: true, logLevel: 'debug', metricsToken },
    world: { clock },
  });
  await fixture.putObject('vault', 'a/x.txt', 'content');
});
after(() => fixture.server.stop());

function bears(what: string, text: string | null | undefined): string {
  assert.ok(text != null && text.length >= 12, `${what}: ${text}`);
  bearers.push({ what, text });
  return text;
}

async function send(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  await answer.clone().arrayBuffer();
  return answer;
}

const cookieIn = (answer: Response): string => answer.headers.get('set-cookie')?.split(';')[0] ?? '';
const contentOf = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1);
const parameterOf = (url: string, name: string): string => new URL(url).searchParams.get(name) ?? '';

/** Uses every kind of bearer secret as its owner would. @returns URLs that open something */
async function useAll(): Promise<readonly string[]> {
  const { server } = fixture;
  const { endpoint, consoleEndpoint } = server;
  const signer = links(server, 'vault');
  const v4 = signer.presignGet('a/x.txt');
  bears('signature of SigV4', parameterOf(v4, 'X-Amz-Signature'));
  const old = links(server, 'vault', rootCredentials, 'v2').presignGet('a/x.txt');
  bears('signature of SigV2', parameterOf(old, 'Signature'));
  const session = await lend(endpoint, rootCredentials);
  bears('session token', session.sessionToken);
  bears('secret of temporary credentials', session.secretAccessKey);
  const lent = links(server, 'vault', session).presignGet('a/x.txt');
  bears('signature of temporary credentials', parameterOf(lent, 'X-Amz-Signature'));
  const put = signer.presignPut('a/up.txt', { limits: { resumable: true } });
  bears('signature of a resumable upload', parameterOf(put.url, 'X-Amz-Signature'));
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '3' };
  const opened = await send(put.url, { method: 'POST', headers: { ...put.headers, ...tus } });
  const grant = signer.presignGet('a/', { limits: { grant: true } });
  bears('signature of a grant', parameterOf(grant, 'X-Amz-Signature'));
  const granted = await send(grant.replace('/a/?', '/a/x.txt?'));
  const grantCookie = cookieIn(granted);
  bears('cookie of a grant', contentOf(grantCookie));
  await send(`${endpoint}/vault/a/x.txt`, { headers: { cookie: grantCookie } });
  const form = signer.presignPost({ key: 'a/form.txt', expiresIn: '5m' });
  bears('signature of a form', form.fields['x-amz-signature'] ?? form.fields['X-Amz-Signature']);
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, String(value));
  body.append('file', new Blob(['form']), 'form.txt');
  await send(form.url, { method: 'POST', body });
  const password = bears('password of a share', 'correct-horse-battery');
  const share = (await fixture.api('POST', '/shares', { bucket: 'vault', key: 'a/x.txt', password })).value.url;
  bears('token of a share', share.slice(share.indexOf('/s/') + 3));
  const basic = bears('Basic', Buffer.from(`:${password}`).toString('base64'));
  await send(`${share}?download`, { headers: { authorization: `Basic ${basic}` } });
  const entered = await send(share, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `password=${password}`,
  });
  const shareCookie = cookieIn(entered);
  bears('cookie of a share', contentOf(shareCookie));
  await send(share, { headers: { cookie: shareCookie } });
  const inbox = (await fixture.api('POST', '/requests', { bucket: 'vault', prefix: 'in/' })).value.url;
  bears('token of a file request', inbox.slice(inbox.indexOf('/s/') + 3));
  await send(`${inbox}/a.txt`, { method: 'PUT', body: 'a' });
  const resumed = await send(`${inbox}/b.txt`, { method: 'POST', headers: tus });
  const ticket = (await fixture.api('POST', '/session/code')).value.url.split('#k=')[1];
  bears('ticket of the console', ticket);
  const asConsole = { 'x-tidegate-console': '1', origin: consoleEndpoint, 'content-type': 'application/json' };
  const signedIn = await send(`${consoleEndpoint}/_/api/v1/session`, {
    ...{ method: 'POST', headers: asConsole, body: JSON.stringify({ code: ticket }) },
  });
  assert.equal(signedIn.status, 201);
  const consoleCookie = cookieIn(signedIn);
  bears('cookie of the console', contentOf(consoleCookie));
  await send(`${consoleEndpoint}/_/api/v1/links`, { headers: { ...asConsole, cookie: consoleCookie } });
  const key = await fixture.makeKey({ note: 'for the log' });
  bears('secret access key', key.secretAccessKey);
  const derived = await fixture.api('POST', `/keys/${key.accessKeyId}/derive`, {});
  bears('derived signing key', derived.value.signingKey);
  const hook = { url: 'https://user:hook-password-0123@8.8.8.8/hook', types: [] };
  bears('password in a URL', 'hook-password-0123');
  const made = await fixture.api('POST', '/webhooks', { ...hook, url: 'https://8.8.8.8/hook' });
  bears('secret of a webhook', made.value.secret);
  await fixture.api('POST', '/webhooks', hook);
  bears('token of the metrics', metricsToken);
  await send(`${consoleEndpoint}/_/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
  const customerKey = bears('customer key', Buffer.alloc(32, 7).toString('base64'));
  await send(`${endpoint}/vault/a/x.txt`, { headers: sealed(customerKey) });
  const headers = signHeaders({
    ...{ method: 'GET', url: `${endpoint}/vault/a/x.txt`, credentials: rootCredentials, region: 'us-east-1' },
    payloadHash: sha256Hex(''),
  });
  delete headers['host'];
  bears('signature of a header', /Signature=(\w+)/.exec(headers['authorization'] ?? '')?.[1]);
  await send(`${endpoint}/vault/a/x.txt`, { headers });
  const reason = `it was pasted: ${v4} ${share}`;
  await fixture.api('POST', '/revocations', { match: { label: 'none' }, reason });
  const [upload, further] = [opened, resumed].map((answer) => answer.headers.get('location') ?? '');
  assert.ok(upload?.startsWith('/') && further?.startsWith('/s/'), `${upload} ${further}`);
  return [
    v4,
    old,
    lent,
    put.url,
    grant,
    share,
    `${share}/x.txt?download`,
    inbox,
    `${endpoint}${upload}`,
    `${endpoint}${further}`,
  ];
}

function sealed(customerKey: string): Record<string, string> {
  const name = 'x-amz-server-side-encryption-customer';
  const md5 = createHash('md5').update(Buffer.from(customerKey, 'base64')).digest('base64');
  return { [`${name}-algorithm`]: 'AES256', [`${name}-key`]: customerKey, [`${name}-key-md5`]: md5 };
}

/** A URL, and a secret, as they arrive when something on the way, or somebody, mangled them. */
const manglings: readonly (readonly [what: string, mangle: (target: string) => string])[] = [
  ['as it is', (target) => target],
  ['with its question mark encoded', (target) => target.replaceAll('?', '%3F')],
  ['with its question mark encoded twice', (target) => target.replaceAll('?', '%253F')],
  ['with all its marks encoded', (target) => `/${encodeURIComponent(target.slice(1))}`],
  ['with all its marks encoded twice', (target) => `/${encodeURIComponent(encodeURIComponent(target.slice(1)))}`],
  ['with HTML in it', (target) => target.replaceAll('&', '&amp;')],
  ['in lower case names', (target) => target.replaceAll('X-Amz-', 'x-amz-')],
  ['under another path', (target) => `/proxy${target}`],
  ['with two slashes', (target) => `/${target}`],
  ['as a parameter', (target) => `/vault/a/x.txt?next=${encodeURIComponent(target)}`],
  [
    'with an encoded letter in each name and token',
    (target) => target.replace('/s/', '/%73/').replace('Signature', '%53ignature'),
  ],
  [
    'with the first letter of a token encoded',
    (target) => target.replace(/(\/s\/)(.)/, (_, s, one) => `${s}%${one.charCodeAt(0).toString(16)}`),
  ],
];

function textsOf({ text }: Bearer): readonly string[] {
  // Some of it is as good as nothing; a half is not.
  const half = text.length >= 40 ? [text.slice(0, text.length / 2)] : [];
  return [text, encodeURIComponent(text), encodeURIComponent(encodeURIComponent(text)), ...half];
}

function decodeFully(text: string): string {
  return text.replace(/(?:%(?:25)*[0-9A-Fa-f]{2})+/g, (run) => {
    let plain = run;
    for (let round = 0; round < 4; round += 1) {
      try {
        plain = decodeURIComponent(plain);
      } catch {
        return plain;
      }
    }
    return plain;
  });
}

test('SEC-805 ADM-8 nothing that opens something reaches log, audit, ledger or metrics', async () => {
  const { server } = fixture;
  const urls = await useAll();
  for (const url of urls) {
    const target = url.slice(server.endpoint.length);
    for (const [, mangle] of manglings) {
      driftMs += 1000;
      const mangled = mangle(target);
      for (const port of [server.port, Number(new URL(server.consoleEndpoint).port)]) {
        const head = `GET ${mangled} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n`;
        await server.raw(`${head}Referer: ${url}\r\nUser-Agent: seen at ${url}\r\n\r\n`, { port });
      }
    }
    await server.raw(`GET ${url} HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`);
  }
  for (const { text } of bearers) {
    driftMs += 1000;
    const cookies = ['tidegate-share', 'tidegate-grant', `tidegate-console-${server.port}`];
    const agents = [`Basic ${text}`, `Bearer ${text}`, `password=${text}`, ...cookies.map((name) => `${name}=${text}`)];
    await Promise.all(
      [...agents, text].map((agent) =>
        send(`${server.endpoint}/vault/nothing`, {
          headers: { 'user-agent': agent === text ? 'x' : agent, authorization: `Bearer ${text}`, cookie: `a=${text}` },
        }),
      ),
    );
  }
  const audit = await fixture.api('GET', '/audit?limit=1000');
  const activity = await fixture.api('GET', '/activity?limit=1000');
  const refusals = await fixture.api('GET', '/refusals');
  const metrics = await send(`${server.consoleEndpoint}/_/metrics`, {
    headers: { authorization: `Bearer ${metricsToken}` },
  });
  const places: readonly (readonly [where: string, text: string])[] = [
    ...server
      .logged()
      .split('\n')
      .map((line) => ['log', line] as const),
    ['audit', audit.text],
    ['activity', activity.text],
    ['refusals', refusals.text],
    ['metrics', await metrics.text()],
  ];
  assert.ok(places.length > 400 && !server.logged().includes('not logged one by one'), 'every request is logged');
  for (const [where, line] of places) {
    const seen = [line, decodeFully(line)];
    for (const bearer of bearers) {
      const found = textsOf(bearer).find((text) => seen.some((one) => one.includes(text)));
      assert.equal(found, undefined, `${bearer.what} in ${where}: ${line.slice(0, 1500)}`);
    }
  }
});
