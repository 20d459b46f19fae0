import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { type StoreProxy, startStoreProxy } from '../store-proxy.ts';
import { bin, type CliResult, tidegate } from './cli.ts';

// `backup` and `restore` with a bucket, as users have them: one server is copied to another one, both started as they are.

let source: Product;
let far: Product;
let place: string;
let data: string;
const small = Buffer.alloc(300_000, 'tide ');
/** Above 64 MiB a body goes in parts. Tests that are not about them come first: each copy of it is a second of two cores. */
const large = Buffer.alloc(68_000_000, 'a body of many parts, ');
let largeStored: Promise<void> | undefined;

before(async () => {
  place = await mkdtemp(join(tmpdir(), 'tidegate-bucket-'));
  data = join(place, 'data');
  [source, far] = await Promise.all([startProduct([], data), startProduct()]);
  await mkdir(join(place, 'files'));
  for (const name of ['one', 'two', 'three']) await writeFile(join(place, 'files', name), small);
  await source.tidegate('mb', 'box');
  await source.tidegate('cp', '-r', join(place, 'files'), 's3://box/');
  await far.tidegate('mb', 'backups');
});

/** Puts the large body into the store that is copied, once. */
function withLarge(): Promise<void> {
  largeStored ??= (async () => {
    const url = (await source.tidegate('presign', 'put', 's3://box/large')).trim();
    assert.equal((await fetch(url, { method: 'PUT', body: large })).status, 200);
  })();
  return largeStored;
}

after(async () => {
  await Promise.all([source.stop(), far.stop()]);
  await rm(place, { recursive: true, force: true });
});

/** A command that talks to the far store, by the way of a proxy when one is given. */
function cli(args: readonly string[], endpoint = far.endpoint): Promise<CliResult> {
  return tidegate(args, { env: { ...far.environment, AWS_ENDPOINT_URL: endpoint } });
}

async function json(args: readonly string[], endpoint?: string): Promise<Record<string, unknown>> {
  const ran = await cli([...args, '--json'], endpoint);
  assert.equal(ran.code, 0, `${ran.stdout}${ran.stderr}`);
  const document: unknown = JSON.parse(ran.stdout);
  assert.ok(typeof document === 'object' && document !== null);
  return Object.fromEntries(Object.entries(document));
}

async function listOf(prefix: string): Promise<readonly string[]> {
  const lines = (await far.tidegate('ls', '-r', `s3://backups/${prefix}/`)).trim().split('\n');
  return lines.map((line) => line.split('\t', 1)[0] ?? '').filter((name) => name !== '');
}

/** A folder with the master key, into which a backup can be put back. */
async function freshFolder(name: string): Promise<string> {
  const folder = join(place, name);
  await mkdir(folder, { mode: 0o700 });
  await cp(join(data, 'keys'), join(folder, 'keys'), { recursive: true });
  return folder;
}

/** Starts a server on a folder and reads every object of it. */
async function readBack(t: TestContext, folder: string): Promise<void> {
  const restored = await startProduct([], folder);
  t.after(() => restored.stop());
  const files = join(place, `${basename(folder)}-files`);
  await restored.tidegate('cp', '-r', 's3://box/', files);
  for (const name of ['one', 'two', 'three']) assert.ok((await readFile(join(files, name))).equals(small), name);
  assert.ok((await readFile(join(files, 'large'))).equals(large));
  await restored.stop();
  assert.equal((await cli(['check', folder])).code, 0);
}

async function proxyTo(t: TestContext): Promise<StoreProxy> {
  const proxy = await startStoreProxy(far.endpoint);
  t.after(() => proxy.close());
  return proxy;
}

test('REL-11 a backup in a bucket is one of a folder, and is restored from there', async () => {
  await json(['backup', 's3://backups/folder', '--data', data]);
  const copy = join(place, 'copy');
  assert.equal((await cli(['cp', '-r', 's3://backups/folder/', `${copy}/`])).code, 0);
  const folder = await freshFolder('of-copy');
  await json(['restore', copy, '--data', folder]);
  assert.equal((await cli(['check', folder])).code, 0);
});

test('REL-11 a body with other bytes at the target is refused with exit code 6, and what is there stays', async () => {
  await json(['backup', 's3://backups/corrupt', '--data', data]);
  const folder = await freshFolder('corrupt');
  await json(['restore', 's3://backups/corrupt', '--data', folder]);
  const body = (await listOf('corrupt')).find((name) => name.includes('/blobs/')) ?? '';
  const sizeBytes = Number((await far.tidegate('stat', `s3://backups/${body}`, '--json=size')).replace(/\D/g, ''));
  await writeFile(join(place, 'wrong.bin'), Buffer.alloc(sizeBytes, 'x'));
  await far.tidegate('cp', join(place, 'wrong.bin'), `s3://backups/${body}`);
  const empty = await freshFolder('corrupt-empty');
  for (const target of [folder, empty]) {
    if (target === folder) await rm(join(folder, body.slice('corrupt/'.length)));
    const refused = await cli(['restore', 's3://backups/corrupt', '--data', target, '--yes']);
    assert.equal(refused.code, 6, refused.stderr);
    assert.match(refused.stderr, new RegExp(`is damaged: ${body.slice(-32)} was changed`));
  }
  assert.ok(!(await readdir(empty)).includes('meta.db'));
  // A backup with --verify finds it too, and sends it again.
  assert.equal((await json(['backup', 's3://backups/corrupt', '--verify', '--data', data]))['copied'], 1);
  await json(['restore', 's3://backups/corrupt', '--data', folder, '--yes']);
  assert.equal((await cli(['check', folder])).code, 0);
});

test('SEC-806 obstacles are reported with their exit codes, without any secret', async () => {
  const own = await tidegate(['backup', 's3://box/backup', '--data', data], { env: source.environment });
  assert.equal(own.code, 4, own.stderr);
  assert.match(own.stderr, /is in the store that is to be copied/);
  const wrongKey = await tidegate(['backup', 's3://backups/x', '--data', data], {
    env: { ...far.environment, AWS_SECRET_ACCESS_KEY: 'another/secret+0for1the2tests3of4refusals' },
  });
  const noKey = await tidegate(['backup', 's3://backups/x', '--data', data], {
    env: { AWS_ENDPOINT_URL: far.endpoint },
  });
  const runs: readonly (readonly [ran: CliResult, code: number, text: RegExp])[] = [
    [own, 4, /another store/],
    [wrongKey, 4, /refused the signature/],
    [noKey, 2, /No credentials/],
    [await cli(['backup', 's3://nowhere/x', '--data', data]), 3, /Bucket nowhere does not exist/],
    [await cli(['restore', 's3://nowhere/x', '--data', join(place, 'x')]), 3, /Bucket nowhere does not exist/],
    [await cli(['restore', 's3://backups/none', '--data', join(place, 'x')]), 3, /There is no backup/],
    [await cli(['backup', 's3://', '--data', data]), 2, /names no bucket/],
    [await cli(['backup', 's3://backups/x', '--since', place, '--data', data]), 2, /different places/],
    [await cli(['backup', join(place, 'y'), '--since', 's3://backups/x', '--data', data]), 2, /different places/],
    [await cli(['backup', 's3://backups/x', '--data', data, '-v'], 'http://127.0.0.1:9'), 5, /Cannot reach/],
  ];
  for (const [ran, code, text] of runs) {
    assert.equal(ran.code, code, ran.stderr);
    assert.match(ran.stderr, text);
    for (const secret of [far.secretAccessKey, 'another/secret', 'Signature=']) {
      assert.ok(!`${ran.stdout}${ran.stderr}`.includes(secret), ran.stderr);
    }
  }
});

test('REL-11 SEC-221 a running server is copied to a bucket of another one and put back: every object is there', async (t) => {
  await withLarge();
  const made = await json(['backup', 's3://backups/first', '--data', data]);
  assert.deepEqual([made['objects'], made['bodies'], made['copied'], made['target']], [4, 4, 4, 's3://backups/first']);
  const again = await json(['backup', 's3://backups/first/', '--data', data]);
  assert.deepEqual([again['copied'], again['kept']], [0, 4]);
  const day = await json(['backup', 's3://backups/day', '--since', 's3://backups/first', '--data', data]);
  assert.deepEqual([day['copied'], day['linked']], [0, 4]);
  const verified = await json(['backup', 's3://backups/day', '--verify', '--data', data]);
  assert.deepEqual([verified['copied'], verified['kept']], [0, 4]);
  const doctor = await tidegate(['doctor'], { env: source.environment });
  assert.match(doctor.stdout, /^✓ last backup \d+ s ago$/m);
  const folder = await freshFolder('restored');
  const restored = await json(['restore', 's3://backups/day', '--data', folder]);
  assert.deepEqual([restored['objects'], restored['replaced'], restored['refusesOlder']], [4, false, true]);
  await readBack(t, folder);
  const present = await cli(['restore', 's3://backups/day', '--data', folder]);
  assert.equal(present.code, 2);
  assert.match(present.stderr, /--yes/);
  assert.equal((await json(['restore', 's3://backups/day', '--data', folder, '--yes']))['replaced'], true);
});

/** Starts a command, and ends it by SIGKILL once the proxy holds a request of it. */
async function killedWhileHeld(proxy: StoreProxy, args: readonly string[], isHeld: HeldWhen): Promise<void> {
  const held = new Promise<void>((resolve) => {
    proxy.decide((method, part) => {
      if (!isHeld(method, part)) return 'pass';
      resolve();
      return 'hold';
    });
  });
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    stdio: 'ignore',
    env: { ...far.environment, AWS_ENDPOINT_URL: proxy.endpoint },
  });
  const ended = once(child, 'exit');
  await held;
  child.kill('SIGKILL');
  await ended;
  proxy.decide(() => 'pass');
}
type HeldWhen = (method: string, part: number) => boolean;

test('REL-11 a backup that is killed in the middle is no backup; the next one goes on and leaves nothing of it', async (t) => {
  await withLarge();
  const proxy = await proxyTo(t);
  // The second part of the large body: one is there, and the upload is open.
  await killedWhileHeld(proxy, ['backup', 's3://backups/killed', '--data', data], (_, part) => part === 2);
  const names = await listOf('killed');
  assert.ok(names.length > 0 && !names.includes('killed/manifest.json'), names.join(' '));
  const none = await cli(['restore', 's3://backups/killed', '--data', join(place, 'none')]);
  assert.equal(none.code, 3, none.stderr);
  assert.match(none.stderr, /There is no backup of Tidegate at s3:\/\/backups\/killed/);
  const made = await json(['backup', 's3://backups/killed', '--data', data], proxy.endpoint);
  assert.deepEqual([made['bodies'], made['damaged']], [4, []]);
  assert.ok(Number(made['copied']) <= 4);
  const left = await listOf('killed');
  assert.equal(left.filter((name) => name.includes('/blobs/')).length, 4);
  assert.equal(left.length, 7, left.join(' '));
  assert.ok(!(await readdir(data)).includes('snapshot.db'));
  // A restore that is killed while a body comes leaves no data, and the next one puts all of it back.
  const folder = await freshFolder('killed');
  let gets = 0;
  await killedWhileHeld(proxy, ['restore', 's3://backups/killed', '--data', folder], (method) => {
    if (method === 'GET') gets += 1;
    return gets === 6;
  });
  assert.ok(!(await readdir(folder)).includes('meta.db'));
  await json(['restore', 's3://backups/killed', '--data', folder], proxy.endpoint);
  await readBack(t, folder);
});

test('REL-11 busy and broken answers are asked again; a store that stays away is exit code 5', async (t) => {
  await withLarge();
  const proxy = await proxyTo(t);
  const seen = new Set<string>();
  // Whatever is asked for is refused once: a write is cut, a read is answered 503.
  proxy.decide((method, _, path) => {
    if (seen.has(`${method} ${path}`)) return 'pass';
    seen.add(`${method} ${path}`);
    return method === 'PUT' ? 'cut' : 503;
  });
  const made = await json(['backup', 's3://backups/busy', '--data', data], proxy.endpoint);
  assert.deepEqual([made['bodies'], made['damaged']], [4, []]);
  seen.clear();
  const folder = await freshFolder('busy');
  await json(['restore', 's3://backups/busy', '--data', folder], proxy.endpoint);
  assert.equal((await cli(['check', folder])).code, 0);
  proxy.decide(() => 503);
  const gone = await cli(['backup', 's3://backups/busy', '--data', data], proxy.endpoint);
  assert.equal(gone.code, 5, gone.stderr);
});
