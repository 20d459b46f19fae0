import type { DatabaseSync } from 'node:sqlite';
import type { Finding } from '../../upkeep/check-report.ts';
import { readStoredRights } from '../keys/key-rows.ts';
import { keySumSql, secretSumSql } from '../schema/row-sums.ts';
import { bytesOf, type Row, textOf } from '../schema/rows.ts';
import { type SealedColumn, sealedColumns, sealedMeta } from '../sealing/sealed-rows.ts';
import { openSecret } from '../sealing/sealing.ts';
import { damagedText } from './check-sums.ts';

/** A question for access keys that break a rule: `akid` of each. */
type KeyRule = { readonly sql: string; readonly detail: string; readonly since?: number };

/** The schema since which keys have sums. */
const sumsSince = 7;
const elsewhere = 'its index leads to another row, or to none';

/** What an index alone says, and what the rows alone say, must be the same. */
function indexRules(table: string, index: string, column: string): readonly KeyRule[] {
  const same = `x.akid = k.akid AND x.${column} = k.${column} AND x.rowid = k.rowid`;
  const [indexed, rows] = [`${table} x INDEXED BY ${index}`, `${table} k NOT INDEXED`];
  return [
    { sql: `SELECT k.akid FROM ${rows} WHERE NOT EXISTS (SELECT 1 FROM ${indexed} WHERE ${same})`, detail: elsewhere },
    { sql: `SELECT x.akid FROM ${indexed} WHERE NOT EXISTS (SELECT 1 FROM ${rows} WHERE ${same})`, detail: elsewhere },
  ];
}

const keyRules: readonly KeyRule[] = [
  ...indexRules('access_keys', 'sqlite_autoindex_access_keys_1', 'akid'),
  ...indexRules('key_secrets', 'key_secrets_of_key', 'generation'),
  {
    sql: `SELECT akid FROM access_keys NOT INDEXED WHERE sum <> ${keySumSql}`,
    detail: damagedText,
    since: sumsSince,
  },
  {
    sql: `SELECT akid FROM key_secrets NOT INDEXED WHERE sum <> ${secretSumSql}`,
    detail: `of a secret, ${damagedText}`,
    since: sumsSince,
  },
  {
    sql: 'SELECT akid FROM access_keys k WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = k.account)',
    detail: 'its account is not there',
  },
  {
    sql: `SELECT akid FROM access_keys k WHERE made_by IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM access_keys m WHERE m.akid = k.made_by)`,
    detail: 'the key that made it is not there',
  },
  {
    sql: 'SELECT akid FROM access_keys k WHERE NOT EXISTS (SELECT 1 FROM key_secrets s WHERE s.akid = k.akid)',
    detail: 'it has no secret',
  },
  {
    sql: 'SELECT akid FROM key_secrets s WHERE NOT EXISTS (SELECT 1 FROM access_keys k WHERE k.akid = s.akid)',
    detail: 'a secret is there without its key',
  },
];

/** Findings of one rule that are looked for. */
const ruleRows = 1_000;

/**
 * Access keys that are not what was written, that their index does not lead to, or whose secrets do not open (REL-10), and whatever
 * else rests sealed and does not open.
 * @param masterKey undefined: it is not at hand, and nothing is opened
 */
export function* brokenKeys(
  database: DatabaseSync,
  schema: number,
  masterKey: Uint8Array | undefined,
): Iterable<readonly Finding[]> {
  for (const { sql, detail, since = 0 } of keyRules) {
    if (schema < since) continue;
    const rows = database.prepare(`${sql} LIMIT ${ruleRows}`).all();
    yield rows.map((row) => keyFinding(textOf(row, 'akid'), detail));
  }
  yield unreadableKeys(database);
  if (masterKey !== undefined) yield* sealedElsewhere(database, masterKey);
}

function keyFinding(akid: string, detail: string): Finding {
  return { kind: 'damaged-row', subject: `access key ${akid}`, detail, holders: [], accessKey: akid };
}

function unreadableKeys(database: DatabaseSync): readonly Finding[] {
  const rows = database.prepare('SELECT * FROM access_keys').all();
  return rows.flatMap((row) =>
    isReadable(row) ? [] : [keyFinding(textOf(row, 'akid'), 'what it may cannot be read')],
  );
}

/** Whether what a key may can be read at all. */
export function isReadable(row: Row): boolean {
  try {
    readStoredRights(row);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function* sealedElsewhere(database: DatabaseSync, masterKey: Uint8Array): Iterable<readonly Finding[]> {
  const read = database.prepare('SELECT value FROM meta WHERE name = ?');
  for (const [name, label] of sealedMeta) {
    const row = read.get(name);
    if (row === undefined || openSecret(masterKey, label, Buffer.from(textOf(row, 'value'), 'base64'))) continue;
    yield [{ kind: 'damaged-row', subject: `meta ${name}`, detail: 'the master key does not open it', holders: [] }];
    // Under another master key nothing opens, and nothing is damaged for that.
    return;
  }
  for (const sealed of sealedColumns) yield unopened(database, sealed, masterKey);
}

function unopened(database: DatabaseSync, sealed: SealedColumn, masterKey: Uint8Array): readonly Finding[] {
  const { table, column, labelledBy, label } = sealed;
  // Names of our own tables: nothing of a caller is in the text.
  const rows = database
    .prepare(`SELECT ${labelledBy.join(', ')}, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`)
    .all();
  const detail = 'what it has sealed does not open: it was altered, or belongs to another';
  return rows.flatMap((row): readonly Finding[] => {
    if (openSecret(masterKey, label(row), bytesOf(row, 'sealed')) !== undefined) return [];
    if (table === 'key_secrets') return [keyFinding(textOf(row, 'akid'), detail)];
    const subject = `${table} ${labelledBy.map((name) => String(row[name])).join('/')}`;
    return [{ kind: 'damaged-row', subject, detail, holders: [] }];
  });
}
