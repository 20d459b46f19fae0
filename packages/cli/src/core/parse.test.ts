import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from './command.ts';
import { CliError } from './errors.ts';
import { chooseCommand, parseArguments } from './parse.ts';

const load = () => Promise.reject(new Error('never loaded'));
const get: Command = {
  path: ['presign', 'get'],
  summary: 'Makes a link.',
  arguments: [{ name: 'TARGET', text: 'an object', presence: 'required' }],
  flags: [
    { name: 'expires', value: 'TIME', text: 'how long' },
    { name: 'download', value: 'NAME', valueOptional: true, text: 'save' },
    { name: 'style', value: 'STYLE', choices: ['path', 'virtual'], text: 'style' },
    { name: 'ip', value: 'CIDR', repeatable: true, text: 'from' },
    { name: 'header', short: 'H', value: 'LINE', repeatable: true, text: 'header' },
  ],
  examples: [['tidegate presign b/k', '']],
  load,
};
const put: Command = { ...get, path: ['presign', 'put'] };
const list: Command = {
  ...get,
  path: ['ls'],
  arguments: [{ name: 'TARGET', text: 'where', presence: 'optional' }],
  flags: [],
};
const commands = [get, put, list];
const verbs = { presign: 'get' };

for (const [line, path, rest] of [
  ['presign get b/k', 'presign get', 'b/k'],
  ['presign b/k --expires 2h', 'presign get', 'b/k --expires 2h'],
  ['presign --expires 2h b/k', 'presign get', '--expires 2h b/k'],
  ['--profile x presign put b/k', 'presign put', '--profile x b/k'],
  ['presign', 'presign get', ''],
  ['ls presign', 'ls', 'presign'],
] as const) {
  test(`"${line}" is the command ${path} with "${rest}"`, () => {
    const chosen = chooseCommand(line.split(' '), commands, verbs);
    assert.equal(chosen.command?.path.join(' '), path);
    assert.equal(chosen.rest.join(' '), rest);
  });
}

function parse(line: string, command = get) {
  return parseArguments(command, command.flags, line === '' ? [] : line.split(' '));
}

test('a flag with an optional value never takes the next argument for it', () => {
  const parsed = parse('--download b/k --json');
  assert.deepEqual(parsed.args, ['b/k']);
  assert.equal(parsed.flags.text('download'), '');
  assert.equal(parsed.flags.text('json'), '');
  assert.equal(parse('b/k --json=url,method').flags.text('json'), 'url,method');
});

test('a repeatable flag keeps every value, another one its last', () => {
  const { flags } = parse('b/k --ip 10.0.0.1 --ip=10.0.0.2 --expires 1h --expires 2h -H x:1');
  assert.deepEqual(flags.list('ip'), ['10.0.0.1', '10.0.0.2']);
  assert.equal(flags.text('expires'), '2h');
  assert.deepEqual(flags.list('header'), ['x:1']);
});

test('--endpoint is another spelling of --endpoint-url, --no-color is a switch of its own', () => {
  const { flags } = parse('b/k --endpoint http://x --no-color');
  assert.equal(flags.text('endpoint-url'), 'http://x');
  assert.equal(flags.has('no-color'), true);
});

test('after -- everything is an argument', () => {
  assert.deepEqual(parse('-- --json', list).args, ['--json']);
});

for (const [line, what, fix] of [
  ['b/k --expire 2h', 'Unknown option --expire of presign get.', 'Did you mean --expires?'],
  ['b/k --zzzzzzzz', 'Unknown option --zzzzzzzz of presign get.', 'List options:  tidegate presign get --help'],
  ['b/k --expires', '--expires needs a value: how long.', 'Write  --expires TIME'],
  ['b/k --style slanted', '--style "slanted" is not one of path, virtual.', undefined],
  ['', 'presign get needs TARGET: an object.', 'Like  tidegate presign b/k'],
  ['a/b c/d', 'presign get takes TARGET; "c/d" is extra.', undefined],
] as const) {
  test(`"presign get ${line}" is refused: ${what}`, () => {
    assert.throws(
      () => parse(line),
      (error) =>
        error instanceof CliError && error.parts.exit === 2 && error.parts.what === what && error.parts.fix === fix,
    );
  });
}

for (const argument of [
  '--secret=hunter2-hunter2',
  '--secret-access-key=hunter2-hunter2',
  '--password=hunter2-hunter2',
  '--session-token=hunter2-hunter2',
  'https://AKID:hunter2-hunter2@example.com/b/k',
]) {
  test(`SEC-806 ${argument.split(/[=@]/)[0]?.replace('hunter2-hunter2', '…')} is refused and its value not repeated`, () => {
    assert.throws(
      () => parse(`b/k ${argument}`),
      (error) =>
        error instanceof CliError && error.parts.exit === 2 && !JSON.stringify(error.parts).includes('hunter2'),
    );
  });
}

test('SEC-806 an unknown flag is named without its value', () => {
  assert.throws(
    () => parse('b/k --wrong=hunter2-hunter2'),
    (error) => error instanceof CliError && !JSON.stringify(error.parts).includes('hunter2'),
  );
});

test('asking for a flag that is not declared is a bug, not a no', () => {
  assert.throws(() => parse('b/k').flags.has('nonsense'), /is not declared/);
});
