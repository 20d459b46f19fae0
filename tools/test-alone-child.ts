import { run } from 'node:test';
import type { AloneRequest } from './test-alone.ts';
import { readEvent } from './test-events.ts';

// The process that `runAlone` starts: runs one file, and tells its parent of it. It leads a process group, and whatever the
// tests start is in there.

process.once('message', async (request: AloneRequest) => {
  const events = run({
    files: [request.file],
    cwd: request.root,
    timeout: request.testTimeoutMs,
    execArgv: ['--conditions=tidegate-source'],
  });
  for await (const told of events) {
    const read = readEvent(told);
    if (read !== undefined) process.send?.(read.event);
  }
  process.off('disconnect', endAll);
  process.disconnect();
});

/** Whoever started this is gone, by a signal that did not come here: nobody reads, and nobody else ends what runs. */
function endAll(): void {
  process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
}

process.on('disconnect', endAll);
