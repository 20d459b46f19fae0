import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { override } from '../../../../test/override.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ask, browser, type Made, makeShare, outcome } from './fixture.ts';

let server: TestServer;
const content = 'a quarterly report\n'.repeat(100);

before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/shared')).status, 200);
  for (const key of ['q3.pdf', 'dir/a.txt', 'dir/b.txt', 'dir/sub/c.txt', 'other/d.txt']) {
    const headers = { 'content-type': key.endsWith('pdf') ? 'application/pdf' : 'text/plain' };
    assert.equal((await server.signed('PUT', `/shared/${key}`, { body: `${key} ${content}`, headers })).status, 200);
  }
  const name = encodeURIComponent('Bericht für "Ärzte".txt');
  assert.equal((await server.signed('PUT', `/shared/${name}`, { body: 'ü' })).status, 200);
});
after(() => server.stop());

test('SHR-1 SHR-5 a program gets the bytes, with ranges, conditions and HEAD', async () => {
  const { url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf' });
  assert.match(url, /\/s\/[0-9A-Za-z]{22}$/);
  const whole = await fetch(url);
  assert.equal(await whole.text(), `q3.pdf ${content}`);
  assert.equal(whole.headers.get('content-type'), 'application/pdf');
  assert.equal(whole.headers.get('cache-control'), 'private, no-store');
  assert.equal(whole.headers.get('referrer-policy'), 'no-referrer');
  const part = await fetch(url, { headers: { range: 'bytes=0-5' } });
  assert.deepEqual([part.status, await part.text()], [206, 'q3.pdf']);
  const etag = whole.headers.get('etag') ?? '';
  assert.equal((await fetch(url, { headers: { 'if-none-match': etag } })).status, 304);
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(`q3.pdf ${content}`.length)]);
  assert.equal(await outcome(fetch(url, { method: 'DELETE' })), '405 ShareMethod');
});

test('SHR-8 curl -OJ names the file; other names are given in both ways', async () => {
  const { url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf' });
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-curl-'));
  try {
    await promisify(execFile)('curl', ['-sSf', '-OJ', url], { cwd: folder });
    assert.deepEqual(readdirSync(folder), ['q3.pdf']);
    assert.equal(readFileSync(join(folder, 'q3.pdf'), 'utf8'), `q3.pdf ${content}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const odd = await makeShare(server, { bucket: 'shared', key: 'Bericht für "Ärzte".txt' });
  const named = (await fetch(odd.url)).headers.get('content-disposition');
  assert.equal(
    named,
    `attachment; filename="Bericht f_r __rzte_.txt"; filename*=UTF-8''Bericht%20f%C3%BCr%20%22%C3%84rzte%22.txt`,
  );
});

test('SHR-2 the id of a share is found in the ledger; its token is not', async () => {
  const made = await makeShare(server, { bucket: 'shared', key: 'q3.pdf', title: 'Q3', note: 'for the board' });
  assert.match(made.id, /^sh_[a-z2-7]{16}$/);
  assert.equal((await ask<Made>(server, 'GET', `/links/${made.id}`)).id, made.id);
  const listed = JSON.stringify(await ask(server, 'GET', '/shares'));
  const token = made.url.slice(-22);
  assert.ok(listed.includes(made.id) && !listed.includes(token));
  assert.deepEqual(await ask(server, 'GET', `/shares/${made.id}/url`), { url: made.url });
  assert.ok(!readFileSync(join(server.folder, 'meta.db'), 'latin1').includes(token));
  assert.equal(await outcome(fetch(`${server.endpoint}/s/${'A'.repeat(22)}`)), '404 NoSuchShare');
  assert.equal(await outcome(fetch(`${server.endpoint}/s/short`)), '404 NoSuchShare');
});

test('SHR-7 who looks at the page of a share has not used it: the ledger counts the downloads', async () => {
  const { id, url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf' });
  for (let n = 0; n < 3; n += 1) {
    assert.match(await (await fetch(url, { headers: browser })).text(), /Download/);
  }
  const seen = () => ask<{ uses: { count: number }; bytes: { out: number } }>(server, 'GET', `/links/${id}`);
  assert.deepEqual([(await seen()).uses.count, (await seen()).bytes.out], [0, 0]);
  const file = await (await fetch(`${url}?download=1`, { headers: browser })).text();
  assert.deepEqual([(await seen()).uses.count, (await seen()).bytes.out], [1, file.length]);
});

test('SHR-3 a share is counted as a link is: of 20 at once on three uses three are answered', async () => {
  const { id, url } = await makeShare(server, { bucket: 'shared', key: 'dir/a.txt', limits: { uses: 3 } });
  const big = new Uint8Array(1024 ** 2);
  assert.equal((await server.signed('PUT', '/shared/dir/a.txt', { body: big })).status, 200);
  const all = await Promise.all(Array.from({ length: 20 }, () => outcome(fetch(url))));
  assert.equal(all.filter((one) => one === '200').length, 3);
  assert.equal(all.filter((one) => one === '403 LinkUsesSpent').length, 17);
  assert.equal((await ask<Made>(server, 'GET', `/shares/${id}`)).uses.count, 3);
  await server.signed('PUT', '/shared/dir/a.txt', { body: `dir/a.txt ${content}` });
});

test('SHR-3 a share that was taken back is refused, and works again when that is undone', async () => {
  const { id, url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf' });
  await ask(server, 'DELETE', `/shares/${id}`);
  await ask(server, 'DELETE', `/shares/${id}`);
  assert.equal(await outcome(fetch(url)), '403 LinkRevoked');
  const { items } = await ask<{ items: { id: string; match: { id?: string } }[] }>(server, 'GET', '/revocations');
  const mine = items.filter(({ match }) => match.id !== undefined && id.endsWith(match.id.slice(3)));
  assert.equal(mine.length, 1);
  await ask(server, 'DELETE', `/revocations/${mine[0]?.id}`);
  assert.equal(await outcome(fetch(url)), '200');
});

test('SHR-4 SEC-230 a share acts with the rights of its key, as of now: disabled, deleted or out of reach it is refused', async () => {
  const key = await ask<{ id: string; secretAccessKey: string }>(server, 'POST', '/keys', { role: 'owner' });
  const credentials = { accessKeyId: key.id, secretAccessKey: key.secretAccessKey };
  const answer = await server.signed('POST', '/_/api/v1/shares', {
    credentials,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ bucket: 'shared', key: 'q3.pdf' }),
  });
  const { url }: Made = JSON.parse(await answer.text());
  assert.equal(await outcome(fetch(url)), '200');
  await ask(server, 'PATCH', `/keys/${key.id}`, { prefixes: ['other/'] });
  assert.equal((await fetch(url)).status, 403);
  await ask(server, 'PATCH', `/keys/${key.id}`, { prefixes: [] });
  assert.equal(await outcome(fetch(url)), '200');
  await ask(server, 'PATCH', `/keys/${key.id}`, { state: 'disabled' });
  assert.equal(await outcome(fetch(url)), '403 AccessDenied');
  await ask(server, 'PATCH', `/keys/${key.id}`, { state: 'enabled' });
  await ask(server, 'DELETE', `/keys/${key.id}`);
  assert.equal(await outcome(fetch(url)), '403 AccessDenied');
});

test('SHR-6 several keys or a prefix are listed, given one by one, and sent as a ZIP; nothing beside them', async () => {
  const keys = await makeShare(server, { bucket: 'shared', keys: ['dir/a.txt', 'dir/sub/c.txt'], title: 'Two' });
  const below = await makeShare(server, { bucket: 'shared', prefix: 'dir/' });
  const bare = await fetch(keys.url, { redirect: 'manual' });
  assert.deepEqual([bare.status, bare.headers.get('location')], [308, `/s/${keys.url.slice(-22)}/`]);
  const names = async (url: string): Promise<string[]> => {
    const { items }: { items: { name: string }[] } = JSON.parse(await (await fetch(`${url}/`)).text());
    return items.map(({ name }) => name);
  };
  assert.deepEqual(await names(keys.url), ['a.txt', 'sub/c.txt']);
  assert.deepEqual(await names(below.url), ['a.txt', 'b.txt', 'sub/c.txt']);
  assert.equal(await (await fetch(`${keys.url}/sub/c.txt`)).text(), `dir/sub/c.txt ${content}`);
  assert.equal(await outcome(fetch(`${keys.url}/b.txt`)), '404 NoSuchKey');
  for (const path of ['..%2Fq3.pdf', '%2e%2e/q3.pdf', 'sub/..%2f..%2fq3.pdf', 'x', '%00']) {
    const answer = await server.raw(
      `GET /s/${below.url.slice(-22)}/${path} HTTP/1.1\r\nhost: ${server.host}\r\nconnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 (?:400|404) /, path);
  }
  const zip = await fetch(`${keys.url}/?zip`);
  const bytes = Buffer.from(await zip.arrayBuffer());
  assert.equal(zip.headers.get('content-type'), 'application/zip');
  assert.equal(bytes.byteLength, Number(zip.headers.get('content-length')));
  assert.ok(bytes.includes('sub/c.txt') && !bytes.includes('b.txt '));
});

test('SHR-6 the page of several files offers all of them first, then each in the order and by the name that people use', async () => {
  for (const name of ['file10.txt', 'file2.txt', 'File1.txt', 'deep/é.txt']) {
    const path = `/shared/${encodeURI(`sorted/year/${name}`)}`;
    assert.equal((await server.signed('PUT', path, { body: name })).status, 200);
  }
  const { url } = await makeShare(server, { bucket: 'shared', prefix: 'sorted/' });
  const page = await (await fetch(`${url}/`, { headers: browser })).text();
  const shown = [...page.matchAll(/<a href="([^"]*)"><bdi>([^<]*)</g)].map(([, href = '', name = '']) => [name, href]);
  const at = (name: string): string => `/s/${url.slice(-22)}/year/${encodeURI(name)}`;
  assert.deepEqual(
    shown,
    ['deep/é.txt', 'File1.txt', 'file2.txt', 'file10.txt'].map((name) => [name, at(name)]),
  );
  assert.ok(page.indexOf('?zip"') < page.indexOf('<ul class="files">'), 'all of them come first');
  assert.equal(await (await fetch(new URL(at('file2.txt'), url))).text(), 'file2.txt');
});

test('SHR-7 a browser gets a page that works without a script, and its button the file', async () => {
  const { url } = await makeShare(server, {
    bucket: 'shared',
    key: 'q3.pdf',
    title: 'Q3 <report>',
    limits: { uses: 5 },
    expiresIn: '1h',
  });
  const page = await fetch(url, { headers: browser });
  const html = await page.text();
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(html, /<h1><bdi>Q3 &lt;report&gt;<\/bdi><\/h1>/);
  assert.match(html, /q3\.pdf/);
  assert.match(html, /<bdi>PDF<\/bdi><\/span><span><i> · <\/i><bdi>1\.9\sKiB<\/bdi>/);
  assert.match(html, /5\sof\s5 downloads left/);
  assert.match(html, /Until <time/);
  assert.doesNotMatch(html, /<script src/);
  const path = /<form method="get" action="([^"]+)">/.exec(html)?.[1] ?? '';
  const file = await fetch(`${server.endpoint}${path}?download=1`, { headers: browser });
  assert.equal(await file.text(), `q3.pdf ${content}`);
  assert.match(await (await fetch(url, { headers: browser })).text(), /4\sof\s5 downloads left/);
});

test('SHR-7 LNK-33 with confirm only the button of the page gets the file', async () => {
  const { url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf', limits: { uses: 1, confirm: true } });
  for (const suffix of ['', '?download=1', '/q3.pdf']) {
    assert.match(await (await fetch(url + suffix, { headers: browser })).text(), /<form method="post"/);
  }
  const file = await fetch(url, { method: 'POST', headers: browser });
  assert.equal(await file.text(), `q3.pdf ${content}`);
  assert.equal(await outcome(fetch(url, { method: 'POST', headers: browser })), '403 LinkUsesSpent');
});

test('SHR-9 refusals: a page for people, two lines for programs, JSON for who asks', async () => {
  const { url } = await makeShare(server, { bucket: 'shared', key: 'gone.txt', allowMissing: true });
  const page = await fetch(url, { headers: browser });
  assert.equal(page.status, 404);
  assert.match(await page.text(), /<h1>This file is no longer available<\/h1>/);
  assert.equal(
    await (await fetch(url)).text(),
    'This file is no longer available\nThe link is valid, but the file was deleted.\n',
  );
  const problem = await fetch(url, { headers: { accept: 'application/json' } });
  assert.equal(problem.headers.get('content-type'), 'application/problem+json');
  assert.equal(JSON.parse(await problem.text()).code, 'NoSuchKey');
});

test('SHR-10 ends, addresses, transport and times hold, and are changed at any time', async () => {
  const { id, url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf', limits: { ip: ['192.0.2.0/24'] } });
  assert.equal(await outcome(fetch(url)), '403 LinkAddressNotAllowed');
  await ask(server, 'PATCH', `/shares/${id}`, { limits: { https: true } });
  assert.equal(await outcome(fetch(url)), '403 LinkNeedsHttps');
  await ask(server, 'PATCH', `/shares/${id}`, { limits: { notBefore: '2099-01-01T00:00:00Z' } });
  assert.equal(await outcome(fetch(url)), '403 LinkNotYetValid');
  await ask(server, 'PATCH', `/shares/${id}`, { limits: {}, expiresIn: '1s' });
  assert.equal(await outcome(fetch(url)), '200');
  const bad = await server.signed('POST', '/_/api/v1/shares', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ bucket: 'shared', key: 'x', limits: { types: ['a/b'] } }),
  });
  assert.equal(bad.status, 400);
});

test('SHR-8 the command for curl names a file that curl could not name by itself', async () => {
  const code = async (key: string): Promise<string | undefined> => {
    const { url } = await makeShare(server, { bucket: 'shared', key });
    return /<code>(curl [^<]+)<\/code>/.exec(await (await fetch(url, { headers: browser })).text())?.[1];
  };
  assert.match((await code('q3.pdf')) ?? '', /^curl -fOJ &#39;|^curl -fOJ '/);
  assert.match(
    (await code('Bericht für "Ärzte".txt')) ?? '',
    /^curl -fo (?:'|&#39;|&apos;)Bericht für &quot;Ärzte&quot;\.txt/,
  );
});

test('SHR-9 a share that wants TLS offers the same page with it where that is known', async () => {
  const { url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf', limits: { https: true } });
  const path = new URL(url).pathname;
  const page = (host: string): Promise<string> =>
    server.raw(
      [`GET ${path}?download=1 HTTP/1.1`, `Host: ${host}`, 'Accept: text/html', 'Connection: close', '', ''].join(
        '\r\n',
      ),
    );
  assert.match(await page('files.example.com'), new RegExp(`href="https://files\\.example\\.com${path}\\?download=1"`));
  for (const host of ['files.example.com:9000', '127.0.0.1', '"><b>'])
    assert.doesNotMatch(await page(host), /href="https/);
});

test('SHR-10 an expired share is refused', async () => {
  let nowMs = Date.now();
  const { systemClock } = await import('../../src/world/clock.ts');
  const clock = override(systemClock, { nowMs: () => nowMs });
  const other = await startTestServer({ world: { clock } });
  try {
    assert.equal((await other.signed('PUT', '/shared')).status, 200);
    assert.equal((await other.signed('PUT', '/shared/x', { body: 'x' })).status, 200);
    const { url } = await makeShare(other, { bucket: 'shared', key: 'x', expiresIn: '1h' });
    const never = await makeShare(other, { bucket: 'shared', key: 'x', expiresAt: null });
    assert.equal(await outcome(fetch(url)), '200');
    nowMs += 3_600_001;
    assert.equal(await outcome(fetch(url)), '403 LinkExpired');
    nowMs += 3_600_000 * 24 * 400;
    assert.equal(await outcome(fetch(never.url)), '200');
  } finally {
    await other.stop();
  }
});

test('SHR-5 a share of a version gives that version, and nothing when it is gone', async () => {
  const on = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
  assert.equal((await server.signed('PUT', '/versioned')).status, 200);
  assert.equal((await server.signed('PUT', '/versioned?versioning', { body: on })).status, 200);
  const first = await server.signed('PUT', '/versioned/k', { body: 'first' });
  const versionId = first.headers.get('x-amz-version-id') ?? '';
  assert.notEqual(versionId, '');
  await server.signed('PUT', '/versioned/k', { body: 'second' });
  const made = await ask<Made & { readonly target: unknown }>(server, 'POST', '/shares', {
    bucket: 'versioned',
    key: 'k',
    versionId,
  });
  assert.deepEqual(made.target, { bucket: 'versioned', keys: ['k'], versionId });
  const current = await makeShare(server, { bucket: 'versioned', key: 'k' });
  assert.equal(await (await fetch(made.url)).text(), 'first');
  assert.equal((await fetch(made.url, { method: 'HEAD' })).headers.get('content-length'), '5');
  assert.match(await (await fetch(made.url, { headers: browser })).text(), /\b5\sB\b/);
  assert.equal(await (await fetch(current.url)).text(), 'second');
  assert.equal((await server.signed('DELETE', `/versioned/k?versionId=${versionId}`)).status, 204);
  assert.equal(await outcome(fetch(made.url)), '404 NoSuchVersion');
  assert.equal(await outcome(fetch(current.url)), '200');
  const wrong = { bucket: 'versioned', keys: ['k', 'l'], versionId };
  const headers = { 'content-type': 'application/json' };
  assert.equal((await server.signed('POST', '/_/api/v1/shares', { body: JSON.stringify(wrong), headers })).status, 400);
});

test('SHR-4 POL-3 a policy of the bucket is judged by the address and the headers of who opens the share', async () => {
  assert.equal((await server.signed('PUT', '/fenced')).status, 200);
  assert.equal((await server.signed('PUT', '/fenced/dir/k', { body: 'inside' })).status, 200);
  const one = await makeShare(server, { bucket: 'fenced', key: 'dir/k' });
  const folder = await makeShare(server, { bucket: 'fenced', prefix: 'dir/' });
  const request = await ask<Made>(server, 'POST', '/requests', { bucket: 'fenced', prefix: 'in/' });
  const deny = async (condition: unknown): Promise<void> => {
    const body = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*Object',
          Resource: 'arn:aws:s3:::fenced/*',
          Condition: condition,
        },
      ],
    });
    assert.equal((await server.signed('PUT', '/fenced?policy', { body })).status, 204);
  };
  const seen = async (agent: string): Promise<readonly string[]> => {
    const headers = { 'user-agent': agent };
    return [
      await outcome(fetch(one.url, { headers })),
      await outcome(fetch(`${folder.url}/k`, { headers })),
      await outcome(fetch(`${request.url}/file.txt`, { method: 'PUT', body: 'x', headers })),
    ];
  };
  const [open, shut] = [
    ['200', '200', '201'],
    ['403 AccessDenied', '403 AccessDenied', '403 AccessDenied'],
  ];
  assert.deepEqual(await seen('curl/8'), open);
  await deny({ NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } });
  assert.deepEqual(await seen('curl/8'), open);
  await deny({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } });
  assert.deepEqual(await seen('curl/8'), shut);
  await deny({ StringLike: { 'aws:UserAgent': 'wget*' } });
  assert.deepEqual(await seen('curl/8'), open);
  assert.deepEqual(await seen('wget/1'), shut);
  await deny({ Bool: { 'aws:SecureTransport': 'false' } });
  assert.deepEqual(await seen('curl/8'), shut);
});

test('SHR-10 ledger and share show what a share was changed to: its uses, what is left of them, its end', async () => {
  const { id, url } = await makeShare(server, { bucket: 'shared', key: 'q3.pdf', limits: { uses: 2 } });
  await (await fetch(url)).arrayBuffer();
  await ask(server, 'PATCH', `/shares/${id}`, { limits: { uses: 5 }, expiresIn: '1d' });
  type Shown = { readonly uses: Record<string, unknown>; readonly limits: unknown; readonly expiresAt: string };
  const [ofShare, ofLedger] = [`/shares/${id}`, `/links/${id}`].map((path) => ask<Shown>(server, 'GET', path));
  for (const shown of [await ofShare, await ofLedger]) {
    const { count, limit, left } = { ...shown?.uses };
    assert.deepEqual([count, limit, left], [1, 5, 4]);
    assert.deepEqual(shown?.limits, { uses: 5 });
    assert.ok(Date.parse(shown?.expiresAt ?? '') > Date.now());
  }
});
