import type { LinkFacts } from '../../links/link-store.ts';
import {
  type FileCounts,
  type FilePlan,
  type ReceivedFile,
  type Reservation,
  reservedMs,
} from '../../links/share-store.ts';
import type { Statements } from '../schema/connection.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';
import { insertLink } from './link-rows.ts';

const room = ' shares';
const sliceRows = 500;

/** A reservation that no upload in pieces stands behind: its sender is a request that is under way, or gone. */
const isLoose = `size IS NULL AND NOT EXISTS (SELECT 1 FROM resumables r JOIN uploads u ON u.upload_id = r.upload_id
  WHERE r.bucket = f.bucket AND r.key = f.key AND r.state = 'open')`;

/** Since when a reservation has looked as it does, by the monotonic clock. */
type Watched = { readonly atMs: number; readonly sinceMs: number };

/**
 * Files of file requests (SHR-22, SHR-26). One that is on its way has a row without a size, which holds its name, its place among
 * the files and its bytes; the write that makes it visible gives the row its size. So caps hold over crashes and processes, and
 * whatever does not come gives back what it held.
 */
export class RequestFiles {
  readonly #metadata: Metadata;
  readonly #watched = new Map<number, Watched>();

  /** @param isFirst whether this process is the first on the database: what another one was receiving is over */
  constructor(metadata: Metadata, isFirst: boolean) {
    this.#metadata = metadata;
    if (isFirst) metadata.database.exec(`DELETE FROM request_files AS f WHERE ${isLoose}`);
  }

  reserve({ linkId, bucket, key, sizeBytes, caps, nowMs }: FilePlan): Promise<Reservation> {
    return this.#write(`${linkId} files`, (sql): Reservation => {
      const { files, bytes } = cameOf(sql, linkId);
      const held = sql
        .get(
          'SELECT count(*) AS files, coalesce(sum(reserved), 0) AS bytes FROM request_files WHERE link = ? AND size IS NULL',
        )
        .get(linkId);
      const [heldFiles, heldBytes] = held === undefined ? [0, 0] : [numberOf(held, 'files'), numberOf(held, 'bytes')];
      if (caps.files !== undefined && files + heldFiles >= caps.files) return { kind: 'full', what: 'files' };
      const leftBytes = caps.bytes === undefined ? undefined : caps.bytes - bytes - heldBytes;
      const wanted = sizeBytes ?? leftBytes ?? 0;
      if (leftBytes !== undefined && (wanted > leftBytes || (sizeBytes === undefined && leftBytes <= 0))) {
        return { kind: 'full', what: 'bytes' };
      }
      const made = sql
        .get(
          'INSERT INTO request_files (link, bucket, key, at_ms, reserved) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        )
        .run(linkId, bucket, key, nowMs, wanted);
      if (Number(made.changes) === 0) return { kind: 'taken' };
      return { kind: 'reserved', bytes: leftBytes === undefined ? undefined : wanted };
    });
  }

  keep(bucket: string, key: string, nowMs: number): Promise<void> {
    return this.#write('', (sql) => {
      // The clock may stand still, or go back: what counts is that the row changes.
      sql
        .get('UPDATE request_files SET at_ms = max(at_ms + 1, ?) WHERE bucket = ? AND key = ? AND size IS NULL')
        .run(nowMs, bucket, key);
    });
  }

  release(bucket: string, key: string): Promise<void> {
    return this.#write('', (sql) => {
      releaseFile(sql, bucket, key);
    });
  }

  /** Inside a transaction. The link's row shows the same counts, so that its state and its place in lists are right. */
  finish(link: LinkFacts, bucket: string, file: ReceivedFile): FileCounts | undefined {
    const { sql } = this.#metadata;
    const { changes } = sql
      .get(
        `UPDATE request_files SET name = ?, size = ?, sha256 = ?, receipt = ?, client = ?, at_ms = ?
         WHERE bucket = ? AND key = ? AND link = ? AND size IS NULL`,
      )
      .run(file.name, file.sizeBytes, file.sha256, file.receiptId, file.client, file.atMs, bucket, file.key, link.id);
    if (Number(changes) === 0) return undefined;
    sql
      .get('UPDATE shares SET came_files = came_files + 1, came_bytes = came_bytes + ? WHERE link = ?')
      .run(file.sizeBytes, link.id);
    const counts = countsOf(sql, link.id);
    if (sql.get('SELECT 1 FROM links WHERE id = ?').get(link.id) === undefined) {
      insertLink(sql, link, { seenAtMs: file.atMs });
    }
    sql.get('UPDATE links SET spent_uses = ?, counted_bytes = ? WHERE id = ?').run(counts.files, counts.bytes, link.id);
    return counts;
  }

  async count(linkId: string): Promise<FileCounts> {
    const { commits, sql } = this.#metadata;
    // A file is counted by the write that makes it visible, in another room.
    await commits.barrierForAll();
    return commits.show(() => countsOf(sql, linkId));
  }

  async list(linkId: string, before: number, limit: number): Promise<readonly Row[]> {
    const { commits, sql } = this.#metadata;
    await commits.barrierForAll();
    return commits.show(() =>
      sql
        .get('SELECT * FROM request_files WHERE link = ? AND n < ? AND size IS NOT NULL ORDER BY n DESC LIMIT ?')
        .all(linkId, before, limit),
    );
  }

  /** Durations are the monotonic clock's: a wall clock that jumps takes no reservation from a sender. */
  async sweep(): Promise<void> {
    const nowMs = this.#metadata.clock.monotonicMs();
    const seen = new Set<number>();
    const find = this.#metadata.sql.get(
      `SELECT n, at_ms FROM request_files f WHERE ${isLoose} AND n > ? ORDER BY n LIMIT ${sliceRows}`,
    );
    for (let after = 0; ; ) {
      const rows = find.all(after);
      for (const row of rows) {
        const [n, atMs] = [numberOf(row, 'n'), numberOf(row, 'at_ms')];
        after = n;
        seen.add(n);
        const watched = this.#watched.get(n);
        if (watched?.atMs !== atMs) this.#watched.set(n, { atMs, sinceMs: nowMs });
        else if (nowMs - watched.sinceMs >= reservedMs) await this.#giveUp(n, atMs);
      }
      if (rows.length < sliceRows) break;
    }
    for (const n of this.#watched.keys()) if (!seen.has(n)) this.#watched.delete(n);
  }

  #giveUp(n: number, atMs: number): Promise<void> {
    this.#watched.delete(n);
    return this.#write('', (sql) => {
      sql.get(`DELETE FROM request_files AS f WHERE n = ? AND at_ms = ? AND ${isLoose}`).run(n, atMs);
    });
  }

  #write<Value>(name: string, work: (sql: Statements) => Value): Promise<Value> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [name] }, () => work(sql));
  }
}

/** Inside a transaction: nothing came under the key. */
export function releaseFile(sql: Statements, bucket: string, key: string): void {
  sql.get('DELETE FROM request_files WHERE bucket = ? AND key = ? AND size IS NULL').run(bucket, key);
}

/** Files of a request that came, and that are on their way. */
export function countsOf(sql: Statements, linkId: string): FileCounts {
  const open = sql.get('SELECT count(*) AS open FROM request_files WHERE link = ? AND size IS NULL').get(linkId);
  return { ...cameOf(sql, linkId), open: open === undefined ? 0 : numberOf(open, 'open') };
}

function cameOf(sql: Statements, linkId: string): { readonly files: number; readonly bytes: number } {
  const came = sql.get('SELECT came_files, came_bytes FROM shares WHERE link = ?').get(linkId);
  return came === undefined
    ? { files: 0, bytes: 0 }
    : { files: numberOf(came, 'came_files'), bytes: numberOf(came, 'came_bytes') };
}

export function fileOf(row: Row): ReceivedFile {
  return {
    name: textOf(row, 'name'),
    key: textOf(row, 'key'),
    sizeBytes: numberOf(row, 'size'),
    sha256: textOf(row, 'sha256'),
    atMs: numberOf(row, 'at_ms'),
    receiptId: textOf(row, 'receipt'),
    client: textOf(row, 'client'),
  };
}
