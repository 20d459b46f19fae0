import { DatabaseSync } from 'node:sqlite';
import type { BodyHolder } from '../../upkeep/check-report.ts';
import { registerSums, versionSumSql } from '../schema/row-sums.ts';
import { bytesOf, optionalNumber, optionalText, type Row } from '../schema/rows.ts';

const holdersOfBodies = ['objects', 'versions', 'parts'];

function holderCount(column: 'file' | 'list', id: string, tables: readonly string[]): string {
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table} WHERE ${column} = ${id})`);
  return counts.join(' + ');
}

/**
 * Sets right the counts of holders that a check found wrong, and drops small bodies that nothing names. Nobody else may have the
 * folder. What nobody holds goes to the trash, as ever.
 */
export function repairCounts(
  path: string,
  wrong: {
    readonly files: readonly string[];
    readonly lists: readonly number[];
    readonly inline: readonly number[];
    readonly headers: readonly number[];
  },
): void {
  const database = new DatabaseSync(path, { timeout: 0, defensive: true, allowExtension: false });
  try {
    database.exec('PRAGMA synchronous=FULL; BEGIN IMMEDIATE');
    const setFile = database.prepare(
      `UPDATE blobs SET refs = ${holderCount('file', 'blobs.id', [...holdersOfBodies, 'segments'])} WHERE id = ?`,
    );
    const dropFile = database.prepare(
      'INSERT OR IGNORE INTO blob_trash (blob) SELECT id FROM blobs WHERE id = ? AND refs = 0',
    );
    const keepFile = database.prepare(
      'DELETE FROM blob_trash WHERE blob = ?1 AND (SELECT refs FROM blobs WHERE id = ?1) > 0',
    );
    for (const id of wrong.files) for (const statement of [setFile, dropFile, keepFile]) statement.run(id);
    const setList = database.prepare(
      `UPDATE segment_lists SET refs = ${holderCount('list', 'segment_lists.id', holdersOfBodies)} WHERE id = ?`,
    );
    const dropList = database.prepare(
      'INSERT OR IGNORE INTO list_trash (list) SELECT id FROM segment_lists WHERE id = ? AND refs = 0',
    );
    const keepList = database.prepare(
      'DELETE FROM list_trash WHERE list = ?1 AND (SELECT refs FROM segment_lists WHERE id = ?1) > 0',
    );
    for (const id of wrong.lists) for (const statement of [setList, dropList, keepList]) statement.run(id);
    const dropInline = database.prepare('DELETE FROM inline_bodies WHERE blob = ?');
    for (const inline of wrong.inline) dropInline.run(inline);
    const dropHeaders = database.prepare('DELETE FROM version_headers WHERE id = ?');
    for (const headers of wrong.headers) dropHeaders.run(headers);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

/** Each table of versions, and what makes one of its rows a damaged one. */
const damagedVersions = (
  [
    ['objects', '0'],
    ['versions', 'o.is_marker'],
  ] as const
).map(([table, marker]) => {
  const headers = '(SELECT h.headers FROM version_headers h WHERE h.id = o.headers)';
  return `${table} AS o WHERE sum <> ${versionSumSql(marker).replace('h.headers', headers)}`;
});

/**
 * Takes out versions whose rows are not what was written. Found by reading all rows, for the way to one may be damaged too; what
 * they name stays, for it may be another's.
 * @param keep told of all of them before one is dropped
 */
export async function dropDamagedVersions(
  path: string,
  keep: (records: readonly HolderRecord[]) => Promise<void>,
): Promise<void> {
  const database = new DatabaseSync(path, { timeout: 0, defensive: true, allowExtension: false });
  try {
    registerSums(database);
    const rows = damagedVersions.flatMap((which) => database.prepare(`SELECT o.* FROM ${which}`).all());
    await keep(rows.map((row) => recordOfRows(database, {}, [row])));
    database.exec('PRAGMA synchronous=FULL; BEGIN IMMEDIATE');
    for (const which of damagedVersions) database.exec(`DELETE FROM ${which}`);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

/** What the metadata know of an object or upload that is set aside, for a person to mend it by. */
export type HolderRecord = {
  /** Its rows, those of its pieces and those of the bodies, as JSON. */
  readonly json: string;
  /** Body files that it names. */
  readonly files: readonly string[];
  /** Small bodies that it names, as they are. */
  readonly inline: readonly { readonly name: string; readonly bytes: Uint8Array }[];
};

/** Reads all that the metadata know of an object or upload. */
export function recordOfHolder(path: string, holder: BodyHolder): HolderRecord {
  const database = new DatabaseSync(path, { readOnly: true, allowExtension: false });
  try {
    return recordOfRows(database, holder, rowsOf(database, holder));
  } finally {
    database.close();
  }
}

function recordOfRows(database: DatabaseSync, holder: Partial<BodyHolder>, rows: readonly Row[]): HolderRecord {
  const lists = rows.map((row) => optionalNumber(row, 'list')).filter((list) => list !== undefined);
  const pieces = lists.flatMap((list) => database.prepare('SELECT * FROM segments WHERE list = ?').all(list));
  const files = new Set([...rows, ...pieces].map((row) => optionalText(row, 'file')).filter((id) => id !== undefined));
  const numbers = new Set(
    [...rows, ...pieces].map((row) => optionalNumber(row, 'inline')).filter((inline) => inline !== undefined),
  );
  const readInline = database.prepare('SELECT * FROM inline_bodies WHERE blob = ?');
  const inline = [...numbers].flatMap((number) => {
    const row = readInline.get(number);
    return row === undefined ? [] : [{ row, name: `inline-${number}`, bytes: bytesOf(row, 'body') }];
  });
  const bodies = [...files].flatMap((id) => database.prepare('SELECT * FROM blobs WHERE id = ?').all(id));
  const small = inline.map(({ row, name }) => ({ ...row, body: name }));
  const headers = rows.flatMap((row) => headersOf(database, row));
  const json = JSON.stringify({ ...holder, rows, headers, pieces, bodies, inline: small }, plain);
  return { json, files: [...files], inline: inline.map(({ name, bytes }) => ({ name, bytes })) };
}

/** Headers that are not in the row itself, as those of an older schema are. */
function headersOf(database: DatabaseSync, row: Row): readonly Row[] {
  const { headers } = row;
  if (typeof headers !== 'number') return [];
  return database.prepare('SELECT * FROM version_headers WHERE id = ?').all(headers);
}

function rowsOf(database: DatabaseSync, { bucket, key, versionId, uploadId }: BodyHolder): readonly Row[] {
  if (uploadId !== undefined) {
    return database
      .prepare('SELECT * FROM parts WHERE upload = (SELECT id FROM uploads WHERE upload_id = ?)')
      .all(uploadId);
  }
  return ['objects', 'versions'].flatMap((table) =>
    database
      .prepare(
        `SELECT * FROM ${table} WHERE bucket = (SELECT id FROM buckets WHERE name = ?) AND key = ? AND version_id = ?`,
      )
      .all(bucket, key, versionId ?? 'null'),
  );
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
