import {
  type AdminStore,
  type AuditEntry,
  type AuditQuery,
  auditKeptMs,
  mostAudit,
  mostOnce,
  type OnceAnswer,
  type OnceRequest,
  onceKeptMs,
  onceRunsMs,
  withChange,
} from '../../admin/admin-store.ts';
import { Secret } from '../../keys/secret.ts';
import { eventIdOf, eventNumberOf } from '../../links/link-cursor.ts';
import type { Page } from '../../links/link-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { readMeta, writeMeta } from '../schema/open-metadata.ts';
import { bytesOf, numberOf, optionalNumber, type Row, textOf } from '../schema/rows.ts';
import { onceLabel } from '../sealing/sealed-rows.ts';
import { openSecret, sealSecret } from '../sealing/sealing.ts';

/** Nobody reads these rows in a transaction of something else. */
const room = ' admin';
/** Rows that one page looks at, where it is filtered by what no index orders. */
const mostScanned = 1_000;
/** The row of `meta` that holds changed settings. */
const settingsRow = 'settings';
/** Rows that a sweep removes before waiting requests get their turn. */
const sliceRows = 500;

/** The records of the admin API in SQLite. */
export class SqliteAdminRecords implements AdminStore {
  readonly #metadata: Metadata;
  readonly #masterKey: Uint8Array;

  constructor(metadata: Metadata, masterKey: Uint8Array) {
    this.#metadata = metadata;
    this.#masterKey = masterKey;
  }

  async appendAudit(entries: readonly Omit<AuditEntry, 'id'>[]): Promise<void> {
    if (entries.length === 0) return;
    const { commits, sql } = this.#metadata;
    await commits.write({ room, names: [] }, () => {
      const insert = sql.get(
        'INSERT INTO audit (at_ms, event, actor, account, request_id, fields) VALUES (?, ?, ?, ?, ?, ?)',
      );
      for (const { atMs, event, actor, accountId, requestId, fields } of entries) {
        insert.run(atMs, event, actor, accountId, requestId, JSON.stringify(fields));
      }
    });
  }

  async listAudit(query: AuditQuery): Promise<Page<AuditEntry>> {
    await this.#metadata.commits.barrier(room, 'all');
    const { cursor, limit, order, accountId, actor } = query;
    const [sign, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
    const start = cursor === undefined ? (order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER) : eventNumberOf(cursor);
    const only = actor ?? accountId;
    const column = actor !== undefined ? 'actor = ? AND' : accountId !== undefined ? 'account = ? AND' : '';
    const read = this.#metadata.sql.get(`SELECT * FROM audit WHERE ${column} n ${sign} ? ORDER BY n ${direction}`);
    const items: AuditEntry[] = [];
    let last: AuditEntry | undefined;
    let scanned = 0;
    for (const row of only === undefined ? read.iterate(start) : read.iterate(only, start)) {
      if (items.length === limit || scanned === mostScanned) return { items, next: last?.id };
      scanned += 1;
      last = entryOf(row);
      if (isWanted(last, query)) items.push(last);
    }
    return { items, next: undefined };
  }

  beginOnce({ name, asked }: OnceRequest): Promise<'begun' | 'running' | 'other-request' | OnceAnswer> {
    const { commits, sql, clock } = this.#metadata;
    return commits.write({ room, names: [name] }, () => {
      const nowMs = clock.nowMs();
      const row = sql.get('SELECT * FROM once_requests WHERE name = ?').get(name);
      if (row !== undefined && isKept(row, nowMs)) {
        if (textOf(row, 'asked') !== asked) return 'other-request';
        return optionalNumber(row, 'status') === undefined ? 'running' : this.#open(name, row);
      }
      sql
        .get(
          `INSERT INTO once_requests (name, asked, begun_ms) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET asked = excluded.asked, begun_ms = excluded.begun_ms, status = NULL, sealed = NULL`,
        )
        .run(name, asked, nowMs);
      sql
        .get(
          'DELETE FROM once_requests WHERE name IN (SELECT name FROM once_requests ORDER BY begun_ms DESC LIMIT 10 OFFSET ?)',
        )
        .run(mostOnce);
      return 'begun';
    });
  }

  async finishOnce(name: string, { status, document }: OnceAnswer): Promise<void> {
    const { commits, sql, random } = this.#metadata;
    const sealed = sealSecret(this.#masterKey, onceLabel(name), new Secret(document), random);
    await commits.write({ room, names: [name] }, () => {
      sql.get('UPDATE once_requests SET status = ?, sealed = ? WHERE name = ?').run(status, sealed, name);
    });
  }

  async forgetOnce(name: string): Promise<void> {
    const { commits, sql } = this.#metadata;
    await commits.write({ room, names: [name] }, () => {
      sql.get('DELETE FROM once_requests WHERE name = ? AND status IS NULL').run(name);
    });
  }

  async readSettings(): Promise<Readonly<Record<string, unknown>>> {
    await this.#metadata.commits.barrier(room, settingsRow);
    const stored = this.#settings();
    await this.#metadata.commits.foreignBarrier();
    return stored;
  }

  changeSettings(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [settingsRow] }, () => {
      const changed = withChange(this.#settings(), change);
      writeMeta(sql, settingsRow, JSON.stringify(changed));
      return changed;
    });
  }

  async sweep(nowMs: number): Promise<void> {
    await this.#removeInSlices(
      'DELETE FROM once_requests WHERE name IN (SELECT name FROM once_requests WHERE begun_ms < ? LIMIT ?)',
      nowMs - onceKeptMs,
    );
    await this.#removeInSlices(
      'DELETE FROM audit WHERE n IN (SELECT n FROM audit WHERE at_ms < ? ORDER BY n LIMIT ?)',
      nowMs - auditKeptMs,
    );
    const newest = this.#metadata.sql.get('SELECT max(n) AS newest FROM audit').get();
    const count = newest === undefined ? 0 : (optionalNumber(newest, 'newest') ?? 0);
    await this.#removeInSlices(
      'DELETE FROM audit WHERE n IN (SELECT n FROM audit WHERE n <= ? ORDER BY n LIMIT ?)',
      count - mostAudit,
    );
  }

  async #removeInSlices(statement: string, bound: number): Promise<void> {
    const { commits, sql } = this.#metadata;
    for (let removed = sliceRows; removed === sliceRows; ) {
      removed = await commits.write({ room, names: [] }, () =>
        Number(sql.get(statement).run(bound, sliceRows).changes),
      );
    }
  }

  #settings(): Readonly<Record<string, unknown>> {
    const stored: Readonly<Record<string, unknown>> = JSON.parse(readMeta(this.#metadata.sql, settingsRow) ?? '{}');
    return stored;
  }

  #open(name: string, row: Row): OnceAnswer {
    const document = openSecret(this.#masterKey, onceLabel(name), bytesOf(row, 'sealed'));
    if (document === undefined) throw new Error('An answer that was kept does not open under the master key.');
    return { status: numberOf(row, 'status'), document: document.reveal() };
  }
}

/** A request without an answer counts as lost after a while: its process died. */
function isKept(row: Row, nowMs: number): boolean {
  const ageMs = nowMs - numberOf(row, 'begun_ms');
  return ageMs < (optionalNumber(row, 'status') === undefined ? onceRunsMs : onceKeptMs);
}

function isWanted(entry: AuditEntry, { accountId, events, fromMs, toMs }: AuditQuery): boolean {
  if (accountId !== undefined && entry.accountId !== accountId) return false;
  if (events !== undefined && !events.includes(entry.event)) return false;
  return entry.atMs >= (fromMs ?? 0) && entry.atMs <= (toMs ?? Number.MAX_SAFE_INTEGER);
}

function entryOf(row: Row): AuditEntry {
  const atMs = numberOf(row, 'at_ms');
  const fields: Readonly<Record<string, string>> = JSON.parse(textOf(row, 'fields'));
  return {
    id: eventIdOf(atMs, numberOf(row, 'n')),
    atMs,
    event: textOf(row, 'event'),
    actor: textOf(row, 'actor'),
    accountId: textOf(row, 'account'),
    requestId: textOf(row, 'request_id'),
    fields,
  };
}
