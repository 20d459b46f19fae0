import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveSigningKey } from '../hash/signing-key.ts';
import { bucket as lightBucket } from '../sign.ts';
import { bucket } from './bucket.ts';
import type { BucketConfig } from './options.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const at = new Date('2013-05-24T00:00:00Z');
const aws: BucketConfig = { endpoint: 'https://s3.amazonaws.com', region: 'us-east-1', credentials, now: () => at };
const local: BucketConfig = {
  endpoint: 'http://127.0.0.1:9000',
  region: 'us-east-1',
  credentials,
  store: 'tidegate',
  now: () => at,
};

/** The path, and the raw parameters in their order. */
function cut(url: string): {
  origin: string;
  path: string;
  raw: string[];
  names: string[];
  value: (name: string) => string | undefined;
} {
  const [, origin = '', path = '', query = ''] = /^(https?:\/\/[^/]+)([^?]*)\?(.*)$/.exec(url) ?? [];
  const raw = query.split('&');
  const names = raw.map((piece) => piece.slice(0, piece.indexOf('=')));
  const value = (name: string): string | undefined => {
    const piece = raw[names.indexOf(name)];
    return piece === undefined ? undefined : decodeURIComponent(piece.slice(name.length + 1));
  };
  return { origin, path, raw, names, value };
}

for (const [entry, make] of [
  ['@tidegate/presign', bucket],
  ['@tidegate/presign/sign', lightBucket],
] as const) {
  test(`SIG-22 ${entry} gives the signature of AWS's published example`, () => {
    assert.equal(
      make('examplebucket', aws).presignGet('test.txt', { expiresIn: 86_400 }),
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
        '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
}

test('SIG-22 a key derived for the day and region signs without the secret', () => {
  const signingKey = deriveSigningKey(credentials.secretAccessKey, '20130524', 'us-east-1');
  const expected = bucket('examplebucket', aws).presignGet('test.txt');
  for (const key of [signingKey, Buffer.from(signingKey).toString('hex')]) {
    const config = { ...aws, credentials: { accessKeyId: credentials.accessKeyId, signingKey: key } };
    assert.equal(bucket('examplebucket', config).presignGet('test.txt'), expected);
  }
});

test('SIG-110 parameters come in the fixed order, extra ones sorted behind them, the signature last', () => {
  const config = { ...local, credentials: { ...credentials, sessionToken: 'a+b/c==' } };
  const url = cut(
    bucket('photos', config).presignGet('k', {
      query: { zeta: '1', Alpha: '2', 'a-b': '3', a: '4' },
      versionId: 'v',
      limits: { uses: 1, id: 'x' },
    }),
  );
  assert.deepEqual(url.names, [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-Security-Token',
    'X-Amz-SignedHeaders',
    'Alpha',
    'a',
    'a-b',
    'versionId',
    'x-link-id',
    'x-link-uses',
    'zeta',
    'X-Amz-Signature',
  ]);
  assert.equal(url.value('X-Amz-Security-Token'), 'a+b/c==');
});

test('SIG-110 SIG-14 equal calls give equal URLs, and every parameter changes the signature', () => {
  const photos = bucket('photos', local);
  const seen = new Set<string | undefined>();
  for (const options of [
    {},
    { query: { a: '1' } },
    { query: { a: '2' } },
    { query: { b: '1' } },
    { versionId: '1' },
    { expiresIn: 60 },
    { headers: { range: 'bytes=0-1' } },
  ]) {
    assert.equal(photos.presignGet('k', options), photos.presignGet('k', options));
    seen.add(cut(photos.presignGet('k', options)).value('X-Amz-Signature'));
  }
  assert.equal(seen.size, 7);
});

test('SIG-110 no checksum, x-id or payload parameter is added that nobody asked for', () => {
  const photos = bucket('photos', local);
  const plain = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ];
  for (const url of [
    photos.presignGet('k'),
    photos.presignHead('k'),
    photos.presignPut('k').url,
    photos.presignDelete('k').url,
  ]) {
    assert.deepEqual(cut(url).names, plain);
    assert.equal(cut(url).value('X-Amz-SignedHeaders'), 'host');
  }
});

for (const [key, path] of [
  ['a b', '/photos/a%20b'],
  ['a+b', '/photos/a%2Bb'],
  ['100%', '/photos/100%25'],
  ['/lead', '/photos//lead'],
  ['a//b/', '/photos/a//b/'],
  ['./a/../b', '/photos/./a/../b'],
  ['é😀', '/photos/%C3%A9%F0%9F%98%80'],
  ["!'()*", '/photos/%21%27%28%29%2A'],
  ['?#&=', '/photos/%3F%23%26%3D'],
  ['a\\b', '/photos/a%5Cb'],
] as const) {
  test(`SIG-110 SIG-112 the key ${JSON.stringify(key)} is signed as ${path}`, () => {
    assert.equal(cut(bucket('photos', local).presignGet(key)).path, path);
  });
}

for (const [config, origin, path] of [
  [{ region: 'us-east-1' }, 'https://photos.s3.us-east-1.amazonaws.com', '/k'],
  [{ region: 'cn-north-1' }, 'https://photos.s3.cn-north-1.amazonaws.com.cn', '/k'],
  [{ style: 'path' }, 'https://s3.us-east-1.amazonaws.com', '/photos/k'],
  [{ endpoint: 'http://localhost:9000' }, 'http://localhost:9000', '/photos/k'],
  [{ endpoint: 'http://localhost:9000/' }, 'http://localhost:9000', '/photos/k'],
  [{ endpoint: new URL('https://FILES.example.com:443') }, 'https://files.example.com', '/photos/k'],
  [{ endpoint: 'http://files.example.com:80', style: 'virtual' }, 'http://photos.files.example.com', '/k'],
  [{ endpoint: 'https://files.example.com:8443', style: 'virtual' }, 'https://photos.files.example.com:8443', '/k'],
  [{ endpoint: 'https://x.example.com/storage/v1/s3' }, 'https://x.example.com', '/storage/v1/s3/photos/k'],
  [{ endpoint: 'http://a', publicEndpoint: 'https://files.example.com' }, 'https://files.example.com', '/photos/k'],
  [{ endpoint: 'http://[::1]:9000' }, 'http://[::1]:9000', '/photos/k'],
  [
    { endpoint: 'http://127.0.0.1:9000', publicEndpoint: 'https://files.example.com', style: 'virtual' },
    'https://photos.files.example.com',
    '/k',
  ],
] as const) {
  test(`SIG-110 with ${JSON.stringify(config)} a link goes to ${origin}${path}`, () => {
    const url = cut(bucket('photos', { credentials, region: 'us-east-1', ...config }).presignGet('k'));
    assert.deepEqual([url.origin, url.path], [origin, path]);
  });
}

test('SIG-110 what its signer asks for itself goes to the endpoint, not to the public one', () => {
  const places = { endpoint: 'http://inside:9000', publicEndpoint: 'https://files.example.com' };
  const files = bucket('photos', { credentials, region: 'us-east-1', ...places });
  assert.equal(cut(files.presignHead('k', { own: true })).origin, 'http://inside:9000');
  assert.equal(cut(files.presignHead('k', { own: false })).origin, 'https://files.example.com');
});

test('SIG-110 with an IP address as endpoint, virtual style is for the public one; without one it is refused by name', () => {
  const config = { credentials, region: 'us-east-1', endpoint: 'http://[::1]:9000', style: 'virtual' } as const;
  const files = bucket('photos', { ...config, publicEndpoint: 'https://files.example.com' });
  assert.equal(cut(files.presignHead('k', { own: true })).path, '/photos/k');
  for (const endpoint of ['http://127.0.0.1:9000', 'http://[::1]:9000']) {
    assert.throws(
      () => bucket('photos', { ...config, endpoint }).presignGet('k'),
      /style 'virtual' .* has an IP address/,
    );
  }
});

test('SIG-110 a bucket with dots is put in the path on AWS, where no certificate covers it in the host', () => {
  assert.equal(cut(bucket('a.b', { credentials, region: 'r' }).presignGet('k')).path, '/a.b/k');
});

test('SIG-13 overrides of a download are signed parameters', () => {
  const url = cut(
    bucket('photos', local).presignGet('dir/report.pdf', {
      download: true,
      contentType: 'text/plain',
      cacheControl: 'no-store',
      contentLanguage: 'de',
      contentEncoding: 'gzip',
      expires: at,
      partNumber: 3,
    }),
  );
  assert.deepEqual(url.raw.slice(5, -1), [
    'partNumber=3',
    'response-cache-control=no-store',
    'response-content-disposition=attachment%3B%20filename%3D%22report.pdf%22',
    'response-content-encoding=gzip',
    'response-content-language=de',
    'response-content-type=text%2Fplain',
    'response-expires=Fri%2C%2024%20May%202013%2000%3A00%3A00%20GMT',
  ]);
});

for (const [download, disposition] of [
  ['a.txt', 'attachment; filename="a.txt"'],
  ['größe "1".txt', `attachment; filename="gr__e _1_.txt"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.txt`],
  ['a%b', `attachment; filename="a_b"; filename*=UTF-8''a%25b`],
  ['😀', `attachment; filename="_"; filename*=UTF-8''%F0%9F%98%80`],
] as const) {
  test(`SIG-104 a download named ${download} is ${disposition}`, () => {
    assert.equal(
      cut(bucket('photos', local).presignGet('k', { download })).value('response-content-disposition'),
      disposition,
    );
  });
}

test('SIG-104 a key that ends in a slash has no name to save under', () => {
  assert.equal(
    cut(bucket('photos', local).presignGet('a/', { download: true })).value('response-content-disposition'),
    'attachment',
  );
});

test('SIG-105 a listing is signed for the bucket', () => {
  const url = cut(
    bucket('photos', local).presignList({
      prefix: 'a b/',
      delimiter: '/',
      maxKeys: 5,
      startAfter: 'x',
      continuationToken: 't=',
    }),
  );
  assert.equal(url.path, '/photos');
  assert.deepEqual(url.raw.slice(5, -1), [
    'continuation-token=t%3D',
    'delimiter=%2F',
    'list-type=2',
    'max-keys=5',
    'prefix=a%20b%2F',
    'start-after=x',
  ]);
  assert.equal(cut(bucket('photos', aws).presignList()).path, '/');
});

test('SIG-15 an upload signs its headers, in sorted order, and lists what the client must send', () => {
  const put = bucket('photos', local).presignPut('k', {
    type: 'text/plain',
    size: '5MB',
    overwrite: false,
    cacheControl: 'no-cache',
    contentDisposition: 'inline',
    contentEncoding: 'gzip',
    metadata: { Owner: 'me' },
    tags: { a: 'b c', 'd&': '=' },
    checksum: { algorithm: 'SHA256', value: 'abc=' },
    headers: { 'X-Amz-Acl': 'private' },
  });
  assert.equal(put.method, 'PUT');
  assert.deepEqual(put.headers, {
    'cache-control': 'no-cache',
    'content-disposition': 'inline',
    'content-encoding': 'gzip',
    'content-type': 'text/plain',
    'x-amz-meta-owner': 'me',
    'x-amz-tagging': 'a=b%20c&d%26=%3D',
    'if-none-match': '*',
    'x-amz-checksum-sha256': 'abc=',
    'x-amz-acl': 'private',
  });
  const url = cut(put.url);
  assert.equal(
    url.value('X-Amz-SignedHeaders'),
    'cache-control;content-disposition;content-encoding;content-length;content-type;host;if-none-match;x-amz-acl;x-amz-checksum-sha256;x-amz-meta-owner;x-amz-tagging',
  );
  assert.equal(url.value('x-link-write-once'), '1');
  assert.equal(put.expiresAt.toISOString(), '2013-05-24T00:15:00.000Z');
});

test('SIG-16 inner white space of a header does not change the signature', () => {
  const photos = bucket('photos', local);
  const signature = (value: string): string => photos.presignGet('k', { headers: { 'x-amz-meta-a': value } });
  assert.equal(signature('a  b '), signature('a b'));
  assert.notEqual(signature('ab'), signature('a b'));
});

test('SIG-111 a link is valid for 15 minutes by default', () => {
  assert.equal(cut(bucket('photos', local).presignGet('k')).value('X-Amz-Expires'), '900');
  const hour = bucket('photos', { ...local, defaults: { expiresIn: '1h' } });
  assert.equal(cut(hour.presignGet('k')).value('X-Amz-Expires'), '3600');
  for (const [expiresIn, seconds] of [
    ['1s', '1'],
    [60, '60'],
    ['1.5h', '5400'],
    ['36h', '129600'],
    ['7d', '604800'],
    ['max', '604800'],
  ] as const) {
    assert.equal(cut(hour.presignGet('k', { expiresIn })).value('X-Amz-Expires'), seconds);
  }
});

test('SIG-77 the longest lifetime ends with temporary credentials', () => {
  const ending = { ...local, credentials: { ...credentials, sessionToken: 't', expiration: '2013-05-24T00:10:00.5Z' } };
  assert.equal(cut(bucket('photos', ending).presignGet('k', { expiresIn: 'max' })).value('X-Amz-Expires'), '600');
  assert.equal(cut(bucket('photos', ending).presignGet('k', { expiresIn: '10m' })).value('X-Amz-Expires'), '600');
});

test('SIG-110 a stable link is the same within its window and lives at least as long as was asked', () => {
  const photos = bucket('photos', local);
  const first = photos.presignGet('k', { stable: '1h', expiresIn: '15m', at: new Date('2026-01-01T10:00:00Z') });
  assert.equal(
    photos.presignGet('k', { stable: '1h', expiresIn: '15m', at: new Date('2026-01-01T10:59:59.999Z') }),
    first,
  );
  assert.notEqual(
    photos.presignGet('k', { stable: '1h', expiresIn: '15m', at: new Date('2026-01-01T11:00:00Z') }),
    first,
  );
  assert.deepEqual([cut(first).value('X-Amz-Date'), cut(first).value('X-Amz-Expires')], ['20260101T100000Z', '4500']);
  assert.equal(cut(photos.presignGet('k', { stable: '1h', expiresIn: 'max' })).value('X-Amz-Expires'), '604800');
});

test('SIG-23 credentials from a function are asked for at each signing', () => {
  let turn = 0;
  const photos = bucket('photos', {
    ...local,
    credentials: () => ({ accessKeyId: `K${turn++}`, secretAccessKey: 's' }),
  });
  const keyId = (): string | undefined => cut(photos.presignGet('k')).value('X-Amz-Credential')?.split('/')[0];
  assert.deepEqual([keyId(), keyId()], ['K0', 'K1']);
});

test('SIG-21 the signature follows the secret, the region and the day', () => {
  const of = (config: BucketConfig): string | undefined =>
    cut(bucket('photos', { ...local, ...config }).presignGet('k')).value('X-Amz-Signature');
  const signatures = [
    of({}),
    of({ region: 'eu-west-1' }),
    of({ credentials: { ...credentials, secretAccessKey: 'other' } }),
    of({ now: () => new Date('2013-05-25') }),
  ];
  assert.equal(new Set(signatures).size, 4);
});

test('LNK-7 a counted link without an id gets a random one, others do not', () => {
  const photos = bucket('photos', local);
  for (const limits of [{ uses: 1 }, { clients: 1 }, { totalBytes: '1GB' }] as const) {
    const ids = [1, 2].map(() => cut(photos.presignGet('k', { limits })).value('x-link-id') ?? '');
    for (const id of ids) assert.match(id, /^~[A-Za-z0-9]{15}$/);
    assert.notEqual(ids[0], ids[1]);
  }
  assert.equal(cut(photos.presignGet('k', { limits: { uses: 1, id: 'own' } })).value('x-link-id'), 'own');
  assert.equal(cut(photos.presignGet('k', { limits: { https: true } })).value('x-link-id'), undefined);
});

test('LNK-4 limits are signed parameters; default ones stand where a call names none', () => {
  const photos = bucket('photos', { ...local, defaults: { limits: { https: true } } });
  assert.equal(cut(photos.presignGet('k')).value('x-link-https'), '1');
  assert.equal(cut(photos.presignGet('k', { limits: { ip: '10.0.0.0/8' } })).value('x-link-https'), undefined);
  assert.equal(cut(photos.presignPut('k', { maxSize: '5MiB' }).url).value('x-link-max-bytes'), '5242880');
  assert.equal(cut(photos.presignPut('k', { maxSize: '5MiB' }).url).value('x-link-https'), '1');
});

test('SIG-48 a grant is signed for its prefix as the key', () => {
  const url = cut(bucket('photos', local).presignGet('a/b/', { limits: { grant: true, zip: true } }));
  assert.deepEqual([url.path, url.value('x-link-grant'), url.value('x-link-zip')], ['/photos/a/b/', 'a/b/', '1']);
});

test('LNK-8 limits that say nothing are refused nowhere', () => {
  const elsewhere = bucket('photos', aws);
  assert.equal(elsewhere.presignGet('k', { limits: {} }), elsewhere.presignGet('k'));
  assert.equal(elsewhere.presignGet('k', { limits: { head: false } }), elsewhere.presignGet('k'));
});

test('SIG-54 SigV2 signs with Expires, and what it covers', () => {
  const old = bucket('photos', { ...local, signatureVersion: 'v2' });
  const url = cut(old.presignGet('a b', { versionId: 'v', download: 'x.txt' }));
  assert.deepEqual(url.names, ['response-content-disposition', 'versionId', 'AWSAccessKeyId', 'Expires', 'Signature']);
  assert.equal(url.value('Expires'), String(at.getTime() / 1000 + 900));
  assert.equal(cut(old.presignList({ prefix: 'p' })).path, '/photos/');
  assert.deepEqual(old.presignPut('k', { type: 'a/b', metadata: { a: 'b' } }).headers, {
    'content-type': 'a/b',
    'x-amz-meta-a': 'b',
  });
});
