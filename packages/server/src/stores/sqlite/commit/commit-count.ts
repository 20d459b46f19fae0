import type { Statements } from '../schema/connection.ts';
import { numberOf } from '../schema/rows.ts';

/** Counts the transactions of all processes, where there are several: one row, so that looking at it costs a microsecond. */
export const commitTables = `
  CREATE TABLE commit_count (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL) STRICT;
  INSERT INTO commit_count VALUES (1, 0);`;

/** The count as a process of several uses it. PRAGMA data_version tells the same, but is compiled anew at each call. */
export type CommitCount = {
  /** Inside a transaction: counts it. @returns its number */
  readonly next: () => number;
  /** Whether another number than `seen` is there. Asked so that the usual answer is no row. */
  readonly differsFrom: (seen: number) => boolean;
  /** The number of the last transaction. */
  readonly read: () => number;
};

export function commitCount(sql: Statements): CommitCount {
  const differs = sql.get('SELECT 1 FROM commit_count WHERE one = 1 AND value <> ?');
  const value = (row: ReturnType<typeof differs.get>): number => (row === undefined ? -1 : numberOf(row, 'value'));
  return {
    next: () => value(sql.get('UPDATE commit_count SET value = value + 1 WHERE one = 1 RETURNING value').get()),
    differsFrom: (seen) => differs.get(seen) !== undefined,
    read: () => value(sql.get('SELECT value FROM commit_count WHERE one = 1').get()),
  };
}
