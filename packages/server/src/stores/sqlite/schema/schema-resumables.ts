/** Uploads under way by links with `x-link-resumable`. */
export const resumableTables = `
  CREATE TABLE resumables (
    link TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    length INTEGER,
    by_length INTEGER NOT NULL,
    received INTEGER NOT NULL,
    pieces INTEGER NOT NULL,
    digest BLOB,
    metadata TEXT,
    writer INTEGER NOT NULL,
    ends_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX resumables_by_end ON resumables (ends_ms);
`;
