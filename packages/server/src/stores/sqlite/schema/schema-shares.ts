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

/**
 * What came through a file request is counted with its record, and what is on its way reserves bytes: so caps are judged, and
 * counts are shown, by the same facts.
 */
export const requestCounts = `
  ALTER TABLE request_files ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX request_files_open ON request_files (link) WHERE size IS NULL;
  ALTER TABLE shares ADD COLUMN came_files INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE shares ADD COLUMN came_bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE request_files SET reserved = coalesce((SELECT length FROM resumables r
    WHERE r.bucket = request_files.bucket AND r.key = request_files.key AND r.state = 'open'), 0) WHERE size IS NULL;
  UPDATE shares SET
    came_files = (SELECT count(*) FROM request_files f WHERE f.link = shares.link AND f.size IS NOT NULL),
    came_bytes = (SELECT coalesce(sum(f.size), 0) FROM request_files f WHERE f.link = shares.link AND f.size IS NOT NULL)
    WHERE kind = 'request';
  UPDATE links SET spent_uses = s.came_files, counted_bytes = s.came_bytes FROM shares s
    WHERE s.link = links.id AND s.kind = 'request';
`;
