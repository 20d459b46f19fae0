import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sha256Hex, signHeaders } from '@tidegate/presign';
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

test('SHR-1 share create prints the link alone, and says on stderr what it made', async () => {
  const { code, stdout, stderr } = await cli(['share', 'create', 'reports/q3.pdf', '--expires', '30d', '--uses', '2']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^${product.endpoint}/s/[A-Za-z0-9]{22}\n$`));
  assert.match(stderr, /^ {2}q3\.pdf · until \d+ \w+ \d{4} \d\d:\d\d \(30 d\) · 2 downloads · sh_[a-z2-7]{16}\n$/);
  const url = stdout.trim();
  assert.equal(await (await fetch(url)).text(), 'third quarter');
  const id = /sh_[a-z2-7]{16}/.exec(stderr)?.[0] ?? '';
  const listed = await cli(['share', 'list', '--kind', 'share']);
  assert.match(listed.stdout, new RegExp(`^${id}\tGET reports/q3\\.pdf\tactive\t1/2\t`));
  for (const argument of [id, url]) {
    assert.match((await cli(['share', 'show', argument])).stdout, new RegExp(`^${id} · GET reports/q3\\.pdf · active`));
  }
  assert.equal((await cli(['share', 'show', id, '--url'])).stdout, `${url}\n`);
});

test('SHR-1 a share is changed, taken back by its URL, and given back', async () => {
  const url = (await cli(['share', 'create', 'reports/q3.pdf', '-q'])).stdout.trim();
  const edited = await cli(['share', 'edit', url, '--uses', '1', '--title', 'Q3', '--expires', '1d']);
  assert.equal(edited.code, 0, edited.stderr);
  assert.match(edited.stdout, /limits {5}1 download\n/);
  const revoked = await cli(['share', 'revoke', url]);
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.equal((await fetch(url)).status, 403);
  assert.equal((await cli(['share', 'restore', url])).code, 0);
  assert.equal((await fetch(url)).status, 200);
  const forever = await cli(['share', 'edit', url, '--expires', 'never', '--json=expiresAt']);
  assert.deepEqual(JSON.parse(forever.stdout), { expiresAt: null });
});

test('SEC-806 the password of a share comes from stdin or a terminal, never from an argument', async () => {
  const made = await cli(['share', 'create', 'reports/q3.pdf', '--password-stdin', '-q'], { input: 'open sesame\n' });
  const url = made.stdout.trim();
  assert.notEqual((await fetch(url)).status, 200);
  const authorization = `Basic ${Buffer.from('x:open sesame').toString('base64')}`;
  assert.equal((await fetch(url, { headers: { authorization } })).status, 200);
  assert.equal((await cli(['share', 'create', 'reports/q3.pdf', '--password=x'])).code, 2);
  assert.equal((await cli(['share', 'create', 'reports/q3.pdf', '--password'])).code, 2);
});

test('share create --upload puts the file there first; several keys and a prefix make a list', async () => {
  const file = join(product.folder, 'new.txt');
  await writeFile(file, 'fresh');
  const one = (await cli(['share', 'create', 'reports/new.txt', '--upload', file, '-q'])).stdout.trim();
  assert.equal(await (await fetch(one)).text(), 'fresh');
  const two = (await cli(['share', 'create', 'reports/q3.pdf', 'reports/new.txt', '-q'])).stdout.trim();
  assert.match(await (await fetch(`${two}/`)).text(), /new\.txt/);
  assert.equal((await cli(['share', 'create', 'reports'])).code, 2);
  assert.equal((await cli(['share', 'create', 'reports/a', 'other/b'])).code, 2);
});

test('a share makes a QR code that fits a window, on stderr', async () => {
  const { stdout, stderr } = await cli(['share', 'create', 'reports/q3.pdf', '--qr']);
  assert.equal(stdout.split('\n').length, 2);
  assert.match(stderr, /█▀▀▀▀▀▀▀█/);
});

test('SHR-1 a file request takes files until it is closed', async () => {
  const made = await cli([
    'request',
    'create',
    'reports/inbox/',
    '--expires',
    '7d',
    '--max-files',
    '3',
    '--title',
    'Acme',
  ]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /^ {2}into reports\/inbox\/ · until .* \(7 d\) · 3 files · rq_[a-z2-7]{16}\n$/);
  const url = made.stdout.trim();
  const id = /rq_[a-z2-7]{16}/.exec(made.stderr)?.[0] ?? '';
  const put = await fetch(`${url}/offer.txt`, { method: 'PUT', body: 'offer' });
  assert.ok(put.ok, await put.text());
  assert.match((await cli(['request', 'list'])).stdout, new RegExp(`^${id}\tREQUEST reports/inbox/\tactive\t1/3\t`));
  assert.match((await cli(['request', 'show', id])).stdout, /uses {7}1 of 3\n/);
  assert.equal((await cli(['request', 'close', id])).stdout, `${id}\n`);
  assert.ok(!(await fetch(`${url}/late.txt`, { method: 'PUT', body: 'late' })).ok);
  assert.equal((await cli(['request', 'close', 'lk_aaaaaaaaaaaaaaaa'])).code, 2);
  assert.equal((await cli(['request', 'create', 'reports/inbox'])).code, 2);
});

test('SHR-29 request create --notify names webhooks that the operator made, and says which it does not find', async () => {
  const url = `${product.endpoint}/_/api/v1/webhooks`;
  const body = JSON.stringify({ url: 'https://8.8.8.8/hook', name: 'files', types: [] });
  const type = { 'content-type': 'application/json' };
  const signing = { payloadHash: sha256Hex(body), credentials: product, region: 'us-east-1' };
  const headers = signHeaders({ method: 'POST', url, headers: type, ...signing });
  delete headers['host'];
  const hook = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body });
  assert.equal(hook.status, 201, await hook.text());
  const made = await cli(['request', 'create', 'reports/told/', '--notify', 'files']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /^ {2}into reports\/told\/ · never ends · tells files · rq_[a-z2-7]{16}\n$/);
  const shown = JSON.parse((await cli(['request', 'create', 'reports/told/', '--notify', 'files', '--json'])).stdout);
  assert.match(shown.notify.join(), /^wh_[a-z2-7]{16}$/);
  const missing = await cli(['request', 'create', 'reports/told/', '--notify', 'fils']);
  assert.equal(missing.code, 4, missing.stderr);
  assert.match(missing.stderr, /There is no webhook fils\./);
});
