import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signHeaders } from '@tidegate/presign';
import { hmacHex, signingKey } from '@tidegate/presign/internal';
import { createChecksum } from '@tidegate/protocol';
import { links, rootCredentials, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/bodies')).status, 200);
});
after(() => server.stop());

const emptyHash = createHash('sha256').digest('hex');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

function crc32(bytes: Uint8Array): string {
  const checksum = createChecksum('CRC32');
  checksum.update(bytes);
  return checksum.digest();
}

type ChunkedOptions = {
  readonly form?: 'signed' | 'signed trailer' | 'unsigned trailer';
  readonly decoded?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes the list of chunk texts before they are joined. */
  readonly spoil?: (chunks: Buffer[]) => Buffer[];
  readonly trailer?: readonly string[];
  readonly announce?: string | undefined;
};

const payloadOf = {
  signed: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'signed trailer': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'unsigned trailer': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
} as const;

/** Uploads pieces as aws-chunked, signed by the rules of SIG-67 and SIG-68. */
function putChunked(key: string, pieces: readonly Buffer[], options: ChunkedOptions = {}): Promise<Response> {
  const { form = 'signed', spoil = (chunks) => chunks } = options;
  const whole = Buffer.concat(pieces);
  const url = `${server.endpoint}/bodies/${key}`;
  const announced = 'announce' in options ? options.announce : 'x-amz-checksum-crc32';
  const headers = signHeaders({
    method: 'PUT',
    url,
    headers: {
      'content-encoding': 'aws-chunked',
      ...('decoded' in options && options.decoded === undefined
        ? {}
        : { 'x-amz-decoded-content-length': options.decoded ?? String(whole.length) }),
      ...(form === 'signed' || announced === undefined ? {} : { 'x-amz-trailer': announced }),
      ...options.headers,
    },
    credentials: rootCredentials,
    region: 'us-east-1',
    payloadHash: payloadOf[form],
  });
  const body = encodeChunks(pieces, headers, options);
  return fetch(url, { method: 'PUT', headers, body: Buffer.concat(spoil(body)) });
}

function encodeChunks(pieces: readonly Buffer[], headers: Record<string, string>, options: ChunkedOptions): Buffer[] {
  const { form = 'signed' } = options;
  const date = headers['x-amz-date'] ?? '';
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = signingKey(rootCredentials.secretAccessKey, date.slice(0, 8), 'us-east-1');
  let previous = /Signature=([0-9a-f]{64})/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  const sign = (algorithm: string, rest: string): string => {
    previous = hmacHex(key, `${algorithm}\n${date}\n${scope}\n${previous}\n${rest}`);
    return previous;
  };
  const chunks = [...pieces, Buffer.alloc(0)].map((piece) => {
    const size = piece.length.toString(16);
    const signature =
      form === 'unsigned trailer'
        ? ''
        : `;chunk-signature=${sign('AWS4-HMAC-SHA256-PAYLOAD', `${emptyHash}\n${sha256(piece)}`)}`;
    const end = piece.length === 0 ? '' : '\r\n';
    return Buffer.concat([Buffer.from(`${size}${signature}\r\n`), piece, Buffer.from(end)]);
  });
  if (form === 'signed') return [...chunks, Buffer.from('\r\n')];
  const lines = options.trailer ?? [`x-amz-checksum-crc32:${crc32(Buffer.concat(pieces))}`];
  const signed = lines.map((line) => `${line}\n`).join('');
  const end =
    form === 'unsigned trailer'
      ? ''
      : `x-amz-trailer-signature:${sign('AWS4-HMAC-SHA256-TRAILER', sha256(signed))}\r\n`;
  return [...chunks, Buffer.from(`${lines.map((line) => `${line}\r\n`).join('')}${end}\r\n`)];
}

async function read(key: string): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await server.signed('GET', `/bodies/${key}`);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const pieces = [Buffer.from('first piece, '), Buffer.from('second piece, '), Buffer.from('last')];
const text = Buffer.concat(pieces).toString();

for (const form of ['signed', 'signed trailer', 'unsigned trailer'] as const) {
  test(`SIG-66 SIG-67 SIG-68 an aws-chunked body, ${form}, is stored decoded and without aws-chunked in its encoding`, async () => {
    const key = `good-${form.replace(' ', '-')}`;
    const put = await putChunked(key, pieces, { form, headers: { 'content-encoding': 'tide,aws-chunked' } });
    assert.equal(put.status, 200, await put.text());
    const stored = await read(key);
    assert.equal(stored.headers.get('content-length'), String(text.length));
    assert.equal(stored.headers.get('content-encoding'), 'tide');
  });
}

test('SIG-67 a body of many chunks of every size is put together right', async () => {
  const many = Array.from({ length: 200 }, (_, n) => Buffer.alloc(((n * 977) % 9000) + 1, n % 256));
  assert.equal((await putChunked('many', many)).status, 200);
  const stored = await server.signed('GET', '/bodies/many');
  assert.equal(sha256(new Uint8Array(await stored.arrayBuffer())), sha256(Buffer.concat(many)));
});

const flip = (buffer: Buffer): Buffer => {
  const changed = Buffer.from(buffer);
  const at = changed.indexOf('chunk-signature=') + 'chunk-signature='.length;
  changed[at] = changed[at] === 0x30 ? 0x31 : 0x30;
  return changed;
};

for (const [what, options, expected] of [
  [
    'a false signature of the first chunk',
    { spoil: ([a = Buffer.alloc(0), ...rest]) => [flip(a), ...rest] },
    '403 SignatureDoesNotMatch',
  ],
  [
    'a false signature of the last chunk',
    { spoil: (all) => all.map((one, at) => (at === 3 ? flip(one) : one)) },
    '403 SignatureDoesNotMatch',
  ],
  [
    'chunks swapped',
    { spoil: ([a, b, ...rest]) => [b, a, ...rest].filter((one) => one !== undefined) },
    '403 SignatureDoesNotMatch',
  ],
  [
    'data changed',
    { spoil: ([a, ...rest]) => [Buffer.from(String(a).replace('first', 'First')), ...rest] },
    '403 SignatureDoesNotMatch',
  ],
  ['the last zero chunk missing', { spoil: (all) => all.slice(0, 3) }, '400 IncompleteBody'],
  [
    'a chunk without its signature',
    { spoil: (all) => all.map((one) => Buffer.from(String(one).replace(/;chunk-signature=[0-9a-f]+/, ''))) },
    '403 SignatureDoesNotMatch',
  ],
  ['a declared length one too large', { decoded: String(text.length + 1) }, '400 IncompleteBody'],
  ['a declared length one too small', { decoded: String(text.length - 1) }, '400 IncompleteBody'],
  ['no declared length', { decoded: undefined }, '411 MissingContentLength'],
  ['a declared length of -1', { decoded: '-1' }, '400 InvalidArgument'],
  ['a declared length of NaN', { decoded: 'NaN' }, '400 InvalidArgument'],
] as readonly (readonly [string, ChunkedOptions, string])[]) {
  test(`SEC-127 ${what} is refused, and the old object stays: ${expected}`, async () => {
    await server.signed('PUT', '/bodies/kept', { body: 'old' });
    const answer = await putChunked('kept', pieces, options);
    assert.equal(`${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1]}`, expected);
    assert.equal((await read('kept')).text, 'old');
  });
}

for (const [what, options, expected] of [
  ['a wrong checksum', { trailer: ['x-amz-checksum-crc32:AAAAAA=='] }, '400 BadDigest'],
  ['a trailer that was not announced', { announce: undefined }, '400 InvalidRequest'],
  ['a trailer that was announced and not sent', { trailer: [] }, '400 InvalidRequest'],
  [
    'the same trailer twice',
    { trailer: ['x-amz-checksum-crc32:AAAAAA==', 'x-amz-checksum-crc32:AAAAAA=='] },
    '400 InvalidRequest',
  ],
  ['a trailer of 1 MB', { trailer: [`x-amz-checksum-crc32:${'A'.repeat(1_000_000)}`] }, '400 MalformedTrailerError'],
  [
    'a wrong trailer signature',
    {
      form: 'signed trailer',
      spoil: (all) =>
        all.map((one) => Buffer.from(String(one).replace(/(x-amz-trailer-signature:)[0-9a-f]{8}/, '$100000000'))),
    },
    '403 SignatureDoesNotMatch',
  ],
] as readonly (readonly [string, ChunkedOptions, string])[]) {
  test(`SEC-128 ${what} is refused: ${expected}`, async () => {
    const answer = await putChunked('trailer', pieces, { form: 'unsigned trailer', ...options });
    assert.equal(`${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1]}`, expected);
    assert.equal((await read('trailer')).status, 404);
  });
}

test('SIG-69 a presigned URL takes an unsigned aws-chunked body', async () => {
  const { url } = links(server, 'bodies').presignPut('by-link');
  const body = '5\r\nhello\r\n0\r\n\r\n';
  const headers = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
  const signed = links(server, 'bodies').presignPut('by-link', {
    headers: { 'x-amz-decoded-content-length': '5' },
  });
  // The header that makes PAYLOAD may be unsigned (SIG-44), and then changes what was signed.
  assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 403);
  assert.equal(
    (await fetch(signed.url, { method: 'PUT', headers: { ...signed.headers, ...headers }, body })).status,
    403,
  );
});

test('SIG-20 SEC-129 a body that is not the signed one is refused, and the old object stays', async () => {
  await server.signed('PUT', '/bodies/hash', { body: 'old' });
  const url = `${server.endpoint}/bodies/hash`;
  const draft = { method: 'PUT', url, credentials: rootCredentials, region: 'us-east-1' };
  const other = signHeaders({ ...draft, payloadHash: sha256('another body') });
  const refused = await fetch(url, { method: 'PUT', headers: other, body: 'this body' });
  const document = await refused.text();
  assert.equal(refused.status, 400);
  assert.match(document, /<Code>XAmzContentSHA256Mismatch<\/Code>/);
  assert.match(document, new RegExp(`<ClientComputedContentSHA256>${sha256('another body')}<`));
  assert.match(document, new RegExp(`<S3ComputedContentSHA256>${sha256('this body')}<`));
  assert.equal((await read('hash')).text, 'old');
  const right = signHeaders({ ...draft, payloadHash: sha256('this body') });
  assert.equal((await fetch(url, { method: 'PUT', headers: right, body: 'this body' })).status, 200);
  const garbage = signHeaders({ ...draft, payloadHash: 'garbage' });
  assert.equal((await fetch(url, { method: 'PUT', headers: garbage, body: 'x' })).status, 400);
});

test('SIG-20 a hash that was signed for a body is wrong for none', async () => {
  const url = `${server.endpoint}/bodies/hash`;
  const headers = signHeaders({
    method: 'GET',
    url,
    credentials: rootCredentials,
    region: 'us-east-1',
    payloadHash: sha256('a body'),
  });
  const answer = await fetch(url, { headers });
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /XAmzContentSHA256Mismatch/);
});

test('SEC-130 Content-MD5 is compared, of a document too', async () => {
  const md5 = (body: string) => createHash('md5').update(body).digest('base64');
  const put = (value: string) => server.signed('PUT', '/bodies/md5', { body: 'x', headers: { 'content-md5': value } });
  assert.match(await (await put(md5('y'))).text(), /<Code>BadDigest</);
  assert.match(await (await put('AAAA')).text(), /<Code>InvalidDigest</);
  assert.equal((await put(md5('x'))).status, 200);
  const document = '<Delete><Object><Key>none</Key></Object></Delete>';
  const remove = (value: string) =>
    server.signed('POST', '/bodies?delete', { body: document, headers: { 'content-md5': value } });
  assert.match(await (await remove(md5('other'))).text(), /<Code>BadDigest</);
  assert.equal((await remove(md5(document))).status, 200);
});
