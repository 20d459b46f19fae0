import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { tidegate } from './cli.ts';

let product: Product;
let receipt: string;

before(async () => {
  product = await startProduct();
  await product.tidegate('mb', 'inbox');
  const url = (await product.tidegate('request', 'create', 'inbox/acme/', '-q')).trim();
  const sent = await fetch(`${url}/offer.pdf`, { method: 'PUT', body: 'an offer' });
  assert.equal(sent.status, 201);
  receipt = await sent.text();
});
after(() => product.stop());

async function file(name: string, text: string): Promise<string> {
  const path = join(product.folder, name);
  await writeFile(path, text);
  return path;
}

// Without a key: whoever was given a receipt may check it.
const verify = (args: readonly string[], input?: string) =>
  tidegate(['receipt', 'verify', ...args], input === undefined ? {} : { input });

test('SHR-25 receipt verify holds by the keys of the server, and by a kept document of them', async () => {
  const path = await file('receipt.json', receipt);
  const asked = await verify([path, '--server', product.endpoint]);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stdout, /^✓ rc_[a-z2-7]+ is genuine: http:\/\/127\.0\.0\.1:\d+ received for rq_[a-z2-7]{16} at /);
  assert.match(asked.stdout, /\n {2}offer\.pdf · 8 B · sha256 [0-9a-f]{64}\n$/);
  const keys = await file('keys.json', await (await fetch(`${product.endpoint}/_/keys.json`)).text());
  assert.equal((await verify([path, '--keys', keys])).code, 0);
  assert.equal((await verify(['-', '--keys', keys], receipt)).code, 0);
  const json = await verify([path, '--keys', keys, '--json']);
  assert.deepEqual(JSON.parse(json.stdout), { valid: true });
});

test('SHR-25 one that was changed, of another server, or no receipt at all, is refused and said so', async () => {
  const keys = await file('keys.json', await (await fetch(`${product.endpoint}/_/keys.json`)).text());
  const changed = await verify(['-', '--keys', keys], receipt.replace('offer.pdf', 'other.pdf'));
  assert.equal(changed.code, 6);
  assert.match(changed.stderr, /^✗ This receipt is not genuine\./);
  const others = await file('others.json', '{"keys":[]}');
  const foreign = await verify(['-', '--keys', others], receipt);
  assert.equal(foreign.code, 6);
  assert.match(foreign.stderr, /another server/);
  assert.equal((await verify(['-', '--keys', keys], '{}')).code, 6);
  assert.equal((await verify(['-', '--keys', keys], 'not JSON')).code, 6);
  const json = await verify(['-', '--keys', keys, '--json'], '{}');
  assert.equal(json.code, 6);
  assert.equal(JSON.parse(json.stdout).valid, false);
});

test('SHR-25 whose receipt it should be must be said: its own word on that would prove nothing', async () => {
  const path = await file('receipt.json', receipt);
  assert.equal((await verify([path])).code, 2);
  assert.equal((await verify([path, '--server', product.endpoint, '--keys', path])).code, 2);
  assert.equal((await verify(['/nowhere/receipt.json', '--keys', path])).code, 3);
  assert.equal((await verify([path, '--server', 'http://127.0.0.1:1'])).code, 5);
});
