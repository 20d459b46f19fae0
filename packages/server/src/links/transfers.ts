import type { S3Error } from '@tidegate/protocol';
import type { Clock } from '../world/clock.ts';

/** A transfer that a link began. */
export type Transfer = {
  /**
   * Why it may not go on; undefined: it may. Called when anything changed that links are judged by. `unsettled`: its key is just
   * being changed, so it is asked again at the next check.
   */
  readonly judge: () => S3Error | 'unsettled' | undefined;
  /** Ends it at once. Called at most once. */
  readonly cut: (refused: S3Error) => void;
};

/** How often running transfers check whether they may go on: with the cut itself well within a second (SEC-217, REL-7). */
const checkEveryMs = 200;

/** Looks that ended something, and are remembered for whoever asks what came of its change. */
const mostCuts = 1_000;

/**
 * Transfers of links that are under way in this process. While there are any, one timer asks whether something was taken back,
 * and then every transfer is judged anew; without any, there is no timer.
 */
export class Transfers {
  readonly #clock: Clock;
  readonly #epoch: () => number;
  readonly #running = new Set<Transfer>();
  #cancel: (() => void) | undefined;
  #seenEpoch: number | undefined;
  /** How many were ended, by the epoch that was seen then. */
  readonly #cuts: { readonly epoch: number; readonly count: number }[] = [];

  constructor(clock: Clock, epoch: () => number) {
    this.#clock = clock;
    this.#epoch = epoch;
  }

  /** Looks at once. @returns how many transfers were ended for what changed after an epoch */
  cutSince(sinceEpoch: number): number {
    this.#judgeAll();
    return this.#cuts.reduce((sum, { epoch, count }) => sum + (epoch > sinceEpoch ? count : 0), 0);
  }

  /** How many are under way. */
  get open(): number {
    return this.#running.size;
  }

  /**
   * Watches a transfer until the returned function is called.
   * @param epoch as it was when the transfer was admitted: a change since then counts
   */
  begin(transfer: Transfer, epoch: number): () => void {
    if (this.#running.size === 0) this.#seenEpoch = epoch;
    // Admitted before what the others have seen: they have to check again, all of them.
    else if (this.#seenEpoch !== epoch) this.#seenEpoch = undefined;
    this.#running.add(transfer);
    this.#cancel ??= this.#clock.after(checkEveryMs, this.#check);
    return () => {
      this.#running.delete(transfer);
    };
  }

  #check = (): void => {
    this.#cancel = undefined;
    if (this.#running.size === 0) return;
    this.#judgeAll();
    this.#cancel = this.#clock.after(checkEveryMs, this.#check);
  };

  #judgeAll(): void {
    const epoch = this.#epoch();
    if (epoch === this.#seenEpoch) return;
    this.#seenEpoch = epoch;
    let count = 0;
    for (const transfer of this.#running) {
      const refused = transfer.judge();
      if (refused === 'unsettled') this.#seenEpoch = undefined;
      if (refused === undefined || refused === 'unsettled') continue;
      this.#running.delete(transfer);
      count += 1;
      transfer.cut(refused);
    }
    if (count === 0) return;
    this.#cuts.push({ epoch, count });
    if (this.#cuts.length > mostCuts) this.#cuts.shift();
  }
}
