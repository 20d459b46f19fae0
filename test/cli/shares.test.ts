import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
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

test('SHR-1 share create prints only the URL, and describes it on stderr', async () => {
  const { code, stdout, stderr } = await cli(['share', 'create', 'reports/q3.pdf', '--expires', '30d', '--uses', '2']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^${product.endpoint}/s/[A-Za-z0-9]{22}\n$`));
  assert.match(
    stderr,
    /^ {2}q3\.pdf · until \d+ \w+ \d{4} \d\d:\d\d \(30 d\) · 2 downloads · sh_[a-z2-7]{16}\n! Works on this machine only: /,
  );
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

test('SHR-1 a share is changed, revoked by its URL, and restored', async () => {
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
  assert.match(
    made.stderr,
    /^ {2}into reports\/inbox\/ · until .* \(7 d\) · 3 files · rq_[a-z2-7]{16}\n! Works on this machine only: /,
  );
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
  assert.match(made.stderr, /^ {2}into reports\/told\/ · until .* \(7 d\) · notifies files · rq_[a-z2-7]{16}\n!/);
  const shown = JSON.parse((await cli(['request', 'create', 'reports/told/', '--notify', 'files', '--json'])).stdout);
  assert.match(shown.notify.join(), /^wh_[a-z2-7]{16}$/);
  const missing = await cli(['request', 'create', 'reports/told/', '--notify', 'fils']);
  assert.equal(missing.code, 4, missing.stderr);
  assert.match(missing.stderr, /There is no webhook fils\./);
});

test('SHR-32 share create refuses a key or a prefix that does not exist, with the nearest one; --allow-missing shares it', async () => {
  const typed = await cli(['share', 'create', 'reports/q4.pdf']);
  assert.equal(typed.code, 3, typed.stderr);
  assert.equal(typed.stdout, '');
  assert.equal(
    typed.stderr,
    '✗ reports/q4.pdf does not exist.\n  Did you mean reports/q3.pdf?\n  Share it anyway, to upload it later:  --allow-missing\n',
  );
  const one = await cli(['share', 'create', 'reports/q3.pdf', 'reports/gone.pdf']);
  assert.match(one.stderr, /^✗ reports\/gone\.pdf does not exist\.\n/);
  const folder = await cli(['share', 'create', 'reports/2027/']);
  assert.equal(folder.code, 3);
  assert.match(folder.stderr, /^✗ reports\/2027\/ has no objects\.\n/);
  const later = await cli(['share', 'create', 'reports/later.pdf', '--allow-missing', '-q']);
  assert.equal(later.code, 0, later.stderr);
  assert.equal((await cli(['cp', '-', 's3://reports/later.pdf'], { input: 'now there' })).code, 0);
  assert.equal(await (await fetch(later.stdout.trim())).text(), 'now there');
});

test('SHR-31 a share or file request expires after 7 days unless --expires or --never says otherwise', async () => {
  for (const target of [
    ['share', 'create', 'reports/q3.pdf'],
    ['request', 'create', 'reports/inbox/'],
  ]) {
    assert.match((await cli(target)).stderr, / · until [^·]* \(7 d\) · /);
    assert.match((await cli([...target, '--expires', '12h'])).stderr, / \(12 h\) · /);
    assert.match((await cli([...target, '--never'])).stderr, / · never expires · /);
    assert.match((await cli([...target, '--expires', 'never'])).stderr, / · never expires · /);
    assert.equal((await cli([...target, '--never', '--expires', '12h'])).code, 2);
  }
});

test('SHR-10 share edit --never removes the expiration; a presigned URL cannot lose it', async () => {
  const url = (await cli(['share', 'create', 'reports/q3.pdf', '-q'])).stdout.trim();
  const forever = await cli(['share', 'edit', url, '--never', '--json=expiresAt']);
  assert.deepEqual(JSON.parse(forever.stdout), { expiresAt: null });
  const signed = (await cli(['presign', 'reports/q3.pdf', '-q'])).stdout.trim();
  const refused = await cli(['share', 'edit', signed, '--never']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^✗ A presigned URL expires when it was signed to expire, or sooner\.\n/);
});

test('every command that makes a link warns when its host is a loopback address, and says how to get another one', async () => {
  const share = await cli(['share', 'create', 'reports/q3.pdf']);
  const id = /sh_[a-z2-7]{16}/.exec(share.stderr)?.[0] ?? '';
  for (const args of [
    ['presign', 'reports/q3.pdf'],
    ['presign', 'put', 'reports/in.csv'],
    ['presign', 'head', 'reports/q3.pdf'],
    ['presign', 'delete', 'reports/q3.pdf'],
    ['presign', 'list', 'reports'],
    ['presign', 'post', 'reports', '--max', '5MB'],
  ]) {
    const { stderr } = await cli(args);
    assert.match(
      stderr,
      /^! Works on this machine only: the address is 127\.0\.0\.1\. Sign it with --public-endpoint URL\.$/m,
    );
    const elsewhere = await cli([...args, '--public-endpoint', 'https://files.example.com']);
    assert.doesNotMatch(elsewhere.stderr, /this machine only/, args.join(' '));
  }
  for (const args of [
    ['share', 'create', 'reports/q3.pdf'],
    ['share', 'create', 'reports/q3.pdf', '--json'],
    ['request', 'create', 'reports/inbox/'],
    ['share', 'show', id, '--url'],
  ]) {
    const { stderr } = await cli(args);
    assert.match(
      stderr,
      /^! Works on this machine only: .* Start the server with --public-endpoint URL\.$/m,
      args.join(' '),
    );
  }
});
