import type { Metadata } from '../schema/metadata.ts';
import { numberOf } from '../schema/rows.ts';

const name = 'latest_time_ms';

/** The latest time that a server on this folder wrote down; undefined: none did. */
export function readLatestTime({ sql }: Pick<Metadata, 'sql'>): number | undefined {
  const row = sql.get('SELECT CAST(value AS INTEGER) AS ms FROM meta WHERE name = ?').get(name);
  return row === undefined ? undefined : numberOf(row, 'ms');
}

/** Inside a transaction: writes down what time it is, so that the next start does not go back behind it (REL-16). */
export function noteLatestTime({ sql, clock }: Pick<Metadata, 'sql' | 'clock'>): void {
  sql
    .get('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    .run(name, String(clock.nowMs()));
}
