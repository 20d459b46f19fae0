import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';
import { startProduct } from '../product-server.ts';
import { listBlocks, writeScript } from './document-script.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** A folder that looks like the checkout to someone who types the commands of the README there. */
function openDesk(context: TestContext): string {
  const desk = mkdtempSync(join(tmpdir(), 'tidegate-readme-'));
  context.after(() => rmSync(desk, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(desk, 'node_modules'));
  copyFileSync(join(root, 'README.md'), join(desk, 'README.md'));
  return desk;
}

test('every command of the README that can run does what it says, in the order in which it stands there', async (context) => {
  const product = await startProduct();
  context.after(() => product.stop());
  const desk = openDesk(context);
  const script = writeScript(readme).replaceAll('http://127.0.0.1:9000', product.endpoint);
  const path = [dirname(process.execPath), product.environment['PATH']].join(':');
  const env = { ...product.environment, PATH: path, HOME: desk, npm_config_cache: join(desk, '.npm') };
  const ran = await run('/bin/bash', ['-c', `cd '${desk}' && ${script}`], { env });
  assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
  const said = ran.stdout.toString().split('\n');
  const expected = ['# Tidegate', '✗ Fails: signed for another host.', 'from Python', '200'];
  const places = expected.map((text) => said.findIndex((line) => line.startsWith(text)));
  assert.ok(
    places.every((place, index) => place > (places[index - 1] ?? -1)),
    `${expected} in\n${said.join('\n')}`,
  );
});

test('the README has commands that run, and says why of those that do not', () => {
  const blocks = listBlocks(readme).filter(({ language }) => ['sh', 'python', 'js'].includes(language));
  assert.ok(blocks.filter(({ isRun }) => isRun).length >= 3);
  assert.ok(readme.split('\n').length <= 250, 'at most 250 lines');
});

test('a command that fails ends the script, a block that is marked or of another language is left out', async () => {
  const planted = [
    '```sh',
    'set_before=1',
    '```',
    '<!-- not run: it needs a second machine -->',
    '',
    '```sh',
    'exit 9',
    '```',
    '```text',
    'exit 8',
    '```',
    '```sh',
    'echo "$set_before"; false; echo after',
    '```',
    '',
  ].join('\n');
  const ran = await run('/bin/bash', ['-c', writeScript(planted)], { env: { PATH: process.env['PATH'] ?? '' } });
  assert.deepEqual([ran.code, ran.stdout.toString()], [1, '1\n']);
  assert.match(ran.stderr, /── line 12/);
});
