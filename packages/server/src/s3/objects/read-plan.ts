import {
  type ByteRange,
  formatHttpDate,
  judgeRead,
  parseRange,
  quoteEtag,
  type ReadConditions,
  rangeCounts,
  rangeRefusal,
  refusal,
  S3Error,
} from '@tidegate/protocol';
import type { VersionRecord } from '../../stores/objects/object-store.ts';

/** What a GET or HEAD asks of an object. */
export type RequestedRead = {
  readonly conditions: ReadConditions;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly partNumber: number | undefined;
};

/** The bytes that answer a read. `range` undefined: all of them, as a 200. */
export type ReadPlan = { readonly range: ByteRange | undefined; readonly partsCount: number | undefined };

const whole: ReadPlan = { range: undefined, partsCount: undefined };

/**
 * Decides what a read sends, from the version that was opened (SIG-103, SEC-415).
 * @throws S3Error NotModified, PreconditionFailed, InvalidRange, InvalidPart, InvalidRequest
 */
export function planRead(record: VersionRecord, requested: RequestedRead, nowMs: number): ReadPlan {
  const { conditions, range, ifRange, partNumber } = requested;
  const state = { etag: record.etag, lastModifiedMs: record.modifiedAtMs };
  const judged = judgeRead(conditions, state, nowMs);
  if (judged.outcome === 'not-modified') throw notModified(record);
  if (judged.outcome === 'failed') throw refusal('PreconditionFailed', { Condition: judged.condition });

  if (partNumber !== undefined) {
    if (range !== undefined) {
      throw refusal('InvalidRequest', {}, undefined, 'Cannot specify both Range header and partNumber query parameter');
    }
    return planPart(record, partNumber);
  }
  if (range === undefined || !rangeCounts(ifRange, state)) return whole;
  const parsed = parseRange(range, record.sizeBytes);
  if (parsed === 'unsatisfiable') throw rangeRefusal(range, record.sizeBytes);
  return { range: parsed, partsCount: undefined };
}

/** An object that was put whole is its own part 1. */
function planPart(record: VersionRecord, partNumber: number): ReadPlan {
  const sizes = sizesOf(record);
  const sizeBytes = checkPartExists(record, partNumber);
  const partsCount = record.partSizes.length === 0 ? undefined : record.partSizes.length;
  if (sizeBytes === 0) return { range: undefined, partsCount };
  let start = 0;
  for (const size of sizes.slice(0, partNumber - 1)) start += size;
  return { range: { start, end: start + sizeBytes - 1 }, partsCount };
}

/** @returns its size @throws S3Error InvalidPart */
export function checkPartExists(record: VersionRecord, partNumber: number): number {
  const sizeBytes = sizesOf(record)[partNumber - 1];
  if (sizeBytes === undefined) throw refusal('InvalidPart', { PartNumber: partNumber });
  return sizeBytes;
}

function sizesOf({ partSizes, sizeBytes }: VersionRecord): readonly number[] {
  return partSizes.length === 0 ? [sizeBytes] : partSizes;
}

/** 304 with the headers that a cache needs to go on using what it has (RFC 9110 section 15.4.5). */
function notModified(record: VersionRecord): S3Error {
  const headers: Record<string, string> = {
    etag: quoteEtag(record.etag),
    'last-modified': formatHttpDate(record.modifiedAtMs),
  };
  for (const name of ['cache-control', 'expires']) {
    const value = record.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  return new S3Error({ code: 'NotModified', headers });
}
