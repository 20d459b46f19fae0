/**
 * Tells whether anything in the database may have changed, so that what was read of it need not be read anew for each request.
 * A process that holds the lock of its folder alone knows by itself; others look at the count of commits, one row.
 */
export class Changes {
  readonly #foreign: (() => number) | undefined;
  #stamp = 0;
  #foreignSeen: number | undefined;
  #hasLooked = false;
  readonly #recheck = (): void => {
    this.#hasLooked = false;
  };

  /** @param foreign a number that changes with each commit, of others too; undefined: nobody else writes */
  constructor(foreign: (() => number) | undefined) {
    this.#foreign = foreign;
  }

  /**
   * The same number as long as nothing has changed. Take it before reading what is to be kept. A transaction has numbers of its
   * own, from `note` at its beginning to `note` at its end: what is read inside it may be rolled back.
   */
  stamp(): number {
    if (this.#foreign !== undefined && !this.#hasLooked) {
      // One look serves all that is asked before the caller lets go of the thread.
      this.#hasLooked = true;
      queueMicrotask(this.#recheck);
      const foreign = this.#foreign();
      if (foreign !== this.#foreignSeen) this.#stamp += 1;
      this.#foreignSeen = foreign;
    }
    return this.#stamp;
  }

  /**
   * A transaction of this connection has begun or has ended, either way (the number of the others tells of theirs only), or has
   * changed something that is kept.
   */
  note(): void {
    this.#stamp += 1;
  }
}

/** Most values that are kept of a kind. */
const mostKept = 1_024;

/** Values by name, read once as long as nothing in the database changes. */
export class KeptWhileUnchanged<Value> {
  readonly #changes: Changes;
  readonly #values = new Map<string, Value>();
  #stamp = -1;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** What `read` throws is not kept. Whoever changes such a value inside a transaction says so by `Changes.note`. */
  get(name: string, read: () => Value): Value {
    const stamp = this.#changes.stamp();
    if (stamp !== this.#stamp || this.#values.size > mostKept) this.#values.clear();
    this.#stamp = stamp;
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = read();
    this.#values.set(name, value);
    return value;
  }
}
