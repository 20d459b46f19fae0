import type { Clock } from '../../../world/clock.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { Checkpointer, type CheckpointerOptions } from './checkpointer.ts';

/** No longer than this: the process that asked may be gone. */
const longestHoldMs = 2_000;

/** What a process does for the write-ahead log between commits and at its end. */
export interface LogKeeper {
  /** A commit was made. */
  noteCommit(): void;
  /** What a writer must wait for before it lets the log grow; undefined: nothing. */
  pause(): Promise<void> | undefined;
  count(): ReturnType<ObjectStore['countAll']>;
  close(): Promise<void>;
}

/**
 * The log in a further process of a server. Its first process makes the checkpoints and says when nobody may write, so that
 * the log can start anew; here there is a thread only once somebody wants things counted.
 */
export class FurtherLog implements LogKeeper {
  readonly #clock: Clock;
  readonly #options: CheckpointerOptions;
  #counter: Checkpointer | undefined;
  #hold: { readonly promise: Promise<void>; readonly end: () => void } | undefined;

  constructor(options: CheckpointerOptions) {
    this.#clock = options.clock;
    this.#options = options;
  }

  noteCommit(): void {
    // The first process looks for itself.
  }

  pause(): Promise<void> | undefined {
    return this.#hold?.promise;
  }

  hold(): void {
    if (this.#hold !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(longestHoldMs, () => this.release());
    this.#hold = {
      promise,
      end: () => {
        cancel();
        resolve();
      },
    };
  }

  release(): void {
    const hold = this.#hold;
    this.#hold = undefined;
    hold?.end();
  }

  count(): ReturnType<ObjectStore['countAll']> {
    this.#counter ??= new Checkpointer(this.#options);
    return this.#counter.count();
  }

  async close(): Promise<void> {
    this.release();
    await this.#counter?.close();
  }
}
