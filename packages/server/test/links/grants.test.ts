import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Limits } from '@tidegate/presign';
import { links, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;
const files = {
  'a/b/x.txt': 'x',
  'a/b/deep/ä ö.txt': 'umlaut',
  'a/b/c:d': 'colon',
  'a/bc': 'outside',
  'A/b/x': 'other',
};

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/granted')).status, 200);
  assert.equal((await server.signed('PUT', '/elsewhere')).status, 200);
  await server.signed('PUT', '/elsewhere/a/b/x.txt', { body: 'elsewhere' });
  for (const [key, body] of Object.entries(files)) {
    const path = `/granted/${key.split('/').map(encodeURIComponent).join('/')}`;
    assert.equal((await server.signed('PUT', path, { body })).status, 200, key);
  }
});
after(() => server.stop());

function grant(limits: Limits = {}): { readonly at: (path: string, query?: string) => string; readonly query: string } {
  const url = links(server, 'granted').presignGet('a/b/', { limits: { grant: true, ...limits } });
  const query = url.slice(url.indexOf('?'));
  return { at: (path, more = '') => `${server.endpoint}${path}${query}${more}`, query };
}

async function outcome(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  const text = await response.text();
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const reason = response.headers.get('x-tidegate-reason');
  return [response.status, code ?? text, reason].filter((part) => part !== null).join(' ');
}

test('SIG-48 LNK-34 one query works on every key below the prefix', async () => {
  const { at } = grant();
  assert.equal(await outcome(fetch(at('/granted/a/b/x.txt'))), '200 x');
  assert.equal(await outcome(fetch(at('/granted/a/b/deep/%C3%A4%20%C3%B6.txt'))), '200 umlaut');
});

const outside: readonly (readonly [path: string, query?: string])[] = [
  ['/granted/a/b/../bc'],
  ['/granted/a/b/%2e%2e/bc'],
  ['/granted/a/b%2F..%2Fbc'],
  ['/granted/a/b/.//x.txt'],
  ['/granted/a/bc'],
  ['/granted/A/b/x'],
  ['/granted/a/b/%00'],
  ['/elsewhere/a/b/x.txt'],
  ['/granted/a/b/x.txt', '&versionId=null'],
  ['/granted/a/b/x.txt', '&acl'],
];
for (const [path, query] of outside) {
  test(`SEC-232 SIG-48b ${path}${query ?? ''} is never answered with a byte from outside the grant`, async () => {
    const { at } = grant();
    const head = `GET ${at(path, query).slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`;
    const answer = await server.raw(head);
    assert.match(answer, /^HTTP\/1\.1 40[03] /);
    assert.match(answer, /LinkOutsideGrant|SignatureDoesNotMatch|<Code>InvalidURI|<Code>InvalidArgument/);
    assert.doesNotMatch(answer, /outside$|elsewhere$/);
  });
}

test('SIG-48b LNK-21 a key beside the prefix is LinkOutsideGrant', async () => {
  assert.match(await outcome(fetch(grant().at('/granted/a/bc'))), /^403 AccessDenied LinkOutsideGrant$/);
});

test('LNK-34 the prefix itself lists: JSON for programs, a page for a browser that goes there', async () => {
  const { at } = grant({ uses: 1 });
  const answer = await fetch(at('/granted/a/b/'));
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.equal(answer.headers.get('cache-control'), 'private, no-store');
  const listed: { items: { name: string; size: number }[]; next: string | null } = JSON.parse(await answer.text());
  assert.deepEqual(
    listed.items.map(({ name }) => name),
    ['c:d', 'deep/ä ö.txt', 'x.txt'],
  );
  // Node's fetch says Sec-Fetch-Mode itself.
  const html = await server.raw(
    `GET ${at('/granted/a/b/').slice(server.endpoint.length)} HTTP/1.1\r\nHost: ${server.host}\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
  );
  assert.match(html, /^content-type: text\/html/im);
  assert.match(html, /^content-security-policy: default-src 'none'/im);
  assert.match(html, /href="\.\/deep\/%C3%A4%20%C3%B6\.txt\?/);
  assert.match(html, /href="\.\/c%3Ad\?/);
  // Listing is free of uses.
  assert.equal(await outcome(fetch(at('/granted/a/b/x.txt'))), '200 x');
});

test('LNK-34 a listing goes on behind a name', async () => {
  const answer = await fetch(grant().at('/granted/a/b/'), { headers: { 'x-tidegate-after': 'a/b/e' } });
  const listed: { items: { name: string }[] } = JSON.parse(await answer.text());
  assert.deepEqual(
    listed.items.map(({ name }) => name),
    ['x.txt'],
  );
});

test('SEC-233 LNK-35 a cookie for the path alone stands in for the query, and never for more than the link', async () => {
  const { at } = grant({ id: 'cookie' });
  const first = await fetch(at('/granted/a/b/x.txt'));
  await first.text();
  const cookie = first.headers.get('set-cookie') ?? '';
  assert.match(cookie, /; Path=\/granted\/a\/b\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  assert.doesNotMatch(cookie, /X-Amz|Signature/);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  const plain = (path: string, method = 'GET') => fetch(`${server.endpoint}${path}`, { headers, method });
  assert.equal(await outcome(plain('/granted/a/b/deep/%C3%A4%20%C3%B6.txt')), '200 umlaut');
  assert.equal(await outcome(plain('/granted/a/bc')), '403 AccessDenied');
  assert.equal(await outcome(plain('/elsewhere/a/b/x.txt')), '403 AccessDenied');
  assert.equal(await outcome(plain('/granted/a/b/x.txt?acl')), '403 AccessDenied');
  assert.equal((await plain('/granted/a/b/x.txt', 'DELETE')).status, 403);
  assert.equal((await plain('/granted/a/b/x.txt', 'HEAD')).status, 403);
  const forged = { cookie: `${headers.cookie.slice(0, -4)}AAAA` };
  assert.equal(await outcome(fetch(`${server.endpoint}/granted/a/b/x.txt`, { headers: forged })), '403 AccessDenied');
  await server.running.links.revoke({
    match: { kind: 'label', accessKeyId: server.credentials.accessKeyId, label: 'cookie' },
    beforeMs: Date.now(),
    by: 'test',
    reason: undefined,
    keptUntilMs: undefined,
  });
  assert.equal(await outcome(plain('/granted/a/b/x.txt')), '403 AccessDenied LinkRevoked');
});

test('LDG-33 a key taken back below a grant is closed to the grant, and only it', async () => {
  const { at } = grant({ id: 'below' });
  const id = await server.running.links.revoke({
    match: { kind: 'object', bucket: 'granted', key: 'a/b/x.txt' },
    beforeMs: Date.now(),
    by: 'test',
    reason: undefined,
    keptUntilMs: undefined,
  });
  assert.equal(await outcome(fetch(at('/granted/a/b/x.txt'))), '403 AccessDenied LinkRevoked');
  assert.equal(await outcome(fetch(at('/granted/a/b/c%3Ad'))), '200 colon');
  await server.running.links.undoRevocation(id.id);
});

test('SIG-48 LNK-29 LNK-30 a grant for PUT takes as many files as it has uses, each once', async () => {
  const { url } = links(server, 'granted').presignPut('in/', { limits: { grant: true, uses: 2, writeOnce: true } });
  const query = url.slice(url.indexOf('?'));
  const put = (name: string) =>
    outcome(fetch(`${server.endpoint}/granted/in/${name}${query}`, { method: 'PUT', body: 'x' }));
  assert.equal(await put('one'), '200 ');
  assert.equal(await put('one'), '412 PreconditionFailed');
  assert.equal(await put('two'), '200 ');
  assert.equal(await put('three'), '403 AccessDenied LinkUsesSpent');
});

test('LNK-36 the prefix streams as one ZIP of exactly the announced length, which unzip takes', async () => {
  const { at } = grant({ zip: true, uses: 1 });
  const answer = await fetch(at('/granted/a/b/'));
  assert.equal(answer.headers.get('content-type'), 'application/zip');
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(bytes.byteLength, Number(answer.headers.get('content-length')));
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-zip-'));
  try {
    await writeFile(join(folder, 'it.zip'), bytes);
    const script =
      'import sys,zipfile,json\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps({i.filename:z.read(i).decode() for i in z.infolist()}))';
    const read: unknown = JSON.parse(
      execFileSync('python3', ['-c', script, join(folder, 'it.zip')], { encoding: 'utf8' }),
    );
    assert.deepEqual(read, { c_d: 'colon', 'deep/ä ö.txt': 'umlaut', 'x.txt': 'x' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  assert.equal(await outcome(fetch(at('/granted/a/b/'))), '403 AccessDenied LinkUsesSpent');
});

test('LNK-36 ENC-11 a ZIP with an object in it that only a customer can open is refused before its first byte, and takes no use', async () => {
  const key = Buffer.alloc(32, 5);
  const sseHeaders = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
  };
  const put = await server.signed('PUT', '/granted/a/b/sealed.txt', { body: 'sealed', headers: sseHeaders });
  assert.equal(put.status, 200, await put.text());
  const { at } = grant({ zip: true, uses: 1, id: 'sealed' });
  const refused = await fetch(at('/granted/a/b/'));
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /sealed\.txt is encrypted with a key that only its sender has/);
  assert.equal((await server.signed('DELETE', '/granted/a/b/sealed.txt')).status, 204);
  assert.equal(await fetch(at('/granted/a/b/')).then(({ status }) => status), 200);
});

test('SEC-515 no name in a ZIP, a listing or Content-Disposition turns the direction of what follows', async () => {
  const name = 'photo\u202egpj\u2066.exe';
  const put = await server.signed('PUT', `/granted/bidi/${encodeURIComponent(name)}`, { body: 'x' });
  assert.equal(put.status, 200);
  const zip = links(server, 'granted').presignGet('bidi/', { limits: { grant: true, zip: true } });
  const bytes = Buffer.from(await (await fetch(zip)).arrayBuffer());
  assert.ok(bytes.includes('photogpj.exe') && !/[\u202e\u2066]/.test(bytes.toString('utf8')));
  const { pathname, search } = new URL(links(server, 'granted').presignGet('bidi/', { limits: { grant: true } }));
  const html = await server.raw(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${server.host}\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
  );
  const page = Buffer.from(html, 'latin1').toString('utf8');
  assert.ok(page.includes('>photogpj.exe<') && !/[\u202e\u2066]/.test(page), page.slice(-600));
  const body = JSON.stringify({ bucket: 'granted', key: `bidi/${name}`, expiresIn: '1h' });
  const headers = { 'content-type': 'application/json' };
  const { url } = await (await server.signed('POST', '/_/api/v1/shares', { body, headers })).json();
  const saved = await fetch(`${url}?download`);
  await saved.text();
  assert.equal(saved.headers.get('content-disposition'), 'attachment; filename="photogpj.exe"');
});
