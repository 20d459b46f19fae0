import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsFor } from './command-families.ts';
import { commands } from './command-table.ts';
import { firstWord } from './parse.ts';

const nouns = new Set(commands.map(({ path }) => path[0]));

for (const noun of nouns) {
  test(`a line that begins with "${noun}" loads a table that has all of its commands, and not every command`, async () => {
    const found = await commandsFor(noun);
    const own = (list: typeof commands) => list.filter(({ path }) => path[0] === noun);
    assert.deepEqual(own(found), own(commands));
    assert.ok(found.length < commands.length);
  });
}

test('a word that no command begins with, and no word at all, load every command', async () => {
  for (const word of ['help', 'presing', '', undefined]) assert.equal(await commandsFor(word), commands);
});

for (const [line, word] of [
  ['presign b/k', 'presign'],
  ['--profile cp presign b/k', 'presign'],
  ['--profile=cp --json -q --endpoint http://h presign b/k', 'presign'],
  ['--json cp a b', 'cp'],
  ['--label cp presign b/k', undefined],
  ['-qv presign b/k', undefined],
  ['-- presign', undefined],
  ['--version', undefined],
  ['--profile', undefined],
  ['', undefined],
] as const) {
  test(`the first word of "${line}" is ${word ?? 'left to the whole table'}`, () => {
    assert.equal(firstWord(line === '' ? [] : line.split(' ')), word);
  });
}
