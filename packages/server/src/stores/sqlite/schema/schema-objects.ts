/** What a version is; `owner` NULL: the bucket's, which never changes. `headers` names a row of `version_headers`. */
const versionColumns = `
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    mtime_ms INTEGER NOT NULL,
    owner TEXT,
    acl TEXT NOT NULL,
    content_type TEXT,
    checksums TEXT,
    inline INTEGER,
    file TEXT,
    list INTEGER,
    headers INTEGER,
    tags TEXT,
    lock TEXT,
    encryption TEXT`;

const keptColumns =
  'v.bucket, v.key, v.version_id, v.seq, v.size, v.etag, v.mtime_ms, nullif(v.owner, b.owner), v.acl, v.content_type, ' +
  'v.checksums, v.inline, v.file, v.list';

/** Numbers for headers of both tables, without one in common. */
const headersNumber = { objects: '2 * v.id', versions: '2 * v.id + 1' } as const;

function moveRows(table: 'objects' | 'versions', first: string, last: string, order: string): string {
  const number = headersNumber[table];
  return `
  INSERT INTO version_headers (id, headers) SELECT ${number}, v.headers FROM ${table} v WHERE v.headers IS NOT NULL;
  INSERT INTO new_${table} SELECT ${first} ${keptColumns}, iif(v.headers IS NULL, NULL, ${number}), v.tags, v.lock, v.encryption ${last}
    FROM ${table} v ${order} LEFT JOIN buckets b ON b.id = v.bucket ORDER BY v.bucket, v.key;
  DROP TABLE ${table};
  ALTER TABLE new_${table} RENAME TO ${table};`;
}

/**
 * The rows of `objects` in the order of their keys, so that neighbours in a listing are neighbours on the disk in whatever order they
 * were written. Such a row must stay small: every comparison on the way to it would read a long one whole. So headers and user
 * metadata have a table of their own, and an owner is named where it is not the bucket's.
 */
export const clusterObjects = `
  CREATE TABLE version_headers (id INTEGER PRIMARY KEY, headers TEXT NOT NULL) STRICT;
  CREATE TABLE new_objects (${versionColumns},
    PRIMARY KEY (bucket, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE new_versions (
    id INTEGER PRIMARY KEY, ${versionColumns},
    is_marker INTEGER NOT NULL
  ) STRICT;
  ${moveRows('objects', '', '', 'INDEXED BY objects_by_key')}
  ${moveRows('versions', 'v.id,', ', v.is_marker', '')}
  CREATE UNIQUE INDEX versions_by_key ON versions (bucket, key, seq DESC);
  CREATE UNIQUE INDEX versions_by_id ON versions (bucket, key, version_id);`;
