import type { DatabaseSync } from 'node:sqlite';
import { crc32c } from '@tidegate/protocol';
import type { Row } from './rows.ts';

/**
 * What rows prove themselves by (REL-12): a sum over all that leads from a name to its bytes, and over the name itself. A row that
 * SQLite hands out for another, or that is not what was written, does not keep it. Part of the format: never changed.
 */

const multiplier = 0x9e37_79b1;
const two32 = 4_294_967_296;

/** Takes a value into a sum. Each step maps sums to sums one to one, so that what differs once stays different. */
function mix(sum: number, value: unknown): number {
  let mixed = sum;
  if (typeof value === 'string') {
    const { length } = value;
    for (let at = 0; at < length; at += 1) {
      mixed = Math.imul(mixed ^ value.charCodeAt(at), multiplier);
      mixed ^= mixed >>> 15;
    }
    return Math.imul(mixed ^ (length + 0x1_0000), multiplier);
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    mixed = Math.imul(mixed ^ value, multiplier);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed ^ Math.floor(value / two32), multiplier);
    return mixed ^ (mixed >>> 15);
  }
  return Math.imul(mixed ^ (value === null ? 0x2_0000 : 0x3_0000), multiplier);
}

/** Of a version: all its columns, the text of its headers, and the bucket and key that were asked for. */
export function versionSum(bucket: number, key: string, row: Row): number {
  let sum = mix(mix(1, bucket), key);
  sum = mix(sum, row['version_id']);
  sum = mix(sum, row['seq']);
  sum = mix(sum, row['size']);
  sum = mix(sum, row['etag']);
  sum = mix(sum, row['mtime_ms']);
  sum = mix(sum, row['owner']);
  sum = mix(sum, row['acl']);
  sum = mix(sum, row['content_type']);
  sum = mix(sum, row['checksums']);
  sum = mix(sum, row['inline']);
  sum = mix(sum, row['inline_sum']);
  sum = mix(sum, row['file']);
  sum = mix(sum, row['list']);
  sum = mix(sum, row['headers_id']);
  sum = mix(sum, row['headers']);
  sum = mix(sum, row['tags']);
  sum = mix(sum, row['lock']);
  sum = mix(sum, row['encryption']);
  if (row['is_marker'] === 1) sum = mix(sum, 'marker');
  return sum >>> 0;
}

/** What a row that holds a body knows of it. */
type SummedPlace = {
  readonly inline: unknown;
  readonly inline_sum: unknown;
  readonly file: unknown;
  readonly list: unknown;
};

/** Binds a sum to the two numbers that a row is found by. Plain arithmetic, so that SQL can move a row to another name. */
function bound(sum: number, first: number, second: number): number {
  return (sum + (first % 65_521) * 65_537 + (second % 4_294_967_291)) % two32;
}

function placeSum(place: SummedPlace, offset: unknown, size: unknown): number {
  let sum = mix(mix(2, offset), size);
  sum = mix(sum, place.inline);
  sum = mix(sum, place.inline_sum);
  sum = mix(sum, place.file);
  return mix(sum, place.list) >>> 0;
}

/** Of a segment of a list. */
export function segmentSum(
  list: number,
  start: number,
  row: Omit<SummedPlace, 'list'> & { readonly offset: unknown; readonly size: unknown },
): number {
  const place = { inline: row.inline, inline_sum: row.inline_sum, file: row.file, list: null };
  return bound(placeSum(place, row.offset, row.size), list, start);
}

/** Of a part of an upload: its bytes. */
export function partSum(upload: number, part: number, row: SummedPlace & { readonly size: unknown }): number {
  return bound(placeSum(row, 0, row.size), upload, part);
}

/** In SQL, the sum that a part's row has as a segment that begins at `start`. */
export function movedPartSum(list: string, start: string): string {
  const from = '((upload % 65521) * 65537 + part_no % 4294967291)';
  const to = `((${list} % 65521) * 65537 + (${start}) % 4294967291)`;
  return `(sum + 3 * ${two32} - ${from} + ${to}) % ${two32}`;
}

/** Of a list of segments: the sizes of its parts. */
export function listSum(id: number, partSizes: string): number {
  return mix(mix(3, id), partSizes) >>> 0;
}

/** Of a file: its size, the checksums of its blocks, and what opens it. */
export function fileSum(id: string, size: number, blocks: Uint8Array, cipher: Uint8Array | null): number {
  const sum = mix(mix(mix(mix(4, id), size), crc32c(blocks, 0)), cipher === null ? null : crc32c(cipher, 0));
  return sum >>> 0;
}

/** Of a small body whose own checksum is known, for whoever names it: what opens it is part of it. */
export function inlineSum(crc: number, cipher: Uint8Array | null): number {
  return cipher === null ? crc : crc32c(cipher, crc);
}

/** Of a bucket, and of the name that it was asked for by. */
export function bucketSum(name: string, row: Row): number {
  let sum = mix(mix(5, row['id']), name);
  sum = mix(sum, row['owner']);
  sum = mix(sum, row['region']);
  sum = mix(sum, row['created_ms']);
  return mix(sum, row['config']) >>> 0;
}

/** Of an access key: whose it is, all that it may, whether it works, and the name that it was asked for by. */
export function keySum(accessKeyId: string, row: Row): number {
  let sum = mix(mix(6, accessKeyId), row['account']);
  for (const column of keyRights) sum = mix(sum, row[column]);
  return sum >>> 0;
}

const keyRights = ['role', 'reach', 'governance', 'made_by', 'ceilings', 'note', 'created_ms', 'disabled_ms'] as const;

/** Of a secret of a key: its times. What is sealed proves itself. */
export function secretSum(accessKeyId: string, row: Row): number {
  const sum = mix(mix(7, accessKeyId), row['generation']);
  return mix(mix(sum, row['created_ms']), row['retire_ms']) >>> 0;
}

/** In SQL with `registerSums`, the sum of an access key and of a secret. */
export const keySumSql = `sum_of_key(akid, account, ${keyRights.join(', ')})`;
export const secretSumSql = 'sum_of_secret(akid, generation, created_ms, retire_ms)';

const versionColumns =
  'version_id, seq, size, etag, mtime_ms, owner, acl, content_type, checksums, inline, inline_sum, file, list, headers_id, ' +
  'headers, tags, lock, encryption, is_marker';

/** In SQL with `registerSums`, the sum of a version `o` with its headers `h`. @param marker `o.is_marker`, or `0` */
export function versionSumSql(marker: string): string {
  const columns = versionColumns.split(', ').map((name) => {
    if (name === 'headers_id') return 'o.headers';
    if (name === 'headers') return 'h.headers';
    return name === 'is_marker' ? marker : `o.${name}`;
  });
  return `sum_of_version(o.bucket, o.key, ${columns.join(', ')})`;
}

/** Lets SQL ask for sums: an upgrade fills them, and a check compares them. */
export function registerSums(database: DatabaseSync): void {
  const add = (name: string, sum: (...values: readonly SqlValue[]) => number): void =>
    database.function(name, { deterministic: true, varargs: true }, (...values: readonly SqlValue[]) => sum(...values));
  const names = versionColumns.split(', ');
  add('sum_of_version', (bucket, key, ...values) =>
    versionSum(Number(bucket), String(key), Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]))),
  );
  add('sum_of_segment', (list, start, inline, inline_sum, file, offset, size) =>
    segmentSum(Number(list), Number(start), { inline, inline_sum, file, offset, size }),
  );
  add('sum_of_part', (upload, part, inline, inline_sum, file, list, size) =>
    partSum(Number(upload), Number(part), { inline, inline_sum, file, list, size }),
  );
  add('sum_of_list', (id, partSizes) => listSum(Number(id), String(partSizes)));
  add('sum_of_file', (id, size, blocks, cipher) =>
    fileSum(String(id), Number(size), bytesOrEmpty(blocks), cipher === null ? null : bytesOrEmpty(cipher)),
  );
  add('sum_of_inline', (crc, cipher) => inlineSum(Number(crc), cipher === null ? null : bytesOrEmpty(cipher)));
  add('sum_of_bucket', (name, id, owner, region, created_ms, config) =>
    bucketSum(String(name), { id, owner, region, created_ms, config }),
  );
  add('sum_of_key', (akid, account, ...rights) =>
    keySum(String(akid), { account, ...Object.fromEntries(keyRights.map((name, at) => [name, rights[at] ?? null])) }),
  );
  add('sum_of_secret', (akid, generation, created_ms, retire_ms) =>
    secretSum(String(akid), { generation, created_ms, retire_ms }),
  );
}

type SqlValue = null | number | bigint | string | Uint8Array | undefined;

function bytesOrEmpty(value: SqlValue): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
