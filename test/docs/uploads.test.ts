import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';
import { installedProject } from '../packages/installed.ts';
import { startProduct } from '../product-server.ts';
import { listBlocks, writeScript } from './document-script.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guide/uploads.md'), 'utf8');

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}

test('the blocks of the guide to uploads do what it says, in their order', async (context) => {
  const product = await startProduct();
  context.after(() => product.stop());
  const fixture = mkdtempSync(join(tmpdir(), 'tidegate-guide-'));
  context.after(() => rmSync(fixture, { recursive: true, force: true }));
  symlinkSync(join(await installedProject(), 'node_modules'), join(fixture, 'node_modules'));
  const port = await freePort();
  const script = writeScript(guide)
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)
    .replaceAll('listen(3000', `listen(${port}`);
  const path = [dirname(process.execPath), product.environment['PATH']].join(':');
  const env = { ...product.environment, PATH: path, HOME: fixture, npm_config_cache: join(fixture, '.npm') };
  const ran = await run('/bin/bash', ['-c', `cd '${fixture}' && ${script}`], { env });
  assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
  const said = ran.stdout.toString();
  for (const line of [
    'one PUT: 200',
    'a longer one: 403',
    'a form: 204',
    'all sent',
    'uploaded: 20000000 true',
    'refused: Refused Sign in first.',
  ])
    assert.ok(said.split('\n').includes(line), `${line} in\n${said}\n${ran.stderr}`);
});

test('the guide to uploads has blocks that run, and says why of those that do not', () => {
  const blocks = listBlocks(guide).filter(({ language }) => ['sh', 'js'].includes(language));
  assert.equal(blocks.filter(({ isRun }) => isRun).length, 5);
});
