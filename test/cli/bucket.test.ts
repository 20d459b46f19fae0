import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, tidegate } from './cli.ts';

let product: Product;
let other: CliOptions;

before(async () => {
  product = await startProduct();
  await done(['mb', 'box']);
  await done(['cp', '-', 's3://box/a.txt'], { input: 'a' });
  const { id, secretAccessKey } = JSON.parse(
    (await done(['keys', 'create', '--owner', 'billing', '--role', 'owner', '--json'])).stdout,
  );
  other = { env: { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secretAccessKey } };
});

after(() => product.stop());

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

/** Runs a command that must succeed. */
async function done(args: readonly string[], options: CliOptions = {}) {
  const ran = await cli(args, options);
  assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`);
  return ran;
}

test('mb of a bucket of yours says that it exists and changes nothing; of another account it is refused', async () => {
  const again = await done(['mb', 'box']);
  assert.equal(again.stderr, '  Bucket box already exists.\n');
  assert.deepEqual(JSON.parse((await done(['mb', 'box', '--json'])).stdout), { name: 'box', created: false });
  const foreign = await cli(['mb', 'box'], other);
  assert.equal(foreign.code, 4);
  assert.equal(foreign.stderr, '✗ Bucket box already exists and belongs to another account.\n');
  const versioned = await cli(['mb', 'box', '--versioning']);
  assert.equal(versioned.code, 4);
  assert.match(
    versioned.stderr,
    /^✗ Bucket box already exists; it was not changed\.\n.*tidegate bucket versioning enable box\n$/,
  );
  assert.equal((await done(['bucket', 'versioning', 'get', 'box'])).stdout, 'off\n');
});

for (const [name, fault] of [
  ['Photos_Bad', 'it has upper-case letters and "_"'],
  ['photos_bad', 'it contains "_"'],
  ['my photos', 'it contains spaces'],
  ['ab', 'it has only 2 characters'],
  ['a'.repeat(64), 'it has 64 characters'],
  ['-photos', 'it begins with "-"'],
  ['photos.', 'it ends with "."'],
  ['photos..2026', 'it contains ".."'],
  ['192.168.0.1', 'it looks like an IP address'],
  ['xn--photos', '"xn--" is reserved'],
] as const) {
  test(`WIRE-30 mb ${name} says which part of the rule for names it breaks`, async () => {
    const { code, stderr } = await cli(['mb', '--', name]);
    assert.equal(code, 4, stderr);
    assert.equal(
      stderr,
      `✗ "${name}" is not a valid bucket name: ${fault}.\n  A bucket name has 3 to 63 characters: lower-case letters, digits, hyphens and dots. It begins and ends with a letter or a digit.\n`,
    );
  });
}

test('bucket versioning is enabled, suspended and shown', async () => {
  await done(['mb', 'versions']);
  assert.match(
    (await done(['bucket', 'versioning', 'enable', 'versions'])).stderr,
    /Versioning of versions is enabled\./,
  );
  await done(['cp', '-', 's3://versions/k'], { input: '1' });
  await done(['cp', '-', 's3://versions/k'], { input: '2' });
  assert.equal((await done(['ls', '-r', 'versions', '--versions'])).stdout.trim().split('\n').length, 2);
  await done(['bucket', 'versioning', 'suspend', 's3://versions']);
  assert.deepEqual(JSON.parse((await done(['bucket', 'versioning', 'get', 'versions', '--json'])).stdout), {
    bucket: 'versions',
    versioning: 'suspended',
  });
  assert.equal((await cli(['bucket', 'versioning', 'get', 'no-such-bucket'])).code, 3);
});

test('bucket lifecycle is one rule by flags or a file of the aws cli, reads back as that, and is deleted', async () => {
  assert.match((await done(['bucket', 'lifecycle', 'get', 'box'])).stderr, /has no lifecycle rules/);
  await done(['bucket', 'lifecycle', 'set', 'box', '--prefix', 'tmp/', '--expire-days', '3', '--abort-days', '1']);
  const shown = (await done(['bucket', 'lifecycle', 'get', 'box'])).stdout;
  assert.match(
    shown,
    /\tEnabled\tkeys with prefix tmp\/: expire after 3 days; incomplete uploads are aborted after 1 day\n$/,
  );
  const rules = {
    Rules: [
      {
        ID: 'old & <tagged>',
        Filter: {
          And: {
            Prefix: 'a/',
            Tags: [
              { Key: 'k', Value: 'v' },
              { Key: 'l', Value: 'w' },
            ],
          },
        },
        Status: 'Enabled',
        Expiration: { Days: 30 },
      },
      { ID: 'noncurrent', Filter: {}, Status: 'Disabled', NoncurrentVersionExpiration: { NoncurrentDays: 7 } },
    ],
  };
  await done(['bucket', 'lifecycle', 'set', 'box', '--file', '-'], { input: JSON.stringify(rules) });
  const read = JSON.parse((await done(['bucket', 'lifecycle', 'get', 'box', '--json'])).stdout);
  assert.deepEqual(read.Rules[0], rules.Rules[0]);
  assert.deepEqual(read.Rules[1].NoncurrentVersionExpiration, { NoncurrentDays: 7 });
  await done(['bucket', 'lifecycle', 'set', 'box', '--file', '-'], { input: JSON.stringify(read) });
  assert.equal((await cli(['bucket', 'lifecycle', 'rm', 'box'])).code, 2);
  await done(['bucket', 'lifecycle', 'rm', 'box', '--yes']);
  assert.deepEqual(JSON.parse((await done(['bucket', 'lifecycle', 'get', 'box', '--json'])).stdout), { Rules: [] });
  assert.equal((await cli(['bucket', 'lifecycle', 'set', 'box'])).code, 2);
  assert.equal((await cli(['bucket', 'lifecycle', 'set', 'box', '--file', '-'], { input: '{}' })).code, 2);
});

test('bucket policy is set from a file, holds, reads back, and is deleted', async () => {
  const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::box/*' };
  const policy = { Version: '2012-10-17', Statement: [allow] };
  const anonymous = () => fetch(`${product.endpoint}/box/a.txt`).then(({ status }) => status);
  assert.equal(await anonymous(), 403);
  await done(['bucket', 'policy', 'set', 'box', '--file', '-'], { input: JSON.stringify(policy) });
  assert.equal(await anonymous(), 200);
  assert.deepEqual(JSON.parse((await done(['bucket', 'policy', 'get', 'box'])).stdout), policy);
  await done(['bucket', 'policy', 'rm', 'box', '--yes']);
  assert.equal(await anonymous(), 403);
  assert.match((await done(['bucket', 'policy', 'get', 'box'])).stderr, /has no policy/);
  assert.equal((await cli(['bucket', 'policy', 'set', 'box', '--file', '-'], { input: '{' })).code, 2);
  assert.equal((await cli(['bucket', 'policy', 'set', 'box', '--file', '-'], { input: '{}' })).code, 4);
});

test('tags of objects and buckets are set, shown and removed', async () => {
  for (const [target, ...noun] of [
    ['box/a.txt', 'tag'],
    ['box', 'tag'],
    ['box', 'bucket', 'tags'],
  ]) {
    await done([...noun, 'set', target ?? '', 'team=finance', 'year=20=26']);
    assert.equal((await done([...noun, 'get', target ?? ''])).stdout, 'team\tfinance\nyear\t20=26\n');
    await done([...noun, 'rm', target ?? '']);
    assert.deepEqual(JSON.parse((await done([...noun, 'get', target ?? '', '--json'])).stdout).tags, {});
  }
  const gone = await cli(['tag', 'set', 'box/b.txt', 'k=v']);
  assert.equal(gone.code, 3);
  assert.match(gone.stderr, /Did you mean box\/a\.txt\?/);
  assert.equal((await cli(['tag', 'set', 'box/a.txt', 'k'])).code, 2);
  assert.equal((await cli(['bucket', 'tags', 'get', 'box/a.txt'])).code, 2);
});

test('bucket cors is what cors was called; policy says where bucket policies and link policies are', async () => {
  await done(['cors', 'set', 'box', '--origin', 'https://app.example.com']);
  assert.match((await done(['bucket', 'cors', 'get', 'box'])).stdout, /^https:\/\/app\.example\.com\t/);
  await done(['cors', 'rm', 'box', '--yes']);
  for (const args of [['policy'], ['policy', 'set', 'mail', '--uses', '1'], ['policy', '--help'], ['help', 'policy']]) {
    const { code, stderr } = await cli(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /bucket policy\n {2}.*link policy\n$/);
  }
  assert.match((await done(['bucket', '--help'])).stdout, /bucket versioning enable/);
  assert.match((await done(['bucket', 'cors', '--help'])).stdout, /^ {2}bucket cors get /);
  const verbs = await cli(['bucket', 'cors']);
  assert.equal(verbs.code, 2);
  assert.match(verbs.stderr, /^✗ bucket cors needs one of: get, set, rm\.\n/);
  assert.match(
    (await cli(['bucket', 'versionin', 'get', 'box'])).stderr,
    /Did you mean {2}tidegate bucket versioning get \?/,
  );
});

test('link policies are set, listed and deleted under link policy', async () => {
  await done(['link', 'policy', 'set', 'mail', '--uses', '1']);
  assert.match((await done(['link', 'policy', 'list'])).stdout, /^mail\tuses=1\t/);
  await done(['link', 'policy', 'rm', 'mail', '--yes']);
  assert.equal((await done(['link', 'policy', 'list'])).stdout, '');
});
