import type { DatabaseSync } from 'node:sqlite';
import type { Random } from '../../../world/random.ts';
import { storeOf } from '../check/backup-snapshot.ts';
import { bytesOf, type Row, textOf } from '../schema/rows.ts';
import { type SealedColumn, sealedColumns, sealedMeta } from './sealed-rows.ts';
import { openSecret, sealSecret } from './sealing.ts';

export type ResealOptions = {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly random: Random;
  /** Values of the table `meta` that are written in the same transaction. */
  readonly meta: ReadonlyMap<string, string>;
  /** Told before each value, and before and after the commit, for fault tests. */
  readonly onStep?: ((step: 'value' | 'commit' | 'done') => void) | undefined;
};

/** How many values were sealed anew. */
export type Resealed = { readonly secrets: number };

/** A value did not open under the key that it should be sealed under: nothing was changed. */
export class SealedUnderAnotherKey extends Error {
  override readonly name = 'SealedUnderAnotherKey';
}

/**
 * Seals everything that rests under one master key under another, in one transaction that is on disk when this returns: all of it
 * or nothing (SEC-804). What was sealed under the old key is overwritten. Bodies stay as they are: their key is one of the values.
 * @throws SealedUnderAnotherKey
 */
export function resealAll(database: DatabaseSync, options: ResealOptions): Resealed {
  const { meta, onStep } = options;
  // A page that is freed is overwritten; a commit is on disk when it returns.
  database.exec('PRAGMA secure_delete=ON; PRAGMA synchronous=FULL; BEGIN IMMEDIATE');
  try {
    // The store stays the one that its backups are of.
    putMeta(database, 'store_id', storeOf(database));
    let secrets = 0;
    for (const column of sealedColumns) secrets += resealColumn(database, column, options);
    for (const [name, label] of sealedMeta) secrets += resealMeta(database, name, label, options);
    for (const [name, value] of meta) putMeta(database, name, value);
    // Their tokens are sealed under the old key, and open no more.
    database.exec('DELETE FROM temporary_credentials');
    onStep?.('commit');
    database.exec('COMMIT');
    onStep?.('done');
    return { secrets };
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  } finally {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
}

function resealColumn(database: DatabaseSync, sealed: SealedColumn, options: ResealOptions): number {
  const { table, column, labelledBy, label } = sealed;
  const where = labelledBy.map((name) => `${name} = ?`).join(' AND ');
  // Names of our own tables: nothing of a caller is in the text.
  const rows = database
    .prepare(`SELECT ${labelledBy.join(', ')}, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`)
    .all();
  const update = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`);
  for (const row of rows) {
    const values = labelledBy.map((name) => labelPart(row, name));
    update.run(reseal(bytesOf(row, 'sealed'), label(row), `${table} ${values.join('/')}`, options), ...values);
  }
  return rows.length;
}

function labelPart(row: Row, name: string): string | number {
  const value = row[name];
  return typeof value === 'number' || typeof value === 'string' ? value : textOf(row, name);
}

function resealMeta(database: DatabaseSync, name: string, label: string, options: ResealOptions): number {
  const row = database.prepare('SELECT value FROM meta WHERE name = ?').get(name);
  if (row === undefined) return 0;
  const sealed = reseal(Buffer.from(textOf(row, 'value'), 'base64'), label, name, options);
  putMeta(database, name, Buffer.from(sealed).toString('base64'));
  return 1;
}

function reseal(
  sealed: Uint8Array,
  label: string,
  what: string,
  { from, to, random, onStep }: ResealOptions,
): Uint8Array {
  onStep?.('value');
  const opened = openSecret(from, label, sealed);
  if (opened === undefined) throw new SealedUnderAnotherKey(`${what} does not open under the master key.`);
  return sealSecret(to, label, opened, random);
}

function putMeta(database: DatabaseSync, name: string, value: string): void {
  database
    .prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    .run(name, value);
}

/** Public halves of the keys that receipts were signed with before the master key was another one (SHR-24). */
export function earlierReceiptKeys(database: DatabaseSync): readonly string[] {
  const row = database.prepare("SELECT value FROM meta WHERE name = 'receipt_keys'").get();
  return row === undefined ? [] : JSON.parse(textOf(row, 'value'));
}
