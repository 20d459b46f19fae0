import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { hmacHex, signingKey } from '@tidegate/presign/internal';
import { override } from '../../../test/override.ts';
import { systemClock } from '../src/world/clock.ts';
import { links, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/forms')).status, 200);
});
after(() => server.stop());

type Part = { readonly name: string; readonly value: string | Buffer; readonly filename?: string };

function encode(parts: readonly Part[], boundary = 'tide', end = `--${boundary}--\r\n`): Buffer {
  const chunks = parts.flatMap(({ name, value, filename }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ];
  });
  return Buffer.concat([...chunks, Buffer.from(end)]);
}

async function post(body: Buffer, contentType = 'multipart/form-data; boundary=tide', bucket = 'forms') {
  const answer = await fetch(`${server.endpoint}/${bucket}`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: Buffer.from(body),
    redirect: 'manual',
  });
  const text = await answer.text();
  return { status: answer.status, text, code: /<Code>(\w+)/.exec(text)?.[1] };
}

function fieldsFor(options: Parameters<ReturnType<typeof links>['presignPost']>[0]): Part[] {
  const form = links(server, 'forms').presignPost(options);
  return Object.entries(form.fields).map(([name, value]) => ({ name, value }));
}

const file = (value: string | Buffer = 'file content', filename = 'a.txt'): Part => ({ name: 'file', value, filename });

async function stored(key: string): Promise<string> {
  const answer = await server.signed('GET', `/forms/${key}`);
  return answer.status === 200 ? answer.text() : String(answer.status);
}

test('SIG-82 a signed form stores its file under the signed key', async () => {
  const answer = await post(encode([...fieldsFor({ key: 'in/a.txt' }), file()]));
  assert.equal(answer.status, 204, answer.text);
  assert.equal(await stored('in/a.txt'), 'file content');
});

test('SIG-85 a form of a derived signing key does not outlive its day by more than seven days, whatever its policy says', async () => {
  const drift = { ms: 0 };
  const clock = override(systemClock, { nowMs: () => systemClock.nowMs() + drift.ms });
  const moved = await startTestServer({ world: { clock } });
  try {
    assert.equal((await moved.signed('PUT', '/forms')).status, 200);
    const { accessKeyId, secretAccessKey } = moved.credentials;
    const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const derived = signingKey(secretAccessKey, date, 'us-east-1');
    const auth = {
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `${accessKeyId}/${date}/us-east-1/s3/aws4_request`,
      'x-amz-date': `${date}T000000Z`,
    };
    const conditions = [
      { bucket: 'forms' },
      { key: 'k' },
      ...Object.entries(auth).map(([name, value]) => ({ [name]: value })),
    ];
    const policy = Buffer.from(JSON.stringify({ expiration: '2099-01-01T00:00:00Z', conditions })).toString('base64');
    const send = async (): Promise<string> => {
      const body = new FormData();
      const all = { key: 'k', ...auth, policy, 'x-amz-signature': hmacHex(derived, policy) };
      for (const [name, value] of Object.entries(all)) body.append(name, value);
      body.append('file', new Blob(['x']), 'x.txt');
      const answer = await fetch(`${moved.endpoint}/forms`, { method: 'POST', body });
      await answer.text();
      return answer.headers.get('x-tidegate-reason') ?? String(answer.status);
    };
    assert.equal(await send(), '204');
    drift.ms = 6 * 86_400_000;
    assert.equal(await send(), '204');
    drift.ms = 8 * 86_400_000;
    assert.equal(await send(), 'LinkExpired');
  } finally {
    await moved.stop();
  }
});

test('SIG-86 SEC-139 ${filename} is the last part of the file name, and nothing of it is a path', async () => {
  for (const [filename, key] of [
    ['plain.txt', 'u/plain.txt'],
    ['../../x', 'u/x'],
    ['C:\\\\docs\\\\y.txt', 'u/y.txt'],
  ] as const) {
    const answer = await post(encode([...fieldsFor({ prefix: 'u/' }), file(filename, filename)]));
    assert.equal(answer.status, 204, answer.text);
    assert.equal(await stored(key), filename);
  }
});

test('SIG-86 ${filename} stays where the file is sent as a plain field, which has no name', async () => {
  const answer = await post(encode([...fieldsFor({ prefix: 'plain/' }), { name: 'file', value: 'text' }]));
  assert.equal(answer.status, 204, answer.text);
  assert.equal(await stored('plain/$%7Bfilename%7D'), 'text');
});

test('SEC-142 a file of every kind of bytes survives, boundaries in it too', async () => {
  for (const content of ['', '\r\n', '\r\n--tid', '\r\n--', '--tide', `${'x'.repeat(70_000)}\r\n--tidx\r\n`]) {
    const answer = await post(encode([...fieldsFor({ key: 'bytes' }), file(content)]));
    assert.equal(answer.status, 204, `${JSON.stringify(content.slice(-20))}: ${answer.text}`);
    assert.equal(await stored('bytes'), content);
  }
  const big = Buffer.alloc(3_000_000, '\r\n--tide is not quite a boundary here: \r\n-');
  assert.equal(
    (await post(encode([...fieldsFor({ key: 'big' }), file(big)], 'tideX'), 'multipart/form-data; boundary=tideX'))
      .status,
    204,
  );
  assert.equal((await stored('big')).length, 3_000_000);
});

for (const [what, body, expected] of [
  ['no file', () => encode(fieldsFor({ key: 'n' })), '400 InvalidArgument'],
  ['two files', () => encode([...fieldsFor({ key: 'n' }), file(), file()]), '400 InvalidArgument'],
  [
    '101 fields',
    () =>
      encode([
        ...fieldsFor({ key: 'n' }),
        ...Array.from({ length: 101 }, (_, n) => ({ name: `x-ignore-${n}`, value: '' })),
        file(),
      ]),
    '400 MalformedPOSTRequest',
  ],
  [
    'a field of 1 MB',
    () => encode([...fieldsFor({ key: 'n' }), { name: 'x-ignore-a', value: 'x'.repeat(1_000_000) }, file()]),
    '400 MaxPostPreDataLengthExceededError',
  ],
  ['no final boundary', () => encode([...fieldsFor({ key: 'n' }), file()], 'tide', ''), '400 MalformedPOSTRequest'],
  ['another boundary', () => encode([...fieldsFor({ key: 'n' }), file()], 'other'), '400 MalformedPOSTRequest'],
  [
    'a field that comes twice',
    () => encode([...fieldsFor({ key: 'n' }), { name: 'KEY', value: 'other' }, file()]),
    '400 MalformedPOSTRequest',
  ],
  [
    'no key',
    () => encode([...fieldsFor({ key: 'n' }).filter(({ name }) => name !== 'key'), file()]),
    '400 InvalidArgument',
  ],
  [
    'a part without a name',
    () => Buffer.from('--tide\r\nContent-Type: text/plain\r\n\r\nx\r\n--tide--\r\n'),
    '400 MalformedPOSTRequest',
  ],
] as const) {
  test(`SEC-142 SIG-80 a form with ${what} is refused, and nothing is stored: ${expected}`, async () => {
    const answer = await post(body());
    assert.equal(`${answer.status} ${answer.code}`, expected, answer.text);
    assert.equal(await stored('n'), '404');
  });
}

test('SEC-142 fields after the file are ignored', async () => {
  const late = { name: 'x-amz-meta-late', value: 'x' };
  assert.equal((await post(encode([...fieldsFor({ key: 'late' }), file(), late]))).status, 204);
  const answer = await server.signed('HEAD', '/forms/late');
  assert.equal(answer.headers.get('x-amz-meta-late'), null);
});

test('SIG-80 a body that is no form is refused: 412', async () => {
  const answer = await post(Buffer.from('a=b'), 'application/x-www-form-urlencoded');
  assert.equal(answer.status, 412, answer.text);
});

test('SIG-88 SEC-138 content-length-range holds on the bytes of the file', async () => {
  const form = () => fieldsFor({ key: 'sized', size: { min: 5, max: 10 } });
  assert.equal((await post(encode([...form(), file('1234')]))).code, 'EntityTooSmall');
  const large = await post(encode([...form(), file('12345678901')]));
  assert.equal(large.code, 'EntityTooLarge');
  assert.match(large.text, /<MaxSizeAllowed>10</);
  assert.equal((await post(encode([...form(), file('x'.repeat(2_000_000))]))).code, 'EntityTooLarge');
  assert.equal(await stored('sized'), '404');
  assert.equal((await post(encode([...form(), file('12345')]))).status, 204);
});

test('SEC-137 SIG-87 a field that no condition names is refused', async () => {
  const answer = await post(encode([...fieldsFor({ key: 'n' }), { name: 'x-amz-meta-a', value: 'b' }, file()]));
  assert.equal(answer.status, 403);
  assert.match(answer.text, /Extra input fields: x-amz-meta-a/);
});

test('SIG-87 a checksum of the file needs no condition, and is held against the file', async () => {
  const sent = (value: string) =>
    post(encode([...fieldsFor({ key: 'summed' }), { name: 'x-amz-checksum-sha256', value }, file('12345')]));
  const right = createHash('sha256').update('12345').digest('base64');
  assert.equal((await sent(right)).status, 204);
  assert.equal((await sent(createHash('sha256').update('1234').digest('base64'))).code, 'BadDigest');
});

test('SEC-140 a policy that was changed, or belongs to another bucket, is refused', async () => {
  assert.equal((await server.signed('PUT', '/other-forms')).status, 200);
  const fields = fieldsFor({ key: 'n' });
  assert.equal((await post(encode([...fields, file()]), undefined, 'other-forms')).status, 403);
  const changed = fields.map((field) =>
    field.name.toLowerCase() === 'policy' ? { ...field, value: `${String(field.value).slice(0, -8)}AAAAAAA=` } : field,
  );
  assert.equal((await post(encode([...changed, file()]))).code, 'SignatureDoesNotMatch');
});

test('SIG-32 a form without a signature is anonymous, and a private bucket refuses it', async () => {
  const answer = await post(encode([{ name: 'key', value: 'n' }, file()]));
  assert.equal(`${answer.status} ${answer.code}`, '403 AccessDenied', answer.text);
});
