import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../../packages/cli/src/core/command-table.ts';
import { topics } from '../../packages/cli/src/help/help-topics.ts';
import { tidegate } from './cli.ts';
import { assertGolden } from './golden.ts';

const screenLines = 50;

for (const command of commands) {
  const name = command.path.join(' ');
  test(`${name} --help is the golden text: one sentence, three examples, 80 columns, one screen`, async () => {
    const { code, stdout, stderr } = await tidegate([...command.path, '--help']);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    assert.ok(stdout.split('\n').length <= screenLines, `${stdout.split('\n').length} lines`);
    assert.equal(command.examples.length, 3);
    assertGolden(`help/${command.path.join('-')}`, stdout);
  });
}

for (const topic of topics) {
  test(`help ${topic.name} is the golden text`, async () => {
    const { code, stdout } = await tidegate(['help', topic.name]);
    assert.equal(code, 0);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    assertGolden(`help/topic-${topic.name}`, stdout);
  });
}

test('no argument, help and --help all show every command, and end with 0', async () => {
  const [none, help, flag] = await Promise.all([tidegate([]), tidegate(['help']), tidegate(['--help'])]);
  for (const line of none.stdout.split('\n')) assert.ok(line.length <= 80, line);
  assertGolden('help/overview', none.stdout);
  assert.deepEqual([none.code, help.code, flag.code], [0, 0, 0]);
  assert.equal(help.stdout, none.stdout);
  assert.equal(flag.stdout, none.stdout);
});

test('keys --help shows only the commands of keys', async () => {
  const { code, stdout } = await tidegate(['keys', '--help']);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}keys list .*\n {2}keys create /);
  assert.doesNotMatch(stdout, /^ {2}(?:cp|policy set) |tidegate serve/m);
  assert.equal((await tidegate(['help', 'keys'])).stdout, stdout);
});

test('--version is one line', async () => {
  const { code, stdout } = await tidegate(['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^tidegate \d+\.\d+\.\d+\n$/);
});

test('every golden help belongs to a command or a topic', () => {
  const known = new Set([
    'overview.txt',
    ...commands.map((command) => `${command.path.join('-')}.txt`),
    ...topics.map((topic) => `topic-${topic.name}.txt`),
  ]);
  const files = readdirSync(fileURLToPath(new URL('./golden/help/', import.meta.url)));
  assert.deepEqual(
    files.filter((file) => !known.has(file)),
    [],
  );
});
