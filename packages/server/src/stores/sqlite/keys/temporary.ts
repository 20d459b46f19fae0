import {
  mostTemporary,
  type NewTemporary,
  type TemporaryQuery,
  type TemporaryRecord,
  type TemporaryStore,
  temporaryKeptMs,
  temporaryStateOf,
} from '../../keys/temporary-store.ts';
import { readCursor, writeCursor } from '../../links/link-cursor.ts';
import type { LinkStore, Page } from '../../links/link-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';

const room = ' temporary credentials';
/** Rows that one page looks at, where it is filtered by a state. */
const mostScanned = 500;
/** Rows that a sweep removes before waiting requests get their turn. */
const sliceRows = 500;

/** Whether the secret that signed for them signs still, at the time that is bound. */
const signs = `EXISTS (SELECT 1 FROM key_secrets s
  WHERE s.n = t.secret AND s.akid = t.akid AND (s.retire_ms IS NULL OR s.retire_ms > ?))`;
const columns = `t.*, ${signs} AND EXISTS (SELECT 1 FROM access_keys k
  WHERE k.akid = t.akid AND k.disabled_ms IS NULL) AS alive`;

/** What is known of temporary credentials, in the metadata. */
export class SqliteTemporary implements TemporaryStore {
  readonly #metadata: Metadata;
  readonly #revocationOf: LinkStore['findSessionRevocation'];

  constructor(metadata: Metadata, links: Pick<LinkStore, 'findSessionRevocation'>) {
    this.#metadata = metadata;
    this.#revocationOf = (tokenHash, endsAtMs) => links.findSessionRevocation(tokenHash, endsAtMs);
  }

  record(issued: NewTemporary): Promise<number | 'full'> {
    const { commits, sql } = this.#metadata;
    const { accessKeyId, tokenHash, parent, parentSerial, accountId, role, name, policy, client } = issued;
    return commits.write({ room, names: [accessKeyId] }, () => {
      const there = this.#count(parent);
      const held = there < mostTemporary ? there : there - this.#makeRoom(parent, issued.issuedAtMs);
      if (held >= mostTemporary) return 'full';
      sql
        .get(
          `INSERT INTO temporary_credentials
             (id, token_hash, akid, secret, account, role, name, policy, client, issued_ms, ends_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          accessKeyId,
          tokenHash,
          parent,
          parentSerial,
          accountId,
          role ?? null,
          name ?? null,
          policy ?? null,
          client,
          issued.issuedAtMs,
          issued.endsAtMs,
        );
      return held + 1;
    });
  }

  find(accessKeyId: string): Promise<TemporaryRecord | undefined> {
    return this.#shown(() => {
      const nowMs = this.#metadata.clock.nowMs();
      const row = this.#metadata.sql
        .get(`SELECT ${columns} FROM temporary_credentials t WHERE t.id = ?`)
        .get(nowMs, accessKeyId);
      return row === undefined ? undefined : this.#recordOf(row, nowMs);
    });
  }

  list(query: TemporaryQuery): Promise<Page<TemporaryRecord>> {
    return this.#shown(() => this.#pageOf(query));
  }

  async sweep(nowMs: number): Promise<void> {
    const { commits, sql } = this.#metadata;
    for (let removed = sliceRows; removed === sliceRows; ) {
      removed = await commits.write({ room, names: [] }, () => {
        const { changes } = sql
          .get(
            'DELETE FROM temporary_credentials WHERE n IN (SELECT n FROM temporary_credentials WHERE ends_ms < ? LIMIT ?)',
          )
          .run(nowMs - temporaryKeptMs, sliceRows);
        return Number(changes);
      });
    }
  }

  #pageOf({ accountId, parent, states, cursor, limit }: TemporaryQuery): Page<TemporaryRecord> {
    const nowMs = this.#metadata.clock.nowMs();
    const conditions: string[] = [];
    const values: (string | number)[] = [nowMs];
    const demand = (condition: string, value: string | number): void => {
      conditions.push(condition);
      values.push(value);
    };
    demand('t.n < ?', cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(cursor).n);
    if (parent !== undefined) demand('t.akid = ?', parent);
    if (accountId !== undefined) demand('t.account = ?', accountId);
    if (states?.every((state) => state === 'active') === true) demand('t.ends_ms > ?', nowMs);
    // The rows of one key, of one account, or all, each in the order of an index.
    const index = parent !== undefined ? 'key' : accountId !== undefined ? 'account' : undefined;
    const rows = this.#metadata.sql
      .get(
        `SELECT ${columns} FROM temporary_credentials t
         ${index === undefined ? '' : `INDEXED BY temporary_credentials_by_${index}`}
         WHERE ${conditions.join(' AND ')} ORDER BY t.n DESC`,
      )
      .iterate(...values);
    const items: TemporaryRecord[] = [];
    let next: string | undefined;
    let scanned = 0;
    for (const row of rows) {
      if (items.length === limit || scanned === mostScanned) return { items, next };
      scanned += 1;
      const record = this.#recordOf(row, nowMs);
      if (states === undefined || states.includes(record.state)) items.push(record);
      next = writeCursor({ value: 0, n: numberOf(row, 'n') });
    }
    return { items, next: undefined };
  }

  /** What a crash may take back is not shown: neither these rows nor what their states hang on. */
  async #shown<Value>(read: () => Value): Promise<Value> {
    await this.#metadata.commits.barrierForAll();
    return await this.#metadata.commits.show(read);
  }

  #count(parent: string): number {
    const row = this.#metadata.sql.get('SELECT count(*) AS held FROM temporary_credentials WHERE akid = ?').get(parent);
    return row === undefined ? 0 : numberOf(row, 'held');
  }

  /** @returns how many it removed: one, or none */
  #makeRoom(parent: string, nowMs: number): number {
    const { changes } = this.#metadata.sql
      .get(
        `DELETE FROM temporary_credentials WHERE n IN (
           SELECT t.n FROM temporary_credentials t WHERE t.akid = ? AND (t.ends_ms <= ? OR NOT ${signs})
           ORDER BY t.ends_ms, t.n LIMIT 1)`,
      )
      .run(parent, nowMs, nowMs);
    return Number(changes);
  }

  #recordOf(row: Row, nowMs: number): TemporaryRecord {
    const tokenHash = textOf(row, 'token_hash');
    const endsAtMs = numberOf(row, 'ends_ms');
    const revocation = this.#revocationOf(tokenHash, endsAtMs);
    const standing = { isRevoked: revocation !== undefined, isAlive: numberOf(row, 'alive') === 1, endsAtMs };
    return {
      accessKeyId: textOf(row, 'id'),
      tokenHash,
      parent: textOf(row, 'akid'),
      parentSerial: numberOf(row, 'secret'),
      accountId: textOf(row, 'account'),
      role: optionalText(row, 'role'),
      name: optionalText(row, 'name'),
      policy: optionalText(row, 'policy'),
      client: textOf(row, 'client'),
      issuedAtMs: numberOf(row, 'issued_ms'),
      endsAtMs,
      state: temporaryStateOf(standing, nowMs),
      revocation,
    };
  }
}
