import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { bin } from './cli.ts';

/** A command line on a pseudo-terminal, as a person sees it. */
export type OnTerminal = {
  /** All that was shown so far, carriage returns as they came. */
  readonly shown: () => string;
  /** Waits until it is shown. @throws Error when it ends before, or after a generous time */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types. `\u0003` is Ctrl-C. */
  type(text: string): void;
  readonly ended: Promise<number | null>;
  /** Ends what still runs: `script` passes the signal on, where its own sudden death would leave a server behind. */
  stop(): Promise<void>;
};

const patienceMs = 60_000;

/** Starts `tidegate …` on a pseudo-terminal of util-linux's `script`. `stdin`: a file or pipe in place of the keyboard. */
export function onTerminal(
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly columns?: number;
    readonly stdin?: string;
    readonly stdout?: string;
  },
): OnTerminal {
  const words = [process.execPath, bin, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const from = options.stdin === undefined ? '' : ` < '${options.stdin}'`;
  const into = options.stdout === undefined ? '' : ` > '${options.stdout}'`;
  const line = `stty cols ${options.columns ?? 100}; exec ${words}${from}${into}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { TERM: 'xterm', SHELL: '/bin/sh', TZ: 'UTC', PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    child.emit('text');
  });
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    ended,
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
    shown: () => text,
    type: (typed) => {
      child.stdin?.write(typed);
    },
    waitFor: async (pattern) => {
      const deadline = AbortSignal.timeout(patienceMs);
      for (;;) {
        const match = pattern.exec(text);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${text}`);
        await Promise.race([once(child, 'text', { signal: deadline }), ended]).catch(() => {
          throw new Error(`${pattern} did not come:\n${text}`);
        });
      }
    },
  };
}

/** Whether there are pseudo-terminals here. Without them a test is skipped, or fails in CI. */
export function hasTerminal(t: TestContext): boolean {
  if (spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0) return true;
  if (process.env['CI'] === 'true') throw new Error('script (util-linux) is needed in CI');
  t.skip('no pseudo-terminal: script of util-linux is missing');
  return false;
}
