/** Targets of webhooks and what they still have to be told; ends of shares that were told of. */
export const webhookTables = `
  CREATE TABLE webhook_targets (
    id TEXT PRIMARY KEY,
    name TEXT UNIQUE,
    url TEXT NOT NULL,
    types TEXT NOT NULL,
    sealed_secrets BLOB NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    since_event INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE webhook_place (one INTEGER PRIMARY KEY CHECK (one = 1), event INTEGER NOT NULL) STRICT;
  INSERT INTO webhook_place VALUES (1, 0);
  CREATE TABLE webhook_queue (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    message TEXT,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    state TEXT NOT NULL,
    next_ms INTEGER NOT NULL,
    last_ms INTEGER,
    last_status INTEGER,
    last_error TEXT
  ) STRICT;
  CREATE INDEX webhook_queue_due ON webhook_queue (target, state, next_ms);
  CREATE INDEX webhook_queue_by_target ON webhook_queue (target, n);
  CREATE TABLE told_ends (link TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
