import { type GivenSettings, LiveSettings } from '../settings/live-settings.ts';
import { FirstProcess } from '../workers/first-process.ts';
import type { FromWorker, Question, ToWorker } from '../workers/messages.ts';
import { systemDisk } from '../world/disk.ts';
import { ServerClock } from '../world/server-clock.ts';
import { systemWorld } from '../world/world.ts';
import { StartFailure } from './failure.ts';
import { openFront } from './front.ts';
import { openLog } from './log.ts';
import { withoutRequest } from './process.ts';
import { openStore } from './store.ts';
import type { WorkerStart } from './workers.ts';

/*
 * The process of a worker. It listens beside the others, works on the folder that its parent holds, and ends with it: as soon as
 * the channel to the parent closes, another server may take the folder.
 */

type Worker = Awaited<ReturnType<typeof start>>;

/** All other processes are asked meanwhile, each with a patience of five seconds. */
const firstPatienceMs = 6_000;

const first = new FirstProcess(systemWorld().clock, (message) => send(message));
const state: { worker: Worker | undefined; stopping: boolean } = { worker: undefined, stopping: false };

process.on('disconnect', () => process.exit(1));
// Terminals and service managers tell the whole group; when a worker stops is for its parent to say.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('message', (message) => {
  // The other end is the same program.
  take(message as ToWorker<WorkerStart, GivenSettings>);
});

function take(message: ToWorker<WorkerStart, GivenSettings>): void {
  switch (message.kind) {
    case 'start':
      start(message.start).then(
        (started) => {
          state.worker = started;
        },
        (error: unknown) => refuseToStart(error),
      );
      break;
    case 'serve':
      state.worker?.front.begin();
      break;
    case 'ask':
      answer(message.question).then(
        (value) => send({ kind: 'answer', id: message.id, answer: value }),
        (error: unknown) => state.worker?.fail('a question of the first process could not be answered', error),
      );
      break;
    case 'answer-of-first':
      first.take(message.id, message.answer);
      break;
    case 'release-writes':
      state.worker?.store.further?.releaseWrites();
      break;
    case 'settings':
      state.worker?.live.useReread(message.given);
      state.worker?.front.readCertificate();
      break;
    case 'stop':
      stop(message.how, 0);
      break;
  }
}

async function start({ given, consolePort, nowMs }: WorkerStart) {
  const machine = systemWorld();
  const clock = new ServerClock(machine.clock);
  clock.raise(nowMs);
  const world = { ...machine, clock };
  const live = new LiveSettings(given);
  const settings = live.values;
  const log = openLog(settings, world);
  const fail = (what: string, error: unknown): void => {
    log.error(what, { worker: process.pid }, withoutRequest(error));
    log.flush();
    // Not graceful: nothing that was not acknowledged may be acknowledged any more.
    stop('now', 1);
  };
  process.on('uncaughtException', (error) => fail('an error was caught by nobody: the worker ends', error));
  process.on('unhandledRejection', (error) => fail('an error was caught by nobody: the worker ends', error));
  const { promise: fatal, resolve: onFatal } = Promise.withResolvers<Error>();
  const store = await openStore(settings, world, onFatal, systemDisk, { role: 'further' });
  fatal.then(
    (failure) => {
      send({ kind: 'failed', message: failure.message });
      fail('the disk failed to keep what was written: the server ends', failure);
    },
    () => undefined,
  );
  const front = await openFront(
    { settings, live, world, options: {}, log, fatal, store, disk: systemDisk },
    { sharesPorts: true, isWorker: true, portsElsewhere: { console: () => consolePort }, cutElsewhere },
  );
  const ports = front.listeners.s3.map(({ address }) => (typeof address === 'string' ? 0 : address.port));
  send({ kind: 'listening', ports });
  return { front, live, store, log, fail };
}

/** How many transfers the other processes ended; none that is known of, where they did not say in time. */
async function cutElsewhere(sinceEpoch: number): Promise<number> {
  const answered = await first.ask({ about: 'cut', sinceEpoch }, firstPatienceMs);
  return typeof answered === 'number' ? answered : 0;
}

async function answer(question: Question): Promise<unknown> {
  switch (question.about) {
    case 'metrics':
      return { pid: process.pid, metrics: (await state.worker?.front.metrics.collect()) ?? [] };
    case 'pins':
      return state.worker?.store.further?.pinnedLists(question.lists) ?? [];
    case 'hold-writes':
      state.worker?.store.further?.holdWrites();
      return true;
    case 'cut':
      return state.worker?.front.cutSince(question.sinceEpoch) ?? 0;
  }
}

/** Ends the process; a second call may only make it faster. */
function stop(how: 'graceful' | 'now', exitCode: number): void {
  const { worker } = state;
  const drained = worker?.front.stop(how);
  if (state.stopping) return;
  state.stopping = true;
  (async () => {
    await drained;
    await worker?.store.close();
    worker?.log.flush();
  })().then(
    () => process.exit(exitCode),
    () => process.exit(1),
  );
}

function refuseToStart(error: unknown): void {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const said =
    error instanceof StartFailure
      ? { code: error.code, message, hint: error.hint }
      : { code: '', message: stack === '' ? message : stack, hint: '' };
  send({ kind: 'cannot-start', ...said }, () => process.exit(1));
}

function send(message: FromWorker, done: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) done();
  else process.send(message, undefined, undefined, done);
}
