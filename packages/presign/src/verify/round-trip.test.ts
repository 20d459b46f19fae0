import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeed } from '../../../../test/seed.ts';
import { seeded } from '../../test/seeded.ts';
import {
  type BucketConfig,
  bucket,
  type Limits,
  type RequestLike,
  signHeaders,
  type Verdict,
  verify,
} from '../index.ts';

const seed = readSeed();
const { random, randomText: textOf } = seeded(seed);
const pieces = [
  'a',
  'Z',
  '.',
  '..',
  '/',
  '//',
  '/./',
  '/../',
  '%',
  '%2F',
  '+',
  ' ',
  '~',
  '!',
  "'",
  '(',
  '*',
  '&',
  '=',
  '?',
  '#',
  'é',
  '日',
  '😀',
  '\\',
  '\u0001',
  '\u007f',
  '<',
];
const randomKey = (): string => textOf(pieces, 20);

const credentials = { accessKeyId: 'AKIDROUNDTRIP', secretAccessKey: 'round/trip+secret', sessionToken: 'to+ken/=' };
const at = new Date('2026-03-01T00:00:00Z');
function configOf(round: number): BucketConfig {
  const { sessionToken, ...permanent } = credentials;
  return {
    endpoint: round % 3 ? 'https://files.example.com:8443' : 'http://[::1]:9000',
    style: round % 3 === 1 ? 'virtual' : 'path',
    region: 'eu-west-1',
    credentials: round % 2 ? credentials : permanent,
    store: 'tidegate',
    now: () => at,
  };
}
function judged(request: RequestLike, round: number, secondsLater = 1): Promise<Verdict> {
  const { sessionToken, ...permanent } = credentials;
  const known = round % 2 ? credentials : permanent;
  return verify(request, {
    lookup: (id) => (id === credentials.accessKeyId ? known : undefined),
    now: new Date(at.getTime() + secondsLater * 1000),
    domains: ['files.example.com:8443'],
  });
}
function admitted(verdict: Verdict, what: string) {
  assert.ok(verdict.ok, `${what}\n${JSON.stringify(verdict)}`);
  return verdict;
}

test('SIG-110 SIG-11 SIG-112 whatever key we sign, the link verifies and names the same key', async () => {
  for (let round = 0; round < 300; round++) {
    const photos = bucket('photos', configOf(round));
    const key = randomKey();
    const put = photos.presignPut(key, { type: 'a/b', size: 3, metadata: { n: 'x  y' }, overwrite: random(2) === 1 });
    for (const request of [
      {
        url: photos.presignGet(key, {
          download: true,
          versionId: randomKey(),
          query: { zz: randomKey(), A: randomKey() },
        }),
        method: 'GET',
      },
      { url: photos.presignHead(key), method: 'HEAD' },
      { ...photos.presignDelete(key) },
      { url: put.url, method: put.method, headers: { ...put.headers, 'content-length': '3' } },
      { ...photos.presignComplete({ key, uploadId: randomKey() }) },
    ]) {
      const verdict = admitted(await judged(request, round), request.url);
      assert.deepEqual([verdict.bucket, verdict.key], ['photos', key]);
    }
    assert.equal(
      admitted(await judged({ url: photos.presignList({ prefix: key }), method: 'GET' }, round), key).key,
      '',
    );
  }
});

test('LNK-4 SIG-14 the limits that we sign are the limits that a verifier reads', async () => {
  const table: readonly (readonly [method: 'GET' | 'PUT', key: string, given: Limits, read: Limits])[] = [
    [
      'GET',
      'k',
      { id: 'a', uses: 3, grace: '90m', ip: ['10.0.0.0/8', '::1'], clients: 2 },
      { id: 'a', uses: 3, grace: 5400, ip: ['10.0.0.0/8', '::1'], clients: 2 },
    ],
    [
      'GET',
      'k',
      { head: true, https: true, notBefore: at, rate: '1MB', confirm: true, policy: 'p' },
      { head: true, https: true, notBefore: at, rate: 1_000_000, confirm: true, policy: 'p' },
    ],
    ['GET', 'a/b/', { grant: true, zip: true }, { grant: 'a/b/', zip: true }],
    [
      'PUT',
      'k',
      { maxBytes: '1KiB', minBytes: 1, types: 'image/*', writeOnce: true, sha256: 'AB'.repeat(32) },
      { maxBytes: 1024, minBytes: 1, types: ['image/*'], writeOnce: true, sha256: 'ab'.repeat(32) },
    ],
  ];
  for (const [method, key, limits, expected] of table) {
    const photos = bucket('photos', configOf(0));
    const request =
      method === 'GET' ? { url: photos.presignGet(key, { limits }), method } : photos.presignPut(key, { limits });
    assert.deepEqual(admitted(await judged(request, 0), request.url).limits, expected);
  }
});

test('SIG-91 a link holds until its last second and no longer', async () => {
  const url = bucket('photos', configOf(0)).presignGet('k', { expiresIn: 60 });
  assert.ok((await judged({ url }, 0, 60)).ok);
  assert.ok(!(await judged({ url }, 0, 60.001)).ok);
});

for (const signatureVersion of ['v4', 'v2'] as const) {
  test(`SIG-81 SIG-87 the forms that we sign with ${signatureVersion} verify, with and without a script`, async () => {
    for (const round of [0, 1, 2, 3]) {
      const config = { ...configOf(round), signatureVersion };
      const signed = bucket('photos', config).presignPost({
        prefix: 'u/é ',
        type: 'image/*',
        size: { min: 1, max: 10 },
        metadata: { a: 'b' },
        status: 201,
        redirect: 'https://app.example.com/',
        limits: { uses: 1, https: true },
      });
      const file = { filename: 'photo.png', contentType: 'image/png', size: 5 };
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      const scripted = [...signed.form(new Blob(['x'], { type: 'image/png' }), 'photo.png')].flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value] as [string, string]] : [],
      );
      for (const fields of [Object.entries(signed.fields), scripted]) {
        const verdict = admitted(
          await judged({ url: signed.url, method: 'POST', headers, form: { fields, file } }, round),
          JSON.stringify(signed.fields),
        );
        assert.equal(verdict.formKey, 'u/é photo.png');
        assert.equal(verdict.limits.uses, 1);
      }
    }
  });

  test(`SIG-54 SIG-110 with ${signatureVersion} every method of the bucket verifies`, async () => {
    const photos = bucket('photos', { ...configOf(1), signatureVersion });
    const upload = { key: 'dir/k', uploadId: 'u+/=' };
    const part = photos.presignParts(upload, { parts: [2] })[0] ?? assert.fail();
    for (const request of [
      { url: photos.presignGet('a b', { contentType: 'x/y' }) },
      { url: photos.presignList() },
      photos.presignPut('k', { type: 'a/b', metadata: { a: ' b  c' } }),
      part,
      photos.presignComplete(upload),
      photos.presignAbort(upload),
      photos.presignListParts(upload),
    ]) {
      admitted(await judged({ method: 'GET', ...request }, 1), request.url);
    }
  });
}

test('SIG-64 the headers that we sign verify', async () => {
  for (let round = 0; round < 100; round++) {
    const url = bucket('photos', configOf(round)).presignGet(randomKey(), {});
    const plain = url.slice(0, url.indexOf('?'));
    const { sessionToken, ...permanent } = credentials;
    const headers = signHeaders({
      method: 'PUT',
      url: `${plain}?x=%41&a`,
      headers: { 'content-type': 'a/b', 'x-amz-meta-n': 'é' },
      credentials: round % 2 ? credentials : permanent,
      region: 'r',
      at,
    });
    admitted(await judged({ url: `${plain}?x=%41&a`, method: 'PUT', headers }, round), plain);
  }
});

test('SIG-113 SIG-11 a link that a client wrote in another way on the wire still holds', async () => {
  const url = bucket('photos', configOf(0)).presignGet('dir/~é (1)/x', { query: { q: '~/é' } });
  const path = url.slice(0, url.indexOf('?'));
  const query = url.slice(url.indexOf('?'));
  for (const [what, sent] of [
    ['lower-case escapes, as curl sends them', url.replaceAll(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase())],
    ['escaped unreserved characters', `${path.replace('dir', '%64ir').replace('~', '%7E')}${query}`],
    ['raw parentheses, as fetch sends them', `${path.replace('%28', '(').replace('%29', ')')}${query}`],
    ['another order of parameters', `${path}?${query.slice(1).split('&').reverse().join('&')}`],
    ['empty pieces in the query', `${path}?&${query.slice(1)}&&`],
  ] as const) {
    assert.equal(admitted(await judged({ url: sent }, 0), `${what}: ${sent}`).key, 'dir/~é (1)/x');
  }
});

test('SIG-106 a customer key is a signed header, and never in the URL', async () => {
  const headers = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': 'c2VjcmV0LWtleQ==',
  };
  const url = bucket('photos', configOf(0)).presignGet('k', { headers });
  assert.ok(!url.includes('c2VjcmV0'));
  assert.ok((await judged({ url, headers }, 0)).ok);
  assert.ok(!(await judged({ url }, 0)).ok);
});
