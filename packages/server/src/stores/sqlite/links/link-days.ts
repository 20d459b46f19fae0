import { readDayCursor, writeDayCursor } from '../../links/link-cursor.ts';
import type { DaySum, LinkStore, Page } from '../../links/link-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';

/** Rows that one page looks at. */
const mostScanned = 1_000;

/** Sums of links that were swept (LDG-85), the newest day first. */
export function listDays(
  { sql }: Pick<Metadata, 'sql'>,
  { bucket, accessKeyIds, fromMs, toMs, cursor, limit }: Parameters<LinkStore['listDays']>[0],
): Page<DaySum> {
  const after = cursor === undefined ? { dayMs: toMs, bucket: '', accessKeyId: '' } : readDayCursor(cursor);
  const wanted = accessKeyIds === undefined ? undefined : new Set(accessKeyIds);
  const rows = sql
    .get(
      `SELECT day_ms, bucket, akid, links, uses, bytes_in, bytes_out, refused FROM link_days
       WHERE (day_ms, bucket, akid) < (?, ?, ?) AND day_ms >= ? ORDER BY day_ms DESC, bucket DESC, akid DESC`,
    )
    .iterate(after.dayMs, after.bucket, after.accessKeyId, fromMs);
  const items: DaySum[] = [];
  let last: DaySum | undefined;
  let scanned = 0;
  for (const row of rows) {
    if (last !== undefined && (items.length === limit || scanned === mostScanned))
      return { items, next: writeDayCursor(last) };
    scanned += 1;
    last = sumOf(row);
    if (bucket !== undefined && last.bucket !== bucket) continue;
    if (wanted === undefined || wanted.has(last.accessKeyId)) items.push(last);
  }
  return { items, next: undefined };
}

function sumOf(row: Row): DaySum {
  return {
    dayMs: numberOf(row, 'day_ms'),
    bucket: textOf(row, 'bucket'),
    accessKeyId: textOf(row, 'akid'),
    links: numberOf(row, 'links'),
    uses: numberOf(row, 'uses'),
    bytesIn: numberOf(row, 'bytes_in'),
    bytesOut: numberOf(row, 'bytes_out'),
    refused: numberOf(row, 'refused'),
  };
}
