import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { override } from '../../../test/override.ts';
import { bytesOf, type Fixture, openFixture } from '../test/fixture.ts';
import { type UploadOptions, UploadRefused, uploadHandler } from './server.ts';

let fixture: Fixture;

before(async () => {
  fixture = await openFixture();
});
after(() => fixture.stop());

const mebibyte = 1024 ** 2;
type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly error?: Record<string, unknown> };
};
type Asked = (body: unknown) => Promise<Answer>;
/** Options whose callbacks are of no interest to a test. */
type Plain = Partial<UploadOptions<unknown, unknown>>;

function handlerOf(options: Plain = {}): Asked {
  const handler = uploadHandler<unknown, unknown>({ bucket: fixture.uploads, authorize: () => ({}), ...options });
  return async (body) => {
    const headers = { 'content-type': 'application/json' };
    const request = new Request('http://app.example/upload', { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = await handler(request);
    return { status: answer.status, body: await answer.json() };
  };
}

function fileOf(size: number, name = 'a b.bin', type = 'application/x-tide') {
  return { name, size, type, lastModified: 1 };
}

function put(request: unknown, body: Uint8Array<ArrayBuffer>): Promise<Response> {
  // A test of what the handler signed: its form is the one that `wire.ts` gives.
  const { url, headers } = request as { url: string; headers: Record<string, string> };
  return fetch(url, { method: 'PUT', headers, body });
}

async function start(asked: Asked, file: object): Promise<Record<string, unknown> & { readonly token: string }> {
  const { status, body } = await asked({ action: 'start', file });
  assert.equal(status, 200, JSON.stringify(body));
  return { ...body, token: String(body['token']) };
}

/** Sends the named parts, of the size that was signed or another one. */
async function sendParts(asked: Asked, token: string, parts: readonly number[], sizeOf: (part: number) => number) {
  const { body } = await asked({ action: 'sign', token, parts });
  const signed = body['parts'] as { partNumber: number }[]; // as `wire.ts` gives it
  const statuses: number[] = [];
  for (const request of signed) statuses.push((await put(request, bytesOf(sizeOf(request.partNumber)))).status);
  return statuses;
}

test('UPL-1 authorize runs first at every request, and its refusal is the answer', async () => {
  let isAllowed = true;
  const seen: string[] = [];
  const asked = handlerOf({
    authorize: (request, { name }) => {
      seen.push(`${new URL(request.url).pathname} ${name}`);
      if (!isAllowed) throw new UploadRefused(401, 'Sign in first.');
      return { user: 7 };
    },
  });
  const { token } = await start(asked, fileOf(3));
  isAllowed = false;
  for (const action of ['start', 'sign', 'list', 'complete', 'abort']) {
    const refused = await asked({ action, token, file: fileOf(3), parts: [1] });
    assert.deepEqual(refused, { status: 401, body: { error: { code: 'Refused', message: 'Sign in first.' } } }, action);
  }
  assert.deepEqual(new Set(seen), new Set(['/upload a b.bin']));
  assert.equal(seen.length, 6);
});

test('UPL-1 an error that is no refusal is thrown on, to the application', async () => {
  const asked = handlerOf({
    authorize: () => {
      throw new TypeError('of the application');
    },
  });
  await assert.rejects(asked({ action: 'start', file: fileOf(3) }), /of the application/);
});

test('UPL-2 a key callback that returns no key is an error of the application, never a key that nobody chose', async () => {
  for (const key of [undefined, null, '', 5, ['a'], {}]) {
    const asked = handlerOf({ key: () => key as string }); // as JavaScript, without types, may answer
    await assert.rejects(asked({ action: 'start', file: fileOf(3) }), { code: 'OptionInvalid', option: 'key' });
  }
});

test('UPL-14 an unknown option is refused by name when the handler is made', () => {
  const options: Record<string, unknown> = { maxsize: '1MB' };
  assert.throws(() => handlerOf(options), { code: 'OptionInvalid', option: 'maxsize' });
});

test('UPL-2 the application names the key; without it a random folder and a tidied name do', async () => {
  const keys: string[] = [];
  const complete: Plain['complete'] = ({ key }) => keys.push(key);
  for (const [name, options] of [
    ['../../etc/pass wd%00?.txt', { complete }],
    ['x.txt', { complete, key: ({ name }: { name: string }) => `of/7/${name}` }],
  ] as const) {
    const asked = handlerOf(options);
    const { token, put: request } = await start(asked, { ...fileOf(3, name), key: 'chosen/by/the/page' });
    assert.equal((await put(request, bytesOf(3))).status, 200);
    assert.equal((await asked({ action: 'complete', token, key: 'chosen' })).status, 200);
  }
  assert.match(keys[0] ?? '', /^[\da-f]{8}-[\da-f-]{27}\/pass wd_00_\.txt$/);
  assert.equal(keys[1], 'of/7/x.txt');
});

for (const { accept, name, type, stored } of [
  { accept: ['image/*'], name: 'a.png', type: 'image/png', stored: 'image/png' },
  { accept: ['image/*'], name: 'a.svg', type: 'image/svg+xml', stored: 'application/octet-stream' },
  { accept: ['image/svg+xml'], name: 'a.svg', type: 'image/svg+xml', stored: 'image/svg+xml' },
  { accept: ['.pdf'], name: 'A.PDF', type: 'text/html', stored: 'application/octet-stream' },
  { accept: ['.pdf', 'text/*'], name: 'a.csv', type: 'text/csv; charset=utf-8', stored: 'text/csv' },
  { accept: undefined, name: 'a', type: '', stored: 'application/octet-stream' },
  { accept: undefined, name: 'a.html', type: 'text/html', stored: 'application/octet-stream' },
  { accept: undefined, name: 'a', type: 'text/plain\r\nx: y', stored: 'application/octet-stream' },
  { accept: ['image/*'], name: 'a.png', type: 'text/html', stored: undefined },
  { accept: ['.pdf'], name: 'apdf', type: 'application/pdf', stored: undefined },
  { accept: ['image/png', '.gif'], name: 'a.jpg', type: 'image/jpeg', stored: undefined },
] as const) {
  test(`UPL-3 accept ${accept} makes of ${name}, ${JSON.stringify(type)}: ${stored ?? 'a refusal'}`, async () => {
    const asked = handlerOf(accept === undefined ? {} : { accept });
    const { status, body } = await asked({ action: 'start', file: fileOf(5, name, type) });
    if (stored === undefined) return assert.deepEqual([status, body.error?.['code']], [415, 'TypeNotAllowed']);
    const { headers } = body['put'] as { headers: Record<string, string> };
    assert.equal(headers['content-type'], stored);
  });
}

test('UPL-4 sizes are held to their bounds before anything is signed, and signed', async () => {
  const asked = handlerOf({ minSize: 2, maxSize: '5KB' });
  assert.deepEqual((await asked({ action: 'start', file: fileOf(5001) })).body.error?.['code'], 'TooLarge');
  assert.deepEqual((await asked({ action: 'start', file: fileOf(1) })).body.error?.['code'], 'TooSmall');
  const { put: request } = await start(asked, fileOf(5000));
  assert.equal((await put(request, bytesOf(5001))).status, 403, 'a longer body has another signature');
  assert.equal((await put(request, bytesOf(5000))).status, 200);
  assert.throws(() => handlerOf({ minSize: 6, maxSize: 5 }), RangeError);
  assert.throws(() => handlerOf({ partSize: '1MiB' }), RangeError);
});

test('UPL-5 a small file is one PUT, a large one parts of at least 8 MiB, about 9,000 of them', async () => {
  const asked = handlerOf({ maxSize: '5TiB' });
  const plans: unknown[] = [];
  for (const size of [0, 16 * mebibyte - 1, 16 * mebibyte, 100 * 1024 ** 3, 5 * 1024 ** 4]) {
    const { token, mode, parts, partSize } = await start(asked, fileOf(size));
    plans.push([mode, parts, Number(partSize) / mebibyte]);
    await asked({ action: 'abort', token });
  }
  assert.deepEqual(plans, [
    ['put', 1, 0],
    ['put', 1, (16 * mebibyte - 1) / mebibyte],
    ['multipart', 2, 8],
    ['multipart', 8534, 12],
    ['multipart', 8993, 583],
  ]);
  assert.deepEqual(await fixture.openUploads(), []);
});

test('UPL-6 a token that was altered, sealed elsewhere, for another bucket or ended is refused', async () => {
  let nowMs = 1_800_000_000_000;
  const asked = handlerOf({ now: () => nowMs, finishIn: '1h' });
  const { token } = await start(asked, fileOf(5));
  const [body = '', seal = ''] = token.split('.');
  const claims = JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/')));
  const other = btoa(JSON.stringify({ ...claims, key: 'of another' })).replace(/=+$/, '');
  const elsewhere = handlerOf({ secret: 'another', now: () => nowMs });
  for (const bad of [
    `${other}.${seal}`,
    `${body}.${seal.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}`,
    '',
    7,
    null,
  ])
    assert.equal((await asked({ action: 'list', token: bad })).status, 400, String(bad));
  assert.equal((await elsewhere({ action: 'list', token })).status, 400);
  assert.equal((await handlerOf({ now: () => nowMs })({ action: 'list', token })).status, 200, 'another process');
  const secret = 'of both';
  const first = await start(handlerOf({ secret }), fileOf(5));
  const moved = await handlerOf({ secret, bucket: override(fixture.uploads, { name: 'elsewhere' }) })({
    action: 'list',
    token: first.token,
  });
  assert.equal(moved.status, 400);
  nowMs += 3_600_000;
  assert.deepEqual((await asked({ action: 'list', token })).body.error?.['code'], 'LinkExpired');
});

test('UPL-6 what would make a token longer than it may be is refused before the store is asked', async () => {
  const refused = await handlerOf({ authorize: () => 'x'.repeat(20_000) })({
    action: 'start',
    file: fileOf(20 * mebibyte),
  });
  assert.equal(refused.status, 413);
  assert.deepEqual(await fixture.openUploads(), []);
});

test('UPL-7 at most 50 parts are signed at once, and only those that the file has', async () => {
  const asked = handlerOf({ partSize: '5MiB' });
  const { token, parts } = await start(asked, fileOf(300 * mebibyte));
  assert.equal(parts, 60);
  const many = Array.from({ length: 51 }, (_, at) => at + 1);
  for (const wanted of [many, [0], [61], [1.5], ['1'], [], undefined, 'all'])
    assert.equal((await asked({ action: 'sign', token, parts: wanted })).status, 400, String(wanted));
  assert.equal((await asked({ action: 'sign', token, parts: many.slice(0, 50) })).status, 200);
  await asked({ action: 'abort', token });
});

test('UPL-8 UPL-9 parts are listed and missing ones named, and complete says the same twice, here and elsewhere', async () => {
  let completed = 0;
  const options: Plain = {
    authorize: () => ({ user: 7 }),
    complete: ({ bucket, key, size, etag, file }, meta) => {
      completed++;
      return { bucket, key, size, etag, meta, name: file.name, given: file.meta };
    },
    key: () => 'whole/17 MiB',
    partSize: '6MiB',
  };
  const asked = handlerOf(options);
  const size = 17 * mebibyte;
  const { status, body } = await asked({ action: 'start', file: fileOf(size), meta: 'of the page' });
  assert.equal(status, 200);
  const token = String(body['token']);
  const sizeOf = (part: number) => (part === 3 ? 5 * mebibyte : 6 * mebibyte);
  assert.deepEqual(await sendParts(asked, token, [1, 3], sizeOf), [200, 200]);
  const listed = (await asked({ action: 'list', token })).body;
  assert.deepEqual([listed['total'], listed['partSize']], [3, 6 * mebibyte]);
  const rows = listed['parts'] as { partNumber: number; size: number; etag: string }[];
  assert.deepEqual(
    rows.map(({ partNumber, size: bytes }) => [partNumber, bytes]),
    [
      [1, 6 * mebibyte],
      [3, 5 * mebibyte],
    ],
  );
  const early = await asked({ action: 'complete', token });
  assert.deepEqual([early.status, early.body.error?.['missing']], [409, [2]]);
  await sendParts(asked, token, [2], sizeOf);
  const other = await asked({ action: 'complete', token, parts: [{ partNumber: 1, etag: '"of another"' }] });
  assert.deepEqual([other.status, other.body.error?.['missing']], [409, [1]]);
  const parts = rows.map(({ partNumber, etag }) => ({ partNumber, etag }));
  const [once, again] = await Promise.all([
    asked({ action: 'complete', token, parts }),
    asked({ action: 'complete', token, parts }),
  ]);
  assert.equal(once.status, 200, JSON.stringify(once.body));
  const { etag, ...rest } = once.body['result'] as Record<string, unknown>;
  assert.match(String(etag), /^"[\da-f]{32}-3"$/);
  const expected = {
    bucket: 'uploads',
    key: 'whole/17 MiB',
    size,
    meta: { user: 7 },
    name: 'a b.bin',
    given: 'of the page',
  };
  assert.deepEqual(rest, expected);
  assert.deepEqual(again, once);
  assert.equal(completed, 1);
  const elsewhere = handlerOf(options);
  assert.deepEqual(((await elsewhere({ action: 'list', token })).body['parts'] as unknown[]).length, 3);
  assert.deepEqual(await elsewhere({ action: 'complete', token }), once, 'a process that has not seen it');
});

test('UPL-10 a page that sends more than it announced is refused, and nothing of it stays', async () => {
  const asked = handlerOf({ partSize: '5MiB', key: () => 'lie' });
  const { token } = await start(asked, fileOf(16 * mebibyte));
  const claims = JSON.parse(atob((token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
  // As a store would have it that does not hold a body to the length that was signed.
  const [lying] = fixture.uploads.presignParts({ key: 'lie', uploadId: claims.uploadId }, { parts: [1], own: true });
  assert.equal((await put(lying, bytesOf(9 * mebibyte))).status, 200);
  const refused = await asked({ action: 'complete', token });
  assert.deepEqual([refused.status, refused.body.error?.['code']], [400, 'Refused']);
  assert.deepEqual(await fixture.openUploads(), []);

  const small = await start(asked, fileOf(5));
  const { url, headers } = fixture.uploads.presignPut('lie', { metadata: { upload: idOf(small.token) }, own: true });
  assert.equal((await put({ url, headers }, bytesOf(6))).status, 200);
  assert.equal((await asked({ action: 'complete', token: small.token })).status, 400);
  assert.equal((await fetch(fixture.uploads.presignHead('lie', { own: true }), { method: 'HEAD' })).status, 404);
});

function idOf(token: string): string {
  return JSON.parse(atob((token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/'))).id;
}

test('UPL-10 UPL-11 an object of another upload under the same key is left alone', async () => {
  const asked = handlerOf({ key: () => 'avatar' });
  const first = await start(asked, fileOf(4));
  await put(first['put'], bytesOf(4));
  assert.equal((await asked({ action: 'complete', token: first.token })).status, 200);
  const second = await start(asked, fileOf(9));
  assert.deepEqual((await asked({ action: 'complete', token: second.token })).body.error?.['missing'], [1]);
  assert.equal((await asked({ action: 'abort', token: second.token })).status, 200);
  assert.equal((await asked({ action: 'abort', token: first.token })).status, 200, 'what was completed stays');
  const head = await fetch(fixture.uploads.presignHead('avatar', { own: true }), { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '4']);
});

test('UPL-11 abort removes parts and objects that were not completed, once and again', async () => {
  const asked = handlerOf({ key: ({ size }) => `given up/${size}` });
  const large = await start(asked, fileOf(20 * mebibyte));
  await sendParts(asked, large.token, [1], () => 8 * mebibyte);
  const small = await start(asked, fileOf(20));
  await put(small['put'], bytesOf(20));
  for (const { token } of [large, small, large, small])
    assert.equal((await asked({ action: 'abort', token })).status, 200);
  assert.deepEqual(await fixture.openUploads(), []);
  assert.equal(
    (await fetch(fixture.uploads.presignHead('given up/20', { own: true }), { method: 'HEAD' })).status,
    404,
  );
  assert.equal((await asked({ action: 'complete', token: large.token })).body.error?.['code'], 'LinkExpired');
});

test('UPL-12 only POST with JSON of at most 1 MiB is read', async () => {
  const handler = uploadHandler({ bucket: fixture.uploads, authorize: () => ({}) });
  const json = { 'content-type': 'application/json' };
  for (const [init, status] of [
    [{ method: 'GET' }, 405],
    [{ method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    [{ method: 'POST', body: '{"action":', headers: json }, 400],
    [{ method: 'POST', body: '[]', headers: json }, 400],
    [{ method: 'POST', body: '{"action":"start","file":{"name":"a"}}', headers: json }, 400],
    [{ method: 'POST', body: `{"action":"start","x":"${'x'.repeat(1_048_576)}"}`, headers: json }, 413],
  ] as const)
    assert.equal(
      (await handler(new Request('http://app.example/', init))).status,
      status,
      JSON.stringify(init).slice(0, 90),
    );
});

test('UPL-13 the page gets URLs of publicEndpoint, without a parameter of Tidegate unless limits are given', async () => {
  const { put: plain } = await start(handlerOf(), fileOf(5));
  const { url } = plain as { url: string };
  assert.ok(url.startsWith(`${fixture.proxy.endpoint}/uploads/`));
  assert.doesNotMatch(url, /x-link/);
  const ofTidegate = fixture.bucketOf({ store: 'tidegate' });
  const { put: limited } = await start(handlerOf({ bucket: () => ofTidegate, limits: { uses: 1 } }), fileOf(5));
  assert.match((limited as { url: string }).url, /x-link-uses=1/);
  const puts = fixture.proxy.puts.length;
  assert.equal((await put(limited, bytesOf(5))).status, 200);
  assert.equal(fixture.proxy.puts.length, puts + 1);
});

test('SEC-517 a store that refuses or is not there is named without its URLs', async () => {
  const { accessKeyId } = fixture.product;
  const strangers = fixture.bucketOf({ credentials: { accessKeyId, secretAccessKey: 'not-the-secret' } });
  const gone = fixture.bucketOf({ endpoint: 'http://127.0.0.1:1' });
  for (const [bucket, reason] of [
    [strangers, 'SignatureMismatch'],
    [gone, undefined],
  ] as const) {
    const asked = handlerOf({ bucket, secret: 's' });
    const started = await asked({ action: 'start', file: fileOf(20 * mebibyte) });
    assert.deepEqual([started.status >= 502, started.body.error?.['code']], [true, 'StoreRefused']);
    assert.equal(started.body.error?.['reason'], reason);
    const { token } = await start(asked, fileOf(5));
    for (const action of ['list', 'complete', 'abort']) {
      const refused = await asked({ action, token });
      assert.equal(refused.body.error?.['code'], 'StoreRefused', action);
      assert.doesNotMatch(JSON.stringify([started, refused]), /X-Amz|Signature=|http:/);
    }
  }
});
