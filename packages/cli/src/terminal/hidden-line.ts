import { StringDecoder } from 'node:string_decoder';
import type { Call } from '../core/command.ts';
import { CliError, exitCodes, Interrupted, wrongUse } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { readAll } from './stdin.ts';

const most = 256;
/** Characters that wait for the next question: more than two whole passwords. */
const mostAhead = 1024;

/**
 * A password: asked for twice on a terminal, without showing it, or the one line of stdin (SEC-806). Never an argument.
 * @throws CliError
 */
export async function newPassword(call: Call): Promise<string | undefined> {
  const { flags, world } = call;
  if (flags.has('password-stdin')) {
    const text = (await readAll(world.stdin)).replace(/\r?\n$/, '');
    if (text === '') throw wrongUse('No password on stdin.');
    return text;
  }
  if (!flags.has('password')) return undefined;
  if (world.stdin.isTTY !== true || world.stderr.isTTY !== true || flags.has('no-input')) {
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: '--password needs a terminal to prompt on.',
      fix: 'Use  --password-stdin',
    });
  }
  return await withHiddenKeyboard(world, async (ask) => {
    const first = await ask('Password: ');
    if (first === '') throw wrongUse('The password is empty.');
    if ((await ask('Again:    ')) === first) return first;
    throw wrongUse('The passwords do not match.');
  });
}

/** Asks one question and resolves to the line that answers it. */
type Ask = (question: string) => Promise<string>;

/**
 * The keyboard of a terminal that shows nothing of what is typed, from before the first question until after the last one:
 * who types before a question is seen, or while the next one is written, is neither shown nor lost.
 */
async function withHiddenKeyboard<Value>(
  { stdin, stderr, interrupt }: World,
  work: (ask: Ask) => Promise<Value>,
): Promise<Value> {
  const setRaw = (isRaw: boolean): void => {
    if ('setRawMode' in stdin && typeof stdin.setRawMode === 'function') stdin.setRawMode(isRaw);
  };
  const line = new HiddenLine((text) => stderr.write(text));
  const decoder = new StringDecoder('utf8');
  const onData = (chunk: Buffer): void => line.type(decoder.write(chunk));
  const onEnd = (): void => line.end();
  setRaw(true);
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  interrupt.addEventListener('abort', onEnd, { once: true });
  if (interrupt.aborted) onEnd();
  stdin.resume();
  try {
    return await work((question) => line.ask(question));
  } finally {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    interrupt.removeEventListener('abort', onEnd);
    stdin.pause();
    setRaw(false);
  }
}

type Waiting = { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void };

/** Lines that are typed blindly, shown as dots. What is typed before a question comes stays until it does. */
class HiddenLine {
  readonly #show: (text: string) => void;
  #ahead: string[] = [];
  #text = '';
  #isEnded = false;
  #waiting: Waiting | undefined;

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  type(characters: string): void {
    for (const character of characters) {
      if (this.#waiting !== undefined) this.#takeOne(character);
      else if (this.#ahead.length < mostAhead) this.#ahead.push(character);
    }
  }

  /** Nothing more comes: whoever asks is interrupted. */
  end(): void {
    this.#isEnded = true;
    this.#answer(({ reject }) => reject(new Interrupted()));
  }

  ask(question: string): Promise<string> {
    this.#show(question);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#text = '';
      this.type(this.#ahead.splice(0).join(''));
      if (this.#isEnded) this.end();
    });
  }

  #takeOne(character: string): void {
    if (character === '\r' || character === '\n') this.#answer(({ resolve }) => resolve(this.#text));
    else if (character === '\u0003' || character === '\u0004') this.end();
    else if (character === '\u007f' || character === '\b') this.#text = Array.from(this.#text).slice(0, -1).join('');
    else if (this.#text.length < most && character >= ' ') {
      this.#text += character;
      this.#show('·');
    }
  }

  #answer(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#show('\n');
    how(waiting);
  }
}
