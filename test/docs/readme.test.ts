import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';
import { installedProject } from '../packages/installed.ts';
import { listBlocks, writeScript } from './document-script.ts';
import { saidInOrder } from './guide-fixture.ts';
import { readerEnvironment, startAsReader } from './reader.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Where a reader has the packages: in the checkout that npm start set up, or in a project of their own. */
const places = [
  ['the checkout', () => Promise.resolve(root)],
  ['the packed packages in an empty folder', installedProject],
] as const;

for (const [place, projectOf] of places) {
  test(`every command of the README that can run does what it says, from ${place}, with no variable that it does not set`, async (context) => {
    const project = await projectOf();
    const outer = mkdtempSync(join(tmpdir(), 'tidegate-readme-'));
    const fixture = join(outer, 'tidegate');
    mkdirSync(fixture);
    symlinkSync(join(project, 'node_modules'), join(fixture, 'node_modules'));
    copyFileSync(join(root, 'README.md'), join(fixture, 'README.md'));
    const server = await startAsReader(fixture, outer);
    context.after(async () => {
      await server.stop();
      rmSync(outer, { recursive: true, force: true });
    });
    const script = writeScript(readme).replaceAll('http://127.0.0.1:9000', server.endpoint);
    const ran = await run('/bin/bash', ['-c', `cd '${outer}' && ${script}`], { env: readerEnvironment(outer) });
    assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
    const said = ran.stdout.toString().split('\n');
    const expected = ['# Tidegate', '✗ Fails: signed for another host.', 'from Python', '200', /^lk_\w{16} active 1$/];
    saidInOrder(said, expected);
  });
}

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
