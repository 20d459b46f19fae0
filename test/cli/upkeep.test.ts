import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type BareAnswer, bareRequest } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';
import { type CliResult, tidegate } from './cli.ts';

// The commands that work on a data folder itself, beside a server that is started as users start it.

let product: Product;
let place: string;
let data: string;
const big = Buffer.alloc(300_000, 'tide ');

before(async () => {
  place = await mkdtemp(join(tmpdir(), 'tidegate-upkeep-'));
  data = join(place, 'data');
  product = await startProduct([], data);
  await writeFile(join(place, 'big.bin'), big);
  for (const args of [
    ['mb', 'box'],
    ['cp', join(place, 'big.bin'), 's3://box/big.bin'],
    ['cp', join(place, 'big.bin'), 's3://box/other.bin'],
  ]) {
    assert.equal((await cli(args)).code, 0);
  }
});

after(async () => {
  await product.stop();
  await rm(place, { recursive: true, force: true });
});

function cli(args: readonly string[]): Promise<CliResult> {
  return tidegate(args, { env: product.environment });
}

async function json(args: readonly string[], code = 0): Promise<Record<string, unknown>> {
  const ran = await cli([...args, '--json']);
  assert.equal(ran.code, code, `${ran.stdout}${ran.stderr}`);
  const document: unknown = JSON.parse(ran.stdout);
  assert.ok(typeof document === 'object' && document !== null);
  return Object.fromEntries(Object.entries(document));
}

async function presigned(key: string, ...flags: string[]): Promise<string> {
  return (await product.tidegate('presign', `box/${key}`, ...flags)).trim();
}

/** A server on another folder, which does not outlive the test. */
async function startOn(t: TestContext, folder: string): Promise<Product> {
  const other = await startProduct([], folder);
  t.after(() => other.stop());
  return other;
}

/** What the holder of a link gets from another server, which stands where the first one was. */
function ask(url: string, from: Product): Promise<BareAnswer> {
  const { pathname, search, host } = new URL(url);
  return bareRequest(`${from.endpoint}${pathname}${search}`, { headers: { host } });
}

test('REL-11 SEC-221 a backup of a running server is put back elsewhere: all is there, older links are refused until they are accepted', async (t) => {
  const limited = await presigned('big.bin', '--expires', '1h', '--uses', '3');
  const plain = await presigned('big.bin', '--expires', '1h');
  for (const url of [limited, plain]) assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), big);
  const made = await json(['backup', join(place, 'b'), '--data', data]);
  assert.deepEqual([made['objects'], made['bodies'], made['damaged']], [2, 2, []]);
  const manifest = await readFile(join(place, 'b', 'manifest.json'));
  assert.equal(made['manifestSha256'], createHash('sha256').update(manifest).digest('hex'));
  const other = join(place, 'other');
  await mkdir(other, { mode: 0o700 });
  await cp(join(data, 'keys'), join(other, 'keys'), { recursive: true });
  const restored = await json(['restore', join(place, 'b'), '--data', other]);
  assert.deepEqual(
    [restored['objects'], restored['replaced'], restored['needsMasterKey'], restored['refusesOlder']],
    [2, false, false, true],
  );
  const refusing = await startOn(t, other);
  for (const url of [limited, plain]) {
    const { status, body, headers } = await ask(url, refusing);
    assert.equal(status, 403, body.toString());
    assert.equal(headers['x-tidegate-reason'], 'LinkRevoked', body.toString());
  }
  const fresh = await refusing.tidegate('presign', 'box/big.bin');
  const later = await fetch(fresh.trim());
  const said = await later.text();
  assert.equal(later.status, 200, `a link that was signed after the restore works: ${said.slice(0, 1000)}`);
  const inUse = await cli(['restore', '--accept-older', '--data', other]);
  assert.equal(inUse.code, 4, inUse.stderr);
  await refusing.stop();
  assert.deepEqual(await json(['restore', '--accept-older', '--data', other]), { accepted: true });
  assert.deepEqual(await json(['restore', '--accept-older', '--data', other]), { accepted: false });
  const accepting = await startOn(t, other);
  // One of the three uses was spent before the cut: it is not there again.
  const outcomes: number[] = [];
  for (let use = 0; use < 4; use += 1) outcomes.push((await ask(limited, accepting)).status);
  assert.deepEqual(outcomes, [200, 200, 403, 403]);
  assert.deepEqual((await ask(plain, accepting)).body, big);
});

test('REL-11 a restore over data wants --yes, and one over a running server is refused', async () => {
  const backup = join(place, 'c');
  await json(['backup', backup, '--data', data]);
  const running = await cli(['restore', backup, '--data', data, '--yes']);
  assert.equal(running.code, 4);
  assert.match(running.stderr, /A server is using/);
  const other = join(place, 'third');
  assert.equal((await cli(['restore', backup, '--data', other])).code, 0);
  const again = await cli(['restore', backup, '--data', other]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /--yes/);
  assert.equal((await json(['restore', backup, '--data', other, '--yes']))['replaced'], true);
  assert.equal((await cli(['restore', join(place, 'none'), '--data', other])).code, 3);
  assert.equal((await cli(['restore'])).code, 2);
  const nowhere = await cli(['backup', join(place, 'no', 'such', 'place'), '--data', data]);
  assert.equal(nowhere.code, 4);
  assert.match(nowhere.stderr, /Disk error: ENOENT/);
});

test('REL-10 a check reports problems by its exit code, names the objects, and repairs what it safely can', async () => {
  const good = await json(['check', data]);
  assert.deepEqual([good['ok'], good['online'], good['items']], [true, true, []]);
  const backup = join(place, 'd');
  await json(['backup', backup, '--data', data, '--copy']);
  const other = join(place, 'fourth');
  await mkdir(other, { mode: 0o700 });
  await cp(join(data, 'keys'), join(other, 'keys'), { recursive: true });
  await json(['restore', backup, '--data', other]);
  const entries = await readdir(join(other, 'blobs'), { recursive: true, withFileTypes: true });
  const [body] = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await truncate(body ?? '', 1_000);
  const found = await cli(['check', other]);
  assert.equal(found.code, 6);
  assert.match(
    found.stdout,
    /^wrong-size\tblobs\/[0-9a-f]{2}\/[0-9a-f]{32}\tit has 1000 bytes instead of 300000\tbox\/(?:big|other)\.bin\n$/,
  );
  assert.equal((await cli(['check', other, '--repair'])).code, 2, 'it needs --yes');
  const repaired = await json(['check', other, '--repair', '--yes']);
  assert.equal(repaired['ok'], true);
  assert.equal((await cli(['check', other])).code, 0);
  const nothing = await cli(['check', join(place, 'nothing')]);
  assert.equal(nothing.code, 5);
});
