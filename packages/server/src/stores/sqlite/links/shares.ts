import { limitsFromJson } from '@tidegate/presign/internal';
import { Secret } from '../../keys/secret.ts';
import type { LinkFacts, Page } from '../../links/link-store.ts';
import {
  type FileCounts,
  type FilePlan,
  passwordTries,
  passwordWindowMs,
  type ReceivedFile,
  type Reservation,
  type ShareChange,
  type ShareQuery,
  type ShareRecord,
  type ShareStore,
  type ShareTarget,
} from '../../links/share-store.ts';
import { Pieces } from '../../upkeep/turns.ts';
import type { Metadata } from '../schema/metadata.ts';
import { bytesOf, numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';
import { shareLabel } from '../sealing/sealed-rows.ts';
import { openSecret, sealSecret } from '../sealing/sealing.ts';
import { fileOf, RequestFiles } from './request-files.ts';

const room = ' shares';
const sliceRows = 500;

/** Shares and file requests in the metadata. */
export class SqliteShares implements ShareStore {
  readonly #metadata: Metadata;
  readonly #masterKey: Uint8Array;
  readonly #files: RequestFiles;

  constructor(metadata: Metadata, masterKey: Uint8Array, isFirst: boolean) {
    this.#metadata = metadata;
    this.#masterKey = masterKey;
    this.#files = new RequestFiles(metadata, isFirst);
  }

  async create(share: ShareRecord): Promise<void> {
    const { random } = this.#metadata;
    const sealed = sealSecret(this.#masterKey, shareLabel(share.linkId), new Secret(share.token), random);
    await this.#write(share.linkId, (sql) => {
      sql
        .get(
          `INSERT INTO shares (link, kind, sealed_token, account, akid, target, limits, password_hash, title, note,
             created_ms, expires_ms, closed_ms, notify) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          share.linkId,
          share.kind,
          sealed,
          share.accountId,
          share.accessKeyId,
          JSON.stringify(share.target),
          JSON.stringify(share.limits),
          share.passwordHash ?? null,
          share.title ?? null,
          share.note ?? null,
          share.createdAtMs,
          share.expiresAtMs ?? null,
          share.closedAtMs ?? null,
          notifyText(share),
        );
    });
  }

  async find(linkId: string): Promise<ShareRecord | undefined> {
    await this.#metadata.commits.barrier(room, linkId);
    return this.#read(linkId);
  }

  async findShown(shown: string): Promise<ShareRecord | undefined> {
    await this.#metadata.commits.barrier(room, 'all');
    const row = this.#metadata.sql
      .get('SELECT * FROM shares WHERE link >= ? AND link < ? LIMIT 1')
      .get(shown, `${shown}~`);
    return row === undefined ? undefined : this.#recordOf(row);
  }

  async list({ kind, accountId, accessKeyId, cursor, limit }: ShareQuery): Promise<Page<ShareRecord>> {
    await this.#metadata.commits.barrier(room, 'all');
    const rows = this.#metadata.sql
      .get(
        `SELECT * FROM shares WHERE kind = ? AND n < ? AND (? IS NULL OR account = ?) AND (? IS NULL OR akid = ?)
         ORDER BY n DESC LIMIT ?`,
      )
      .all(
        kind,
        cursorOf(cursor),
        accountId ?? null,
        accountId ?? null,
        accessKeyId ?? null,
        accessKeyId ?? null,
        limit + 1,
      );
    const pieces = new Pieces(this.#metadata.clock);
    const items: ShareRecord[] = [];
    const { items: shown, next } = pageOf(rows, limit, (row) => row);
    for (const row of shown) {
      if (pieces.isOver) await pieces.next();
      items.push(this.#recordOf(row));
    }
    return { items, next };
  }

  edit(linkId: string, change: ShareChange): Promise<ShareRecord | undefined> {
    return this.#write(linkId, (sql) => {
      const found = this.#read(linkId);
      if (found === undefined) return undefined;
      const record = { ...found, ...change };
      sql
        .get(
          `UPDATE shares SET limits = ?, password_hash = ?, title = ?, note = ?, expires_ms = ?, closed_ms = ?,
             notify = ? WHERE link = ?`,
        )
        .run(
          JSON.stringify(record.limits),
          record.passwordHash ?? null,
          record.title ?? null,
          record.note ?? null,
          record.expiresAtMs ?? null,
          record.closedAtMs ?? null,
          notifyText(record),
          linkId,
        );
      return record;
    });
  }

  takeTry(linkId: string, client: string, nowMs: number): Promise<number | undefined> {
    return this.#write(`${linkId} tries`, (sql) => {
      const row = sql.get('SELECT * FROM share_tries WHERE link = ? AND client = ?').get(linkId, client);
      const isOver = row === undefined || nowMs - numberOf(row, 'since_ms') >= passwordWindowMs;
      const count = isOver ? 0 : numberOf(row, 'count');
      if (count >= passwordTries) return undefined;
      sql
        .get(
          `INSERT INTO share_tries (link, client, since_ms, count) VALUES (?, ?, ?, ?)
           ON CONFLICT (link, client) DO UPDATE SET since_ms = excluded.since_ms, count = excluded.count`,
        )
        .run(linkId, client, isOver ? nowMs : numberOf(row, 'since_ms'), count + 1);
      return passwordTries - count - 1;
    });
  }

  forgiveTries(linkId: string, client: string): Promise<void> {
    return this.#write(`${linkId} tries`, (sql) => {
      sql.get('DELETE FROM share_tries WHERE link = ? AND client = ?').run(linkId, client);
    });
  }

  reserveFile(plan: FilePlan): Promise<Reservation> {
    return this.#files.reserve(plan);
  }

  keepFile(bucket: string, key: string, nowMs: number): Promise<void> {
    return this.#files.keep(bucket, key, nowMs);
  }

  releaseFile(bucket: string, key: string): Promise<void> {
    return this.#files.release(bucket, key);
  }

  finishFile(link: LinkFacts, bucket: string, file: ReceivedFile): FileCounts | undefined {
    return this.#files.finish(link, bucket, file);
  }

  countFiles(linkId: string): Promise<FileCounts> {
    return this.#files.count(linkId);
  }

  async listFiles({ linkId, cursor, limit }: Parameters<ShareStore['listFiles']>[0]): Promise<Page<ReceivedFile>> {
    return pageOf(await this.#files.list(linkId, cursorOf(cursor), limit + 1), limit, fileOf);
  }

  async sweep(nowMs: number): Promise<void> {
    await this.#sweep(
      'DELETE FROM share_tries WHERE (link, client) IN (SELECT link, client FROM share_tries WHERE since_ms < ? LIMIT ?)',
      nowMs - passwordWindowMs,
    );
    await this.#files.sweep();
  }

  async #sweep(statement: string, beforeMs: number): Promise<void> {
    for (let removed = sliceRows; removed === sliceRows; ) {
      removed = await this.#write('', (sql) => Number(sql.get(statement).run(beforeMs, sliceRows).changes));
    }
  }

  #write<Value>(name: string, work: (sql: Metadata['sql']) => Value): Promise<Value> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [name] }, () => work(sql));
  }

  #read(linkId: string): ShareRecord | undefined {
    const row = this.#metadata.sql.get('SELECT * FROM shares WHERE link = ?').get(linkId);
    return row === undefined ? undefined : this.#recordOf(row);
  }

  #recordOf(row: Row): ShareRecord {
    const linkId = textOf(row, 'link');
    const token = openSecret(this.#masterKey, shareLabel(linkId), bytesOf(row, 'sealed_token'));
    if (token === undefined) throw new Error('The token of a share does not open under the master key.');
    const target: ShareTarget = JSON.parse(textOf(row, 'target'));
    return {
      linkId,
      kind: textOf(row, 'kind') === 'request' ? 'request' : 'share',
      token: token.reveal(),
      accountId: textOf(row, 'account'),
      accessKeyId: textOf(row, 'akid'),
      target,
      limits: limitsFromJson(textOf(row, 'limits')),
      passwordHash: optionalText(row, 'password_hash'),
      title: optionalText(row, 'title'),
      note: optionalText(row, 'note'),
      createdAtMs: numberOf(row, 'created_ms'),
      expiresAtMs: optionalNumber(row, 'expires_ms'),
      closedAtMs: optionalNumber(row, 'closed_ms'),
      notify: notifyOf(row),
    };
  }
}

/** Most requests tell nobody. */
function notifyText({ notify }: ShareRecord): string | null {
  return notify.length === 0 ? null : JSON.stringify(notify);
}

function notifyOf(row: Row): readonly string[] {
  const text = optionalText(row, 'notify');
  return text === undefined ? [] : JSON.parse(text);
}

function cursorOf(cursor: string | undefined): number {
  const n = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number.parseInt(cursor, 36);
  return Number.isSafeInteger(n) ? n : 0;
}

function pageOf<Item>(rows: readonly Row[], limit: number, read: (row: Row) => Item): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? numberOf(last, 'n').toString(36) : undefined;
  return { items: shown.map(read), next };
}
