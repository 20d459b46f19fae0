import { homedir } from './builtins.ts';
import { runCommandLine } from './run.ts';
import type { World } from './world.ts';

const interruption = new AbortController();

// `| head` closes the pipe: what is left has no reader and that is no fault of ours.
for (const screen of [process.stdout, process.stderr]) {
  screen.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

process.on('SIGINT', onInterrupt);

/** The first Ctrl-C lets the command clean up, the second one ends at once. */
function onInterrupt(): void {
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
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
  releaseSignals: () => process.off('SIGINT', onInterrupt),
};

process.exitCode = await runCommandLine(process.argv.slice(2), world);

// What was answered is on its way; a connection that is still open must not keep a finished command alive.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
