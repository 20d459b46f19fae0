import { runUntilStopped, settingsFrom, startServer, systemWorld } from '@tidegate/server';

/** The bundled server in a process of its own, for tests of signals: `node serve-process.ts FOLDER`. */
const folder = process.argv[2] ?? '';
const running = await startServer(
  { ...settingsFrom({ listen: '127.0.0.1:0', consoleListen: 'off', data: folder }), shutdownGraceMs: 20_000 },
  systemWorld(),
);
// Before anybody is told that it listens: a signal that comes at once must find it.
const ended = runUntilStopped(running);
console.log(`listening on ${running.endpoint}`);
if (process.argv[3] === 'throw') {
  setTimeout(() => {
    throw new Error('caught by nobody at http://h/b/k?X-Amz-Signature=0123456789abcdef');
  }, 100);
}
const { exitCode } = await ended;
process.exit(exitCode);
