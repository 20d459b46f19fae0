import type { Clock } from '../world/clock.ts';

/** Work that is done again and again while nobody waits for it. */
export type BackgroundJob = {
  /** As logs and metrics name it. */
  readonly name: string;
  /** Between the end of one run and the beginning of the next. */
  readonly everyMs: number;
  /** Before the first run. */
  readonly firstAfterMs: number;
  /** Does one bounded slice. `more`: the next slice follows at once, after waiting requests. */
  runOnce(nowMs: number): Promise<'more' | 'done'>;
};

export type SchedulerOptions = {
  readonly clock: Clock;
  readonly jobs: readonly BackgroundJob[];
  /** A run failed; the job goes on at its next time. */
  readonly onError: (job: string, error: unknown) => void;
};

/** Runs each job on its own, never two runs of one job at once. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #cancels = new Map<BackgroundJob, () => void>();
  readonly #running = new Set<Promise<void>>();
  #state: 'running' | 'stopped' = 'running';

  constructor(options: SchedulerOptions) {
    this.#options = options;
    for (const job of options.jobs) this.#plan(job, job.firstAfterMs);
  }

  /** Begins no more slices, and resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    await Promise.all(this.#running);
  }

  #plan(job: BackgroundJob, delayMs: number): void {
    if (this.#state === 'stopped') return;
    const cancel = this.#options.clock.after(delayMs, () => {
      const run = this.#run(job);
      this.#running.add(run);
      run.then(
        () => this.#running.delete(run),
        () => this.#running.delete(run),
      );
    });
    this.#cancels.set(job, cancel);
  }

  async #run(job: BackgroundJob): Promise<void> {
    const { clock, onError } = this.#options;
    let delayMs = job.everyMs;
    try {
      if ((await job.runOnce(clock.nowMs())) === 'more') delayMs = 0;
    } catch (error) {
      onError(job.name, error);
    }
    this.#plan(job, delayMs);
  }
}
