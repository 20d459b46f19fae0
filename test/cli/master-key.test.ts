import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { tidegate } from './cli.ts';

let place: string;
let data: string;
let product: Product;

before(async () => {
  place = await mkdtemp(join(tmpdir(), 'tidegate-master-'));
  data = join(place, 'data');
  product = await startProduct([], data);
});

after(async () => {
  await product.stop();
  await rm(place, { recursive: true, force: true });
});

const rotate = (...args: string[]) => tidegate(['keys', 'rotate-master', ...args]);

test('SEC-804 SHR-24 keys, shares and receipts outlive another master key; a running server, and nobody to ask, refuse it', async () => {
  await product.tidegate('mb', 'box');
  const request = (await product.tidegate('request', 'create', 'box/in/')).trim();
  const sent = await fetch(`${request}/a.txt`, { method: 'PUT', body: 'a file' });
  const receipt = join(place, 'receipt.json');
  await writeFile(receipt, await sent.text());
  const key = join(data, 'keys', 'master.key');
  const old = await readFile(key, 'utf8');
  const running = await rotate(data, '--yes');
  assert.equal(running.code, 4, running.stderr);
  assert.match(running.stderr, /A server is using/);
  await product.stop();
  const unasked = await rotate(data);
  assert.equal(unasked.code, 2, unasked.stderr);
  assert.match(unasked.stderr, /--yes/);
  const done = await rotate(data, '--yes');
  assert.equal(done.code, 0, done.stderr);
  assert.equal(done.stdout, `${data}\n`);
  assert.notEqual(await readFile(key, 'utf8'), old);
  product = await startProduct([], data);
  // The same access key, the same share: what is sealed opens.
  assert.equal(await product.tidegate('cat', 'box/in/a.txt'), 'a file');
  const token = request.slice(request.lastIndexOf('/s/'));
  const again = await fetch(`${product.endpoint}${token}/b.txt`, { method: 'PUT', body: 'another' });
  assert.equal(again.status, 201, await again.text());
  const keys = join(place, 'keys.json');
  const document = await (await fetch(`${product.endpoint}/_/keys.json`)).text();
  assert.equal(JSON.parse(document).keys.length, 2);
  await writeFile(keys, document);
  const verified = await tidegate(['receipt', 'verify', receipt, '--keys', keys]);
  assert.equal(verified.code, 0, verified.stderr);
});

test('SEC-804 SEC-807 --to moves the key out of the folder, into a file that only its owner can read', async () => {
  await product.stop();
  const file = join(place, 'outside.key');
  const open = join(place, 'open.key');
  await writeFile(open, `${'0'.repeat(64)}\n`, { mode: 0o644 });
  assert.equal((await rotate(data, '--yes', '--to', open)).code, 2);
  const moved = await rotate(data, '--yes', '--to', file, '--json');
  assert.equal(moved.code, 0, moved.stderr);
  assert.equal(JSON.parse(moved.stdout).masterKey, file);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(data, 'keys')), []);
  const env = { TIDEGATE_MASTER_KEY_FILE: file };
  const unnamed = await tidegate(['keys', 'rotate-master', data, '--yes'], { env });
  assert.equal(unnamed.code, 2, unnamed.stderr);
  assert.match(unnamed.stderr, /--to FILE/);
  const next = await tidegate(['keys', 'rotate-master', data, '--yes', '--to', join(place, 'next.key')], { env });
  assert.equal(next.code, 0, next.stderr);
  const wrong = await tidegate(['keys', 'rotate-master', data, '--yes', '--to', file], { env });
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.equal((await rotate(join(place, 'nowhere'), '--yes')).code, 3);
});
