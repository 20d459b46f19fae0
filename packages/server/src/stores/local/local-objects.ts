import { checkPartKey } from '../objects/object-encryption.ts';
import type { BodyExpectation, ObjectStore } from '../objects/object-store.ts';
import { insertBody } from '../sqlite/objects/bodies.ts';
import { bucketCalls } from '../sqlite/objects/buckets.ts';
import { listObjects, listVersions } from '../sqlite/objects/listing.ts';
import { copyObject, encryptionInBucket, objectCalls, putObject } from '../sqlite/objects/objects.ts';
import { partCalls, putPart } from '../sqlite/objects/parts.ts';
import { findUpload, uploadCalls } from '../sqlite/objects/uploads.ts';
import { keepBuckets } from '../upkeep/read-cache.ts';
import { copyBytes } from './copy-bytes.ts';
import { copyPart } from './copy-part.ts';
import { choiceOf, etagUnder, fullObject, wrappingOf } from './folder/wrapping.ts';
import { openObject, type ReadParts } from './read-object.ts';
import { type BodyParts, withBody } from './take-body.ts';

export type LocalParts = ReadParts &
  BodyParts & {
    readonly maxOpenUploads: number;
    readonly keepsBuckets: boolean;
    readonly countAll: ObjectStore['countAll'];
    readonly close: () => Promise<void>;
  };

/** Objects in SQLite and files, as one store. */
export function localObjects(parts: LocalParts): ObjectStore {
  const { metadata } = parts;
  const buckets = bucketCalls(metadata);
  return {
    ...buckets,
    ...(parts.keepsBuckets ? keepBuckets(buckets) : {}),
    ...objectCalls(metadata),
    ...uploadCalls(metadata, parts.maxOpenUploads),
    ...partCalls(metadata),
    putObject: (target, body, write, condition) => put(parts, target, body, write, condition),
    openObject: (target) => openObject(parts, target),
    async copyObject(source, target, write, conditions) {
      const copy = { source, target, write, conditions };
      const copied = await copyObject(metadata, copy);
      return copied === 'bytes' ? copyBytes(parts, copy) : copied;
    },
    listObjects: (query) => listObjects(metadata, query),
    listVersions: (query) => listVersions(metadata, query),
    putPart: (...part) => takePart(parts, ...part),
    copyPart: (target, partNumber, source, condition, guard) =>
      copyPart(parts, { target, partNumber, source, condition, guard }),
    countAll: parts.countAll,
    close: parts.close,
  };
}

async function put(
  parts: LocalParts,
  ...[target, body, write, condition]: Parameters<ObjectStore['putObject']>
): ReturnType<ObjectStore['putObject']> {
  // A bucket that is not there is refused before a byte is taken; what counts is decided again in the transaction.
  const barrier = parts.metadata.commits.barrier(target.bucket, '');
  if (barrier !== undefined) await barrier;
  const encryption = encryptionInBucket(parts.metadata, target.bucket, write.encryption);
  const { owner, acl, contentType, headers, metadata, tags, lock, expect } = write;
  const wrapping = wrappingOf(parts, encryption, write.encryption);
  return withBody(parts, { body, expect, wrapping }, (taken, stored) =>
    putObject(parts.metadata, {
      target,
      body: stored,
      condition,
      facts: {
        sizeBytes: taken.sizeBytes,
        etag: etagUnder(taken.md5, write.encryption),
        contentType,
        headers,
        metadata,
        checksums: fullObject(taken.checksums),
        partSizes: [],
        owner,
        acl,
        tags,
        lock,
        encryption,
      },
    }),
  );
}

async function takePart(
  parts: LocalParts,
  ...[target, partNumber, body, expect, guard]: Parameters<ObjectStore['putPart']>
): ReturnType<ObjectStore['putPart']> {
  const { metadata } = parts;
  await metadata.commits.barrier(target.bucket, target.uploadId);
  const { checksum, encryption } = findUpload(metadata, target).record;
  checkPartKey(encryption, target.customerKey);
  const choice = choiceOf(target.customerKey);
  const algorithm = checksum?.algorithm;
  // The object's checksum is made of those of its parts, so every part has one.
  const compute =
    algorithm === undefined || expect.compute.includes(algorithm) ? expect.compute : [...expect.compute, algorithm];
  const expectAll: BodyExpectation = { ...expect, compute };
  const wrapping = wrappingOf(parts, encryption, choice);
  return withBody(parts, { body, expect: expectAll, wrapping }, (taken, stored) =>
    putPart(metadata, {
      target,
      part: { partNumber, sizeBytes: taken.sizeBytes, etag: etagUnder(taken.md5, choice), checksums: taken.checksums },
      makePlace: (nowMs) => insertBody(metadata, stored, nowMs),
      weightBytes: stored.kind === 'inline' ? stored.bytes.byteLength : 0,
      guard,
    }),
  );
}
