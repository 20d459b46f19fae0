import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fingerprint } from '@tidegate/presign';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, tidegate } from './cli.ts';

let product: Product;

before(async () => {
  product = await startProduct();
  await cli(['mb', 'reports']);
  await cli(['cp', '-', 's3://reports/q3.pdf'], { input: 'third quarter' });
});

after(() => product.stop());

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

async function link(...flags: string[]): Promise<{ readonly url: string; readonly id: string }> {
  const { stdout, stderr } = await cli(['presign', 'reports/q3.pdf', '-q', '--assume-tidegate', ...flags]);
  assert.equal(stdout.split('\n').length, 2, stderr);
  const url = stdout.trim();
  return { url, id: fingerprint(url) ?? '' };
}

test('ADM-5 share list gives one line a link in a pipe, and JSON with the fields asked for', async () => {
  const { url, id } = await link('--uses', '5', '--label', 'listed');
  await (await fetch(url)).text();
  const { code, stdout } = await cli(['share', 'list', '--label', 'listed']);
  assert.equal(code, 0);
  const [name, what, state, uses, used, ends, label] = stdout.trim().split('\t');
  assert.deepEqual([name, what, state, uses, label], [id, 'GET reports/q3.pdf', 'active', '1/5', 'listed']);
  assert.match(used ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.match(ends ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const json = await cli(['share', 'list', '--label', 'list*', '--json=id,state']);
  assert.deepEqual(JSON.parse(json.stdout), [{ id, state: 'active' }]);
  assert.equal((await cli(['share', 'list', '--state', 'open'])).code, 4);
});

test('ADM-15 share show shows a link and its history, by name and by URL', async () => {
  const { url, id } = await link('--uses', '1', '--ip', '127.0.0.0/8');
  await (await fetch(url)).text();
  await (await fetch(url)).text();
  for (const argument of [id, url]) {
    const { code, stdout } = await cli(['share', 'show', argument]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^${id} · GET reports/q3.pdf · spent\n`));
    assert.match(stdout, / {2}limits {5}1 download · from 127\.0\.0\.0\/8\n/);
    assert.match(stdout, / {2}uses {7}1 of 1\n/);
    assert.match(stdout, /refused {4}1 \(LinkUsesSpent 1\)\n/);
    assert.match(stdout, /▸ used .* 127\.0\.0\.1 .* 13 B in/);
    assert.match(stdout, /✗ refused .* LinkUsesSpent/);
  }
  assert.equal((await cli(['share', 'show', 'lk_aaaaaaaaaaaaaaaa'])).code, 3);
  assert.equal((await cli(['share', 'show', 'nothing'])).code, 2);
});

test('ADM-31 share revoke revokes a pasted link, and share restore restores it', async () => {
  const { url, id } = await link('--uses', '3');
  const revoked = await cli(['share', 'revoke', url, '--reason', 'wrong Anna']);
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.match(revoked.stdout, new RegExp(`^${id}\trv_[a-z2-7]{16}\n$`));
  assert.equal((await fetch(url)).status, 403);
  const restored = await cli(['share', 'restore', id]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal((await fetch(url)).status, 200);
  const again = await cli(['share', 'restore', id]);
  assert.equal(again.code, 3);
  assert.equal(again.stderr, `✗ ${id} is not revoked.\n`);
  const damaged = await cli(['share', 'revoke', url.replace('q3.pdf', 'q4.pdf')]);
  assert.equal(damaged.code, 4);
  assert.match(damaged.stderr, /signature does not hold/);
  const cut = await cli(['share', 'revoke', url.split('&')[0] ?? '']);
  assert.equal(cut.code, 2);
  assert.match(cut.stderr, /cut at `&`/);
});

test('ADM-33 ADM-36 a filter counts first, asks, says from when on new links work, and is undone by the name of its revocation', async () => {
  const made = [await link('--uses', '2', '--label', 'batch'), await link('--uses', '3', '--label', 'batch')];
  for (const { url } of made) await (await fetch(url)).text();
  const counted = await cli(['share', 'revoke', '--label', 'batch', '--dry-run']);
  assert.equal(
    counted.stdout,
    '2 links match (2 active); links signed for this label until now are denied too, even if never used.\n',
  );
  const asked = await cli(['share', 'revoke', '--label', 'batch']);
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /^✗ Needs confirmation: add --yes\n {2}2 links match/);
  const done = await cli(['share', 'revoke', '--label', 'batch', '--yes']);
  assert.match(done.stdout, /^rv_[a-z2-7]{16}\t2\n$/);
  assert.match(done.stderr, /^New links work from (?:\d+ \w+ \d+ )?\d\d:\d\d:\d\d on\.\n$/);
  const revocation = done.stdout.split('\t')[0] ?? '';
  assert.equal((await fetch(made[0]?.url ?? '')).status, 403);
  const one = await cli(['share', 'restore', made[0]?.id ?? '']);
  assert.equal(one.code, 4);
  assert.match(
    one.stderr,
    new RegExp(`was revoked together with other links: label batch.*\n.*share restore ${revocation}`),
  );
  assert.equal((await cli(['share', 'restore', revocation])).code, 0);
  assert.equal((await fetch(made[0]?.url ?? '')).status, 200);
  assert.equal((await cli(['share', 'revoke', '--prefix', 'x/'])).code, 2);
  assert.equal((await cli(['share', 'revoke'])).code, 2);
});

test('ADM-12 share edit narrows a link by its URL before anybody used it', async () => {
  const { url, id } = await link('--uses', '5', '--expires', '2h');
  assert.equal((await cli(['share', 'edit', id, '--uses', '1'])).code, 3);
  const { code, stdout, stderr } = await cli([
    'share',
    'edit',
    url,
    '--uses',
    '1',
    '--expires',
    '1h',
    '--ip',
    '127.0.0.0/8',
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /tightened {2}expiresAt .* · uses 1 · ip 127\.0\.0\.0\/8\n/);
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await fetch(url)).status, 403);
});

test('ADM-12 share edit narrows a presigned URL and cannot widen it', async () => {
  const { url, id } = await link('--uses', '5', '--expires', '2h');
  await (await fetch(url)).text();
  const { code, stdout } = await cli(['share', 'edit', id, '--uses', '1']);
  assert.equal(code, 0);
  assert.match(stdout, /tightened {2}uses 1\n/);
  assert.equal((await fetch(url)).status, 403);
  const wider = await cli(['share', 'edit', id, '--expires', '3h']);
  assert.equal(wider.code, 4);
  assert.match(wider.stderr, /It ends at .* already/);
  assert.equal((await cli(['share', 'edit', id, '--title', 'x'])).code, 2);
  assert.equal((await cli(['share', 'edit', id])).code, 2);
});

test('ADM-13 presign --register makes a link known before its first use', async () => {
  const { id } = await link('--uses', '2', '--register');
  const { value } = { value: JSON.parse((await cli(['share', 'show', id, '--json=registered,firstSeen'])).stdout) };
  assert.deepEqual(value, { registered: true, firstSeen: null });
});

test('ADM-26 explain asks the server if the profile has another key, unless --local is given', async () => {
  const other = JSON.parse((await cli(['keys', 'create', '--json'])).stdout);
  const env = { AWS_ACCESS_KEY_ID: other.id, AWS_SECRET_ACCESS_KEY: other.secretAccessKey };
  const { stdout } = await cli(['presign', 'reports/q3.pdf', '-q', '--assume-tidegate', '--uses', '1'], { env });
  const url = stdout.trim();
  assert.match((await cli(['explain', url])).stdout, /^✓ Holds\./);
  await (await fetch(url)).text();
  const spent = await cli(['explain', url]);
  assert.equal(spent.code, 6, spent.stderr);
  assert.match(spent.stdout, /^✗ Fails: no uses left\. +LinkUsesSpent\n/);
  const moved = await cli(['explain', url.replace('127.0.0.1', 'localhost')]);
  assert.match(moved.stdout, /HostChanged/);
  const local = await cli(['explain', url, '--local']);
  assert.equal(local.code, 2);
  assert.match(local.stdout, /\? signature/);
});

test('whoami tells key, role, account and where it came from', async () => {
  const { code, stdout } = await cli(['whoami']);
  assert.equal(code, 0);
  assert.equal(stdout, `${product.accessKeyId}\towner\troot\t${product.endpoint}\n`);
  const wrong = await cli(['whoami'], { env: { AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) } });
  assert.equal(wrong.code, 4);
});

test('a QR code is refused where phones could not read it', async () => {
  const { code, stderr } = await cli(['presign', 'reports/q3.pdf', '--qr']);
  assert.equal(code, 2);
  assert.match(stderr, /too long for a QR code that phones can read/);
});

test('SEC-805 no list, no error and no talk holds a signature', async () => {
  const { url } = await link('--uses', '2');
  const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(url)?.[1] ?? '-';
  for (const args of [
    ['share', 'revoke', url, '--json'],
    ['share', 'show', url, '-v', '--json'],
    ['share', 'revoke', `${url}0`, '-v'],
  ]) {
    const { stdout, stderr } = await cli(args);
    assert.ok(!`${stdout}${stderr}`.includes(signature), args.join(' '));
  }
});
