/**
 * The tables of links. Orders by time last seen go by `last_seen_ms`, which is behind what was told for a while (LDG-65).
 * `ended_ms`, `last_seen_ms` and `first_seen_ms` stand in for "never" by a number that sorts as it should, so that one index
 * serves. A link is known inside by its row number `n`; other tables hold that, not 52 characters.
 */
export const linkTables = `
  CREATE TABLE link_epoch (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    value INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    links INTEGER NOT NULL
  ) STRICT;
  INSERT INTO link_epoch VALUES (1, 1, 0, 0);

  CREATE TABLE links (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    akid TEXT NOT NULL,
    account TEXT NOT NULL,
    label TEXT,
    method TEXT NOT NULL,
    operation TEXT NOT NULL,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    key_is_prefix INTEGER NOT NULL,
    version_id TEXT,
    signature TEXT NOT NULL,
    host TEXT NOT NULL,
    signed_ms INTEGER,
    expires_ms INTEGER,
    limits TEXT,
    session_hash TEXT,
    note TEXT,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    registered_ms INTEGER,
    tightening TEXT,
    limited INTEGER NOT NULL,
    max_uses INTEGER,
    max_bytes INTEGER,
    spent_uses INTEGER NOT NULL,
    noted_uses INTEGER NOT NULL,
    counted_bytes INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    clients INTEGER NOT NULL,
    seen_clients BLOB,
    refused INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX links_by_id ON links (id);
  CREATE INDEX links_by_last_seen ON links (last_seen_ms);
  CREATE INDEX links_by_first_seen ON links (first_seen_ms);
  CREATE INDEX links_by_end ON links (ended_ms);
  CREATE INDEX links_by_account ON links (account, last_seen_ms);
  CREATE INDEX links_by_bucket ON links (bucket, last_seen_ms);
  CREATE INDEX links_by_key ON links (bucket, key);
  CREATE INDEX links_by_access_key ON links (akid, last_seen_ms);
  CREATE INDEX links_by_label ON links (label, akid) WHERE label IS NOT NULL;
  CREATE INDEX links_by_session ON links (session_hash) WHERE session_hash IS NOT NULL;
  CREATE INDEX links_by_refusals ON links (last_seen_ms, n) WHERE refused > 0;
  CREATE INDEX links_by_spending ON links (last_seen_ms, n) WHERE spent_uses >= max_uses OR counted_bytes >= max_bytes;
  CREATE INDEX links_unlimited_by_end ON links (ended_ms, n) WHERE limited = 0;
  CREATE INDEX links_of_others ON links (kind, last_seen_ms) WHERE kind <> 'link';

  CREATE TABLE link_clients (
    link INTEGER NOT NULL,
    client TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    PRIMARY KEY (link, client)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE link_sessions (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    link INTEGER NOT NULL,
    key TEXT NOT NULL,
    etag TEXT NOT NULL,
    object_bytes INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    grace_ms INTEGER NOT NULL,
    bytes_left INTEGER NOT NULL,
    moved_bytes INTEGER NOT NULL,
    running INTEGER NOT NULL,
    restarts INTEGER NOT NULL,
    covered TEXT NOT NULL,
    closed INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX link_sessions_open ON link_sessions (link, key, etag) WHERE closed = 0;
  CREATE INDEX link_sessions_of_link ON link_sessions (link);
  CREATE INDEX link_sessions_by_age ON link_sessions (last_ms);
  CREATE TABLE link_refusals (
    link INTEGER NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    told_ms INTEGER NOT NULL,
    untold INTEGER NOT NULL,
    PRIMARY KEY (link, reason)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX link_refusals_untold ON link_refusals (told_ms) WHERE untold > 0;

  CREATE TABLE link_revocations (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    value TEXT NOT NULL,
    before_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    reason TEXT,
    kept_until_ms INTEGER
  ) STRICT;
  CREATE INDEX link_revocations_by_match ON link_revocations (kind, scope, value);
  CREATE INDEX link_revocations_by_end ON link_revocations (kept_until_ms) WHERE kept_until_ms IS NOT NULL;
  CREATE TABLE link_tightenings (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    terms TEXT NOT NULL
  ) STRICT;
  CREATE TABLE link_policies (
    akid TEXT NOT NULL,
    name TEXT NOT NULL,
    limits TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (akid, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE link_events (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    link TEXT,
    client TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    method TEXT NOT NULL,
    status INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    reason TEXT,
    request_id TEXT NOT NULL,
    count INTEGER NOT NULL,
    account TEXT,
    data TEXT,
    told INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX link_events_by_link ON link_events (link, n) WHERE link IS NOT NULL;
  CREATE INDEX link_events_by_type ON link_events (type, n);
  CREATE TABLE refused_requests (
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bucket TEXT NOT NULL,
    akid TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (from_ms, to_ms, reason, bucket, akid)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE link_days (
    day_ms INTEGER NOT NULL,
    bucket TEXT NOT NULL,
    akid TEXT NOT NULL,
    links INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (day_ms, bucket, akid)
  ) STRICT, WITHOUT ROWID;
`;

/** When links were used, as against seen: 0 stands for never. What was counted before is taken to be used when it was seen. */
export const linkUseTimes = `
  ALTER TABLE links ADD COLUMN first_used_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE links ADD COLUMN last_used_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE link_additions ADD COLUMN used_ms INTEGER NOT NULL DEFAULT 0;
  UPDATE links SET first_used_ms = first_seen_ms, last_used_ms = max(seen_ms, last_seen_ms)
    WHERE max(noted_uses, spent_uses) > 0 AND first_seen_ms > 0;
`;

/** What happened with links since their rows were written: narrow, since it changes every second (`links/link-additions.ts`). */
export const linkAdditions = `
  CREATE TABLE link_additions (
    link INTEGER PRIMARY KEY,
    seen_ms INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL
  ) STRICT`;

/** Changes of places that are kept: a list whose first page is older than these goes on in the order of now (LDG-52). */
const mostMoves = 32_768;

/** The orders whose values change, with the column that each goes by. */
export const movingSorts = { lastSeen: 'last_seen_ms', firstSeen: 'first_seen_ms', expires: 'ended_ms' } as const;

/**
 * The place that a link had before each change of it, so that the pages of a list stay those of its first page (`links/link-moves.ts`).
 * Triggers, since every writer of such a column has to leave one. They bound the table too.
 */
export const linkMoves = `
  CREATE TABLE link_moves (
    at INTEGER PRIMARY KEY AUTOINCREMENT,
    sort TEXT NOT NULL,
    link INTEGER NOT NULL,
    value INTEGER NOT NULL
  ) STRICT;
  ${Object.entries(movingSorts)
    .map(
      ([sort, column]) => `
  CREATE TRIGGER links_move_${column} AFTER UPDATE OF ${column} ON links WHEN new.${column} <> old.${column} BEGIN
    INSERT INTO link_moves (sort, link, value) VALUES ('${sort}', old.n, old.${column});
    DELETE FROM link_moves WHERE at <= last_insert_rowid() - ${mostMoves};
  END;`,
    )
    .join('')}
  CREATE INDEX links_unused ON links (ended_ms, n)
    WHERE CASE WHEN max_uses IS NULL THEN noted_uses ELSE spent_uses END = 0;
`;
/** Windows of transfers under way, and how much of what was sent before may not have arrived (LDG-11a, LDG-12). */
export const sessionWindows = `
  ALTER TABLE link_sessions ADD COLUMN windows TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE link_sessions ADD COLUMN unsure_bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE link_sessions ADD COLUMN doubtful TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE link_sessions ADD COLUMN broken INTEGER NOT NULL DEFAULT 0`;
