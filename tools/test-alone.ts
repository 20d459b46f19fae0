import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileEvent } from './test-events.ts';

/** What is asked of the process that runs one file. */
export type AloneRequest = { readonly file: string; readonly root: string; readonly testTimeoutMs: number };

/** How long a file may take, and stay alive after its last test was over. */
export type AloneLimits = { readonly fileMs: number; readonly leftoverMs: number };

const childFile = fileURLToPath(new URL('test-alone-child.ts', import.meta.url));

/**
 * Runs one file of tests in a process group of its own. One that takes too long, or that stays alive when all its tests are
 * over, is ended with everything that it started, and has failed by the names of the tests that it hung in.
 * @param take is given every event, among them at least one that is `ended` or `broken`
 */
export function runAlone(request: AloneRequest, limits: AloneLimits, take: (event: FileEvent) => void): Promise<void> {
  const child = spawn(process.execPath, [childFile], {
    cwd: request.root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  const begun = new Map<number, string>();
  let isBegun = false;
  let hasVerdict = false;
  let leftover: NodeJS.Timeout | undefined;
  const tell = (event: FileEvent): void => {
    hasVerdict ||= event.kind === 'ended' || event.kind === 'broken';
    take(event);
  };
  const end = (why: string): void => {
    const names = [...begun.values()];
    tell({ kind: 'broken', why: names.length === 0 ? why : `${why}, in: ${names.join('; ')}` });
    endGroup(child.pid);
  };
  const tooLong = `the file was ended after ${limits.fileMs / 1000} s`;
  const limit = setTimeout(() => end(tooLong), limits.fileMs);
  const follow = (event: FileEvent): void => {
    if (event.kind === 'begun') {
      begun.set(event.id, event.title);
      isBegun = true;
    } else if (event.kind === 'over') {
      begun.delete(event.id);
    }
    clearTimeout(leftover);
    if (isBegun && begun.size === 0) {
      const why = `the file was ended: it was still alive ${limits.leftoverMs / 1000} s after its last test, by a process, timer or connection that was not ended`;
      leftover = setTimeout(() => end(why), limits.leftoverMs);
    }
    tell(event);
  };
  // What this process sends is what the child of it was made to send: both files stand here.
  child.on('message', (event: FileEvent) => follow(event));
  child.send(request);
  return new Promise((resolve) => {
    const close = (why: string): void => {
      clearTimeout(limit);
      clearTimeout(leftover);
      if (!hasVerdict) tell({ kind: 'broken', why });
      // What it started may live on without it.
      endGroup(child.pid);
      resolve();
    };
    child.once('error', (error) => close(`it could not start: ${error.message}`));
    child.once('close', () => close('its process ended without a word'));
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    // It is gone already, as it should be.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
