import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { awsCli, hasTool, python, run, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';

const folder = fileURLToPath(new URL('../../examples/limits/', import.meta.url));
const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));

let product: Product;

before(async () => {
  product = await startProduct();
  await product.tidegate('mb', 'reports');
  const file = join(product.folder, 'q3.pdf');
  await writeFile(file, 'third quarter');
  await product.tidegate('cp', file, 's3://reports/q3.pdf');
});
after(() => product.stop());

/** Works once, and the server says why not twice. */
async function assertOnce(url: string): Promise<void> {
  const first = await fetch(url);
  assert.equal(await first.text(), 'third quarter');
  const second = await fetch(url);
  assert.equal(second.status, 403);
  assert.match(await second.text(), /<Reason>LinkUsesSpent<\/Reason>/);
}

test('LNK-1 a hook of boto3 adds limits that are signed', async (context) => {
  if (!hasTool(context, python, ['-c', 'import boto3'])) return;
  const url = await runWell(python, [join(folder, 'boto3_limits.py'), 'reports', 'q3.pdf'], {
    env: product.environment,
  });
  assert.match(url, /x-link-uses=1/);
  await assertOnce(url.trim());
});

test('LNK-1 a middleware of the AWS SDK for JavaScript adds limits that are signed', async () => {
  const url = await runWell(process.execPath, [join(folder, 'sdk_js_v3.mjs'), 'reports', 'q3.pdf'], {
    env: product.environment,
  });
  assert.match(url, /x-link-uses=1/);
  await assertOnce(url.trim());
});

test('LNK-1 a URL that openssl signed with limits downloads once with curl', async (context) => {
  if (!hasTool(context, 'openssl', ['version']) || !hasTool(context, 'curl', ['--version'])) return;
  const ran = await run('/bin/sh', [join(folder, 'openssl_and_curl.sh'), 'reports', 'q3.pdf'], {
    env: product.environment,
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout.toString(), 'third quarter');
  const again = await fetch(ran.stderr.trim());
  assert.equal(again.status, 403);
  assert.match(await again.text(), /<Reason>LinkUsesSpent<\/Reason>/);
});

test('LNK-23 aws s3 presign makes limited links with a governed key', async (context) => {
  if (!hasTool(context, awsCli, ['--version'])) return;
  const tools = join(product.folder, 'bin');
  await mkdir(tools);
  await writeFile(join(tools, 'tidegate'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(tools, 'tidegate'), 0o755);
  const url = await runWell('/bin/sh', [join(folder, 'aws_cli.sh'), 'reports', 'q3.pdf'], {
    env: { ...product.environment, PATH: `${tools}:/usr/bin:/bin` },
  });
  assert.doesNotMatch(url, /x-link/);
  await assertOnce(url.trim());
});
