/** Shares and file requests. */
export const shareTables = `
  CREATE TABLE shares (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    link TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    sealed_token BLOB NOT NULL,
    account TEXT NOT NULL,
    akid TEXT NOT NULL,
    target TEXT NOT NULL,
    limits TEXT NOT NULL,
    password_hash TEXT,
    title TEXT,
    note TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    closed_ms INTEGER
  ) STRICT;
  CREATE INDEX shares_by_kind ON shares (kind, n);
  CREATE INDEX shares_by_end ON shares (expires_ms) WHERE expires_ms IS NOT NULL;
  CREATE TABLE share_tries (
    link TEXT NOT NULL,
    client TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (link, client)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX share_tries_by_age ON share_tries (since_ms);
  CREATE TABLE request_files (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    link TEXT NOT NULL,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    name TEXT,
    size INTEGER,
    sha256 TEXT,
    receipt TEXT,
    client TEXT
  ) STRICT;
  CREATE UNIQUE INDEX request_files_by_key ON request_files (bucket, key) WHERE size IS NULL;
  CREATE INDEX request_files_by_link ON request_files (link, n);
`;
