import type { Changes } from '../commit/changes.ts';
import type { Statements } from '../schema/connection.ts';
import { numberOf } from '../schema/rows.ts';

/** The metadata; without `changes` where nobody has them open. */
type Changed = { readonly sql: Statements; readonly changes?: Changes };

/**
 * Inside a transaction that changes what links are judged by (revocations, policies, tightenings, registrations, access
 * keys): every process judges anew from its next request on (LDG-40).
 */
export function bumpEpoch({ sql, changes }: Changed): void {
  sql.get('UPDATE link_epoch SET value = value + 1').run();
  changes?.note();
}

/** The same where something was taken away, which nobody can find by looking at what is there. */
export function bumpEpochForRemoval({ sql, changes }: Changed): void {
  sql.get('UPDATE link_epoch SET value = value + 1, dropped = dropped + 1').run();
  changes?.note();
}

/** One read by row number: it is made for every presigned request. */
export function readEpoch(sql: Statements): number {
  const row = sql.get('SELECT value FROM link_epoch WHERE one = 1').get();
  return row === undefined ? 0 : numberOf(row, 'value');
}
