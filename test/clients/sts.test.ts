import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tidegate } from '@tidegate/presign/admin';
import { awsCli, hasTool, python, runWell } from '../outside-tool.ts';
import { startProduct } from '../product-server.ts';

const script = fileURLToPath(new URL('./sts_client.py', import.meta.url));

type Output = {
  readonly ids: readonly string[];
  readonly expiration: string;
  readonly role: string;
  readonly read: string;
  readonly codes: readonly string[];
  readonly links: readonly [string, string];
  readonly id: string;
  readonly token: string;
};

test('STS-1 STS-14 STS-20 STS-30 STS-32 SIG-75 boto3 gets temporary credentials, works and presigns with them, until they are revoked', async (context) => {
  if (!hasTool(context, python, ['-c', 'import boto3'])) return;
  const product = await startProduct();
  context.after(() => product.stop());
  const output = JSON.parse(await runWell(python, [script], { env: product.environment })) as Output;
  assert.deepEqual(output.ids, ['TGTS', 'TGTS']);
  const leftS = (Date.parse(output.expiration) - Date.now()) / 1000;
  assert.ok(leftS > 800 && leftS <= 900, output.expiration);
  assert.equal(output.role, 'assumed-role/reader/nightly');
  assert.equal(output.read, 'a/x');
  assert.deepEqual(output.codes, [
    'AccessDenied',
    'AccessDenied',
    'AccessDenied',
    'AccessDenied',
    'ValidationError',
    'MalformedPolicyDocument',
    'AccessDenied',
    'InvalidToken',
  ]);
  const [inside, outside] = output.links;
  assert.match(inside, /X-Amz-Security-Token=/);
  assert.equal(await (await fetch(inside)).text(), 'a/x');
  assert.equal((await fetch(outside)).status, 403);
  assert.ok(!product.log().includes(output.token));
  const client = tidegate({ endpoint: product.endpoint, credentials: () => product });
  const { items } = await client.listTemporaryCredentials({});
  assert.deepEqual(
    items.map(({ name, role, state }) => [name, role, state]),
    [
      ['nightly', 'reader', 'active'],
      [null, null, 'active'],
    ],
  );
  const said = await product.tidegate('share', 'revoke', '--key', output.id, '--yes');
  const [id = ''] = /rv_[a-z2-7]{16}/.exec(said) ?? [];
  assert.match(await (await fetch(inside)).text(), /<Reason>LinkRevoked<\/Reason>/);
  await product.tidegate('share', 'restore', id);
  assert.equal(await (await fetch(inside)).text(), 'a/x');
});

test('STS-1 STS-7 the aws cli gets temporary credentials and reads its identity', async (context) => {
  if (!hasTool(context, awsCli, ['--version'])) return;
  const product = await startProduct();
  context.after(() => product.stop());
  const aws = (...args: string[]) =>
    runWell(awsCli, [...args, '--endpoint-url', product.endpoint, '--region', 'us-east-1', '--output', 'json'], {
      env: { ...product.environment, AWS_PAGER: '' },
    });
  const session = JSON.parse(await aws('sts', 'get-session-token')) as { Credentials: Record<string, string> };
  assert.match(session.Credentials['AccessKeyId'] ?? '', /^TGTS/);
  const identity = JSON.parse(await aws('sts', 'get-caller-identity')) as Record<string, string>;
  assert.equal(identity['UserId'], product.accessKeyId);
});
