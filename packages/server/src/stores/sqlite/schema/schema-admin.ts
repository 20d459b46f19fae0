/** What the admin API keeps: who changed what, and answers to requests that may be sent again. */
export const adminTables = `
  CREATE TABLE audit (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    account TEXT NOT NULL,
    request_id TEXT NOT NULL,
    fields TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_account ON audit (account, n);
  CREATE INDEX audit_by_actor ON audit (actor, n);
  CREATE TABLE once_requests (
    name TEXT PRIMARY KEY,
    asked TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    status INTEGER,
    sealed BLOB
  ) STRICT;
  CREATE INDEX once_requests_by_age ON once_requests (begun_ms);
`;
