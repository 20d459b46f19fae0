import { run } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type FileEvent, readEvent } from './test-events.ts';
import type { ChildRequest } from './test-process.ts';

// The process that `runProcess` starts: runs the files that it is sent, one after the other, and reports each event to its parent. It
// leads a process group, which holds everything that the tests start.

process.on('message', (request: ChildRequest) => {
  if (request.kind === 'file') void runFile(request);
  else endAlone();
});

async function runFile({ file, root, testTimeoutMs }: Extract<ChildRequest, { kind: 'file' }>): Promise<void> {
  const startedAtMs = performance.now();
  let isFailed = false;
  // A file is over when nothing keeps the process alive, as if it had one to itself. What it leaves open is therefore noticed.
  process.channel?.unref();
  for await (const raw of run({ files: [file], cwd: root, timeout: testTimeoutMs, isolation: 'none' })) {
    const { type, data } = raw;
    // Errors after the end of a test belong to no file.
    if (type === 'test:diagnostic' && data.file === undefined && /^(?:Error|Warning): /.test(data.message))
      send({ kind: 'output', text: `${data.message}\n` });
    const event = readEvent(raw)?.event;
    if (event === undefined) continue;
    isFailed ||= event.kind === 'failed';
    if (event.kind === 'broken') {
      // The runner waits forever after a file without tests: no other event follows.
      await reportBroken(file, event);
      return;
    }
    send(event);
  }
  process.channel?.ref();
  if ((await findLoadError(file)) !== undefined || (process.exitCode && !isFailed)) {
    await reportBroken(file, { kind: 'broken', why: 'the file ended with an error' });
    return;
  }
  process.exitCode = 0;
  send({ kind: 'ended', seconds: (performance.now() - startedAtMs) / 1000 });
}

async function reportBroken(file: string, event: FileEvent): Promise<void> {
  process.channel?.ref();
  const error = await findLoadError(file);
  if (error !== undefined) send({ kind: 'output', text: `${error}\n` });
  send(event);
}

/** What a file threw while it was loaded: the runner ignores it when a test was declared before. */
async function findLoadError(file: string): Promise<string | undefined> {
  try {
    await import(pathToFileURL(file).href);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function send(event: FileEvent): void {
  process.send?.(event);
}

/** Tests and what they call write to the screen: it belongs to the file that runs. */
function captureOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      send({ kind: 'output', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
      const done = rest.find((one) => typeof one === 'function');
      if (done !== undefined) queueMicrotask(() => Reflect.apply(done, undefined, []));
      return true;
    };
  }
}

function endAlone(): void {
  process.off('disconnect', endAll);
  process.disconnect();
}

/** Whoever started this is gone, by a signal that did not come here: nobody reads, and nobody else ends what runs. */
function endAll(): void {
  process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
}

captureOutput();
process.on('disconnect', endAll);
