import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from '@tidegate/presign';
import { exampleKey, tidegate } from './cli.ts';

const home = await mkdtemp(join(tmpdir(), 'tidegate-cli-home-'));
after(() => rm(home, { recursive: true, force: true }));
const env = { ...exampleKey, HOME: home };

for (const [args, method] of [
  [['presign', 'reports/q3.pdf'], 'GET'],
  [['presign', 'get', 's3://reports/q3.pdf', '--expires', '2h'], 'GET'],
  [['presign', 'put', 'reports/q3.pdf', '--type', 'text/csv'], 'PUT'],
  [['presign', 'put', 'reports/q3.pdf', '--curl'], 'PUT'],
  [['presign', 'post', 'reports', '--max', '5MB'], 'POST'],
  [['presign', 'head', 'reports/q3.pdf'], 'HEAD'],
  [['presign', 'delete', 'reports/q3.pdf'], 'DELETE'],
  [['presign', 'list', 'reports/2026/'], 'LIST'],
] as const) {
  test(`stdout of "${args.join(' ')}" is exactly one line, the talk about it is on stderr`, async () => {
    const { code, stdout, stderr } = await tidegate(args, { env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^[^\n]+\n$/);
    assert.match(stderr, new RegExp(`^ {2}(?:send with it .*\\n {2})?${method} reports/`));
    assert.doesNotMatch(stderr, /X-Amz-Signature/);
  });
}

test('a link needs no server, says its end, and warns when its address is this machine alone', async () => {
  const { stdout, stderr } = await tidegate(['presign', 'reports/q3.pdf', '--expires', '2h'], { env });
  const seen = inspect(stdout.trim());
  assert.equal(seen.expiresIn, 7200);
  assert.match(
    stderr,
    /^ {2}GET reports\/q3\.pdf · until (?:\d+ \w+ \d+ )?\d\d:\d\d \(2 h\) · lk_[a-z2-7]{16}\n! Works on this machine only/,
  );
  const quiet = await tidegate(['presign', 'reports/q3.pdf', '-q'], { env });
  assert.equal(quiet.stderr, '');
  const shown = await tidegate(['presign', 'reports/q3.pdf', '--public-endpoint', 'https://files.example.com'], {
    env,
  });
  assert.match(shown.stdout, /^https:\/\/files\.example\.com\/reports\/q3\.pdf\?/);
  assert.doesNotMatch(shown.stderr, /this machine/);
});

test('SIG-110 presign --style virtual signs for a public host name although the S3 address is an IP address', async () => {
  const shown = await tidegate(
    ['presign', 'reports/q3.pdf', '--style', 'virtual', '--public-endpoint', 'https://files.example.com'],
    { env },
  );
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^https:\/\/reports\.files\.example\.com\/q3\.pdf\?/);
  const without = await tidegate(['presign', 'reports/q3.pdf', '--style', 'virtual'], { env });
  assert.equal(without.code, 2);
  assert.match(without.stderr, /^✗ --style 'virtual' puts the bucket before a host name; .*IP address\.\n.*host name/);
});

test('every limit flag signs its parameter', async () => {
  const common = [
    '--label',
    'x1',
    '--uses',
    '3',
    '--grace',
    '5m',
    '--ip',
    '10.0.0.0/8,192.0.2.1',
    '--clients',
    '2',
    '--policy',
    'p',
    '--https',
  ];
  const get = await tidegate(
    [
      'presign',
      'd/',
      ...common,
      '--head',
      '--not-before',
      '2h',
      '--total-bytes',
      '1GB',
      '--rate',
      '1MiB',
      '--confirm',
      '--grant',
      '--zip',
      '--assume-tidegate',
    ],
    { env },
  );
  assert.equal(get.code, 2, 'a bucket is not an object');
  const granted = await tidegate(
    [
      'presign',
      'box/d/',
      ...common,
      '--head',
      '--not-before',
      '2h',
      '--total-bytes',
      '1GB',
      '--rate',
      '1MiB',
      '--grant',
      '--zip',
      '--assume-tidegate',
    ],
    { env },
  );
  assert.equal(granted.code, 0, granted.stderr);
  const names = [...granted.stdout.matchAll(/[?&](x-link-[a-z0-9-]+)=/g)].map((match) => match[1]);
  for (const name of [
    'id',
    'uses',
    'grace',
    'ip',
    'clients',
    'policy',
    'https',
    'head',
    'not-before',
    'total-bytes',
    'rate',
    'grant',
    'zip',
  ]) {
    assert.ok(names.includes(`x-link-${name}`), `${name} in ${names.join(' ')}`);
  }
  const sha256 = 'ab'.repeat(32);
  const put = await tidegate(
    [
      'presign',
      'put',
      'box/k',
      '--max-bytes',
      '20MB',
      '--min-bytes',
      '1',
      '--types',
      'image/*',
      '--sha256',
      sha256,
      '--write-once',
      '--assume-tidegate',
    ],
    { env },
  );
  assert.equal(put.code, 0, put.stderr);
  for (const pair of [
    'x-link-max-bytes=20000000',
    'x-link-min-bytes=1',
    `x-link-sha256=${sha256}`,
    'x-link-write-once=1',
    'x-link-types=image',
  ]) {
    assert.ok(put.stdout.includes(pair), pair);
  }
  assert.match(put.stderr, /at most 20 MB · at least 1 B · only image\/\*/);
});

test('a counted link without a label has a random one, which is not shown', async () => {
  const args = ['presign', 'box/k', '--uses', '1', '--assume-tidegate'];
  const [one, two] = await Promise.all([tidegate(args, { env }), tidegate(args, { env })]);
  assert.match(one.stdout, /x-link-id=~/);
  assert.notEqual(one.stdout, two.stdout);
  assert.match(one.stderr, /1 download · lk_/);
});

test('a limit for a store that is no Tidegate is refused with 4; one that is, is asked once', async () => {
  let asked = 0;
  let server = 'MinIO';
  const store = createServer((_, response) => {
    asked += 1;
    response.setHeader('server', server).end('ok');
  });
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  const address = store.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const at = { ...env, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  try {
    const refused = await tidegate(['presign', 'box/k', '--uses', '1'], { env: at });
    assert.equal(refused.code, 4);
    assert.equal(refused.stdout, '');
    assert.match(
      refused.stderr,
      new RegExp(`^✗ 127\\.0\\.0\\.1:${port} is not a Tidegate; it would ignore --uses\\.\n`),
    );
    server = 'Tidegate';
    asked = 0;
    assert.equal((await tidegate(['presign', 'box/k', '--uses', '1'], { env: at })).code, 0);
    assert.equal((await tidegate(['presign', 'box/k', '--uses', '1'], { env: at })).code, 0);
    assert.equal(asked, 1);
    assert.equal((await tidegate(['presign', 'box/k'], { env: at })).code, 0);
    assert.equal(asked, 1, 'a link without limits asks nobody');
  } finally {
    store.close();
  }
});

test('the limits of a link on AWS are refused without asking anybody', async () => {
  const { AWS_ENDPOINT_URL: _, ...aws } = env;
  const { code, stderr } = await tidegate(['presign', 'box/k', '--uses', '1'], { env: aws });
  assert.equal(code, 4);
  assert.match(stderr, /s3\.us-east-1\.amazonaws\.com is not a Tidegate/);
});

test('the credentials are those of the AWS tools: files, AWS_PROFILE, --profile, then the environment', async () => {
  const folder = join(home, '.aws');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'credentials'),
    '[default]\naws_access_key_id=AKDEFAULT0000000\naws_secret_access_key=s1\n[work]\naws_access_key_id=AKWORK0000000000\naws_secret_access_key=s2\n',
  );
  await writeFile(
    join(folder, 'config'),
    '[profile work]\nregion=eu-central-1\nendpoint_url=http://work.example.com:9000\ns3 =\n  signature_version = s3v4\n',
  );
  const keyOf = async (args: string[], more: Record<string, string>) => {
    const { stdout, stderr } = await tidegate(['presign', 'box/k', ...args], { env: { HOME: home, ...more } });
    const seen = inspect(stdout.trim());
    return `${seen.accessKeyId ?? stderr} ${seen.region ?? ''} ${seen.endpoint ?? ''}`;
  };
  assert.match(await keyOf([], {}), /^AKDEFAULT0000000 us-east-1 https:\/\//);
  assert.equal(await keyOf([], { AWS_PROFILE: 'work' }), 'AKWORK0000000000 eu-central-1 http://work.example.com:9000');
  assert.equal(await keyOf(['--profile', 'work'], exampleKey), 'AKWORK0000000000 eu-central-1 http://127.0.0.1:9000');
  assert.match(await keyOf([], { ...exampleKey, AWS_PROFILE: 'work' }), /^TGAKEXAMPLEEXAMPLE01/);
  assert.match(
    await keyOf(['--region', 'ap-south-1', '--endpoint', 'http://x.example.com'], { AWS_PROFILE: 'work' }),
    /ap-south-1 http:\/\/x\.example\.com$/,
  );
});

test('a profile that says tidegate = true is believed for its endpoint, and asked nothing', async () => {
  const config = join(home, 'tidegate-config');
  await writeFile(config, '[default]\nendpoint_url=http://127.0.0.1:1\ntidegate = true\n');
  const known = { ...env, AWS_CONFIG_FILE: config, AWS_ENDPOINT_URL: '' };
  const limited = await tidegate(['presign', 'box/k', '--uses', '1'], { env: known });
  assert.equal(limited.code, 0, limited.stderr);
  const elsewhere = await tidegate(['presign', 'box/k', '--uses', '1', '--endpoint', 'http://127.0.0.1:2'], {
    env: known,
  });
  assert.equal(elsewhere.code, 5, 'another endpoint is asked');
});

test('a profile that signs with SigV2 gets a SigV2 link and a warning; a limit on it is refused with 4', async () => {
  const config = join(home, 'old-config');
  await writeFile(config, '[default]\ns3 =\n  signature_version = s3\n');
  const old = { ...env, AWS_CONFIG_FILE: config };
  const link = await tidegate(['presign', 'box/k'], { env: old });
  assert.match(link.stdout, /\?AWSAccessKeyId=TGAKEXAMPLEEXAMPLE01&Expires=\d+&Signature=/);
  assert.match(link.stderr, /^! Signed with SigV2, as the profile says/m);
  const limited = await tidegate(['presign', 'box/k', '--uses', '1', '--assume-tidegate'], { env: old });
  assert.equal(limited.code, 4);
  assert.match(limited.stderr, /^✗ --uses is not signed by Signature Version 2\.\n {2}Limits need SigV4: /);
});

test('--json is one document, --json=FIELDS picks of it', async () => {
  const whole = await tidegate(['presign', 'put', 'box/k', '--type', 'text/csv', '--json'], { env });
  const document: unknown = JSON.parse(whole.stdout);
  assert.deepEqual(Object.keys(document ?? {}), ['url', 'method', 'headers', 'expiresAt']);
  const picked = await tidegate(['presign', 'put', 'box/k', '--json=method'], { env });
  assert.equal(picked.stdout, '{"method":"PUT"}\n');
  const wrong = await tidegate(['presign', 'put', 'box/k', '--json=nothing'], { env });
  assert.equal(wrong.code, 2);
});

test('--html prints a page whose values are escaped', async () => {
  const { stdout } = await tidegate(['presign', 'post', 'box/<a"b>.txt', '--html'], { env });
  assert.match(stdout, /<form action="http:\/\/127\.0\.0\.1:9000\/box" method="post" enctype="multipart\/form-data">/);
  assert.match(stdout, /value="&lt;a&quot;b&gt;\.txt"/);
  assert.doesNotMatch(stdout, /<a"b>/);
});

test('SEC-805 nothing of a secret or a signature is kept in the home folder', async () => {
  const kept = await readFile(join(home, '.cache', 'tidegate', 'endpoints.json'), 'utf8');
  assert.doesNotMatch(kept, /Signature|exampleSecret/);
});

test('a --qr that is not known is refused before a link is printed', async () => {
  const { code, stdout, stderr } = await tidegate(['presign', 'reports/q3.pdf', '--qr=big'], { env: exampleKey });
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /--qr=big is not known/);
});
