import type { PartRecord } from '../../objects/object-store.ts';
import { partSum } from '../schema/row-sums.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readChecksumValues } from '../schema/stored-json.ts';

/** Whether a row is the part of that upload that was written: what it names is its own then. */
export function isWholePart(upload: number, row: Row): boolean {
  const { inline, inline_sum, file, list, size } = row;
  return partSum(upload, numberOf(row, 'part_no'), { inline, inline_sum, file, list, size }) === row['sum'];
}

/** A row as a part. */
export function partRecordOf(row: Row): PartRecord {
  return {
    partNumber: numberOf(row, 'part_no'),
    sizeBytes: numberOf(row, 'size'),
    etag: textOf(row, 'etag'),
    modifiedAtMs: numberOf(row, 'mtime_ms'),
    checksums: readChecksumValues(optionalText(row, 'checksums')),
  };
}
