import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasTool, python, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';

const folder = fileURLToPath(new URL('../../examples/governed-key/', import.meta.url));
const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));

/** A `tidegate` on the path, as it is after an installation. */
async function installed(product: Product): Promise<string> {
  const tools = join(product.folder, 'bin');
  await mkdir(tools);
  await writeFile(join(tools, 'tidegate'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(tools, 'tidegate'), 0o755);
  return `${tools}:${product.environment['PATH']}`;
}

test('LNK-23 boto3 code that knows nothing of limits makes limited links with a governed key', async (context) => {
  if (!hasTool(context, python, ['-c', 'import boto3'])) return;
  const product = await startProduct();
  context.after(() => product.stop());
  await product.tidegate('mb', 'reports');
  for (const key of ['2026/q3.pdf', '2025/q3.pdf']) {
    const file = join(product.folder, 'q3.pdf');
    await writeFile(file, `report ${key}`);
    await product.tidegate('cp', file, `s3://reports/${key}`);
  }

  const env = { ...product.environment, PATH: await installed(product) };
  const lines = (await runWell('/bin/sh', [join(folder, 'make_key.sh'), 'reports'], { env })).trim().split('\n');
  const credentials = Object.fromEntries(lines.map((line) => line.split('=')));
  assert.deepEqual(Object.keys(credentials), ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  const mail = async (key: string) => {
    const url = await runWell(python, [join(folder, 'report_mailer.py'), 'reports', key], {
      env: { ...env, ...credentials },
    });
    return url.trim();
  };

  const url = await mail('2026/q3.pdf');
  assert.doesNotMatch(url, /x-link/);
  const first = await fetch(url);
  assert.equal(await first.text(), 'report 2026/q3.pdf');
  const second = await fetch(url);
  assert.equal(second.status, 403);
  assert.match(await second.text(), /<Reason>LinkUsesSpent<\/Reason>/);
  assert.equal((await fetch(await mail('2025/q3.pdf'))).status, 403);
});
