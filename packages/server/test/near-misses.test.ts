import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { bucket, explain } from '@tidegate/presign';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  await server.signed('PUT', '/media');
  await server.signed('PUT', '/media/a/song.mp3', { body: 'x' });
});

after(() => server.stop());

/** A link as somebody signs it who reaches the server at `endpoint`. */
function linkFor(endpoint: string): string {
  const { credentials } = server;
  return bucket('media', { endpoint, credentials, region: 'us-east-1', store: 'tidegate' }).presignGet('a/song.mp3', {
    expiresIn: 600,
  });
}

/** What the server refuses a request with, and the hint that everybody sees. */
function refusalOf(
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ reason: unknown; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers, setHost: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ reason: response.headers['x-tidegate-reason'], body }));
    });
    asked.on('error', reject).end();
  });
}

/** What `POST /explain` says to the owner. */
async function explained(url: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await server.signed('POST', '/_/api/v1/explain', {
    body: JSON.stringify({ url, headers }),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(response.status, 200);
  // The members that the tests below assert.
  return (await response.json()) as {
    readonly cause: { readonly reason: string; readonly signWith?: string; readonly text: string } | null;
    readonly text: string;
  };
}

const names = ['localhost', '127.0.0.1', '[::1]'];
for (const signed of names) {
  for (const asked of names.filter((name) => name !== signed)) {
    test(`SIG-95 signed for ${signed} and asked as ${asked}, with and without the port, is HostChanged here and in explain`, async () => {
      const port = `:${server.port}`;
      for (const signedPort of [port, '']) {
        const link = new URL(linkFor(`http://${signed}${signedPort}`));
        const { reason, body } = await refusalOf(link.pathname + link.search, { host: `${asked}${port}` });
        assert.equal(reason, 'HostChanged', signedPort);
        assert.ok(!body.includes(`<Hint>${signed}`), 'the signed host is for owners');
        link.host = `${asked}${port}`;
        const { cause } = await explained(link.href);
        assert.deepEqual([cause?.reason, cause?.signWith], ['HostChanged', `http://${asked}${port}`]);
      }
    });
  }
}

for (const [prefix, headers] of [
  ['/storage', {}],
  ['/team/objects', { 'x-forwarded-prefix': '/team/objects/' }],
  ['/cdn', { 'x-original-uri': '/cdn/media/a/song.mp3?X-Amz-Algorithm=x' }],
] as const) {
  test(`SIG-95 a proxy that removed ${prefix} is PathPrefix for the server`, async () => {
    const link = new URL(linkFor(`${server.endpoint}${prefix}`));
    const path = link.pathname.slice(prefix.length) + link.search;
    assert.equal((await refusalOf(path, { host: server.host, ...headers })).reason, 'PathPrefix');
  });
}

test('SIG-95 explain says PathPrefix of a URL whose prefix a proxy removes, as the refusal does', async () => {
  const { cause, text } = await explained(linkFor(`${server.endpoint}/storage`));
  assert.equal(cause?.reason, 'PathPrefix', text);
  assert.match(text, /\/storage was removed/);
});

test('SIG-95 explain says PathPrefix of a URL that a proxy added to, as the refusal does', async () => {
  const link = new URL(linkFor(server.endpoint));
  link.pathname = `/storage${link.pathname}`;
  assert.equal((await refusalOf(link.pathname + link.search, { host: server.host })).reason, 'PathPrefix');
  assert.equal((await explained(link.href)).cause?.reason, 'PathPrefix');
});

test('SIG-95 with a public endpoint, every explanation advises signing for that', async () => {
  const known = await startTestServer({ settings: { publicEndpoint: 'https://files.example.com' } });
  try {
    await known.signed('PUT', '/media');
    const { credentials } = known;
    const link = bucket('media', { endpoint: known.endpoint, credentials, region: 'us-east-1' }).presignGet('k');
    const response = await known.signed('POST', '/_/api/v1/explain', {
      body: JSON.stringify({ url: link.replace('127.0.0.1', 'localhost') }),
      headers: { 'content-type': 'application/json' },
    });
    // The members asserted here.
    const { cause, text } = (await response.json()) as { cause: { signWith: string }; text: string };
    assert.equal(cause.signWith, 'https://files.example.com');
    assert.match(text, /endpoint_url="https:\/\/files\.example\.com"/);
  } finally {
    await known.stop();
  }
});

for (const [junk, said] of [
  ['hello', /^✗ This is not a presigned URL\. [^\n]+$/],
  ['', /^✗ This is not a presigned URL\. [^\n]+$/],
  ['https://files.example.com/media/song.mp3', /^✗ This URL has no signature, so there is nothing to check\.$/],
] as const) {
  test(`SIG-95 ${JSON.stringify(junk)} is explained in one line`, () => {
    assert.match(String(explain(junk)), said);
  });
}
