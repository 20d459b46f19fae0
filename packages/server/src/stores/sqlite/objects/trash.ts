import type { Metadata } from '../schema/metadata.ts';
import { readMeta, writeMeta } from '../schema/open-metadata.ts';
import { numberOf, optionalNumber, optionalText, textOf } from '../schema/rows.ts';
import { emptyPlace, freeBody, isWholeSegment, placeOf } from './bodies.ts';
import { isWholePart } from './part-row.ts';

/** The room of housekeeping among what writes touch: no reader waits for it. */
const touches = { room: ' trash', names: ['trash'] };
/** Rows of one slice. 500 take about 3 ms. */
const sliceRows = 500;

/** Takes apart at most a slice of aborted uploads and dropped lists, sparing what `isPinned` names. @returns whether there was any */
export function dismantle(metadata: Metadata, isPinned: (list: number) => boolean): Promise<boolean> {
  if (!hasRows(metadata, 'upload_trash') && unpinnedList(metadata, isPinned) === undefined)
    return Promise.resolve(false);
  return metadata.commits.write(touches, () => {
    if (dismantleUpload(metadata)) return true;
    const list = unpinnedList(metadata, isPinned);
    if (list === undefined) return false;
    dismantleList(metadata, list);
    return true;
  });
}

/** Lists that nothing refers to, at most a slice. */
export function droppedLists(metadata: Metadata): readonly number[] {
  const rows = metadata.sql.get('SELECT list FROM list_trash LIMIT ?').all(sliceRows);
  return rows.map((row) => numberOf(row, 'list'));
}

/** Files that nothing refers to, at most a slice. */
export function readTrash(metadata: Metadata): readonly string[] {
  const rows = metadata.sql.get('SELECT blob FROM blob_trash LIMIT ?').all(sliceRows);
  return rows.map((row) => textOf(row, 'blob'));
}

/** Forgets files that were removed. */
export function dropTrash(metadata: Metadata, files: readonly string[]): Promise<void> {
  const { commits, sql } = metadata;
  return commits.write(touches, () => {
    for (const file of files) {
      sql.get('DELETE FROM blobs WHERE id = ?').run(file);
      sql.get('DELETE FROM blob_trash WHERE blob = ?').run(file);
    }
  });
}

/** Those of the ids that the ledger does not have. */
export function unknownFiles(metadata: Metadata, ids: readonly string[]): readonly string[] {
  const known = metadata.sql.get('SELECT 1 FROM blobs WHERE id = ?');
  return ids.filter((id) => known.get(id) === undefined);
}

/** Aborts a slice of old uploads. @returns whether there may be more */
export function abortUploads(metadata: Metadata, beforeMs: number): Promise<boolean> {
  const { sql, commits } = metadata;
  const find = 'SELECT id FROM uploads WHERE initiated_ms < ? LIMIT ?';
  if (sql.get(find).get(beforeMs, 1) === undefined) return Promise.resolve(false);
  return commits.write(touches, () => {
    const rows = sql.get(find).all(beforeMs, sliceRows);
    for (const row of rows) {
      const id = numberOf(row, 'id');
      sql.get('DELETE FROM uploads WHERE id = ?').run(id);
      sql.get('INSERT OR IGNORE INTO upload_trash (upload) VALUES (?)').run(id);
    }
    return rows.length === sliceRows;
  });
}

/** The first bucket with a lifecycle behind a name. */
export async function lifecycleBucket({ sql, commits }: Metadata, after: string): Promise<string | undefined> {
  await commits.barrierForAll();
  const row = sql
    .get(
      // A bucket whose configuration cannot be read is listed too: opening it reports the damage.
      `SELECT name FROM buckets WHERE name > ?
       AND CASE WHEN json_valid(config) THEN json_extract(config, '$.lifecycle') IS NOT NULL ELSE TRUE END ORDER BY name LIMIT 1`,
    )
    .get(after);
  return row === undefined ? undefined : textOf(row, 'name');
}

/** What a job has noted for itself. */
export async function readNote({ sql, commits }: Metadata, job: string): Promise<string | undefined> {
  await commits.barrierForAll();
  return readMeta(sql, `job ${job}`);
}

export function writeNote({ sql, commits }: Metadata, job: string, text: string): Promise<void> {
  return commits.write(touches, () => writeMeta(sql, `job ${job}`, text));
}

/** Forgets a slice of old answers. @returns whether there may be more */
export function forgetCompletions(metadata: Metadata, beforeMs: number): Promise<boolean> {
  const { sql, commits } = metadata;
  if (sql.get('SELECT 1 FROM completions WHERE completed_ms < ? LIMIT 1').get(beforeMs) === undefined) {
    return Promise.resolve(false);
  }
  return commits.write(touches, () => {
    const { changes } = sql
      .get(
        'DELETE FROM completions WHERE upload_id IN (SELECT upload_id FROM completions WHERE completed_ms < ? LIMIT ?)',
      )
      .run(beforeMs, sliceRows);
    return Number(changes) === sliceRows;
  });
}

function hasRows(metadata: Metadata, table: 'upload_trash'): boolean {
  return metadata.sql.get(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined;
}

function unpinnedList(metadata: Metadata, isPinned: (list: number) => boolean): number | undefined {
  return droppedLists(metadata).find((list) => !isPinned(list));
}

function dismantleUpload(metadata: Metadata): boolean {
  const { sql } = metadata;
  const row = sql.get('SELECT upload FROM upload_trash LIMIT 1').get();
  if (row === undefined) return false;
  const upload = numberOf(row, 'upload');
  const parts = sql.get('SELECT * FROM parts WHERE upload = ? LIMIT ?').all(upload, sliceRows);
  for (const part of parts) {
    sql.get('DELETE FROM parts WHERE upload = ? AND part_no = ?').run(upload, numberOf(part, 'part_no'));
    // What a damaged row names may be another's.
    if (isWholePart(upload, part)) freeBody(metadata, placeOf(part));
  }
  if (parts.length < sliceRows) sql.get('DELETE FROM upload_trash WHERE upload = ?').run(upload);
  return true;
}

function dismantleList(metadata: Metadata, list: number): void {
  const { sql } = metadata;
  const segments = sql.get('SELECT * FROM segments WHERE list = ? LIMIT ?').all(list, sliceRows);
  for (const segment of segments) {
    sql.get('DELETE FROM segments WHERE list = ? AND start = ?').run(list, numberOf(segment, 'start'));
    if (!isWholeSegment(list, segment)) continue;
    freeBody(metadata, {
      ...emptyPlace,
      inline: optionalNumber(segment, 'inline'),
      file: optionalText(segment, 'file'),
    });
  }
  if (segments.length === sliceRows) return;
  sql.get('DELETE FROM segment_lists WHERE id = ?').run(list);
  sql.get('DELETE FROM list_trash WHERE list = ?').run(list);
}
