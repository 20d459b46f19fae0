import { DatabaseSync } from 'node:sqlite';
import { ceilingsLeftBy } from '../../keys/key-rights.ts';
import { readStoredRights, writeCeilings } from '../keys/key-rows.ts';
import { keySum, registerSums, secretSum } from '../schema/row-sums.ts';
import { bytesOf, numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { secretLabel } from '../sealing/sealed-rows.ts';
import { openSecret } from '../sealing/sealing.ts';
import { isReadable } from './check-keys.ts';

/**
 * Takes out access keys that are not what was written, and those that hang on one of them: nobody knows what they may. The indexes
 * are made anew of the rows that stay. Nobody else may have the folder.
 * @param masterKey the one that their secrets are sealed under: the store was opened with it
 * @param keep told of all that is known of them before one is dropped; their secrets are sealed as ever
 * @returns ids of the keys that were set aside, or lost a secret
 */
export async function dropDamagedKeys(
  path: string,
  masterKey: Uint8Array,
  keep: (json: readonly string[]) => Promise<void>,
): Promise<readonly string[]> {
  // Rows are written anew one table after the other; that each key has its account is seen to here.
  const options = { timeout: 0, defensive: true, allowExtension: false, enableForeignKeyConstraints: false };
  const database = new DatabaseSync(path, options);
  try {
    registerSums(database);
    database.exec('PRAGMA synchronous=FULL; BEGIN IMMEDIATE');
    const sorted = sortKeys(database, masterKey);
    const lost = [...sorted.lostKeys, ...sorted.lostSecrets];
    const accessKeyIds = [...new Set(lost.map((row) => textOf(row, 'akid')))];
    await keep(lost.map((row) => JSON.stringify(row, plain)));
    writeAnew(database, 'access_keys', sorted.keys);
    writeAnew(database, 'key_secrets', sorted.secrets);
    database.exec('COMMIT');
    return accessKeyIds;
  } finally {
    database.close();
  }
}

type Sorted = {
  readonly keys: readonly Row[];
  readonly secrets: readonly Row[];
  readonly lostKeys: readonly Row[];
  readonly lostSecrets: readonly Row[];
};

/** Found by reading all rows, for the way to one may be damaged too. */
function sortKeys(database: DatabaseSync, masterKey: Uint8Array): Sorted {
  const accounts = new Set(idsOf(database.prepare('SELECT id FROM accounts NOT INDEXED').all()));
  const all = database.prepare('SELECT rowid, * FROM access_keys NOT INDEXED').all();
  const allSecrets = database.prepare('SELECT * FROM key_secrets NOT INDEXED').all();
  const names = countBy(all, (row) => textOf(row, 'akid'));
  const generations = countBy(allSecrets, labelOf);
  const isWhole = (row: Row): boolean =>
    row['sum'] === keySum(textOf(row, 'akid'), row) &&
    names.get(textOf(row, 'akid')) === 1 &&
    accounts.has(textOf(row, 'account')) &&
    isReadable(row);
  const whole = new Map(all.filter(isWhole).map((row) => [textOf(row, 'akid'), row]));
  dropBelowLost(whole);
  const secrets = allSecrets.filter(
    (row) =>
      row['sum'] === secretSum(textOf(row, 'akid'), row) &&
      generations.get(labelOf(row)) === 1 &&
      whole.has(textOf(row, 'akid')) &&
      openSecret(masterKey, labelOf(row), bytesOf(row, 'sealed')) !== undefined,
  );
  const withSecret = new Set(secrets.map((row) => textOf(row, 'akid')));
  const keys = [...whole.values()].filter((row) => withSecret.has(textOf(row, 'akid')));
  return {
    keys: keys.map((row) => withoutLostMakers(row, whole, withSecret)),
    secrets,
    lostKeys: all.filter((row) => !keys.includes(row)),
    lostSecrets: allSecrets.filter((row) => !secrets.includes(row)),
  };
}

/** A key may nothing beyond its maker: of one whose maker is not known any more, nobody can say what it may. */
function dropBelowLost(whole: Map<string, Row>): void {
  for (let before = Number.POSITIVE_INFINITY; whole.size < before; ) {
    before = whole.size;
    for (const [akid, row] of whole) {
      const maker = optionalText(row, 'made_by');
      if (maker !== undefined && !whole.has(maker)) whole.delete(akid);
    }
  }
}

/** A maker that has no secret left goes as a deleted one does, and leaves what it could (STO-86). */
function withoutLostMakers(row: Row, whole: ReadonlyMap<string, Row>, withSecret: ReadonlySet<string>): Row {
  const { ceilings: own } = readStoredRights(row);
  const ceilings = [...own];
  const seen = new Set<string>();
  let maker = optionalText(row, 'made_by');
  while (maker !== undefined && !withSecret.has(maker) && !seen.has(maker)) {
    seen.add(maker);
    const gone = whole.get(maker);
    if (gone === undefined) break;
    ceilings.push(...ceilingsLeftBy(readStoredRights(gone), maker));
    maker = optionalText(gone, 'made_by');
  }
  if (seen.size === 0) return row;
  const left = { ...row, made_by: maker ?? null, ceilings: writeCeilings(ceilings) };
  return { ...left, sum: keySum(textOf(row, 'akid'), left) };
}

/** Empties a table and its indexes without asking what is in them, and fills it again. */
function writeAnew(database: DatabaseSync, table: 'access_keys' | 'key_secrets', rows: readonly Row[]): void {
  database.exec(`DELETE FROM ${table}`);
  for (const row of rows) {
    const columns = Object.keys(row);
    const marks = columns.map(() => '?');
    database
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks.join(', ')})`)
      .run(...columns.map((name) => bindable(row[name])));
  }
}

function bindable(value: unknown): string | number | Uint8Array | null {
  if (typeof value === 'string' || typeof value === 'number' || value instanceof Uint8Array) return value;
  return null;
}

const idsOf = (rows: readonly Row[]): readonly string[] => rows.map((row) => textOf(row, 'id'));
const labelOf = (row: Row): string => secretLabel(textOf(row, 'akid'), numberOf(row, 'generation'));

function countBy(rows: readonly Row[], name: (row: Row) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(name(row), (counts.get(name(row)) ?? 0) + 1);
  return counts;
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
