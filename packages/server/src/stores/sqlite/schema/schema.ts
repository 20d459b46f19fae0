import { DatabaseSync } from 'node:sqlite';
import { commitTables } from '../commit/commit-count.ts';
import { registerSums } from './row-sums.ts';
import { adminTables } from './schema-admin.ts';
import { linkCounts } from './schema-link-counts.ts';
import { linkAdditions, linkMoves, linkTables, linkUseTimes, sessionWindows } from './schema-links.ts';
import { clusterObjects } from './schema-objects.ts';
import { resumableTables } from './schema-resumables.ts';
import { requestCounts, shareTables } from './schema-shares.ts';
import { addKeySums, addSums } from './schema-sums.ts';
import { temporaryTables } from './schema-temporary.ts';
import { webhookTables } from './schema-webhooks.ts';

/**
 * What a version is, in `objects` (what a plain GET or LIST sees) as in `versions` (older ones and delete markers). `seq` orders
 * the versions of a key; a bucket that never had versioning has rows in `objects` alone. As it was in the first schema.
 */
const versionColumns = `
    id INTEGER PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    mtime_ms INTEGER NOT NULL,
    owner TEXT NOT NULL,
    acl TEXT NOT NULL,
    content_type TEXT,
    checksums TEXT,
    inline INTEGER,
    file TEXT,
    list INTEGER,
    headers TEXT,
    tags TEXT,
    lock TEXT,
    encryption TEXT`;

/**
 * The tables (engine: bodies in a table of their own, never a body or user metadata in an index or in rows that are one). One
 * entry for each version of the schema, in order; a released one is never changed.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT UNIQUE,
    display_name TEXT NOT NULL
  ) STRICT;
  CREATE TABLE access_keys (
    akid TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    changed INTEGER NOT NULL,
    role TEXT NOT NULL,
    reach TEXT NOT NULL,
    governance TEXT,
    made_by TEXT,
    ceilings TEXT,
    note TEXT,
    created_ms INTEGER NOT NULL,
    disabled_ms INTEGER
  ) STRICT;
  CREATE INDEX access_keys_by_maker ON access_keys (made_by) WHERE made_by IS NOT NULL;
  CREATE TABLE key_secrets (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    akid TEXT NOT NULL,
    generation INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    retire_ms INTEGER,
    last_used_ms INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX key_secrets_of_key ON key_secrets (akid, generation);

  CREATE TABLE buckets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    config TEXT NOT NULL
  ) STRICT;
  CREATE INDEX buckets_by_owner ON buckets (owner, name);

  CREATE TABLE objects (
    ${versionColumns}
  ) STRICT;
  CREATE UNIQUE INDEX objects_by_key ON objects (bucket, key);
  CREATE TABLE versions (
    ${versionColumns},
    is_marker INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX versions_by_key ON versions (bucket, key, seq DESC);
  CREATE UNIQUE INDEX versions_by_id ON versions (bucket, key, version_id);

  CREATE TABLE inline_bodies (blob INTEGER PRIMARY KEY, crc INTEGER NOT NULL, body BLOB NOT NULL, cipher BLOB) STRICT;
  CREATE TABLE blobs (
    id TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    refs INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    blocks BLOB NOT NULL,
    cipher BLOB
  ) STRICT;
  CREATE TABLE segment_lists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    refs INTEGER NOT NULL,
    part_sizes TEXT NOT NULL,
    part_checksums TEXT
  ) STRICT;
  CREATE TABLE segments (
    list INTEGER NOT NULL,
    start INTEGER NOT NULL,
    inline INTEGER,
    file TEXT,
    offset INTEGER NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (list, start)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE blob_trash (blob TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE list_trash (list INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE upload_trash (upload INTEGER PRIMARY KEY) STRICT;

  CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    upload_id TEXT NOT NULL UNIQUE,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    initiated_ms INTEGER NOT NULL,
    owner TEXT NOT NULL,
    acl TEXT NOT NULL,
    checksum_algorithm TEXT,
    checksum_type TEXT,
    content_type TEXT,
    headers TEXT,
    tags TEXT,
    lock TEXT,
    encryption TEXT,
    link_limits TEXT,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX uploads_by_key ON uploads (bucket, key, upload_id);
  CREATE INDEX uploads_by_age ON uploads (initiated_ms);
  CREATE TABLE parts (
    upload INTEGER NOT NULL,
    part_no INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    mtime_ms INTEGER NOT NULL,
    checksums TEXT,
    inline INTEGER,
    file TEXT,
    list INTEGER,
    PRIMARY KEY (upload, part_no)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE completions (
    upload_id TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    parts_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    completed_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX completions_by_age ON completions (completed_ms);
  ${commitTables}
  ${linkTables}
  ${adminTables}
  ${resumableTables}
  ${shareTables}
  ${webhookTables}`,
  'ALTER TABLE shares ADD COLUMN notify TEXT',
  clusterObjects,
  addSums,
  temporaryTables,
  linkAdditions,
  addKeySums,
  linkMoves,
  sessionWindows,
  requestCounts,
  linkUseTimes,
  'ALTER TABLE uploads ADD COLUMN key_existed INTEGER NOT NULL DEFAULT 0',
  linkCounts,
];

/** The version of the schema that this program writes. */
export const schemaVersion = migrations.length;

/** The version that the database has; 0: nothing was ever written. */
export function readSchemaVersion(database: DatabaseSync): number {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  return typeof version === 'number' ? version : 0;
}

/** Brings the schema from `from` to this program's, or to `to`, in one transaction: a kill leaves one or the other (REL-13). */
export function migrate(database: DatabaseSync, from: number, to = schemaVersion): void {
  if (from >= to) return;
  registerSums(database);
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of migrations.slice(from, to)) database.exec(sql);
    // A PRAGMA takes no bound value; the number is our own.
    database.exec(`PRAGMA user_version=${to}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The objects of the schema as SQLite keeps them, for comparison with the expected ones (SEC-711). */
export function readSchemaText(database: DatabaseSync): string {
  const rows = database
    .prepare(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all();
  return rows.map((row) => `${row['type']} ${row['name']} ${row['tbl_name']} ${row['sql']}`).join('\n');
}

const expected = new Map<number, string>();

/** What `readSchemaText` says of a database that has all migrations up to a version and nothing else. */
export function expectedSchemaText(version = schemaVersion): string {
  const known = expected.get(version);
  if (known !== undefined) return known;
  const database = new DatabaseSync(':memory:');
  try {
    migrate(database, 0, version);
    const text = readSchemaText(database);
    expected.set(version, text);
    return text;
  } finally {
    database.close();
  }
}
