import { Readable } from 'node:stream';
import { type ByteRange, refusal, S3Error } from '@tidegate/protocol';
import { BodyHashes } from '../objects/body-intake.ts';
import { failedSourceCondition } from '../objects/conditions.ts';
import { checkPartKey, sharesBodies } from '../objects/object-encryption.ts';
import type {
  Guard,
  OpenedObject,
  PartRange,
  PartRecord,
  PartTarget,
  SourceCondition,
  UploadRecord,
  VersionRecord,
} from '../objects/object-store.ts';
import {
  type BodyPlace,
  emptyPlace,
  insertBody,
  insertList,
  readInline,
  readSegments,
  type Segment,
  shareBody,
} from '../sqlite/objects/bodies.ts';
import { findObject } from '../sqlite/objects/find-object.ts';
import { putPart } from '../sqlite/objects/parts.ts';
import { findUpload } from '../sqlite/objects/uploads.ts';
import type { Metadata } from '../sqlite/schema/metadata.ts';
import { choiceOf, etagUnder, wrappingOf } from './folder/wrapping.ts';
import { openObject, type ReadParts } from './read-object.ts';
import { type BodyParts, withBody } from './take-body.ts';

/** What copies of parts need of the store. */
type CopyParts = ReadParts & BodyParts;

export type PartCopy = {
  readonly target: PartTarget;
  readonly partNumber: number;
  readonly source: PartRange;
  readonly condition: SourceCondition;
  readonly guard: Guard | undefined;
};

/** How often a copy begins anew because its source was replaced while it was being hashed. */
const maxTries = 3;
/** Segments that are looked up at once. */
const segmentsAtOnce = 1_000;

/** The source was replaced between hashing it and naming it. */
class SourceChanged extends Error {
  override readonly name = 'SourceChanged';
}

/**
 * STO-64: a part made of (a range of) an object. The bytes are read for their hashes where those are not known already,
 * and not written: the part refers to the bodies of the source. Only a body that is inline is copied.
 */
export async function copyPart(parts: CopyParts, copy: PartCopy): Promise<PartRecord> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await copyOnce(parts, copy);
    } catch (error) {
      if (!(error instanceof SourceChanged)) throw error;
      if (tries === maxTries) throw new S3Error({ code: 'SlowDown' });
    }
  }
}

async function copyOnce(parts: CopyParts, copy: PartCopy): Promise<PartRecord> {
  const { metadata } = parts;
  const { target, partNumber, source, condition, guard } = copy;
  await metadata.commits.barrier(target.bucket, target.uploadId);
  const upload = findUpload(metadata, target).record;
  checkPartKey(upload.encryption, target.customerKey);
  const algorithm = upload.checksum?.algorithm;
  const opened = await openObject(parts, source);
  try {
    const { record } = opened;
    const failed = failedSourceCondition(record, condition);
    if (failed !== undefined) throw failed;
    const range = source.range ?? { start: 0, end: record.sizeBytes - 1 };
    if (source.range !== undefined && range.end >= record.sizeBytes) {
      throw refusal('InvalidRange', {
        RangeRequested: `bytes=${range.start}-${range.end}`,
        ActualObjectSize: record.sizeBytes,
      });
    }
    const sizeBytes = range.end - range.start + 1;
    // A small encrypted body is one frame: no range of it can be cut out.
    const isShared = record.encryption === undefined || opened.inline === undefined;
    if (!isShared || !sharesBodies(record.encryption, upload.encryption)) {
      return await copyBytes(parts, copy, upload, { opened, range, sizeBytes });
    }
    const hashes = knownHashes(record, sizeBytes, algorithm);
    const digests = hashes ?? (await hashRange(opened.stream(range), algorithm));
    return await putPart(metadata, {
      target,
      part: { partNumber, sizeBytes, ...digests },
      makePlace: (nowMs) => referTo(metadata, { source, record, start: range.start, sizeBytes, nowMs }),
      weightBytes: opened.inline === undefined ? 0 : sizeBytes,
      guard,
    });
  } finally {
    await opened.close();
  }
}

/** ENC-14: a part that is encrypted otherwise than its source has bytes of its own. */
function copyBytes(
  parts: CopyParts,
  { target, partNumber, guard }: PartCopy,
  { encryption, checksum }: UploadRecord,
  {
    opened,
    range,
    sizeBytes,
  }: { readonly opened: OpenedObject; readonly range: ByteRange; readonly sizeBytes: number },
): Promise<PartRecord> {
  const { metadata } = parts;
  const choice = choiceOf(target.customerKey);
  const expect = { sizeBytes, checksums: {}, compute: checksum === undefined ? [] : [checksum.algorithm] };
  const body = sizeBytes === 0 ? Readable.from([]) : opened.stream(range);
  return withBody(parts, { body, expect, wrapping: wrappingOf(parts, encryption, choice) }, (taken, stored) =>
    putPart(metadata, {
      target,
      part: { partNumber, sizeBytes, etag: etagUnder(taken.md5, choice), checksums: taken.checksums },
      makePlace: (nowMs) => insertBody(metadata, stored, nowMs),
      weightBytes: stored.kind === 'inline' ? sizeBytes : 0,
      guard,
    }),
  );
}

type Digests = Pick<PartRecord, 'etag' | 'checksums'>;
type Algorithm = keyof PartRecord['checksums'];

/** A whole object that was stored in one piece has its MD5 as ETag. */
function knownHashes(record: VersionRecord, sizeBytes: number, algorithm: Algorithm | undefined): Digests | undefined {
  if (sizeBytes !== record.sizeBytes || record.partSizes.length > 0 || record.etag.length !== 32) return undefined;
  if (algorithm === undefined) return { etag: record.etag, checksums: {} };
  const checksum = record.checksums?.type === 'FULL_OBJECT' ? record.checksums.values[algorithm] : undefined;
  return checksum === undefined ? undefined : { etag: record.etag, checksums: { [algorithm]: checksum } };
}

async function hashRange(bytes: AsyncIterable<Uint8Array>, algorithm: Algorithm | undefined): Promise<Digests> {
  const hashes = new BodyHashes({ checksums: {}, compute: algorithm === undefined ? [] : [algorithm] });
  for await (const chunk of bytes) hashes.update(chunk);
  const { md5, checksums } = hashes.digest();
  return { etag: md5.toString('hex'), checksums };
}

type Reference = {
  readonly source: PartRange;
  readonly record: VersionRecord;
  readonly start: number;
  readonly sizeBytes: number;
  readonly nowMs: number;
};

/** Inside the transaction: one more holder of the bodies that the range lies in. */
function referTo(metadata: Metadata, { source, record, start, sizeBytes, nowMs }: Reference): BodyPlace {
  const current = findCurrent(metadata, source);
  const isSame =
    current !== undefined &&
    current.record.etag === record.etag &&
    current.record.encryption?.kind === record.encryption?.kind &&
    current.record.modifiedAtMs === record.modifiedAtMs &&
    current.record.sizeBytes === record.sizeBytes;
  if (!isSame) throw new SourceChanged();
  const { place } = current;
  if (sizeBytes === 0) return emptyPlace;
  if (place.inline !== undefined) {
    const found = readInline(metadata, place);
    if (found === undefined) throw new SourceChanged();
    return insertBody(metadata, { kind: 'inline', bytes: found.bytes.subarray(start, start + sizeBytes) }, nowMs);
  }
  if (place.file !== undefined && sizeBytes === record.sizeBytes) return shareBody(metadata, place);
  const segments =
    place.list === undefined
      ? [{ place, offset: start, sizeBytes }]
      : cutList(metadata, place.list, start, start + sizeBytes);
  const shared = segments.map((segment): Segment => {
    return { ...segment, place: shareBody(metadata, { ...segment.place, list: undefined }) };
  });
  return insertList(metadata, shared, [sizeBytes]);
}

/** The source inside the transaction; that it is gone makes the copy begin anew and be refused then. */
function findCurrent(metadata: Metadata, source: PartRange): ReturnType<typeof findObject> | undefined {
  try {
    return findObject(metadata, source);
  } catch (error) {
    if (error instanceof S3Error) return undefined;
    throw error;
  }
}

/** The segments of a list between two positions, the first and last cut to fit. */
function cutList(metadata: Metadata, list: number, start: number, end: number): readonly Segment[] {
  const cut: Segment[] = [];
  for (let from = start; from < end; ) {
    const segments = readSegments(metadata, list, from, segmentsAtOnce);
    for (const segment of segments) {
      const begin = Math.max(segment.start, start);
      const stop = Math.min(segment.start + segment.sizeBytes, end);
      if (begin >= stop) return cut;
      cut.push({ place: segment.place, offset: segment.offset + begin - segment.start, sizeBytes: stop - begin });
      from = segment.start + segment.sizeBytes;
    }
    if (segments.length === 0) throw new SourceChanged();
  }
  return cut;
}
