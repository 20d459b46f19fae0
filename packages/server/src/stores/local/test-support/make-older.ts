import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../sqlite/schema/schema.ts';

/** Columns that an older schema has of a row's own, and how they come of what there is now. */
const olderColumns = new Map([
  ['owner', 'coalesce(v.owner, (SELECT b.owner FROM now.buckets b WHERE b.id = v.bucket))'],
  ['headers', '(SELECT h.headers FROM now.version_headers h WHERE h.id = v.headers)'],
]);

/** Makes the metadata of a folder, its server stopped, those that a program of an older schema would have written. */
export function makeOlder(folder: string, version: 1 | 2 | 3 | 6): void {
  const path = join(folder, 'meta.db');
  const older = new DatabaseSync(`${path}.older`);
  older.exec('PRAGMA page_size=8192; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY');
  migrate(older, 0, version);
  older.prepare('ATTACH ? AS now').run(path);
  older.exec('BEGIN');
  const names = (sql: string): readonly string[] =>
    older
      .prepare(sql)
      .all()
      .map(({ name }) => String(name));
  for (const table of names("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")) {
    const there = new Set(names(`SELECT name FROM pragma_table_info('${table}', 'now')`));
    const isVersion = version < 3 && (table === 'objects' || table === 'versions');
    // The number of a row of `objects` is the database's own business.
    const columns = names(`SELECT name FROM pragma_table_info('${table}', 'main')`).filter((name) => there.has(name));
    const values = columns.map((name) => (isVersion ? olderColumns.get(name) : undefined) ?? `v.${name}`);
    older.exec(
      `DELETE FROM main.${table}; INSERT INTO main.${table} (${columns}) SELECT ${values} FROM now.${table} v`,
    );
  }
  older.exec('COMMIT; DETACH now');
  older.close();
  renameSync(`${path}.older`, path);
}
