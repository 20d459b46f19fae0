import type { Finding } from '../../upkeep/check-report.ts';
import { versionSumSql } from '../schema/row-sums.ts';
import type { Row } from '../schema/rows.ts';

/** A question for rows that are not what was written. `table` and `named` are columns of each. */
export type SumRule = { readonly kind: Finding['kind']; readonly sql: string };

/** What makes such a row be told of. */
export const damagedText = 'the row is not what was written';

function versions(table: 'objects' | 'versions', marker: string): SumRule {
  return {
    kind: 'damaged-row',
    sql: `SELECT '${table}' AS damaged, o.bucket, o.key, o.version_id FROM ${table} o
          LEFT JOIN version_headers h ON h.id = o.headers WHERE o.sum <> ${versionSumSql(marker)}`,
  };
}

/** The cipher is read where there is one: to tell that there is none takes no more than the beginning of the row. */
const bodySum = 'CASE WHEN b.cipher IS NULL THEN b.crc ELSE sum_of_inline(b.crc, b.cipher) END';

const holders = [
  ['objects', 't.bucket, t.key, t.version_id'],
  ['versions', 't.bucket, t.key, t.version_id'],
  ['parts', 't.upload, t.part_no'],
  ['segments', 't.list, t.start'],
] as const;

/** For each table, those whose sum is another (`row-sums.ts`), and those whose small body is another than theirs. */
export const sumRules: readonly SumRule[] = [
  versions('objects', '0'),
  versions('versions', 'o.is_marker'),
  {
    kind: 'damaged-row',
    sql: `SELECT 'segments' AS damaged, list, start FROM segments
          WHERE sum <> sum_of_segment(list, start, inline, inline_sum, file, offset, size)`,
  },
  {
    kind: 'damaged-row',
    sql: `SELECT 'parts' AS damaged, upload, part_no FROM parts
          WHERE sum <> sum_of_part(upload, part_no, inline, inline_sum, file, list, size)`,
  },
  {
    kind: 'damaged-row',
    sql: "SELECT 'segment_lists' AS damaged, id AS named_list FROM segment_lists WHERE sum <> sum_of_list(id, part_sizes)",
  },
  {
    kind: 'damaged-row',
    sql: "SELECT 'blobs' AS damaged, id AS named_file FROM blobs WHERE sum <> sum_of_file(id, size, blocks, cipher)",
  },
  {
    kind: 'damaged-row',
    sql: `SELECT 'buckets' AS damaged, name FROM buckets
          WHERE sum <> sum_of_bucket(name, id, owner, region, created_ms, config)`,
  },
  ...holders.map(
    ([table, columns]): SumRule => ({
      kind: 'damaged-body',
      sql: `SELECT '${table}' AS damaged, ${columns} FROM ${table} t JOIN inline_bodies b ON b.blob = t.inline
            WHERE t.inline_sum IS NOT ${bodySum}`,
    }),
  ),
];

/** What a damaged row is told as. */
export function damagedSubject(row: Row): string {
  if (typeof row['key'] === 'string') return row['key'];
  const name = row['named_file'] ?? row['named_list'] ?? row['name'] ?? row['list'] ?? row['upload'];
  return `${String(row['damaged'])} ${String(name)}`;
}
