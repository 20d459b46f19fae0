import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../world/clock.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { StorePeers } from '../../upkeep/store-peers.ts';
import { pageBytes } from '../schema/connection.ts';

/** Between checkpoints while there are writes. */
const intervalMs = 100;
/** The log is made to start anew when it has grown to this. */
const maxLogBytes = 33_554_432;
/** Bytes of a page in the log, its header included. */
const frameBytes = pageBytes + 24;

export type CheckpointerOptions = {
  readonly databasePath: string;
  readonly clock: Clock;
  /** A checkpoint failed in a way that ends all writing: a sync, or the thread itself. */
  readonly onFailure: (error: Error) => void;
  /** Other processes that write to the same log, and whether one of them has since this was asked last. */
  readonly peers?: (Pick<StorePeers, 'holdWrites'> & { readonly haveWritten: () => boolean }) | undefined;
};

type Counts = Awaited<ReturnType<ObjectStore['countAll']>>;
type Outcome = { readonly logFrames: number; readonly movedFrames: number };

/** Counts that took longer than this are kept for `countsKeptMs`: a big store is not counted for every look. */
const slowCountMs = 20;
const countsKeptMs = 30_000;

/**
 * Runs checkpoints in a thread of its own. SQLite starts the log from its beginning with the first write after all of it
 * was moved; under steady writing that moment never comes, so above 32 MiB the writers are held until it has.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #worker: Worker;
  #waiting: ((outcome: Outcome | undefined) => void) | undefined;
  #running: Promise<Outcome | undefined> | undefined;
  #cancelTimer: (() => void) | undefined;
  #moving: Promise<void> | undefined;
  #logBytes = 0;
  #counting:
    | {
        readonly promise: Promise<Counts>;
        readonly resolve: (counts: Counts) => void;
        readonly reject: (error: Error) => void;
      }
    | undefined;
  #kept: { readonly counts: Counts; readonly untilMs: number } | undefined;
  #isClosed = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    // The same file, as it lies beside this one: TypeScript in the repository, JavaScript when published.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const cacheFolder = getCompileCacheDir();
    this.#worker = new Worker(new URL(`./checkpoint-worker.${extension}`, import.meta.url), {
      workerData: options.databasePath,
      name: 'tidegate-checkpoint',
      // Nothing of the environment but where compiled code lies: without it the thread strips types by itself, with 15 MB for that.
      env: cacheFolder === undefined ? {} : { NODE_COMPILE_CACHE: cacheFolder },
      // It makes a few objects for each checkpoint; by default what they are made in grows to 128 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    });
    this.#worker.on('message', (message: unknown) => this.#take(message));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('The checkpoint thread ended.')));
    // Last: listening for messages would keep the process alive again.
    this.#worker.unref();
    if (options.peers !== undefined) this.#watchPeers(options.peers.haveWritten);
  }

  /** A commit was made: a checkpoint follows soon. */
  noteCommit(): void {
    if (this.#cancelTimer !== undefined || this.#isClosed) return;
    this.#cancelTimer = this.#options.clock.after(intervalMs, () => {
      this.#cancelTimer = undefined;
      // A failure reaches the store through `onFailure`.
      this.#runInTime().catch((error: unknown) =>
        this.#fail(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  /** What a writer must wait for before it lets the log grow; undefined: nothing. */
  pause(): Promise<void> | undefined {
    if (this.#logBytes < maxLogBytes || this.#isClosed) return undefined;
    return this.#moveAll();
  }

  /** One checkpoint, or the one that runs. */
  run(): Promise<Outcome | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#running ??= new Promise<Outcome | undefined>((resolve) => {
      this.#waiting = resolve;
      this.#worker.ref();
      this.#worker.postMessage('checkpoint');
    }).finally(() => {
      this.#running = undefined;
      this.#restIfIdle();
    });
    return this.#running;
  }

  /** Buckets, objects and bytes. A big store's may be half a minute old. */
  async count(): Promise<Counts> {
    const { clock } = this.#options;
    const askedAtMs = clock.monotonicMs();
    if (this.#kept !== undefined && askedAtMs < this.#kept.untilMs) return this.#kept.counts;
    if (this.#isClosed) throw new Error('The store is closed.');
    if (this.#counting === undefined) {
      this.#counting = Promise.withResolvers<Counts>();
      this.#worker.ref();
      this.#worker.postMessage('count');
    }
    const counts = await this.#counting.promise;
    const now = clock.monotonicMs();
    if (now - askedAtMs > slowCountMs) this.#kept = { counts, untilMs: now + countsKeptMs };
    return counts;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#running;
    this.#isClosed = true;
    this.#cancelTimer?.();
    const ended = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    this.#worker.ref();
    this.#worker.postMessage('close');
    await ended;
  }

  /** Other processes do not stop by themselves when the log has grown. */
  async #runInTime(): Promise<void> {
    await this.run();
    if (this.#options.peers !== undefined && this.#logBytes >= maxLogBytes && !this.#isClosed) await this.#moveAll();
  }

  #watchPeers(haveWritten: () => boolean): void {
    this.#options.clock.after(intervalMs, () => {
      if (this.#isClosed) return;
      if (haveWritten()) this.noteCommit();
      this.#watchPeers(haveWritten);
    });
  }

  #moveAll(): Promise<void> {
    this.#moving ??= this.#moveWhileHeld().finally(() => {
      this.#moving = undefined;
    });
    return this.#moving;
  }

  async #moveWhileHeld(): Promise<void> {
    await this.run();
    const release = await this.#options.peers?.holdWrites();
    try {
      await this.#moveRest();
    } finally {
      release?.();
    }
  }

  async #moveRest(): Promise<void> {
    // The one that ran may have begun before the last commit; with the writers held the next moves the small rest.
    const outcome = await this.run();
    // A reader that holds an old state keeps the log from starting anew; writing goes on, and the next pause tries again.
    this.#logBytes = outcome !== undefined && outcome.logFrames === outcome.movedFrames ? 0 : this.#logBytes / 2;
  }

  #take(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('error' in message) {
      const code = 'code' in message && typeof message.code === 'number' ? message.code : 0;
      const primary = code & 0xff;
      // Busy and full pass; everything else says that pages may not be where SQLite wanted them.
      if (primary !== 5 && primary !== 13) {
        this.#fail(new Error(`The checkpoint failed: ${String(message.error)} (SQLite ${code}).`));
      }
      this.#answer(undefined);
      return;
    }
    if ('objects' in message && 'buckets' in message && 'bytes' in message) {
      const { buckets, objects, bytes } = message;
      this.#counting?.resolve({ buckets: Number(buckets), objects: Number(objects), storedBytes: Number(bytes) });
      this.#counting = undefined;
      this.#restIfIdle();
      return;
    }
    if (!('logFrames' in message) || !('movedFrames' in message)) return;
    const outcome = { logFrames: Number(message.logFrames), movedFrames: Number(message.movedFrames) };
    this.#logBytes = outcome.logFrames * frameBytes;
    this.#answer(outcome);
  }

  #answer(outcome: Outcome | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(outcome);
  }

  /** A thread that has nothing to do does not keep the process alive. */
  #restIfIdle(): void {
    if (this.#running === undefined && this.#counting === undefined) this.#worker.unref();
  }

  #fail(error: Error): void {
    this.#counting?.reject(error);
    this.#counting = undefined;
    this.#answer(undefined);
    if (!this.#isClosed) this.#options.onFailure(error);
  }
}
