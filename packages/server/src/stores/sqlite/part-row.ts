import type { PartRecord } from '../object-store.ts';
import { numberOf, optionalText, type Row, textOf } from './rows.ts';
import { readChecksumValues } from './stored-json.ts';

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
