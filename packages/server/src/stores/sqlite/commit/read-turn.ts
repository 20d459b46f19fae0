import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * Reads of one turn of the event loop as one transaction. Opening and closing it takes SQLite several calls of the system, three
 * times as long as finding a row, so a server that answers many requests in a turn pays once for all. Only where nobody
 * else writes: what others commit meanwhile would not be seen.
 */
export class ReadTurn {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #isOpen = false;
  readonly #endLater = (): void => this.end();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN');
    this.#commit = database.prepare('COMMIT');
  }

  /** Before a read: what is read from here to the end of the turn, or to the next write, shares a transaction. */
  share(): void {
    if (this.#isOpen) return;
    this.#begin.run();
    this.#isOpen = true;
    setImmediate(this.#endLater);
  }

  /** Before anything is written, and before the database closes. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#commit.run();
    } catch {
      // A read met a damaged page, and said so to whoever asked (REL-15). Nothing was written that could be lost.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }
}
