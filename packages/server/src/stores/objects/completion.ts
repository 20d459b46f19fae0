import { createHash } from 'node:crypto';
import { combineChecksums, multipartEtag, refusal } from '@tidegate/protocol';
import type { Completion, PartRecord, StoredChecksums, UploadLimits, UploadRecord } from './object-store.ts';

/** How long a completed upload answers the same again (REL-5). */
export const completionKeptMs = 86_400_000;

/** What an upload becomes. */
export type JudgedCompletion<Part extends PartRecord> = {
  readonly parts: readonly Part[];
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksums: StoredChecksums | undefined;
};

/**
 * Compares the parts that a caller names with those that were stored (STO-72…75).
 * @throws S3Error InvalidPartOrder, InvalidPart, EntityTooSmall, EntityTooLarge, BadDigest, InvalidRequest
 */
export function judgeCompletion<Part extends PartRecord>(
  upload: Pick<UploadRecord, 'uploadId' | 'checksum' | 'linkLimits'>,
  stored: ReadonlyMap<number, Part>,
  completion: Completion,
): JudgedCompletion<Part> {
  if (completion.parts.length === 0) throw invalidRequest('You must specify at least one part');
  const parts = chosenParts(upload.uploadId, stored, completion);
  for (const part of parts.slice(0, -1)) {
    if (part.sizeBytes >= completion.minPartBytes) continue;
    throw refusal('EntityTooSmall', {
      ProposedSize: part.sizeBytes,
      MinSizeAllowed: completion.minPartBytes,
      PartNumber: part.partNumber,
      ETag: part.etag,
    });
  }
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkUploadLimits(upload.linkLimits, sizeBytes);
  const { expectSizeBytes } = completion;
  if (expectSizeBytes !== undefined && expectSizeBytes !== sizeBytes) {
    throw invalidRequest('The provided x-amz-mp-object-size does not match the size of the object.');
  }
  const checksums = checksumsOf(upload, parts);
  compareExpected(checksums, completion.expectChecksums, parts.length);
  return { parts, sizeBytes, etag: multipartEtag(parts.map((part) => part.etag)), checksums };
}

/** LNK-39: the sum of the parts, however they came. */
function checkUploadLimits(limits: UploadLimits | undefined, sizeBytes: number): void {
  const { minBytes = 0, maxBytes = Number.POSITIVE_INFINITY } = limits ?? {};
  if (sizeBytes > maxBytes) throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes });
  if (sizeBytes < minBytes) throw refusal('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: minBytes });
}

/** Names one way of completing an upload: the same text, the same parts (REL-5). */
export function completionFingerprint(completion: Completion): string {
  const hash = createHash('sha256');
  for (const { partNumber, etag } of completion.parts) hash.update(`${partNumber} ${etag}\n`);
  return hash.digest('hex');
}

function chosenParts<Part extends PartRecord>(
  uploadId: string,
  stored: ReadonlyMap<number, Part>,
  completion: Completion,
): readonly Part[] {
  let last = 0;
  for (const { partNumber } of completion.parts) {
    if (partNumber <= last) throw refusal('InvalidPartOrder', { UploadId: uploadId });
    last = partNumber;
  }
  return completion.parts.map(({ partNumber, etag, checksums }) => {
    const part = stored.get(partNumber);
    const isNamed = part !== undefined && part.etag === etag && holds(part.checksums, checksums);
    if (!isNamed) throw refusal('InvalidPart', { UploadId: uploadId, PartNumber: partNumber, ETag: etag });
    return part;
  });
}

function holds(stored: StoredChecksums['values'], claimed: StoredChecksums['values']): boolean {
  const values: Readonly<Record<string, string | undefined>> = stored;
  return Object.entries(claimed).every(([algorithm, value]) => values[algorithm] === value);
}

function checksumsOf(
  upload: Pick<UploadRecord, 'checksum'>,
  parts: readonly PartRecord[],
): StoredChecksums | undefined {
  if (upload.checksum === undefined) return undefined;
  const { algorithm, type } = upload.checksum;
  const values = parts.map((part) => ({ value: part.checksums[algorithm] ?? '', sizeBytes: part.sizeBytes }));
  return { type, values: { [algorithm]: combineChecksums(algorithm, type, values) } };
}

function compareExpected(
  checksums: StoredChecksums | undefined,
  expected: StoredChecksums['values'],
  partCount: number,
): void {
  const values: Readonly<Record<string, string | undefined>> = checksums?.values ?? {};
  for (const [algorithm, value] of Object.entries(expected)) {
    const computed = values[algorithm];
    if (computed === undefined) {
      throw invalidRequest(`The upload was not created with the checksum algorithm ${algorithm}.`);
    }
    // A composite checksum is sent with or without its number of parts.
    if (value === computed || `${value}-${partCount}` === computed) continue;
    throw refusal('BadDigest', {}, undefined, `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}

function invalidRequest(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}
