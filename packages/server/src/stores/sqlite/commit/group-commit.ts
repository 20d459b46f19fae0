import type { DatabaseSync } from 'node:sqlite';
import { S3Error, StoreFailure } from '@tidegate/protocol';
import type { Clock } from '../../../world/clock.ts';
import { failureOfDatabase, isBusy, isFinal } from '../schema/failure-of-database.ts';
import type { CommitCount } from './commit-count.ts';
import type { ReadTurn } from './read-turn.ts';

/** Most operations of one transaction, and the most bytes they may bring along. */
const maxBatchOperations = 512;
const maxBatchBytes = 8_388_608;
/**
 * How often a transaction is tried again while another process writes: first in the next turns of the event loop, since that one
 * is done in a tenth of a millisecond, then a millisecond apart.
 */
const maxBusyTries = 5_000;
const eagerBusyTries = 16;

/** What a write touches, for readers that must not see it before it is durable. */
export type Touches = {
  /** Bucket, or a name that is none (`keys`). */
  readonly room: string;
  /** Object keys, upload ids, access key ids in it; empty: the room itself. */
  readonly names: readonly string[];
};

type Queued = {
  readonly touches: Touches;
  readonly weightBytes: number;
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

type Outcome = { readonly queued: Queued; readonly error?: unknown };

export type GroupCommitOptions = {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** Makes all commits so far durable. */
  readonly syncLog: () => Promise<void>;
  /** Where other processes write too: the count of everybody's transactions. */
  readonly shared?: CommitCount | undefined;
  /** Waits while the log must not grow. Undefined: go on. */
  readonly pause: () => Promise<void> | undefined;
  /** Told once when nothing can be written any more (REL-15). */
  readonly onFatal: (failure: StoreFailure) => void;
  /** What reads share, which ends before anything is written. */
  readonly reads?: Pick<ReadTurn, 'end'> | undefined;
  /** Told when a transaction has begun, and when it has ended, either way. */
  readonly onEdge?: (() => void) | undefined;
  /** Told of each step, so that fault tests can stop at any of them. */
  readonly onStep?: ((step: CommitStep) => void) | undefined;
};

/** Moments of a transaction. */
export type CommitStep = 'begin' | 'before-commit' | 'committed';

/**
 * All writes of a moment in one transaction and one sync (REL-1). An operation is a synchronous function over the
 * database; what it throws as a refusal fails it alone, before it has written anything. Its promise settles when the
 * state that it saw and made is durable. It may run twice, so it changes nothing but the database.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Queued[] = [];
  #isScheduled = false;
  #isWriting = false;
  #syncing: Promise<void> | undefined;
  /** What the batch touched whose sync is under way. */
  #unsynced = new Map<string, Set<string>>();
  #fatal: StoreFailure | undefined;
  /** The last transaction that is known to be durable, where others write too. */
  #durableCount = -1;
  #ownCount = -1;
  #foreignSync: { readonly running: Promise<void>; next: Promise<void> | undefined } | undefined;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Runs `work` in the next transaction. */
  write<Value>(touches: Touches, work: () => Value, weightBytes = 0): Promise<Value> {
    if (this.#fatal !== undefined) return Promise.reject(this.#fatal);
    return new Promise<Value>((resolve, reject) => {
      let result: { readonly value: Value } | undefined;
      this.#queue.push({
        touches,
        weightBytes,
        work: () => {
          result = undefined;
          result = { value: work() };
        },
        resolve: () =>
          result === undefined ? reject(new Error('A write was answered without a result.')) : resolve(result.value),
        reject,
      });
      this.#schedule();
    });
  }

  /**
   * What a reader of these names must wait for: the sync of a commit that touched them (no read shows what a crash may
   * take back). `'all'`: every name of the room. Undefined: read at once.
   */
  barrier(room: string, name: string | 'all'): Promise<void> | undefined {
    if (this.#unsynced.size === 0) return undefined;
    const names = this.#unsynced.get(room);
    if (names === undefined) return undefined;
    if (name !== 'all' && names.size > 0 && !names.has(name) && !names.has('')) return undefined;
    if (this.#fatal !== undefined) return Promise.reject(this.#fatal);
    return this.#syncing;
  }

  /** What a reader of everything must wait for. */
  barrierForAll(): Promise<void> | undefined {
    if (this.#unsynced.size === 0) return undefined;
    return this.#fatal === undefined ? this.#syncing : Promise.reject(this.#fatal);
  }

  /**
   * What a reader must wait for after it has read and before it shows what it read: commits of other processes may not be
   * synced yet, and a crash may take them back. Undefined: nobody else has written, as always where one process has the database.
   */
  foreignBarrier(): Promise<void> | undefined {
    const { shared } = this.#options;
    if (shared?.differsFrom(this.#durableCount) !== true) return undefined;
    if (this.#fatal !== undefined) return Promise.reject(this.#fatal);
    const under = this.#foreignSync;
    if (under === undefined) return this.#syncForeign(shared);
    // The one that runs may have begun before what was read was committed.
    under.next ??= under.running.then(() => this.#syncForeign(shared));
    return under.next;
  }

  /** Whether other processes write too. */
  get isShared(): boolean {
    return this.#options.shared !== undefined;
  }

  /** A read whose outcome, a refusal too, is shown when it is durable in whichever process it was made. */
  async show<Value>(read: () => Value | Promise<Value>): Promise<Value> {
    try {
      return await read();
    } finally {
      await this.foreignBarrier();
    }
  }

  /** Everything is durable now and later: resolves when nothing is queued or under way. */
  settle(): Promise<void> {
    if (this.#queue.length === 0 && this.#syncing === undefined && !this.#isScheduled) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Stops all writing, now and later. */
  fail(failure: StoreFailure): void {
    if (this.#fatal !== undefined) return;
    this.#fatal = failure;
    const waiting = this.#queue;
    this.#queue = [];
    for (const queued of waiting) queued.reject(failure);
    this.#options.onFatal(failure);
  }

  /** Whether an operation runs: what it sees may be rolled back, so nothing of it is kept. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  get failure(): StoreFailure | undefined {
    return this.#fatal;
  }

  #syncForeign(shared: CommitCount): Promise<void> {
    const seen = shared.read();
    const running = this.#options.syncLog().then(
      () => {
        this.#noteDurable(seen);
        this.#foreignSync = undefined;
      },
      (error: unknown) => {
        this.#failFor(error, 'sync of the write-ahead log');
        throw this.#fatal ?? error;
      },
    );
    this.#foreignSync = { running, next: undefined };
    return running;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#syncing !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    const pause = this.#options.pause();
    if (pause !== undefined) {
      pause.then(
        () => this.#flush(),
        () => this.#flush(),
      );
      return;
    }
    const batch = this.#takeBatch();
    if (batch.length === 0) {
      this.#isScheduled = false;
      this.#tellIdle();
      return;
    }
    this.#commit(batch, 0);
  }

  #commit(batch: readonly Queued[], tries: number): void {
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#transact(batch);
    } catch (error) {
      if (isBusy(error) && tries < maxBusyTries) {
        const again = () => this.#commit(batch, tries + 1);
        const pause = this.#options.pause();
        if (pause !== undefined) pause.then(again, again);
        else if (tries < eagerBusyTries) setImmediate(again);
        else this.#options.clock.after(1, again);
        return;
      }
      outcomes =
        isFinal(error) || batch.length === 1 ? batch.map((queued) => ({ queued, error })) : this.#oneByOne(batch);
      if (isFinal(error)) this.#failFor(error, 'commit of the metadata');
    }
    this.#isScheduled = false;
    this.#sync(outcomes);
  }

  /** One operation spoils a transaction: each has its own, so that it fails alone. */
  #oneByOne(batch: readonly Queued[]): readonly Outcome[] {
    return batch.map((queued) => {
      try {
        return this.#transact([queued])[0] ?? { queued };
      } catch (error) {
        if (isFinal(error)) this.#failFor(error, 'commit of the metadata');
        return { queued, error };
      }
    });
  }

  #transact(batch: readonly Queued[]): readonly Outcome[] {
    const { database, onEdge, onStep, reads, shared } = this.#options;
    onStep?.('begin');
    reads?.end();
    database.exec('BEGIN IMMEDIATE');
    this.#isWriting = true;
    onEdge?.();
    try {
      const outcomes = batch.map((queued): Outcome => {
        try {
          queued.work();
          return { queued };
        } catch (error) {
          // A refusal comes before the first write of its operation, so the others go on.
          if (error instanceof S3Error) return { queued, error };
          throw error;
        }
      });
      onStep?.('before-commit');
      const count = shared?.next();
      database.exec('COMMIT');
      if (count !== undefined) this.#ownCount = count;
      onStep?.('committed');
      return outcomes;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    } finally {
      this.#isWriting = false;
      onEdge?.();
    }
  }

  #noteDurable(count: number): void {
    if (count > this.#durableCount) this.#durableCount = count;
  }

  #sync(outcomes: readonly Outcome[]): void {
    this.#unsynced = touchesOf(outcomes);
    const count = this.#ownCount;
    const syncing = this.#options.syncLog().then(
      () => {
        // With it everything that anybody committed before.
        this.#noteDurable(count);
        this.#answer(outcomes);
      },
      (error: unknown) => {
        this.#failFor(error, 'sync of the write-ahead log');
        this.#answer(outcomes);
        // Readers that wait here must not go on: the commit that they would show may be lost.
        throw this.#fatal ?? error;
      },
    );
    // Often nobody waits, and the writers have their answer.
    syncing.catch(() => undefined);
    this.#syncing = syncing;
  }

  #answer(outcomes: readonly Outcome[]): void {
    this.#syncing = undefined;
    // After a failed sync the touched names stay closed to readers: what they show may not be there after a crash.
    if (this.#fatal === undefined) this.#unsynced = noTouches;
    for (const { queued, error } of outcomes) {
      if (this.#fatal !== undefined) queued.reject(this.#fatal);
      else if (error !== undefined) queued.reject(failureOfDatabase('write of the metadata', error));
      else queued.resolve();
    }
    if (this.#queue.length > 0) this.#schedule();
    else this.#tellIdle();
  }

  #failFor(error: unknown, what: string): void {
    this.fail(error instanceof StoreFailure ? error : new StoreFailure({ what, kind: 'broken', cause: error }));
  }

  #takeBatch(): readonly Queued[] {
    let bytes = 0;
    let count = 0;
    for (const queued of this.#queue) {
      if (count === maxBatchOperations || (count > 0 && bytes + queued.weightBytes > maxBatchBytes)) break;
      bytes += queued.weightBytes;
      count += 1;
    }
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }

  #tellIdle(): void {
    if (this.#queue.length > 0 || this.#syncing !== undefined || this.#isScheduled) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

const noTouches = new Map<string, Set<string>>();

function touchesOf(outcomes: readonly Outcome[]): Map<string, Set<string>> {
  const touched = new Map<string, Set<string>>();
  for (const { queued } of outcomes) {
    const { room, names } = queued.touches;
    let set = touched.get(room);
    if (set === undefined) {
      set = new Set();
      touched.set(room, set);
    }
    if (names.length === 0) set.add('');
    for (const name of names) set.add(name);
  }
  return touched;
}
