import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, exampleKey, tidegate } from './cli.ts';

let product: Product;
let url: string;

before(async () => {
  product = await startProduct();
  await cli(['mb', 'reports']);
  await cli(['cp', '-', 's3://reports/q3.pdf'], { input: 'x' });
  url = (await cli(['presign', 'reports/q3.pdf', '-q'])).stdout.trim();
});

after(() => product.stop());

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

test('a link that works holds (0), with the key of the profile and without a network', async () => {
  const { code, stdout } = await cli(['explain', url, '--local']);
  assert.equal(code, 0);
  assert.match(stdout, /^✓ Holds\.\n/);
  assert.match(stdout, /GET reports\/q3\.pdf · key TGAK/);
});

test('the server is asked when everything else holds: a link without uses left fails (6)', async () => {
  const once = (await cli(['presign', 'reports/q3.pdf', '--uses', '1', '-q'])).stdout.trim();
  assert.equal((await fetch(once)).status, 200);
  const { code, stdout } = await cli(['explain', once]);
  assert.equal(code, 6);
  assert.match(stdout.split('\n')[0] ?? '', /^✗ Fails: no uses left\. +LinkUsesSpent$/);
});

test('where the server cannot be asked, a link is judged here alone, and it says so', async () => {
  const { code, stdout, stderr } = await cli(['explain', url], { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } });
  assert.equal(code, 0);
  assert.match(stdout, /^✓ Holds\.\n/);
  assert.match(stderr, /Judged here alone\./);
});

test('what is no presigned URL gets one line (6)', async () => {
  for (const junk of ['hello', 'not a url at all', 'https://files.example.com/reports/q3.pdf']) {
    const { code, stdout } = await cli(['explain', junk]);
    assert.equal(code, 6, stdout);
    assert.equal(stdout.trim().split('\n').length, 1, stdout);
  }
});

for (const [name, args, reason] of [
  ['another host', ['--host', 'files.example.com'], 'HostChanged'],
  ['another method', ['--method', 'HEAD'], 'MethodChanged'],
  ['a header that must be signed', ['-H', 'x-amz-acl: public-read'], 'UnsignedHeader'],
  ['another time', ['--at', '2099-01-01T00:00:00Z'], 'LinkExpired'],
] as const) {
  test(`${name} is named as ${reason} (6)`, async () => {
    const { code, stdout, stderr } = await cli(['explain', url, ...args]);
    assert.equal(code, 6, stderr);
    assert.match(stdout.split('\n')[0] ?? '', new RegExp(`^✗ Fails: .*${reason}$`));
  });
}

test('the address that the profile has is tried when another was asked', async () => {
  const { code, stdout } = await cli(['explain', url.replace('127.0.0.1', 'localhost')]);
  assert.equal(code, 6);
  assert.match(
    stdout,
    new RegExp(`signed for {2}127\\.0\\.0\\.1:${product.port}\\n {2}asked as {4}localhost:${product.port}`),
  );
});

test('a pasted curl command is read as the request that it makes', async () => {
  const put = await cli(['presign', 'put', 'reports/in.csv', '--type', 'text/csv', '--curl', '-q']);
  assert.equal((await cli(['explain', put.stdout.trim()])).code, 0);
  const wrong = await cli(['explain', put.stdout.trim().replace('-fT in.csv', '-f')]);
  assert.equal(wrong.code, 6);
  assert.match(wrong.stdout, /MethodChanged/);
});

test('a pasted XML error is judged by the canonical request in it', async () => {
  const body = await (await fetch(url.replace('q3.pdf', 'q4.pdf'))).text();
  const { code, stdout } = await cli(['explain', '-'], { input: body });
  assert.equal(code, 6);
  assert.match(stdout, /^✗ Fails: /);
  assert.match(stdout, /GET reports\/q4\.pdf/);
  assert.match(stdout, /The store said {2}SignatureDoesNotMatch: /);
});

test('a pasted XML error without a request is explained with code, reason and hint', async () => {
  const expired = await cli(['presign', 'reports/q3.pdf', '-q', '--expires', '1s']);
  const at = Date.now();
  let body = '';
  // No sleep: asked again until the second is over, at most ten seconds.
  while (!body.includes('<Error>') && Date.now() - at < 10_000)
    body = await (await fetch(expired.stdout.trim())).text();
  const { code, stdout } = await cli(['explain', '-'], { input: body });
  assert.equal(code, 6);
  assert.match(stdout, /^✗ Fails: .* LinkExpired$/m);
});

test('SEC-806 the secret can come from stdin, never from an argument', async () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  const without = await cli(['explain', url], { env: none });
  assert.equal(without.code, 2);
  assert.match(without.stdout, /\? signature/);
  assert.match(without.stderr, /^✗ The signature is not judged: the secret of TGAK\w+ is not here\./);
  const given = await cli(['explain', url, '--secret-stdin'], { env: none, input: `${product.secretAccessKey}\n` });
  assert.equal(given.code, 0, given.stderr);
  const wrong = await cli(['explain', url, '--secret-stdin'], {
    env: none,
    input: 'another-secret-of-forty-characters-000000',
  });
  assert.equal(wrong.code, 6);
  const blank = await cli(['explain', url, '--secret-stdin'], { env: none, input: '' });
  assert.equal(blank.code, 2);
});

test('--canonical shows the bytes that were signed, --json all of it', async () => {
  const shown = await cli(['explain', url, '--canonical']);
  assert.match(shown.stdout, /Canonical request\n {4}GET\n {4}\/reports\/q3\.pdf\n/);
  assert.match(shown.stdout, /String to sign\n {4}AWS4-HMAC-SHA256\n/);
  const json: unknown = JSON.parse((await cli(['explain', url, '--json=outcome,cause'])).stdout);
  assert.deepEqual(json, { outcome: 'holds', cause: null });
});

test('SEC-805 what explain prints holds no signature and no secret', async () => {
  const { stdout, stderr } = await cli(['explain', `${url}0`, '--canonical', '-v']);
  const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(url)?.[1] ?? '-';
  assert.ok(!`${stdout}${stderr}`.includes(signature));
  assert.ok(!`${stdout}${stderr}`.includes(product.secretAccessKey));
});

test('inspect shows what a URL contains, from stdin too, and exits with 6 for a damaged one', async () => {
  const seen = await tidegate(['inspect', url]);
  assert.equal(seen.code, 0, seen.stdout);
  assert.match(seen.stdout, /^kind {8}presigned URL, SigV4$/m);
  assert.match(seen.stdout, /^asks for {4}(?:\S+ )?reports\/q3\.pdf$/m);
  assert.match(seen.stdout, /^link {8}lk_[a-z2-7]{16}$/m);
  const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(url)?.[1] ?? '-';
  assert.ok(!seen.stdout.includes(signature));
  const two = await tidegate(['inspect', '--json=bucket,state'], { input: `${url}\n\n${url}\n` });
  assert.equal(two.stdout, '[{"bucket":"reports","state":"valid"},{"bucket":"reports","state":"valid"}]\n');
  assert.equal((await tidegate(['inspect', url.replaceAll('&', '&amp;')])).code, 6);
  assert.equal((await tidegate(['inspect', url.slice(0, -10)])).code, 6);
  assert.equal((await tidegate(['inspect'], { env: exampleKey, input: '' })).code, 2);
});
