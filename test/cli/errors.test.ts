import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { exampleKey, tidegate } from './cli.ts';
import { assertGolden } from './golden.ts';

let product: Product;
let folder: string;

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-errors-'));
  await mkdir(join(folder, '.aws'));
  await writeFile(
    join(folder, '.aws', 'credentials'),
    '[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n[tidegate]\naws_access_key_id = AKTIDEGATE\naws_secret_access_key = s\n',
  );
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
  await product.stop();
});

test('a missing object is reported with the nearest key (3)', async () => {
  const { environment: env } = product;
  await tidegate(['mb', 'reports'], { env });
  await tidegate(['cp', '-', 's3://reports/q3.pdf'], { env, input: 'third quarter' });
  await tidegate(['cp', '-', 's3://reports/q3.pdf'], { env, input: 'x' });
  const { code, stderr } = await tidegate(['cp', 's3://reports/q4.pdf', '-'], { env });
  assert.equal(code, 3);
  assertGolden('errors/no-such-key', stderr);
  const json = await tidegate(['cp', 's3://reports/q4.pdf', '-', '--json'], { env });
  const problem: unknown = JSON.parse(json.stderr);
  assert.deepEqual(
    Object.keys((typeof problem === 'object' && problem !== null && 'error' in problem && problem.error) || {}),
    ['type', 'title', 'status', 'code', 'reason', 'detail', 'hint', 'exit', 'requestId'],
  );
  assert.match(json.stderr, /"status":404,"code":"NoSuchKey","reason":null,.*"exit":3,"requestId":"[^"]+"/);
  const verbose = await tidegate(['cp', 's3://reports/q4.pdf', '-', '-v'], { env });
  assert.match(verbose.stderr, /^ {2}404 · NoSuchKey · request \S+$/m);
});

test('a share that would outlive what its key allows is refused with both times and what an owner can do (4)', async () => {
  const { environment: env } = product;
  await tidegate(['mb', 'reports'], { env });
  await tidegate(['cp', '-', 's3://reports/q3.pdf'], { env, input: 'third quarter' });
  const made = await tidegate(['keys', 'create', '--max-expiry', '1d', '--json'], { env });
  const { id, secretAccessKey } = JSON.parse(made.stdout);
  const governed = { ...env, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  for (const [name, flags] of [
    ['link-too-long', ['--expires', '7d']],
    ['link-too-long-never', ['--never']],
  ] as const) {
    const { code, stderr } = await tidegate(['share', 'create', 'reports/q3.pdf', ...flags], { env: governed });
    assert.equal(code, 4);
    assertGolden(`errors/${name}`, stderr.replaceAll(id, 'TGAK00000000000000AB'));
  }
});

test('a profile without keys is reported with those that have some (2)', async () => {
  const { code, stderr } = await tidegate(['presign', 'reports/q3.pdf', '--profile', 'work'], {
    env: { HOME: folder },
  });
  assert.equal(code, 2);
  assertGolden('errors/no-profile', stderr);
});

test('no credentials at all says where they could come from (2)', async () => {
  const { code, stderr } = await tidegate(['presign', 'reports/q3.pdf']);
  assert.equal(code, 2);
  assertGolden('errors/no-credentials', stderr);
});

test('an endpoint where nothing listens is reported with the command that starts a server (5)', async () => {
  const { code, stderr } = await tidegate(['ls', '--endpoint', 'http://127.0.0.1:1'], { env: exampleKey });
  assert.equal(code, 5);
  assertGolden('errors/unreachable', stderr);
});

test('a host without an address is reported (5)', async () => {
  const { code, stderr } = await tidegate(['ls', '--endpoint', 'http://nowhere.invalid:9000'], { env: exampleKey });
  assert.equal(code, 5);
  assert.match(stderr, /^✗ Cannot reach http:\/\/nowhere\.invalid:9000: /);
});

test('an endpoint that answers nothing is given up after --timeout (5)', async () => {
  const mute = createServer().listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const address = mute.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const { code, stderr } = await tidegate(['health', '--timeout', '1s', '--url', `http://127.0.0.1:${port}`], {
      env: exampleKey,
    });
    assert.equal(code, 5);
    assert.match(stderr, /no response within 1 s\./);
  } finally {
    mute.close();
  }
});

for (const [name, args] of [
  ['duration', ['presign', 'reports/q3.pdf', '--expires', '2 hours']],
  ['size', ['presign', 'put', 'reports/q3.pdf', '--max-size', '20 megabytes']],
  ['expiry-range', ['presign', 'reports/q3.pdf', '--expires', '8d']],
  ['limit-operation', ['presign', 'reports/q3.pdf', '--types', 'image/*', '--assume-tidegate']],
  ['limit-value', ['presign', 'reports/q3.pdf', '--ip', '10.0.0.300', '--assume-tidegate']],
  ['unknown-flag', ['presign', 'reports/q3.pdf', '--expire', '2h']],
  ['unknown-command', ['prseign', 'reports/q3.pdf']],
  ['unknown-verb', ['keys', 'lst']],
  ['no-verb', ['keys']],
  ['no-target', ['presign']],
  ['no-key', ['presign', 'reports']],
  ['cut-url', ['explain', 'http://127.0.0.1:9000/reports/q3.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256']],
  ['not-a-url', ['ls', '--endpoint', '127.0.0.1:9000']],
  ['secret-argument', ['explain', 'https://x', '--secret=hunter2hunter2']],
  ['help-unknown', ['help', 'limit']],
] as const) {
  test(`wrong use, ${name}, is reported in the golden words and without usage (2)`, async () => {
    const { code, stdout, stderr } = await tidegate(args, { env: exampleKey });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /Usage|hunter2| {4}at /);
    assertGolden(`errors/${name}`, stderr);
  });
}

test('FORCE_COLOR paints the mark, NO_COLOR and --no-color do not', async () => {
  const painted = await tidegate(['ls', '--expire'], { env: { ...exampleKey, FORCE_COLOR: '1' } });
  assert.ok(painted.stderr.startsWith('\u001b[31m✗\u001b[39m '), painted.stderr);
  for (const [args, env] of [
    [['ls', '--expire'], { FORCE_COLOR: '1', NO_COLOR: '1' }],
    [['ls', '--expire', '--no-color'], { FORCE_COLOR: '1' }],
  ] as const) {
    assert.ok((await tidegate(args, { env: { ...exampleKey, ...env } })).stderr.startsWith('✗ '));
  }
});

test('SEC-807 --data takes no key from a file that others can read', async () => {
  const data = join(folder, 'data');
  await mkdir(data);
  const none = await tidegate(['ls', '--data', data]);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^✗ No key is kept in /);
  const file = join(data, 'first-key.env');
  const text = `AWS_ACCESS_KEY_ID=${product.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${product.secretAccessKey}\n`;
  await writeFile(file, text, { mode: 0o644 });
  const open = await tidegate(['ls', '--data', data]);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /can be read by others\.\n {2}chmod 600 /);
  await rm(file);
  await writeFile(file, text, { mode: 0o600 });
  const kept = await tidegate(['ls', '--data', data, '--endpoint', product.endpoint]);
  assert.equal(kept.code, 0, kept.stderr);
});
