import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, tidegate } from './cli.ts';

let product: Product;
let folder: string;

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-sync-'));
  assert.equal((await cli(['mb', 'box', 'copy'])).code, 0);
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
  await product.stop();
});

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

/** Runs a command that must succeed. */
async function done(args: readonly string[], options: CliOptions = {}) {
  const ran = await cli(args, options);
  assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`);
  return ran;
}

async function put(name: string, text: string): Promise<void> {
  await mkdir(join(name, '..'), { recursive: true });
  await writeFile(name, text);
}

async function keys(bucket: string): Promise<string[]> {
  const { stdout } = await done(['ls', '-r', bucket]);
  return stdout
    .split('\n')
    .flatMap((line) => line.split('\t')[0] || [])
    .toSorted();
}

test('sync uploads what is missing, larger or newer, and nothing else', async () => {
  const site = join(folder, 'site');
  await put(join(site, 'index.html'), 'one');
  await put(join(site, 'img/a.txt'), 'aaa');
  const first = await done(['sync', site, 's3://box/www', '--cache-control', 'max-age=60']);
  assert.match(first.stderr, /2 of 2 copied/);
  assert.deepEqual(await keys('box'), ['www/img/a.txt', 'www/index.html']);
  assert.match((await done(['stat', 'box/www/index.html'])).stdout, /cache-control\tmax-age=60\n/);
  assert.match((await done(['sync', site, 's3://box/www'])).stderr, /Nothing to copy: 2 up to date\./);
  await put(join(site, 'index.html'), 'longer');
  const future = new Date(Date.now() + 60_000);
  await put(join(site, 'img/a.txt'), 'bbb');
  await utimes(join(site, 'img/a.txt'), future, future);
  assert.match((await done(['sync', site, 's3://box/www', '--size-only'])).stderr, /1 of 1 copied/);
  const newer = await done(['sync', site, 's3://box/www', '--dry-run']);
  assert.equal(newer.stdout, `copy ${join(site, 'img/a.txt')} → s3://box/www/img/a.txt\n`);
  assert.match((await done(['sync', site, 's3://box/www', '--checksum'])).stderr, /1 of 1 copied/);
  assert.match((await done(['sync', site, 's3://box/www', '--checksum'])).stderr, /Nothing to copy/);
  assert.equal((await done(['cat', 'box/www/img/a.txt'])).stdout, 'bbb');
});

test('sync downloads with the times of objects, so that the next run copies nothing; --delete asks, and needs --yes', async () => {
  const down = join(folder, 'down');
  await done(['sync', 's3://box/www', down]);
  assert.equal(await readFile(join(down, 'index.html'), 'utf8'), 'longer');
  const listed = JSON.parse((await done(['ls', 'box/www/', '--json'])).stdout);
  const { lastModified } = listed.items.find((item: { key?: string }) => item.key === 'www/index.html');
  assert.equal(
    Math.floor((await stat(join(down, 'index.html'))).mtimeMs / 1000),
    Math.floor(Date.parse(lastModified) / 1000),
  );
  assert.match((await done(['sync', 's3://box/www', down])).stderr, /Nothing to copy: 2 up to date/);
  await put(join(down, 'extra.txt'), 'x');
  await put(join(down, 'extra.log'), 'x');
  await done(['sync', 's3://box/www', down]);
  assert.ok((await readdir(down)).includes('extra.txt'), 'nothing goes without --delete');
  const asked = await cli(['sync', 's3://box/www', down, '--delete']);
  assert.equal(asked.code, 2);
  assert.match(
    asked.stderr,
    /^✗ Needs confirmation: add --yes\n {2}Delete 2 files in .*down that the source does not have\?\n$/,
  );
  const preview = await done(['sync', 's3://box/www', down, '--delete', '--dry-run', '--exclude', '*.log']);
  assert.equal(preview.stdout, `delete ${join(down, 'extra.txt')}\n`);
  await done(['sync', 's3://box/www', down, '--delete', '--exclude', '*.log', '--yes']);
  assert.deepEqual((await readdir(down)).toSorted(), ['extra.log', 'img', 'index.html']);
});

test('sync between buckets copies and deletes; two ends that overlap, or are both local, are refused', async () => {
  await done(['cp', '-', 's3://copy/www/old.txt'], { input: 'old' });
  const made = await done(['sync', 's3://box/www', 's3://copy/www', '--delete', '--yes']);
  assert.match(made.stderr, /2 of 2 copied/);
  assert.match(made.stderr, /1 deleted/);
  assert.deepEqual(await keys('copy'), ['www/img/a.txt', 'www/index.html']);
  assert.match((await done(['sync', 's3://box/www', 's3://copy/www'])).stderr, /Nothing to copy/);
  const nested = await cli(['sync', 's3://box/www', 's3://box/www/inner']);
  assert.equal(nested.code, 2);
  assert.match(nested.stderr, /overlap/);
  assert.equal((await cli(['sync', folder, `${folder}/other`])).code, 2);
  assert.equal((await cli(['sync', join(folder, 'nothing'), 's3://box/x'])).code, 3);
});

test('sync deletes nothing when a copy failed', async () => {
  const down = join(folder, 'blocked');
  // A folder is where the file should go.
  await put(join(down, 'name/surplus.txt'), 's');
  await done(['cp', '-', 's3://box/b/name'], { input: 'a file' });
  await done(['cp', '-', 's3://box/b/other'], { input: 'another' });
  const failed = await cli(['sync', 's3://box/b', down, '--delete', '--yes']);
  assert.notEqual(failed.code, 0);
  assert.match(failed.stderr, /^! Nothing was deleted, because some copies failed\.$/m);
  assert.equal(await readFile(join(down, 'name/surplus.txt'), 'utf8'), 's');
  assert.equal(await readFile(join(down, 'other'), 'utf8'), 'another');
});

test('cp and rm take patterns: * stops at /, ** does not; an object of exactly that name is meant first', async () => {
  for (const key of ['logs/a.gz', 'logs/b.gz', 'logs/c.txt', 'logs/2025/d.gz', 'logs/2025/x/e.gz']) {
    await done(['cp', '-', `s3://copy/${key}`], { input: key });
  }
  const down = join(folder, 'gz');
  await done(['cp', 's3://copy/logs/*.gz', `${down}/`]);
  assert.deepEqual((await readdir(down)).toSorted(), ['a.gz', 'b.gz']);
  const preview = await done(['rm', 's3://copy/logs/**/*.gz', '--dry-run']);
  assert.deepEqual(preview.stdout.trim().split('\n').toSorted(), [
    'copy/logs/2025/d.gz',
    'copy/logs/2025/x/e.gz',
    'copy/logs/a.gz',
    'copy/logs/b.gz',
  ]);
  await done(['cp', 's3://copy/logs/20*/*.gz', 's3://box/gz/']);
  assert.equal((await done(['cat', 'box/gz/2025/d.gz'])).stdout, 'logs/2025/d.gz');
  const asked = await cli(['rm', 's3://copy/logs/*.gz']);
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /Delete 2 objects\?/);
  await done(['rm', 's3://copy/logs/*.gz', '--yes']);
  assert.deepEqual(
    (await keys('copy')).filter((key) => key.startsWith('logs/')),
    ['logs/2025/d.gz', 'logs/2025/x/e.gz', 'logs/c.txt'],
  );
  await done(['cp', '-', 's3://copy/logs/[c].txt'], { input: 'literal' });
  await done(['rm', 's3://copy/logs/[c].txt', '--yes']);
  assert.ok((await keys('copy')).includes('logs/c.txt'), 'the object of that name was meant');
  const none = await cli(['rm', 's3://copy/logs/*.zip', '--yes']);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /^✗ No object matches copy\/logs\/\*\.zip\.\n/);
  assert.equal((await cli(['cp', 's3://copy/logs/*', 's3://box/one'])).code, 2);
});

test('rm says that an object does not exist before it asks anything', async () => {
  const gone = await cli(['rm', 'copy/logs/d.txt']);
  assert.equal(gone.code, 3);
  assert.equal(gone.stderr, '✗ copy/logs/d.txt does not exist.\n  Did you mean copy/logs/c.txt?\n');
  const asked = await cli(['rm', 'copy/logs/c.txt']);
  assert.equal(asked.code, 2);
  assert.equal(asked.stderr, '✗ Needs confirmation: add --yes\n  Delete copy/logs/c.txt? This cannot be undone.\n');
});

test('cp sets type, headers and metadata of uploads, and changes those of a copy, the same key too', async () => {
  const given = [
    '--content-type',
    'text/x-log',
    '--cache-control',
    'no-cache',
    '--metadata',
    'team=a',
    '--metadata',
    'year=2026',
  ];
  await done(['cp', '-', 's3://box/meta.txt', '--content-disposition', 'inline', ...given], { input: 'm' });
  const seen = async (key: string) => (await done(['stat', key])).stdout;
  for (const line of [
    'type\ttext/x-log',
    'cache-control\tno-cache',
    'content-disposition\tinline',
    'meta team\ta',
    'meta year\t2026',
  ]) {
    assert.ok((await seen('box/meta.txt')).includes(`${line}\n`), line);
  }
  await done(['cp', 's3://box/meta.txt', 's3://box/meta.txt', '--cache-control', 'max-age=9']);
  const changed = await seen('box/meta.txt');
  for (const line of ['type\ttext/x-log', 'cache-control\tmax-age=9', 'content-disposition\tinline', 'meta team\ta']) {
    assert.ok(changed.includes(`${line}\n`), `${line}\n${changed}`);
  }
  assert.equal((await cli(['cp', 's3://box/meta.txt', 's3://box/meta.txt'])).code, 2);
  const down = await cli(['cp', 's3://box/meta.txt', join(folder, 'meta.txt'), '--metadata', 'a=b']);
  assert.equal(down.code, 2);
  assert.match(down.stderr, /^✗ --metadata is for uploads and copies, not for downloads\.\n/);
  assert.equal((await cli(['cp', '-', 's3://box/x', '--cache-control', 'a\nb'], { input: 'x' })).code, 2);
});

test('du sums objects and bytes, folder by folder with --depth, with every version on request', async () => {
  await done(['mb', 'sums', '--versioning']);
  for (const [key, text] of [
    ['a/one', '1'],
    ['a/b/two', '22'],
    ['three', '333'],
  ] as const) {
    await done(['cp', '-', `s3://sums/${key}`], { input: text });
  }
  await done(['cp', '-', 's3://sums/three'], { input: '4444' });
  assert.equal((await done(['du', 'sums'])).stdout, '7\t3\tsums\n');
  assert.equal((await done(['du', 'sums', '--depth', '1'])).stdout, '3\t2\tsums/a/\n7\t3\tsums\n');
  assert.equal((await done(['du', 'sums', '--depth', '5'])).stdout, '3\t2\tsums/a/\n2\t1\tsums/a/b/\n7\t3\tsums\n');
  assert.equal((await done(['du', 'sums/a', '--human'])).stdout, '3 B\t2\tsums/a/\n');
  assert.equal((await done(['du', 'sums', '--versions'])).stdout, '10\t4\tsums\n');
  assert.match((await done(['du'])).stdout, /^7\t3\tsums$/m);
  assert.deepEqual(JSON.parse((await done(['du', 'sums/a', '--json'])).stdout), {
    items: [{ name: 'sums/a/', objects: 2, size: 3 }],
    next: null,
  });
  assert.equal((await cli(['du', 'no-such-bucket'])).code, 3);
});

test('ls --human and find: sizes for people in a pipe; objects by name, size and age', async () => {
  await done(['cp', '-', 's3://sums/big.bin'], { input: Buffer.alloc(2048) });
  assert.match((await done(['ls', 'sums', '--human'])).stdout, /^big\.bin\t2\.0 KiB\t/m);
  const found = async (...flags: string[]) =>
    (await done(['find', 'sums', ...flags])).stdout
      .split('\n')
      .flatMap((line) => line.split('\t')[0] || [])
      .toSorted();
  assert.deepEqual(await found('--name', 't*'), ['sums/a/b/two', 'sums/three']);
  assert.deepEqual(await found('--name', 'a/**'), ['sums/a/b/two', 'sums/a/one']);
  assert.deepEqual(await found('--larger', '1KiB'), ['sums/big.bin']);
  assert.deepEqual(await found('--smaller', '2'), ['sums/a/one']);
  assert.deepEqual(await found('--older-than', '1h'), []);
  assert.equal((await found('--newer-than', '1h')).length, 4);
  const json = JSON.parse((await done(['find', 'sums/a', '--name', 'one', '--json'])).stdout);
  assert.deepEqual([json.items.length, json.items[0].key], [1, 'a/one']);
});
