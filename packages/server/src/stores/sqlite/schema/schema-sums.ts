import { keySumSql, secretSumSql, versionSumSql } from './row-sums.ts';

const added = ['objects', 'versions', 'segments', 'segment_lists', 'parts', 'blobs', 'buckets'].map(
  (table) => `ALTER TABLE ${table} ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;`,
);

/** A holder of a small body keeps its checksum too: another in its place does not have it. */
const ofInline = ['objects', 'versions', 'segments', 'parts'].map(
  (table) => `
  ALTER TABLE ${table} ADD COLUMN inline_sum INTEGER;
  UPDATE ${table} SET inline_sum = (SELECT sum_of_inline(b.crc, b.cipher) FROM inline_bodies b WHERE b.blob = inline)
    WHERE inline IS NOT NULL;`,
);

/** Gives each version the sum that it should have. */
export function fillVersions(table: 'objects' | 'versions', marker: string): string {
  return `UPDATE ${table} AS o SET sum = (SELECT ${versionSumSql(marker)} FROM (SELECT 1)
    LEFT JOIN version_headers h ON h.id = o.headers);`;
}

/**
 * Rows that prove themselves (`row-sums.ts`). Filled for the rows that are there, whatever they are by then; small bodies keep
 * their rows, which would be most of the database to write anew.
 */
export const addSums = `
  ${added.join('\n  ')}
  ${ofInline.join('')}
  ${fillVersions('objects', '0')}
  ${fillVersions('versions', 'o.is_marker')}
  UPDATE segments SET sum = sum_of_segment(list, start, inline, inline_sum, file, offset, size);
  UPDATE parts SET sum = sum_of_part(upload, part_no, inline, inline_sum, file, list, size);
  UPDATE segment_lists SET sum = sum_of_list(id, part_sizes);
  UPDATE blobs SET sum = sum_of_file(id, size, blocks, cipher);
  UPDATE buckets SET sum = sum_of_bucket(name, id, owner, region, created_ms, config);`;

/** Access keys and their secrets prove themselves too. */
export const addKeySums = `
  ALTER TABLE access_keys ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE key_secrets ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
  UPDATE access_keys SET sum = ${keySumSql};
  UPDATE key_secrets SET sum = ${secretSumSql};`;
