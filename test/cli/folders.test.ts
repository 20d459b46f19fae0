import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { bin, type CliOptions, tidegate } from './cli.ts';

const mib = 1024 * 1024;
let product: Product;
let folder: string;

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-folders-'));
  assert.equal((await cli(['mb', 'box', 'far'])).code, 0);
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
  await product.stop();
});

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

async function makeTree(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function keysOf(target: string): Promise<string[]> {
  const { stdout } = await cli(['ls', '-r', target]);
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
}

const tree = { 'a.txt': 'a', 'b.log': 'b', 'deep/c.txt': 'c', 'deep/er/ü ö.txt': 'd', 'deep/x.tmp': 'x' };

test('cp -r takes a folder up, across and down, names and bytes as they are', async () => {
  const root = await makeTree('tree', tree);
  await symlink(join(root, 'a.txt'), join(root, 'link.txt'));
  await symlink(root, join(root, 'circle'));
  const up = await cli(['cp', '-r', root, 's3://box/tree/']);
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stderr, /^! Skipped .*circle: it is not a regular file\.$/m);
  assert.match(up.stderr, /6 of 6 copied \(6 B\)\n$/);
  assert.deepEqual(await keysOf('box/tree/'), [...Object.keys(tree), 'link.txt'].map((name) => `tree/${name}`).sort());
  const across = await cli(['cp', '-r', 's3://box/tree', 's3://far/copy', '--exclude', '*.tmp', '--exclude', 'link*']);
  assert.equal(across.code, 0, across.stderr);
  const down = await cli(['cp', '-r', 's3://far/copy', join(folder, 'back'), '--include', '*.txt', '--json']);
  assert.equal(down.code, 0, down.stderr);
  const lines = down.stdout.trimEnd().split('\n');
  assert.equal(lines.length, 3, 'one document for each copy');
  for (const name of ['a.txt', 'deep/c.txt', 'deep/er/ü ö.txt'] as const) {
    assert.equal(await readFile(join(folder, 'back', name), 'utf8'), tree[name]);
  }
  assert.deepEqual((await readdir(join(folder, 'back'))).sort(), ['a.txt', 'deep']);
});

test('--dry-run says what would be done and does nothing', async () => {
  const root = await makeTree('dry', { 'one.txt': '1', 'two.log': '2' });
  const { code, stdout, stderr } = await cli(['cp', '-r', root, 's3://box/dry', '--include', '*.txt', '--dry-run']);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${join(root, 'one.txt')} → s3://box/dry/one.txt\n`);
  assert.deepEqual(await keysOf('box/dry/'), []);
  const gone = await cli(['rm', '-r', 'box/tree/', '--include', '*.log', '--dry-run']);
  assert.equal(gone.stdout, 'box/tree/b.log\n');
  assert.ok((await keysOf('box/tree/')).includes('tree/b.log'));
});

test('cp -r --resume copies what is missing or changed, and nothing twice', async () => {
  const root = await makeTree('again', { 'same.txt': 'same', 'changed.txt': 'old' });
  assert.equal((await cli(['cp', '-r', root, 's3://box/again'])).code, 0);
  // As long as before and older than its copy, as a file out of an archive is: its bytes tell.
  const long = new Date(Date.now() - 3_600_000);
  await writeFile(join(root, 'changed.txt'), 'new');
  await utimes(join(root, 'changed.txt'), long, long);
  await utimes(join(root, 'same.txt'), new Date(), new Date(Date.now() + 60_000));
  await writeFile(join(root, 'fresh.txt'), 'fresh');
  const { code, stderr } = await cli(['cp', '-r', '--resume', root, 's3://box/again']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /2 of 3 copied \(8 B\), 1 already there\n$/);
  assert.equal((await cli(['cat', 'box/again/changed.txt'])).stdout, 'new');
});

test('--resume knows what is the same by its bytes in parts, downwards and inside the store too', async () => {
  const root = await makeTree('parts', { 'small.txt': 'small' });
  const big = Buffer.alloc(11 * 1024 * 1024, 'tide');
  await writeFile(join(root, 'big.bin'), big);
  assert.equal((await cli(['cp', '-r', root, 's3://box/parts', '--part-size', '5MiB'])).code, 0);
  const down = join(folder, 'down');
  assert.equal((await cli(['cp', '-r', 's3://box/parts', down])).code, 0);
  assert.equal((await cli(['cp', '-r', 's3://box/parts', 's3://box/inside'])).code, 0);
  const same = /0 of 2 copied \(0 B\), 2 already there\n$/;
  for (const [from, to] of [
    [root, 's3://box/parts'],
    ['s3://box/parts', down],
  ] as const) {
    assert.match((await cli(['cp', '-r', '--resume', from, to])).stderr, same);
  }
  big[10 * 1024 * 1024 + 3] = 0;
  await writeFile(join(root, 'big.bin'), big);
  const again = await cli(['cp', '-r', '--resume', root, 's3://box/parts']);
  assert.match(again.stderr, /1 of 2 copied \(11\.0 MiB\), 1 already there\n$/);
  const inside = await cli(['cp', '-r', '--resume', 's3://box/parts', 's3://box/inside']);
  assert.match(inside.stderr, /1 of 2 copied/);
});

test('of a folder one failure does not stop the others; a key that leads out of the folder writes nothing', async () => {
  for (const key of ['odd/fine.txt', 'odd/../../escape.txt']) {
    assert.equal((await cli(['cp', '-', `s3://box/${key}`], { input: 'x' })).code, 0);
  }
  const refused = await cli(['cp', '-r', 's3://box/odd/', join(folder, 'odd')]);
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /^✗ The key "\.\.\/\.\.\/escape\.txt" cannot be a file name\.\n {2}Skip it: /);
  const rest = await cli(['cp', '-r', 's3://box/odd/', join(folder, 'odd'), '--exclude', '../*']);
  assert.equal(rest.code, 0, rest.stderr);
  assert.deepEqual(await readdir(join(folder, 'odd')), ['fine.txt']);
  const root = await makeTree('mixed', { 'a.txt': 'a', 'b.txt': 'b' });
  assert.equal((await cli(['cp', join(root, 'a.txt'), 's3://box/mixed/a.txt'])).code, 0);
  const some = await cli(['cp', '-r', root, 's3://box/mixed', '--if-none-match']);
  assert.equal(some.code, 4, some.stderr);
  assert.deepEqual(await keysOf('box/mixed/'), ['mixed/a.txt', 'mixed/b.txt']);
});

test('mv leaves nothing at the source: up, inside, down, and whole folders', async () => {
  const root = await makeTree('moved', { 'one.txt': 'one', 'two.txt': 'two' });
  assert.equal((await cli(['mv', join(root, 'one.txt'), 's3://box/moved/'])).code, 0);
  assert.deepEqual(await readdir(root), ['two.txt']);
  assert.equal((await cli(['mv', 's3://box/moved/one.txt', 's3://far/moved/uno.txt'])).code, 0);
  assert.deepEqual(await keysOf('box/moved/'), []);
  assert.equal((await cli(['mv', 's3://far/moved/uno.txt', join(root, 'uno.txt')])).code, 0);
  assert.equal(await readFile(join(root, 'uno.txt'), 'utf8'), 'one');
  assert.deepEqual(await keysOf('far/moved/'), []);
  assert.equal((await cli(['mv', '-r', root, 's3://box/all'])).code, 0);
  assert.deepEqual(await keysOf('box/all/'), ['all/two.txt', 'all/uno.txt']);
  assert.deepEqual(await readdir(root), []);
  const missing = await cli(['mv', 's3://box/all/none.txt', 's3://box/x.txt']);
  assert.equal(missing.code, 3);
});

test('rm -r deletes a folder and no more, over pages of 1,000', async () => {
  const names = Array.from({ length: 1030 }, (_, at) => [`f${at}`, ''] as const);
  const root = await makeTree('many', Object.fromEntries(names));
  assert.equal((await cli(['cp', '-r', root, 's3://far/many', '--parallel', '16'])).code, 0);
  assert.equal((await cli(['cp', '-', 's3://far/many-more.txt'], { input: 'x' })).code, 0);
  const gone = await cli(['rm', '-r', 'far/many', '--yes']);
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal(gone.stderr, '  Deleted 1,030 objects.\n');
  assert.deepEqual(await keysOf('far/many'), ['many-more.txt']);
});

test('a bucket with versions lists them, and rb --force empties it, open uploads too', async () => {
  assert.equal((await cli(['mb', 'kept', '--versioning'])).stderr, '  Created bucket kept with versioning.\n');
  for (const input of ['1', '22']) assert.equal((await cli(['cp', '-', 's3://kept/a.txt'], { input })).code, 0);
  assert.equal((await cli(['rm', 'kept/a.txt', '--yes'])).code, 0);
  const { stdout } = await cli(['ls', '--versions', 'kept']);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  assert.deepEqual(
    rows.map(([key, size, , , state]) => [key, size, state]),
    [
      ['a.txt', '', 'deleted'],
      ['a.txt', '2', 'older'],
      ['a.txt', '1', 'older'],
    ],
  );
  const first = rows[2]?.[3] ?? '';
  assert.equal((await cli(['cat', 'kept/a.txt', '--version-id', first])).stdout, '1');
  assert.match((await cli(['stat', 'kept/a.txt', '--version-id', first])).stdout, /^size\t1\n/);
  await product.tidegate('cp', '-', 's3://kept/b.txt').catch(() => undefined);
  assert.equal((await cli(['rb', 'kept'])).code, 4);
  assert.equal((await cli(['rb', 'kept', '--force'])).code, 2, 'it needs --yes');
  const gone = await cli(['rb', 'kept', '--force', '--yes']);
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal((await cli(['ls', 'kept'])).code, 3);
  const locked = await cli(['mb', 'locked', '--object-lock', '--json']);
  assert.match(locked.stdout, /"versioning":true,"objectLock":true/);
});

test('stat shows what is known of an object; cat writes its bytes, or a range of them', async () => {
  assert.equal((await cli(['cp', '-', 's3://box/digits.txt', '--checksum'], { input: '0123456789' })).code, 0);
  const { stdout } = await cli(['stat', 'box/digits.txt', '--json=size,contentType,checksums']);
  assert.match(stdout, /^\{"size":10,"contentType":"text\/plain","checksums":\{"crc64nvme":"[^"]{12}"\}\}\n$/);
  assert.equal((await cli(['cat', 'box/digits.txt'])).stdout, '0123456789');
  assert.equal((await cli(['cat', 'box/digits.txt', '--range', '2-4'])).stdout, '234');
  assert.equal((await cli(['cat', 'box/digits.txt', '--range', '-3'])).stdout, '789');
  assert.equal((await cli(['cat', 'box/digits.txt', '--range', '20-'])).code, 4);
});

test('CORS rules are made for an origin, read as the aws cli writes them, set from a file, and taken away', async () => {
  assert.equal((await cli(['bucket', 'cors', 'get', 'box'])).stdout, '');
  const made = await cli([
    'cors',
    'set',
    'box',
    '--origin',
    'https://app.example.com',
    '--origin',
    'http://localhost:5173',
  ]);
  assert.equal(made.code, 0, made.stderr);
  const preflight = await fetch(`${product.endpoint}/box/x`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    },
  });
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://app.example.com');
  const { stdout } = await cli(['bucket', 'cors', 'get', 'box', '--json']);
  const file = join(folder, 'cors.json');
  await writeFile(file, stdout);
  assert.equal((await cli(['bucket', 'cors', 'set', 'far', '--file', file])).code, 0);
  assert.equal((await cli(['bucket', 'cors', 'get', 'far', '--json'])).stdout, stdout);
  assert.equal((await cli(['bucket', 'cors', 'rm', 'far', '--yes'])).code, 0);
  assert.match((await cli(['bucket', 'cors', 'get', 'far'])).stderr, /Bucket far has no CORS rules\./);
  await writeFile(file, '{"CORSRules":[{"AllowedOrigin":["*"]}]}');
  const wrong = await cli(['bucket', 'cors', 'set', 'far', '--file', file]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /rule 1 has an unknown member "AllowedOrigin"\. Known: ID, AllowedOrigins/);
});

/** Starts a copy and cuts it off when its `-v` lines match. */
async function cutOff(args: readonly string[], pattern: RegExp): Promise<string> {
  const child = spawn(process.execPath, [bin, ...args, '-v'], { env: { ...product.environment } });
  let stderr = '';
  const seen = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (pattern.test(stderr)) resolve();
    });
  });
  const ended = once(child, 'exit');
  await Promise.race([seen, ended]);
  child.kill('SIGINT');
  const [code] = await ended;
  assert.equal(code, 130, stderr);
  return stderr;
}

test('an upload that was cut off goes on with --resume: parts that are there are not sent again', async () => {
  const path = join(folder, 'large.bin');
  const bytes = Buffer.concat([randomBytes(5 * mib), Buffer.alloc(95 * mib, 7)]);
  await writeFile(path, bytes);
  const parts = ['--part-size', '5MiB', '--parallel', '1'];
  await cutOff(['cp', path, 's3://box/large.bin', '--resume', ...parts], /^PUT \S+partNumber=3&/m);
  const { code, stderr } = await cli(['cp', path, 's3://box/large.bin', '--resume', '-v', ...parts]);
  assert.equal(code, 0, stderr);
  const sent = stderr.match(/^PUT \S+partNumber=\d+&/gm) ?? [];
  assert.ok(sent.length <= 17, `${sent.length} of 20 parts were sent`);
  assert.doesNotMatch(stderr, /^POST \S+\?uploads /m, 'no upload was begun');
  const back = join(folder, 'large.back');
  assert.equal((await cli(['cp', 's3://box/large.bin', back])).code, 0);
  assert.ok(bytes.equals(await readFile(back)));
  await rm(back);
});

test('--checksum keeps a CRC of all bytes with parts too, and compares it on the way back', async () => {
  const path = join(folder, 'large.bin');
  const up = await cli(['cp', path, 's3://box/checked.bin', '--checksum']);
  assert.equal(up.code, 0, up.stderr);
  const back = join(folder, 'checked.back');
  const down = await cli(['cp', 's3://box/checked.bin', back, '--checksum', '--json']);
  assert.equal(down.code, 0, down.stderr);
  assert.match(down.stdout, /"checksum":\{"algorithm":"CRC64NVME","value":"[^"]{12}"\}/);
  const sha256 = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  assert.equal(await sha256(back), await sha256(path));
  await rm(back);
});

test('a download goes on with --resume where one before it stopped, while the object is the same', async () => {
  const path = join(folder, 'large.bin');
  const target = join(folder, 'resumed.bin');
  assert.equal((await cli(['cp', path, 's3://box/resumed.bin'])).code, 0);
  const etag = (await cli(['stat', 'box/resumed.bin', '--json=etag'])).stdout;
  const which = createHash('sha256')
    .update(JSON.stringify(['box', 'resumed.bin', `"${JSON.parse(etag).etag}"`]))
    .digest('hex')
    .slice(0, 16);
  const bytes = await readFile(path);
  await writeFile(join(folder, `.resumed.bin.${which}.resume`), bytes.subarray(0, 60 * mib));
  const { code, stderr } = await cli(['cp', 's3://box/resumed.bin', target, '--resume', '-v']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^GET \/box\/resumed\.bin 206 /m);
  assert.ok(bytes.equals(await readFile(target)));
  assert.equal((await stat(target)).size, bytes.length);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.resume')),
    [],
  );
});
