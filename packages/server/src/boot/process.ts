import type { RunningServer } from './parts.ts';

/** How the process of a server ends, as an exit code. */
export type Ending = { readonly exitCode: 0 | 1 };

const checkEveryMs = 300;
/** The longest that a timer can wait: it has nothing to do but to keep the process alive. */
const keepsAliveMs = 2_147_483_647;

/**
 * Keeps a server until the process is asked to end: SIGTERM or SIGINT stop it gracefully, a second one at once (REL-8). SIGHUP
 * reads its settings again (ADM-48). Under npm
 * the shell between dies of a signal and passes nothing on, so the parent is watched there. An error that nobody caught
 * ends the process: its state may be wrong (SEC-808).
 */
export async function runUntilStopped(running: RunningServer): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let signals = 0;
  const stop = (): void => {
    signals += 1;
    running.stop(signals === 1 ? 'graceful' : 'now').then(
      () => resolve({ exitCode: 0 }),
      (error: unknown) => fail('stopping failed', error),
    );
  };
  const fail = (what: string, error: unknown): void => {
    running.log.error(what, {}, withoutRequest(error));
    running.log.flush();
    // Not graceful: nothing that was not acknowledged may be acknowledged any more.
    running.stop('now').then(
      () => resolve({ exitCode: 1 }),
      () => resolve({ exitCode: 1 }),
    );
  };
  const reload = (): void => {
    // What cannot be read is in the log already.
    running.reload().catch(onUncaught);
  };
  const onUncaught = (error: unknown): void => fail('an error was caught by nobody: the server ends', error);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', reload);
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  running.failed.then(
    (failure) => fail('the disk failed to keep what was written: the server ends', failure),
    onUncaught,
  );
  const watch = watchParent(stop);
  // Nothing else may be open for a moment: all workers killed, or the listeners closed and the store not yet. Node would end
  // the process then, with 0 and without a word (REL-22).
  const keptAlive = setInterval(() => undefined, keepsAliveMs);
  const ending = await promise;
  clearInterval(keptAlive);
  clearInterval(watch);
  process.off('SIGTERM', stop);
  process.off('SIGINT', stop);
  process.off('SIGHUP', reload);
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onUncaught);
  return ending;
}

/** When npm started us, the end of our parent is the signal that we did not get. */
function watchParent(stop: () => void): NodeJS.Timeout | undefined {
  if (process.env['npm_command'] === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, checkEveryMs);
  return watch;
}

/** The stack without anything that a request may have put into the message (SEC-808). */
export function withoutRequest(error: unknown): unknown {
  if (!(error instanceof Error)) return new Error('not an Error was thrown');
  const shown = new Error(error.message.replace(/\?\S*/g, '?…'));
  shown.stack = (error.stack ?? '').replace(/\?\S*/g, '?…');
  return shown;
}
