import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { bin, type CliOptions, tidegate } from './cli.ts';

let product: Product;
let folder: string;

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-store-'));
  assert.equal((await cli(['mb', 'box', 'other-box'])).code, 0);
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
  await product.stop();
});

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

test('a file goes to the store and comes back byte for byte, under its name', async () => {
  const bytes = randomBytes(100_000);
  await writeFile(join(folder, 'a.csv'), bytes);
  const up = await cli(['cp', join(folder, 'a.csv'), 's3://box/in/']);
  assert.equal(up.code, 0, up.stderr);
  assert.equal(up.stdout, '');
  assert.match(up.stderr, /→ s3:\/\/box\/in\/a\.csv \(97\.7 KiB\)/);
  await rm(join(folder, 'a.csv'));
  const down = await cli(['cp', 's3://box/in/a.csv', `${folder}/`]);
  assert.equal(down.code, 0, down.stderr);
  assert.deepEqual(await readFile(join(folder, 'a.csv')), bytes);
  const head = await fetch((await cli(['presign', 'head', 'box/in/a.csv'])).stdout.trim(), { method: 'HEAD' });
  assert.equal(head.headers.get('content-type'), 'text/csv');
});

test('- is stdin and stdout; a stream of several parts arrives whole', async () => {
  const text = 'through a pipe\n';
  assert.equal((await cli(['cp', '-', 's3://box/pipe.txt'], { input: text })).code, 0);
  assert.equal((await cli(['cp', 'box/pipe.txt', '-'])).stdout, text);
  const bytes = randomBytes(12 * 1024 * 1024 + 5);
  const up = await cli(['cp', '-', 's3://box/parts.bin', '--part-size', '5MiB'], { input: bytes });
  assert.equal(up.code, 0, up.stderr);
  const back = join(folder, 'parts.bin');
  assert.equal((await cli(['cp', 'box/parts.bin', back])).code, 0);
  assert.deepEqual(await readFile(back), bytes);
});

test('a file above 64 MiB goes in parallel parts and has the same hash in the store', async () => {
  const path = join(folder, 'large.bin');
  const block = randomBytes(1024 * 1024);
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  for (let number = 0; number < 70; number += 1) {
    block.writeUInt32BE(number);
    await file.write(block);
    hash.update(block);
  }
  await file.close();
  const up = await cli(['cp', path, 's3://box/large.bin', '--json']);
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, /"size":73400320,"etag":"\\"[0-9a-f]{32}-5\\""/);
  const back = join(folder, 'large.back');
  assert.equal((await cli(['cp', 'box/large.bin', back])).code, 0);
  const seen = createHash('sha256');
  for await (const chunk of createReadStream(back)) seen.update(chunk);
  assert.equal(seen.digest('hex'), hash.digest('hex'));
  await rm(path);
  await rm(back);
});

test('an object is copied inside the store, to another bucket too', async () => {
  const copied = await cli(['cp', 's3://box/pipe.txt', 's3://other-box/']);
  assert.equal(copied.code, 0, copied.stderr);
  assert.equal((await cli(['cp', 's3://other-box/pipe.txt', '-'])).stdout, 'through a pipe\n');
});

for (const key of ['a b+c%2F.txt', './dot/../x', '//double', 'emoji-🌊', 'quote\'"&<>', 'ü/é', '*()!~']) {
  test(`the key ${JSON.stringify(key)} goes up, down, is listed and deleted as it is`, async () => {
    const up = await cli(['cp', '-', `s3://box/${key}`], { input: key });
    assert.equal(up.code, 0, up.stderr);
    assert.equal((await cli(['cp', `s3://box/${key}`, '-'])).stdout, key);
    const listed: unknown = JSON.parse((await cli(['ls', '-r', 'box', '--json'])).stdout);
    assert.ok(JSON.stringify(listed).includes(JSON.stringify(key)), key);
    const gone = await cli(['rm', '-y', `s3://box/${key}`]);
    assert.equal(gone.code, 0, gone.stderr);
    assert.equal((await cli(['cp', `s3://box/${key}`, '-'])).code, 3);
  });
}

test('a list is TAB-separated in a pipe, folders first, times absolute', async () => {
  const { stdout } = await cli(['ls', 'box']);
  const [folders = '', ...objects] = stdout.trimEnd().split('\n');
  assert.equal(folders, 'in/\t\t');
  for (const line of objects) assert.match(line, /^\S+\t\d+\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const buckets = await cli(['ls']);
  assert.match(buckets.stdout, /^box\t\d{4}-\d\d-\d\dT.*\nother-box\t/);
});

test('a list goes on over pages', async () => {
  const names = Array.from({ length: 30 }, (_, at) => `paged/${String(at).padStart(4, '0')}`);
  for (const name of names) assert.equal((await cli(['cp', '-', `s3://other-box/${name}`], { input: 'x' })).code, 0);
  const { stdout } = await cli(['ls', 'other-box/paged/']);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]),
    names,
  );
});

for (const [args, code, said] of [
  [['cp', 'box/nothing.txt', '-'], 3, /^✗ box\/nothing\.txt does not exist\.\n/],
  [['cp', 'box/pipe.tx', '-'], 3, /Did you mean box\/pipe\.txt\?/],
  [['cp', 's3://no-such-bucket/k', '-'], 3, /^✗ Bucket no-such-bucket does not exist\.\n/],
  [['cp', '/nonexistent/file', 's3://box/'], 3, /^✗ The file \/nonexistent\/file does not exist\.\n/],
  [['cp', 's3://box/pipe.txt', '/nonexistent/folder/x'], 3, /^✗ The folder \/nonexistent\/folder does not exist\.\n/],
  [['cp', '-r', '/nonexistent/folder', 's3://box/'], 3, /^✗ The folder \/nonexistent\/folder does not exist\.\n/],
  [['cp', '-r', './x', './y'], 2, /^✗ Source and destination are both local\.\n/],
  [['cp', './x', 's3://box/', '--include', '*.pdf'], 2, /^✗ --include is for whole folders\.\n {2}Add {2}-r\n/],
  [['rm', '-r', 'box/nothing-at-all/'], 3, /^✗ No objects in box\/nothing-at-all\/\.\n/],
  [['rm', '-r', 'box/'], 2, /^✗ Needs confirmation: add --yes\n {2}Delete \d+ objects\?/],
  [['mv', '-', 's3://box/x'], 2, /^✗ A stream cannot be moved\.\n/],
  [['cp', 's3://box/pipe.txt', 's3://box/pipe.txt'], 2, /is both source and destination\./],
  [['stat', 'box/pipe.tx'], 3, /Did you mean box\/pipe\.txt\?/],
  [['cat', 'box/pipe.txt', '--range', '5-2'], 2, /^✗ --range "5-2" is not a range\./],
  [['ls', '--versions'], 2, /^✗ --versions needs a bucket\./],
  [['bucket', 'cors', 'set', 'box'], 2, /^✗ bucket cors set needs either --origin or --file\.\n/],
  [['bucket', 'cors', 'set', 'box', '--origin', 'https://a.example/x'], 2, /Write {2}--origin https:\/\/a\.example\n$/],
  [['bucket', 'cors', 'rm', 'box'], 2, /^✗ Needs confirmation: add --yes\n/],
  [['cp', './a', './b'], 2, /^✗ Source and destination are both local\.\n/],
  [['cp', 'box/pipe.txt'], 2, /^✗ cp needs DESTINATION/],
  [['cp', 's3://box/pipe.txt', 's3://box/copy', '--part-size', '1MiB'], 2, /--part-size must be at least 5MiB/],
  [['rm', 'box/pipe.txt'], 2, /^✗ Needs confirmation: add --yes\n/],
  [['rm', '-y', 'box/nothing.txt'], 3, /^✗ box\/nothing\.txt does not exist\.\n/],
  [['rb', 'box'], 4, /^✗ Bucket box is not empty\.\n/],
  [['rb', 'no-such-bucket'], 3, /^✗ Bucket no-such-bucket does not exist\.\n/],
  [['mb', 'Bad_Name'], 4, /^✗ "Bad_Name" is not a valid bucket name: /],
  [['ls', 'no-such-bucket'], 3, /^✗ Bucket no-such-bucket does not exist\.\n/],
] as const) {
  test(`"${args.join(' ')}" ends with ${code}`, async () => {
    const result = await cli(args);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, said);
    assert.equal(result.stdout, '');
  });
}

test('--if-none-match leaves what is there, in one request and in parts', async () => {
  const once = await cli(['cp', '-', 's3://box/pipe.txt', '--if-none-match'], { input: 'other' });
  assert.equal(once.code, 4, once.stderr);
  const parts = await cli(['cp', '-', 's3://box/pipe.txt', '--if-none-match', '--part-size', '5MiB'], {
    input: Buffer.alloc(6 * 1024 * 1024),
  });
  assert.equal(parts.code, 4, parts.stderr);
  assert.equal((await cli(['cp', 'box/pipe.txt', '-'])).stdout, 'through a pipe\n');
});

test('of several targets each failure is one line, and the highest code counts', async () => {
  const { code, stderr } = await cli(['rm', '-y', 'box/nothing-1', 'box/parts.bin', 'box/nothing-2']);
  assert.equal(code, 3);
  assert.deepEqual(
    stderr.split('\n').filter((line) => line.startsWith('✗')),
    ['✗ box/nothing-1 does not exist.', '✗ box/nothing-2 does not exist.'],
  );
  assert.match(stderr, /Deleted box\/parts\.bin/);
});

test('a failed download leaves nothing behind, and what was there stays', async () => {
  const path = join(folder, 'kept.txt');
  await writeFile(path, 'kept');
  assert.equal((await cli(['cp', 's3://box/nothing', path])).code, 3);
  assert.equal(await readFile(path, 'utf8'), 'kept');
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.part')),
    [],
  );
});

test('a wrong secret, an unknown key and an unreachable server have different errors', async () => {
  const wrong = await cli(['ls'], { env: { AWS_SECRET_ACCESS_KEY: 'another-secret-of-forty-characters-000000' } });
  assert.equal(wrong.code, 4);
  assert.match(wrong.stderr, /refused the signature of access key TGAK/);
  const unknown = await cli(['ls'], { env: { AWS_ACCESS_KEY_ID: 'TGAKNOBODYNOBODYNOBO' } });
  assert.equal(unknown.code, 4);
  assert.match(unknown.stderr, /does not know access key TGAKNOBODYNOBODYNOBO \(AWS_ACCESS_KEY_ID\)/);
  const nobody = await cli(['ls', '--endpoint-url', 'http://127.0.0.1:1']);
  assert.equal(nobody.code, 5);
});

test('SEC-805 -v tells each request, and neither a secret nor a signature', async () => {
  const { stderr } = await cli(['ls', 'box', '-v']);
  assert.match(stderr, /^GET \/box\?list-type=2&.* 200 \d+ ms$/m);
  assert.doesNotMatch(stderr, /[0-9a-f]{64}/);
  assert.ok(!stderr.includes(product.secretAccessKey));
});

test('keys are made, listed, disabled, enabled and deleted; a secret is shown once', async () => {
  const made = await cli(['keys', 'create', '--owner', 'billing', '--role', 'write', '--note', 'for tests']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^TGAK[A-Z2-7]{16}\t\S{40}\n$/);
  const [id = '', secret = ''] = made.stdout.trim().split('\t');
  const own = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
  assert.equal((await cli(['ls'], { env: own })).code, 0);
  const listed = await cli(['keys', 'list', '--owner', 'billing']);
  assert.match(listed.stdout, new RegExp(`^${id}\tbilling\twrite\tenabled\t\t.*\tfor tests\n$`));
  assert.ok(!listed.stdout.includes(secret));
  assert.equal(
    (await cli(['keys', 'list'], { env: own })).code,
    4,
    'a key without the role of an owner administers nothing',
  );
  assert.equal((await cli(['keys', 'disable', id])).code, 0);
  assert.equal((await cli(['ls'], { env: own })).code, 4);
  assert.equal((await cli(['keys', 'enable', id])).code, 0);
  assert.equal((await cli(['ls'], { env: own })).code, 0);
  assert.equal((await cli(['keys', 'delete', id])).code, 2, 'it needs --yes');
  assert.equal((await cli(['keys', 'delete', id, '--yes'])).code, 0);
  assert.equal((await cli(['ls'], { env: own })).code, 4);
  const again = await cli(['keys', 'delete', id, '--yes']);
  assert.equal(again.code, 3);
  assert.match(again.stderr, new RegExp(`^✗ the access key ${id} does not exist\\.`, 'i'));
  const json: unknown = JSON.parse((await cli(['keys', 'list', '--json=id,role'])).stdout);
  assert.ok(Array.isArray(json));
});

test('health and doctor hold for a running server; doctor finds a missing CORS rule and a missing bucket', async () => {
  assert.deepEqual(await cli(['health']), { code: 0, stdout: 'ok\n', stderr: '' });
  assert.equal((await cli(['health', '--live', '--url', product.endpoint])).code, 0);
  const well = await cli(['doctor']);
  assert.equal(well.code, 0, well.stdout);
  assert.match(well.stdout, /✓ http:\/\/127\.0\.0\.1:\d+ answers in \d+ ms, Tidegate\n✓ clock differs by/);
  const cors = await cli(['doctor', '--bucket', 'box', '--origin', 'https://app.example.com']);
  assert.equal(cors.code, 0, 'a warning is no fault');
  assert.match(
    cors.stdout,
    /! bucket box has no CORS rule for https:\/\/app\.example\.com\n {4}tidegate bucket cors set box --origin https:\/\/app\.example\.com\n/,
  );
  const missing = await cli(['doctor', '--bucket', 'no-such-bucket']);
  assert.equal(missing.code, 6);
  const there = await cli(['doctor', '--public-endpoint', product.endpoint]);
  assert.match(there.stdout, /✓ public endpoint .* test link/);
  const elsewhere = await cli(['doctor', '--public-endpoint', 'http://127.0.0.1:1']);
  assert.equal(elsewhere.code, 6);
  const variable = await cli(['doctor'], { env: { TIDEGATE_LISTN: 'x' } });
  assert.match(variable.stdout, /! TIDEGATE_LISTN is not a setting\. Did you mean TIDEGATE_LISTEN\?/);
});

test('Ctrl-C takes the parts away that were sent, and ends with 130', async () => {
  const child = spawn(process.execPath, [bin, 'cp', '-', 's3://other-box/cut.bin', '--part-size', '5MiB', '-v'], {
    env: { ...product.environment },
  });
  let stderr = '';
  const partSent = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (/^PUT \/other-box\/cut\.bin\?partNumber=1&/m.test(stderr)) resolve();
    });
  });
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.write(randomBytes(11 * 1024 * 1024));
  await partSent;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 130, stderr);
  assert.match(stderr, /^DELETE \/other-box\/cut\.bin\?uploadId=\S+ 204 /m);
  assert.equal((await cli(['ls', 'other-box/cut.bin'])).stdout, '');
});
