/** Temporary credentials that were given out (STS-30): never their secret, never their token. */
export const temporaryTables = `
  CREATE TABLE temporary_credentials (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL,
    akid TEXT NOT NULL,
    secret INTEGER NOT NULL,
    account TEXT NOT NULL,
    role TEXT,
    name TEXT,
    policy TEXT,
    client TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX temporary_credentials_by_key ON temporary_credentials (akid, n);
  CREATE INDEX temporary_credentials_by_account ON temporary_credentials (account, n);
  CREATE INDEX temporary_credentials_by_end ON temporary_credentials (ends_ms);
`;
