import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, type CliResult, tidegate } from './cli.ts';

let product: Product;
before(async () => {
  product = await startProduct();
  await product.tidegate('mb', 'reports');
});
after(() => product.stop());

const cli = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  tidegate(args, { ...options, env: { ...product.environment, ...options.env } });

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(args);
  assert.equal(code, 0, stderr);
  return stdout;
}

async function makeKey(...flags: string[]): Promise<{ readonly id: string; readonly secret: string }> {
  const [id = '', secret = ''] = (await done('keys', 'create', ...flags)).trim().split('\t');
  return { id, secret };
}

const listStatus = async (id: string, secret: string): Promise<number | null> =>
  (await cli(['ls'], { env: { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } })).code;

test('keys are made with rules for their links, shown and edited', async () => {
  const { id } = await makeKey(
    ...['--role', 'link-only', '--max-expiry', '1d', '--methods', 'GET,PUT', '--require-v4', '--require', 'uses'],
    ...['--uses', '5', '--rate', '10MB', '--default', 'uses=1', '--default', 'https=true'],
  );
  const shown = await done('keys', 'show', id);
  for (const line of [
    'role\tlink-only',
    'links maxExpiry\t86400',
    'links operations\t["GetObject","PutObject"]',
    'links requireV4\ttrue',
    'links require\t["uses"]',
    'links defaults\t{"uses":1,"https":true}',
    'links caps\t{"uses":5,"rate":10000000}',
    'secret 1\tlast used never',
  ]) {
    assert.ok(shown.includes(`${line}\n`), `${line} in\n${shown}`);
  }
  await done('keys', 'edit', id, '--role', 'read', '--bucket', 'reports', '--max-expiry', '2h', '--note', 'changed');
  const edited = JSON.parse(await done('keys', 'show', id, '--json')) as Record<string, unknown>;
  assert.deepEqual([edited['role'], edited['buckets'], edited['note']], ['read', ['reports'], 'changed']);
  assert.deepEqual((edited['governance'] as Record<string, unknown>)['maxExpiry'], 7200);
  await done('keys', 'edit', id, '--no-governance', '--all-buckets', '--note', '');
  const plain = JSON.parse(await done('keys', 'show', id, '--json')) as Record<string, unknown>;
  assert.deepEqual([plain['governance'], plain['buckets'], plain['note']], [null, [], null]);
  assert.equal((await cli(['keys', 'edit', id])).code, 2);
  const refused = await cli(['keys', 'edit', id, '--grant']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /grant/);
});

test('SEC-804 a key is rotated with an overlap and retired; each secret is shown once', async () => {
  const { id, secret } = await makeKey();
  const [again, renewed = ''] = (await done('keys', 'rotate', id, '--overlap', '1h')).trim().split('\t');
  assert.equal(again, id);
  assert.deepEqual([await listStatus(id, secret), await listStatus(id, renewed)], [0, 0]);
  const twice = await cli(['keys', 'rotate', id]);
  assert.notEqual(twice.code, 0);
  assert.match(twice.stderr, /tidegate keys retire/);
  assert.equal((await cli(['keys', 'retire', id])).code, 2, 'it needs --yes');
  await done('keys', 'retire', id, '--yes');
  assert.deepEqual([await listStatus(id, secret), await listStatus(id, renewed)], [4, 0]);
});

test('SIG-21 the signing key of a day signs a link without the secret', async () => {
  const { id } = await makeKey('--role', 'read');
  const signingKey = (await done('keys', 'derive', id)).trim();
  assert.match(signingKey, /^[0-9a-f]{64}$/);
  const credentials = { accessKeyId: id, signingKey };
  const url = bucket('reports', { endpoint: product.endpoint, credentials, region: 'us-east-1' }).presignList();
  assert.equal((await fetch(url)).status, 200);
});

test('SIG-21 without an id the signing key is that of the key that asks, whatever it is called', async () => {
  // The key of the test server comes from the environment.
  const own = product.environment['AWS_ACCESS_KEY_ID'] ?? '';
  const { accessKeyId, signingKey } = JSON.parse(await done('keys', 'derive', '--json'));
  assert.equal(accessKeyId, own);
  assert.equal((await done('keys', 'derive')).trim(), signingKey);
});

test('LNK-24 a policy of links is set, listed and removed', async () => {
  const { id } = await makeKey();
  await done('link', 'policy', 'set', 'mail', '--key', id, '--uses', '3', '--ip', '10.0.0.0/8');
  assert.match(await done('link', 'policy', 'list', '--key', id), /^mail\tuses=3 ip=10\.0\.0\.0\/8\t20.*\n$/);
  assert.equal((await cli(['link', 'policy', 'rm', 'mail', '--key', id])).code, 2, 'it needs --yes');
  await done('link', 'policy', 'rm', 'mail', '--key', id, '--yes');
  assert.equal(await done('link', 'policy', 'list', '--key', id), '');
});
