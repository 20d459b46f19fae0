import { DatabaseSync } from 'node:sqlite';
import type { Random } from '../../../world/random.ts';
import { bumpEpoch, bumpEpochForRemoval } from '../links/link-epoch.ts';
import { Statements } from '../schema/connection.ts';
import { textOf } from '../schema/rows.ts';

/** Who takes links back when data are put back. */
const restoredBy = 'restore';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

export type RestoreMarks = {
  readonly atMs: number;
  readonly random: Random;
  /** Why links are refused, for those who ask. */
  readonly reason: string;
  /** `accept`: no link is taken back. */
  readonly olderLinks: 'refuse' | 'accept';
};

/**
 * Prepares a database that is about to be put in place. What was taken back after the backup is not in it, and a use that was
 * spent since would be there again: so every link that was signed until now is taken back (SEC-221), by bucket, and by key for
 * what names no bucket of it. @returns how many rules that took
 */
export function markRestored(path: string, { atMs, random, reason, olderLinks }: RestoreMarks): number {
  return inTransaction(path, (sql) => {
    // Files that only the data before had are looked for at the next start.
    sql.get("UPDATE meta SET value = 'no' WHERE name = 'clean_shutdown'").run();
    if (olderLinks === 'accept') return 0;
    const insert = sql.get(
      `INSERT INTO link_revocations (id, kind, scope, value, before_ms, at_ms, by, reason, kept_until_ms)
       VALUES (?, ?, ?, ?, ?, ?, '${restoredBy}', ?, NULL)`,
    );
    const add = (kind: string, scope: string, value: string): void => {
      const id = `rv_${Array.from(random.bytes(16), (byte) => alphabet[byte & 31]).join('')}`;
      insert.run(id, kind, scope, value, atMs, atMs, reason);
    };
    const buckets = sql.get('SELECT name FROM buckets ORDER BY name').all();
    const keys = sql.get('SELECT akid FROM access_keys ORDER BY akid').all();
    for (const row of buckets) add('prefix', textOf(row, 'name'), '');
    for (const row of keys) add('access-key', '', textOf(row, 'akid'));
    bumpEpoch({ sql });
    return buckets.length + keys.length;
  });
}

/** Accepts links again that were refused because data were put back. Nobody else may have the folder. @returns how many rules fell */
export function acceptOlderLinks(path: string): number {
  return inTransaction(path, (sql) => {
    const { changes } = sql.get(`DELETE FROM link_revocations WHERE by = '${restoredBy}'`).run();
    if (Number(changes) > 0) bumpEpochForRemoval({ sql });
    return Number(changes);
  });
}

function inTransaction<Value>(path: string, work: (sql: Statements) => Value): Value {
  const database = new DatabaseSync(path, { timeout: 0, defensive: true, allowExtension: false });
  try {
    database.exec('PRAGMA synchronous=FULL; BEGIN IMMEDIATE');
    const value = work(new Statements(database));
    database.exec('COMMIT');
    return value;
  } finally {
    database.close();
  }
}

/**
 * Moves what the log of a database holds into it and closes it, so that another file can take its place.
 * @returns `damaged` when that cannot be done
 */
export function settleDatabase(path: string): 'settled' | 'damaged' {
  try {
    const database = new DatabaseSync(path, { timeout: 0, allowExtension: false });
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      database.close();
    }
    return 'settled';
  } catch {
    // Whatever it was, it is being replaced.
    return 'damaged';
  }
}
