import type { ResumablePiece, ResumableRecord, ResumableStore } from '../../objects/resumable-store.ts';
import { releaseFile } from '../links/request-files.ts';
import type { Metadata } from '../schema/metadata.ts';
import { bytesOf, numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';
import { closeUpload } from './uploads.ts';

const room = ' resumables';
const sliceRows = 100;

/** Resumable uploads in the metadata. */
export class SqliteResumables implements ResumableStore {
  readonly #metadata: Metadata;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  async read(linkId: string): Promise<ResumableRecord | undefined> {
    const { commits } = this.#metadata;
    // A piece is counted by the write that keeps it, in another room.
    await commits.barrierForAll();
    return commits.show(() => this.#find(linkId));
  }

  replace(record: Omit<ResumableRecord, 'writer'>, seen: number | undefined): Promise<ResumableRecord | undefined> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [record.linkId] }, () => {
      const found = this.#find(record.linkId);
      if (found?.writer !== seen) return undefined;
      const writer = (seen ?? 0) + 1;
      sql
        .get(
          `INSERT OR REPLACE INTO resumables (link, bucket, key, state, upload_id, length, by_length, received, pieces, digest,
             metadata, writer, ends_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          record.linkId,
          record.bucket,
          record.key,
          record.state,
          record.uploadId,
          record.lengthBytes ?? null,
          record.endsByLength ? 1 : 0,
          record.offsetBytes,
          record.pieces,
          record.digest ?? null,
          record.metadata ?? null,
          writer,
          record.endsAtMs ?? null,
        );
      return { ...record, writer };
    });
  }

  takeOver(
    linkId: string,
    { writer, offsetBytes }: Pick<ResumableRecord, 'writer' | 'offsetBytes'>,
    { lengthBytes, endsByLength }: Pick<ResumableRecord, 'lengthBytes' | 'endsByLength'>,
  ): Promise<ResumableRecord | undefined> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [linkId] }, () => {
      const { changes } = sql
        .get(
          `UPDATE resumables SET writer = writer + 1, length = ?, by_length = ?
           WHERE link = ? AND writer = ? AND received = ? AND state = 'open'`,
        )
        .run(lengthBytes ?? null, endsByLength ? 1 : 0, linkId, writer, offsetBytes);
      return Number(changes) === 1 ? this.#find(linkId) : undefined;
    });
  }

  advance(linkId: string, writer: number, { sizeBytes, digest }: ResumablePiece): boolean {
    const { changes } = this.#metadata.sql
      .get(
        `UPDATE resumables SET received = received + ?, pieces = pieces + 1, digest = ?
         WHERE link = ? AND writer = ? AND state = 'open'`,
      )
      .run(sizeBytes, digest ?? null, linkId, writer);
    return Number(changes) === 1;
  }

  isWriter(linkId: string, writer: number): boolean {
    const { sql } = this.#metadata;
    const open = "SELECT 1 FROM resumables WHERE link = ? AND writer = ? AND state = 'open'";
    return sql.get(open).get(linkId, writer) !== undefined;
  }

  complete(linkId: string, writer: number): boolean {
    const { changes } = this.#metadata.sql
      .get(`UPDATE resumables SET state = 'complete', upload_id = '' WHERE link = ? AND writer = ? AND state = 'open'`)
      .run(linkId, writer);
    return Number(changes) === 1;
  }

  async sweep(beforeMs: number): Promise<void> {
    const { commits, sql } = this.#metadata;
    const old = sql.get(
      `SELECT link, state, bucket, key, upload_id FROM resumables WHERE ends_ms < ? LIMIT ${sliceRows}`,
    );
    while (old.all(beforeMs).length > 0) {
      await commits.write({ room, names: [] }, () => {
        for (const row of old.all(beforeMs)) {
          const upload = sql.get('SELECT id FROM uploads WHERE upload_id = ?').get(textOf(row, 'upload_id'));
          if (upload !== undefined) closeUpload(this.#metadata, numberOf(upload, 'id'));
          // Of a file request: what it reserved for the file is free again (SHR-26).
          const isOfRequest = textOf(row, 'link').includes('/');
          if (isOfRequest && textOf(row, 'state') === 'open')
            releaseFile(sql, textOf(row, 'bucket'), textOf(row, 'key'));
          sql.get('DELETE FROM resumables WHERE link = ?').run(textOf(row, 'link'));
        }
      });
    }
  }

  #find(linkId: string): ResumableRecord | undefined {
    const row = this.#metadata.sql.get('SELECT * FROM resumables WHERE link = ?').get(linkId);
    return row === undefined ? undefined : recordOf(row);
  }
}

function recordOf(row: Row): ResumableRecord {
  const state = textOf(row, 'state');
  return {
    linkId: textOf(row, 'link'),
    bucket: textOf(row, 'bucket'),
    key: textOf(row, 'key'),
    state: state === 'open' || state === 'complete' ? state : 'ended',
    uploadId: textOf(row, 'upload_id'),
    lengthBytes: optionalNumber(row, 'length'),
    endsByLength: numberOf(row, 'by_length') === 1,
    offsetBytes: numberOf(row, 'received'),
    pieces: numberOf(row, 'pieces'),
    digest: row['digest'] === null ? undefined : bytesOf(row, 'digest'),
    metadata: optionalText(row, 'metadata'),
    writer: numberOf(row, 'writer'),
    endsAtMs: optionalNumber(row, 'ends_ms'),
  };
}
