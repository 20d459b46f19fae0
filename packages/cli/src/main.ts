import { homedir } from './core/builtins.ts';
import { runCommandLine } from './core/run.ts';
import type { World } from './core/world.ts';

const interruption = new AbortController();

const state = { isServing: false, isDone: false };

// `| head` closes the pipe: what is left has no reader and that is no fault of ours. A server goes on without a reader, and
// without room on the disk that its output goes to (REL-21).
for (const screen of [process.stdout, process.stderr]) {
  screen.on('error', (error: NodeJS.ErrnoException) => {
    if (state.isServing) return;
    if (error.code !== 'EPIPE') throw error;
    state.isDone = true;
    process.exit(0);
  });
}

// A promise that nothing will ever settle lets Node end in silence, with 0.
process.on('exit', (exitCode) => {
  if (state.isDone || exitCode !== 0) return;
  process.exitCode = 1;
  reportUnfinished();
});

process.on('SIGINT', onInterrupt);

/** The first Ctrl-C lets the command clean up, the second one ends at once. */
function onInterrupt(): void {
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
}

function reportUnfinished(): void {
  try {
    process
      .getBuiltinModule('node:fs')
      .writeSync(process.stderr.fd, '✗ Tidegate ended before its command was done. This is a bug: please report it.\n');
  } catch {
    // Nobody can read it: the exit code is all that is left.
  }
}

const world: World = {
  env: process.env,
  // Opened where it is read: most commands never ask.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  homeFolder: homedir(),
  interrupt: interruption.signal,
  startServing: () => {
    state.isServing = true;
    process.off('SIGINT', onInterrupt);
  },
};

process.exitCode = await runCommandLine(process.argv.slice(2), world);
state.isDone = true;

// What was answered is on its way; a connection that is still open must not keep a finished command alive.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
