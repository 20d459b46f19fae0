import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { type Call, type Command, FlagValues } from '../core/command.ts';
import { CliError, Interrupted } from '../core/errors.ts';
import { globalFlags } from '../core/global-flags.ts';
import { createTestWorld, type TestWorld } from '../test-support/world.ts';
import { newPassword } from './hidden-line.ts';
import { Output } from './output.ts';

const names = [...globalFlags.map((flag) => flag.name), 'password', 'password-stdin'];
const command: Command = {
  path: ['share', 'create'],
  summary: '',
  arguments: [],
  flags: [],
  examples: [],
  load: async () => ({ run: async () => 0 }),
};

/** A person at a terminal: `events` tells in which order the keyboard was hidden and texts were shown. */
function atTerminal() {
  const events: string[] = [];
  const keyboard = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode: (isRaw: boolean) => events.push(isRaw ? 'hidden' : 'shown'),
  });
  const interrupting = new AbortController();
  const world: TestWorld = {
    ...createTestWorld({ terminal: { columns: 80 } }),
    stdin: keyboard,
    interrupt: interrupting.signal,
  };
  world.stderr.on('data', (chunk: Buffer) => events.push(chunk.toString()));
  const flags = new FlagValues(names, new Map([['password', ['']]]));
  const call: Call = { command, args: [], flags, output: new Output(world, flags), world };
  return { events, keyboard, interrupting, world, ask: () => newPassword(call) };
}

test('the keyboard is hidden before the first question is written, and until after the last answer', async () => {
  const { events, keyboard, ask } = atTerminal();
  const asked = ask();
  keyboard.write('pass\r');
  keyboard.write('pass\r');
  assert.equal(await asked, 'pass');
  assert.deepEqual(events, [
    'hidden',
    'Password: ',
    '·',
    '·',
    '·',
    '·',
    '\n',
    'Again:    ',
    '·',
    '·',
    '·',
    '·',
    '\n',
    'shown',
  ]);
});

for (const [what, typed] of [
  ['both answers at once', ['correct horse\rcorrect horse\r']],
  ['one character at a time', [...'correct horse\rcorrect horse\r']],
  ['the second begun with the first', ['correct horse\rcorr', 'ect horse\r']],
  ['with a mistake that is deleted', ['correct mouse\u007f\u007f\u007f\u007f\u007fhorse\n', 'correct horse\n']],
] as const) {
  test(`nothing that is typed is lost or shown: ${what}`, async () => {
    const { keyboard, world, ask } = atTerminal();
    for (const text of typed) keyboard.write(text);
    assert.equal(await ask(), 'correct horse');
    assert.match(world.written().stderr, /^Password: ·+\nAgain: {4}·{13}\n$/);
    assert.equal(keyboard.isPaused(), true, 'a process that is done with the keyboard can end');
  });
}

for (const [what, act] of [
  ['Ctrl-C', ({ keyboard }) => keyboard.write('pass\u0003')],
  ['Ctrl-C at the second question', ({ keyboard }) => keyboard.write('pass\rpa\u0003')],
  ['Ctrl-D', ({ keyboard }) => keyboard.write('\u0004')],
  ['a terminal that is closed', ({ keyboard }) => keyboard.end('pas')],
  ['a signal', ({ interrupting }) => interrupting.abort()],
] as const satisfies readonly (readonly [string, (person: ReturnType<typeof atTerminal>) => unknown])[]) {
  test(`${what} ends the questions and gives the keyboard back`, async () => {
    const person = atTerminal();
    const asked = person.ask();
    act(person);
    await assert.rejects(asked, Interrupted);
    assert.equal(person.events.at(-1), 'shown');
  });
}

test('two that differ and an empty one are refused', async () => {
  for (const [typed, said] of [
    ['one\rother\r', /The passwords do not match/],
    ['\r', /The password is empty/],
  ] as const) {
    const { keyboard, events, ask } = atTerminal();
    keyboard.write(typed);
    await assert.rejects(ask(), (error: unknown) => error instanceof CliError && said.test(error.message));
    assert.equal(events.at(-1), 'shown');
  }
});

test('a letter that comes in two pieces is one letter', async () => {
  const { keyboard, ask } = atTerminal();
  const typed = Buffer.from('Flut wärme\rFlut wärme\r');
  for (const byte of typed) keyboard.write(Buffer.of(byte));
  assert.equal(await ask(), 'Flut wärme');
});

test('no more is kept of a line than a password may have, however much is pasted', async () => {
  const { keyboard, events, ask } = atTerminal();
  const asked = ask();
  keyboard.write(`${'x'.repeat(5000)}\r`);
  while (!events.includes('Again:    ')) await new Promise(setImmediate);
  keyboard.write(`${'x'.repeat(5000)}\r`);
  assert.equal(await asked, 'x'.repeat(256));
});
