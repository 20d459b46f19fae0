import type { Clock } from '../world/clock.ts';
import type { FromWorker, Question, QuestionToFirst } from './messages.ts';
import { Worker, type WorkerPlace } from './worker.ts';

export type WorkerPoolOptions<Start> = WorkerPlace & {
  readonly count: number;
  /** What a worker is told at its start. `ports`: where the first one listens, for all that follow it. */
  readonly startOf: (ports: readonly number[] | undefined) => Start;
  /** Whether the first one chooses the ports, so that the others wait for it. */
  readonly firstChooses: boolean;
  /** How long all of them may take to listen. */
  readonly startTimeoutMs: number;
  /** A worker ended that nobody asked to; it is started again. */
  readonly onLost: (lost: {
    readonly pid: number | undefined;
    readonly how: string;
    readonly againInMs: number;
  }) => void;
  readonly onFailed: (message: string) => void;
  /** A worker asks something of the other processes. */
  readonly onAsked: (question: QuestionToFirst, pid: number | undefined) => Promise<unknown>;
  /** What a worker that could not start is answered with. */
  readonly failureOf: (failure: Extract<FromWorker, { kind: 'cannot-start' }>) => Error;
};

/** How long a worker may take to answer. */
const patienceMs = 5_000;
/** After being asked to cut everything. */
const endWithinMs = 3_000;

type Slot<Start> = { worker: Worker<Start> | undefined; readonly pace: RestartPace };

/** The workers of a server: started together, started again when one ends, stopped together. */
export class WorkerPool<Start> {
  readonly #options: WorkerPoolOptions<Start>;
  readonly #clock: Clock;
  readonly #slots: Slot<Start>[];
  readonly #cancels = new Set<() => void>();
  #state: 'starting' | 'serving' | 'stopping' = 'starting';
  #ports: readonly number[] | undefined;

  private constructor(options: WorkerPoolOptions<Start>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#slots = Array.from({ length: options.count }, () => ({ worker: undefined, pace: new RestartPace() }));
  }

  /** Resolves when all of them listen. @throws what `failureOf` makes of the first that cannot start */
  static async open<Start>(options: WorkerPoolOptions<Start>): Promise<WorkerPool<Start>> {
    const pool = new WorkerPool(options);
    try {
      await pool.#startAll();
      return pool;
    } catch (error) {
      await pool.stop('now', 0);
      throw error;
    }
  }

  /** Ports in use, in the order of the addresses. */
  get ports(): readonly number[] {
    return this.#ports ?? [];
  }

  /** From now on requests are answered. */
  serve(): void {
    this.#state = 'serving';
    for (const worker of this.#workers()) worker.send({ kind: 'serve' });
  }

  /** Asks all of them. One that has ended answers undefined, one that is too busy `'late'`. */
  askAll(question: Question, mostMs = patienceMs): Promise<readonly unknown[]> {
    return Promise.all(this.#workers().map((worker) => worker.ask(question, mostMs)));
  }

  /** The same of all but one. */
  askOthers(question: Question, pid: number | undefined): Promise<readonly unknown[]> {
    const others = this.#workers().filter((worker) => worker.pid !== pid);
    return Promise.all(others.map((worker) => worker.ask(question, patienceMs)));
  }

  /** Settings that were read again. */
  tellSettings(given: unknown): void {
    for (const worker of this.#workers()) worker.send({ kind: 'settings', given });
  }

  releaseWrites(): void {
    for (const worker of this.#workers()) worker.send({ kind: 'release-writes' });
  }

  /** Resolves when all of them have ended. @param graceMs how long what runs may finish */
  async stop(how: 'graceful' | 'now', graceMs: number): Promise<void> {
    this.#state = 'stopping';
    for (const cancel of this.#cancels) cancel();
    const workers = this.#workers();
    for (const worker of workers) worker.send({ kind: 'stop', how });
    const lastMs = (how === 'graceful' ? graceMs : 0) + endWithinMs;
    const cancel = this.#clock.after(lastMs, () => {
      for (const worker of workers) worker.kill();
    });
    await Promise.all(workers.map(({ ended }) => ended));
    cancel();
  }

  #workers(): Worker<Start>[] {
    return this.#slots.flatMap(({ worker }) => worker ?? []);
  }

  async #startAll(): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.after(this.#options.startTimeoutMs, () =>
      late.reject(new Error('The workers did not listen in time.')),
    );
    try {
      const [first, ...others] = this.#slots;
      if (first === undefined) return;
      const started = this.#options.firstChooses ? others : this.#slots;
      if (this.#options.firstChooses) await Promise.race([this.#start(first), late.promise]);
      await Promise.race([Promise.all(started.map((slot) => this.#start(slot))), late.promise]);
    } finally {
      cancel();
    }
  }

  /** Resolves when the worker listens, rejects when it ends before. */
  #start(slot: Slot<Start>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const worker: Worker<Start> = new Worker(this.#options, this.#options.startOf(this.#ports), {
      onListening: (ports) => {
        this.#ports ??= ports;
        if (this.#state === 'serving') worker.send({ kind: 'serve' });
        if (this.#state === 'stopping') worker.send({ kind: 'stop', how: 'now' });
        resolve();
      },
      onCannotStart: (failure) => reject(this.#options.failureOf(failure)),
      onFailed: (message) => this.#options.onFailed(message),
      onAsked: (question) => this.#options.onAsked(question, worker.pid),
      onEnd: ({ exitCode, signal }) => {
        const how = signal ?? `exit code ${exitCode ?? 'none'}`;
        reject(new Error(`A worker ended before it listened (${how}).`));
        if (slot.worker === worker) slot.worker = undefined;
        if (this.#state === 'serving') this.#startAgain(slot, worker, how);
      },
    });
    slot.worker = worker;
    return promise;
  }

  #startAgain(slot: Slot<Start>, lost: Worker<Start>, how: string): void {
    const againInMs = slot.pace.next(this.#clock.monotonicMs() - lost.startedMs);
    this.#options.onLost({ pid: lost.pid, how, againInMs });
    const cancel = this.#clock.after(againInMs, () => {
      this.#cancels.delete(cancel);
      // What goes wrong shows in its end, which starts the next.
      this.#start(slot).catch(() => undefined);
    });
    this.#cancels.add(cancel);
  }
}

/** A worker that lived so long was well: the next end of one is the first again. */
const wellAfterMs = 60_000;
const firstDelayMs = 100;
const longestDelayMs = 10_000;

/**
 * How long to wait before a worker is started again: at once nearly, then twice as long each time, so that one that cannot live
 * takes no more than a start every ten seconds.
 */
export class RestartPace {
  #delayMs = 0;

  /** @param livedMs how long the one that ended had lived */
  next(livedMs: number): number {
    this.#delayMs =
      livedMs >= wellAfterMs || this.#delayMs === 0 ? firstDelayMs : Math.min(this.#delayMs * 2, longestDelayMs);
    return this.#delayMs;
  }
}
