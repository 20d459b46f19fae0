import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileEvent } from './test-events.ts';

/** What a process of tests is sent. */
export type ChildRequest =
  | { readonly kind: 'file'; readonly file: string; readonly root: string; readonly testTimeoutMs: number }
  | { readonly kind: 'no-more' };

/** How long one test, one file, and what a file leaves running may take. */
export type Patience = { readonly testMs: number; readonly fileMs: number; readonly leftoverMs: number };

export type ProcessOptions = {
  readonly root: string;
  readonly patience: Patience;
  /** The next file for this process; undefined: no more. */
  readonly next: () => string | undefined;
  /** Called with every event of a file; the last one of each is `ended`, `broken`, or both. */
  readonly take: (file: string, event: FileEvent) => void;
};

const childFile = fileURLToPath(new URL('test-child.ts', import.meta.url));

/**
 * Runs files of tests in one process, which leads a process group of its own, until there are no more. A file that takes too long, that
 * leaves something alive after its last test, or that ends the process, has failed by name; the process then ends with everything that it
 * started, and another one has to take the files that are left.
 */
export async function runProcess({ root, patience, next, take }: ProcessOptions): Promise<void> {
  let file = next();
  if (file === undefined) return;
  const child = spawn(process.execPath, ['--conditions=tidegate-source', childFile], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  const begun = new Map<number, string>();
  let isBegun = false;
  let isOver = false;
  let last = file;
  let limit: NodeJS.Timeout | undefined;
  let leftover: NodeJS.Timeout | undefined;
  const end = (why: string): void => {
    const names = [...begun.values()];
    fail(names.length === 0 ? why : `${why}, in: ${names.join('; ')}`);
    endGroup(child.pid);
  };
  const fail = (why: string): void => {
    // Nobody waits for more of this process.
    if (isOver) return;
    isOver = true;
    take(last, { kind: 'broken', why });
  };
  const endIfAlive = (): void => {
    clearTimeout(leftover);
    const why = `the file was ended: it was still alive ${patience.leftoverMs / 1000} s after its last test, by a process, timer or connection that was not ended`;
    leftover = setTimeout(() => end(why), patience.leftoverMs);
  };
  const begin = (path: string): void => {
    begun.clear();
    isBegun = false;
    last = path;
    limit = setTimeout(() => end(`the file was ended after ${patience.fileMs / 1000} s`), patience.fileMs);
    child.send({ kind: 'file', file: path, root, testTimeoutMs: patience.testMs } satisfies ChildRequest);
  };
  const follow = (event: FileEvent): void => {
    if (isOver) return;
    clearTimeout(leftover);
    if (event.kind === 'broken') {
      fail(event.why);
      endGroup(child.pid);
      return;
    }
    if (event.kind === 'begun') {
      begun.set(event.id, event.title);
      isBegun = true;
    } else if (event.kind === 'over') {
      begun.delete(event.id);
    }
    take(last, event);
    if (event.kind === 'ended') {
      clearTimeout(limit);
      file = next();
      if (file === undefined) {
        child.send({ kind: 'no-more' } satisfies ChildRequest);
        endIfAlive();
      } else begin(file);
    } else if (isBegun && begun.size === 0) {
      endIfAlive();
    }
  };
  // What this process sends is what the child of it was made to send: both files are of this folder.
  child.on('message', (event: FileEvent) => follow(event));
  begin(file);
  await new Promise<void>((resolve) => {
    const close = (why: string | undefined): void => {
      clearTimeout(limit);
      clearTimeout(leftover);
      if (why !== undefined) fail(why);
      // What it started may live on without it.
      endGroup(child.pid);
      resolve();
    };
    child.once('error', (error) => close(`its process could not start: ${error.message}`));
    child.once('close', (code) => {
      if (file !== undefined) close('its process ended without a word');
      else
        close(
          code === 0 ? undefined : `its process, and that of the files before it, ended with an error: code ${code}`,
        );
    });
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
