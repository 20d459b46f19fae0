import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** Bytes of a page: a key of 1,024 bytes still fits into a cell of an index. */
export const pageBytes = 8192;

/** Options of every connection to the metadata. */
const common = {
  enableForeignKeyConstraints: true,
  enableDoubleQuotedStringLiterals: false,
  allowExtension: false,
  defensive: true,
  timeout: 0,
};

/**
 * Opens the metadata for reading and writing. `NORMAL` in WAL mode leaves the sync of a commit to us: `GroupCommit`
 * makes it once for all commits of a moment. Never `OFF`: that damages the database at power loss.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, common);
  database.exec(`
    PRAGMA page_size=${pageBytes};
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=NORMAL;
    PRAGMA wal_autocheckpoint=0;
    PRAGMA journal_size_limit=67108864;
    PRAGMA cache_size=-65536;
    PRAGMA temp_store=MEMORY;
    PRAGMA trusted_schema=OFF;
  `);
  const mode = database.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
  const synchronous = database.prepare('PRAGMA synchronous').get()?.['synchronous'];
  if (mode === 'wal' && synchronous === 1) return database;
  database.close();
  throw new Error(`The metadata cannot be kept as needed: journal_mode=${mode}, synchronous=${synchronous}.`);
}

/** Prepares each statement of a connection once, by its text. Texts are constants: values are always bound (SEC-705). */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #ofValues = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  /** The same, for rows that come as lists of values: half the cost of an object for a row of many columns. */
  values(sql: string): StatementSync {
    let statement = this.#ofValues.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#ofValues.set(sql, statement);
    }
    return statement;
  }
}
