import { type ChecksumAlgorithm, refusal } from '@tidegate/protocol';
import { BodyHashes } from '../objects/body-intake.ts';
import { completionFingerprint, judgeCompletion } from '../objects/completion.ts';
import { completionCondition, failedSourceCondition } from '../objects/conditions.ts';
import { compareKeys } from '../objects/key-order.ts';
import { checkCustomerKey, checkPartKey, encryptionMember, etagOfBody } from '../objects/object-encryption.ts';
import { lockOfNew } from '../objects/object-lock.ts';
import type {
  BodyExpectation,
  Completion,
  ListedPage,
  ObjectStore,
  PartRecord,
  UploadListQuery,
  UploadRecord,
  UploadTarget,
  VersionRecord,
} from '../objects/object-store.ts';
import { listPage } from './memory-listing.ts';
import { checkCondition, encryptionIn, takeWhole } from './memory-objects.ts';
import {
  bucketOf,
  currentOf,
  type MemoryPart,
  type MemoryState,
  objectOf,
  ownerOf,
  place,
  uploadOf,
} from './memory-state.ts';

export function memoryUploads(
  state: MemoryState,
): Pick<
  ObjectStore,
  | 'createUpload'
  | 'readUpload'
  | 'putPart'
  | 'copyPart'
  | 'listParts'
  | 'completeUpload'
  | 'abortUpload'
  | 'listUploads'
> {
  return {
    async createUpload({ bucket, key, write, checksum, linkLimits }, guard) {
      await Promise.resolve();
      guard?.();
      lockOfNew(write.lock ?? {}, bucketOf(state, bucket).record.config.objectLock, state.clock.nowMs());
      const time = state.clock.nowMs();
      const uploadId = time.toString(16).padStart(12, '0') + Buffer.from(state.random.bytes(16)).toString('hex');
      const record = {
        uploadId,
        bucket,
        key,
        initiatedAtMs: time,
        keyExisted: currentOf(bucketOf(state, bucket), key) !== undefined,
        owner: ownerOf(state, write.owner),
        acl: write.acl,
        checksum,
        contentType: write.contentType,
        ...encryptionMember(encryptionIn(state, bucket, write.encryption)),
        linkLimits,
      };
      state.uploads.set(uploadId, { record, write, parts: new Map() });
      return record;
    },
    async readUpload(target) {
      await Promise.resolve();
      return uploadOf(state, target).record;
    },
    async putPart(target, partNumber, body, expect, guard) {
      const { record } = uploadOf(state, target);
      checkPartKey(record.encryption, target.customerKey);
      const { bytes, md5, checksums } = await takeWhole(body, withAlgorithm(expect, record));
      uploadOf(state, target);
      guard?.();
      return keepPart(state, target, {
        partNumber,
        etag: etagOfBody(md5, target.customerKey),
        checksums,
        bytes,
      });
    },
    async copyPart(target, partNumber, source, condition, guard) {
      await Promise.resolve();
      guard?.();
      const upload = uploadOf(state, target);
      checkPartKey(upload.record.encryption, target.customerKey);
      const { record, bytes } = objectOf(state, source);
      checkCustomerKey(record.encryption, source.customerKey);
      const failed = failedSourceCondition(record, condition);
      if (failed !== undefined) throw failed;
      const { start, end } = source.range ?? { start: 0, end: bytes.byteLength - 1 };
      if (source.range !== undefined && end >= bytes.byteLength) {
        throw refusal('InvalidRange', { RangeRequested: `bytes=${start}-${end}`, ActualObjectSize: bytes.byteLength });
      }
      const part = bytes.slice(start, end + 1);
      const hashes = new BodyHashes(withAlgorithm({ checksums: {}, compute: [] }, upload.record));
      hashes.update(part);
      const { md5, checksums } = hashes.digest();
      const etag = etagOfBody(md5.toString('hex'), target.customerKey);
      return keepPart(state, target, { partNumber, etag, checksums, bytes: part });
    },
    async listParts(target, after, limit) {
      await Promise.resolve();
      const upload = uploadOf(state, target);
      const behind = [...upload.parts.values()]
        .filter((part) => part.partNumber > after)
        .sort((left, right) => left.partNumber - right.partNumber);
      const parts = behind.slice(0, limit).map(withoutBytes);
      return { upload: upload.record, parts, next: behind.length > limit ? parts.at(-1)?.partNumber : undefined };
    },
    async completeUpload(target, completion) {
      await Promise.resolve();
      return complete(state, target, completion);
    },
    async abortUpload(target, guard) {
      await Promise.resolve();
      guard?.();
      uploadOf(state, target);
      state.uploads.delete(target.uploadId);
    },
    async listUploads(query) {
      await Promise.resolve();
      return listUploads(state, query);
    },
  };
}

function listUploads(state: MemoryState, query: UploadListQuery): ListedPage<UploadRecord> {
  bucketOf(state, query.bucket);
  const all = [...state.uploads.values()]
    .map((upload) => upload.record)
    .filter((record) => record.bucket === query.bucket)
    .sort((left, right) => compareKeys(left.key, right.key) || compareKeys(left.uploadId, right.uploadId));
  return listPage(all, query, (record) => {
    const order = compareKeys(record.key, query.after);
    return order > 0 || (order === 0 && query.afterUploadId !== '' && record.uploadId > query.afterUploadId);
  });
}

function complete(state: MemoryState, target: UploadTarget, completion: Completion): VersionRecord {
  bucketOf(state, target.bucket);
  const fingerprint = completionFingerprint(completion);
  const done = state.completions.get(target.uploadId);
  if (done !== undefined && done.fingerprint === fingerprint && done.record.key === target.key) return done.record;
  const upload = uploadOf(state, target);
  const judged = judgeCompletion(upload.record, upload.parts, completion);
  checkCondition(state, target, completionCondition(completion, upload.record));
  const { bucket, key } = target;
  const { contentType, headers, metadata, owner, acl, tags, lock } = upload.write;
  const { sizeBytes, etag, checksums, parts } = judged;
  const partSizes = parts.map((part) => part.sizeBytes);
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const { checksum, encryption } = upload.record;
  const written = { contentType, headers, metadata, owner, acl, tags, lock, encryption };
  const kept = parts.map((part, at) => ({
    partNumber: at + 1,
    sizeBytes: part.sizeBytes,
    checksums: valuesOf(part, checksum?.algorithm),
  }));
  const record = place(state, { bucket, key, ...written, sizeBytes, etag, checksums, partSizes }, bytes, kept);
  state.uploads.delete(target.uploadId);
  state.completions.set(target.uploadId, { fingerprint, record });
  return record;
}

function keepPart(
  state: MemoryState,
  target: Parameters<typeof uploadOf>[1],
  part: Omit<MemoryPart, 'sizeBytes' | 'modifiedAtMs'>,
): PartRecord {
  // The upload may have ended while the body came in.
  const upload = uploadOf(state, target);
  const kept = { ...part, sizeBytes: part.bytes.byteLength, modifiedAtMs: state.clock.nowMs() };
  upload.parts.set(part.partNumber, kept);
  return withoutBytes(kept);
}

/** The checksum that parts of a completed object keep. */
function valuesOf({ checksums }: PartRecord, algorithm: ChecksumAlgorithm | undefined): PartRecord['checksums'] {
  const value = algorithm === undefined ? undefined : checksums[algorithm];
  return algorithm === undefined || value === undefined ? {} : { [algorithm]: value };
}

function withoutBytes({ partNumber, sizeBytes, etag, modifiedAtMs, checksums }: MemoryPart): PartRecord {
  return { partNumber, sizeBytes, etag, modifiedAtMs, checksums };
}

/** Every part has the checksum that the whole will be made of. */
function withAlgorithm(expect: BodyExpectation, upload: UploadRecord): BodyExpectation {
  const algorithm = upload.checksum?.algorithm;
  if (algorithm === undefined || expect.compute.includes(algorithm)) return expect;
  return { ...expect, compute: [...expect.compute, algorithm] };
}
