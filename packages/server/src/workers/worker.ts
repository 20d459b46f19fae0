import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import type { Clock } from '../world/clock.ts';
import { type FromWorker, isFromWorker, type Question, type QuestionToFirst, type ToWorker } from './messages.ts';

/** How a worker process is started. */
export type WorkerPlace = {
  /** The file that runs in it. */
  readonly entry: URL;
  /** Its environment. Secrets go to it in a message: an environment can be read from outside (SEC-806). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
};

/** What becomes of a worker. */
export type WorkerEvents = {
  readonly onListening: (ports: readonly number[]) => void;
  readonly onCannotStart: (failure: Extract<FromWorker, { kind: 'cannot-start' }>) => void;
  readonly onFailed: (message: string) => void;
  /** It asks something of the other processes. */
  readonly onAsked: (question: QuestionToFirst) => Promise<unknown>;
  /** It ended, asked or not. */
  readonly onEnd: (how: { readonly exitCode: number | null; readonly signal: string | null }) => void;
};

/** SEC-315, SEC-1008: as `tidegate` itself is started. A size that this process was given is passed on instead. */
const flagsOfStart = ['--disable-proto=delete', '--disallow-code-generation-from-strings', '--max-semi-space-size=4'];

/** One worker process, and the questions that it has not answered yet. */
export class Worker<Start> {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  readonly startedMs: number;
  readonly ended: Promise<void>;
  #asked = 0;

  constructor({ entry, environment, clock }: WorkerPlace, start: Start, events: WorkerEvents) {
    this.#clock = clock;
    this.startedMs = clock.monotonicMs();
    this.#child = fork(entry, [], {
      // Sources that this process has compiled are not compiled again.
      env: { NODE_COMPILE_CACHE: getCompileCacheDir(), ...environment },
      execArgv: nodeFlags(entry),
      // Maps, bytes and undefined arrive as they are.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: unknown) => this.#take(message, events));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    let isOver = false;
    const end = (exitCode: number | null, signal: string | null): void => {
      if (isOver) return;
      isOver = true;
      // Nobody will answer any more.
      for (const answer of [...this.#waiting.values()]) answer(undefined);
      resolve();
      events.onEnd({ exitCode, signal });
    };
    this.#child.on('exit', end);
    // A process that could not be made, or a message that could not be delivered: the exit follows, or there was no start.
    this.#child.on('error', () => {
      if (this.#child.pid === undefined) end(null, null);
    });
    this.send({ kind: 'start', start });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToWorker<Start>): void {
    // What is sent to one that is ending is lost, and so is the need for it.
    if (this.#child.connected) this.#child.send(message, ignoreUndelivered);
  }

  /** Asks something. @returns undefined when it has ended, `'late'` when it did not answer in time */
  ask(question: Question, patienceMs: number): Promise<unknown> {
    if (!this.#child.connected) return Promise.resolve(undefined);
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(patienceMs, () => answer('late'));
      const answer = (value: unknown): void => {
        cancel();
        this.#waiting.delete(id);
        resolve(value);
      };
      this.#waiting.set(id, answer);
      this.send({ kind: 'ask', id, question });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #take(message: unknown, events: WorkerEvents): void {
    if (!isFromWorker(message)) return;
    switch (message.kind) {
      case 'listening':
        events.onListening(message.ports);
        break;
      case 'cannot-start':
        events.onCannotStart(message);
        break;
      case 'answer':
        this.#waiting.get(message.id)?.(message.answer);
        break;
      case 'ask-first': {
        const { id } = message;
        const say = (answer: unknown): void => this.send({ kind: 'answer-of-first', id, answer });
        // A worker that ends meanwhile takes its question with it.
        events.onAsked(message.question).then(say, () => say(undefined));
        break;
      }
      case 'failed':
        events.onFailed(message.message);
        break;
    }
  }
}

/** Node's flags for the worker: those of this process, and what its sources need where they run as they are. */
function nodeFlags(entry: URL): string[] {
  const own = flagsToPassOn(process.execArgv);
  const condition = '--conditions=tidegate-source';
  const needed = entry.pathname.endsWith('.ts') ? [condition, ...flagsOfStart] : flagsOfStart;
  // The last one of a flag holds.
  return [...needed.filter((flag) => !own.includes(flag)), ...own];
}

/** Flags that say what this process is for, not how it runs. */
const ownPurpose = /^--(?:inspect|test|watch|eval|print|check)/;

/** All but those of its own purpose; the value of a flag is what follows it without a hyphen. */
export function flagsToPassOn(flags: readonly string[]): readonly string[] {
  let isPassedOn = true;
  return flags.filter((flag) => {
    if (flag.startsWith('-')) isPassedOn = !ownPurpose.test(flag);
    return isPassedOn;
  });
}

function ignoreUndelivered(): void {
  // The worker is ending; its exit says so.
}
