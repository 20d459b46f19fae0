import { Readable } from 'node:stream';
import { checksumNames, takeBody } from '../objects/body-intake.ts';
import { failedSourceCondition, failedWriteCondition } from '../objects/conditions.ts';
import { compareKeys } from '../objects/key-order.ts';
import {
  checkCustomerKey,
  type EncryptionChoice,
  encryptionMember,
  encryptionOf,
  etagOfBody,
  lacksHashes,
  type ObjectEncryption,
  sharesBodies,
} from '../objects/object-encryption.ts';
import type {
  BodyExpectation,
  ObjectStore,
  ObjectTarget,
  OpenedObject,
  StoredChecksums,
  WriteCondition,
} from '../objects/object-store.ts';
import { sendOwned } from '../objects/send-bytes.ts';
import { listPage } from './memory-listing.ts';
import { bucketOf, currentOf, type MemoryObject, type MemoryState, objectOf, place } from './memory-state.ts';

export function memoryObjects(
  state: MemoryState,
): Pick<ObjectStore, 'putObject' | 'openObject' | 'readObject' | 'readParts' | 'copyObject' | 'listObjects'> {
  return {
    async putObject(target, body, write, condition) {
      const encryption = encryptionIn(state, target.bucket, write.encryption);
      const { bytes, md5, checksums } = await takeWhole(body, write.expect);
      checkCondition(state, target, condition);
      const { owner, acl, contentType, headers, metadata, tags, lock } = write;
      const record = {
        ...target,
        sizeBytes: bytes.byteLength,
        etag: etagUnder(md5, write.encryption),
        contentType,
        headers,
        metadata,
        checksums: fullObject(checksums),
        partSizes: [],
        owner,
        acl,
        tags,
        lock,
        encryption,
      };
      return place(state, record, bytes);
    },
    async openObject(target) {
      await Promise.resolve();
      const object = objectOf(state, target);
      checkCustomerKey(object.record.encryption, target.customerKey);
      return openBytes(object);
    },
    async readObject(target) {
      await Promise.resolve();
      return objectOf(state, target).record;
    },
    async readParts(target, after, limit) {
      await Promise.resolve();
      return (objectOf(state, target).parts ?? []).slice(after, after + limit);
    },
    async copyObject(source, target, write, conditions) {
      await Promise.resolve();
      const { record, bytes, parts } = objectOf(state, source);
      checkCustomerKey(record.encryption, source.customerKey);
      const failed = failedSourceCondition(record, conditions.source);
      if (failed !== undefined) throw failed;
      const encryption = encryptionIn(state, target.bucket, write.encryption);
      checkCondition(state, target, conditions.target);
      const { bucket, key } = target;
      const { owner, acl, lock, tags = record.tags } = write;
      const facts = { ...record, bucket, key, ...write.replace, owner, acl, lock, tags, encryption };
      if (sharesBodies(record.encryption, encryption) && !lacksHashes(record, write.checksum)) {
        return place(state, facts, bytes, parts);
      }
      const { md5, checksums } = await takeWhole(Readable.from([bytes]), {
        checksums: {},
        compute: write.checksum === undefined ? checksumNames(record.checksums?.values ?? {}) : [write.checksum],
      });
      const etag = etagUnder(md5, write.encryption);
      return place(state, { ...facts, etag, checksums: fullObject(checksums), partSizes: [] }, bytes);
    },
    async listObjects(query) {
      await Promise.resolve();
      const bucket = bucketOf(state, query.bucket);
      const all = [...bucket.versions.keys()]
        .flatMap((key) => currentOf(bucket, key) ?? [])
        .map(({ record }) => {
          const { key, sizeBytes, etag, modifiedAtMs, owner, checksums, versionId, encryption } = record;
          return { key, sizeBytes, etag, modifiedAtMs, owner, checksums, versionId, ...encryptionMember(encryption) };
        })
        .sort((left, right) => compareKeys(left.key, right.key));
      return listPage(all, query, ({ key }) => compareKeys(key, query.after) > 0);
    },
  };
}

/** How a write to a bucket is encrypted. The model keeps its bytes in the clear, and asks for keys all the same. */
export function encryptionIn(
  state: MemoryState,
  bucket: string,
  choice: EncryptionChoice | undefined,
): ObjectEncryption | undefined {
  return encryptionOf(choice, bucketOf(state, bucket).record.config.encryption?.algorithm, state.random);
}

function etagUnder(md5: string, choice: EncryptionChoice | undefined): string {
  return etagOfBody(md5, choice?.kind === 'customer' ? choice.key : undefined);
}

function fullObject(values: StoredChecksums['values']): StoredChecksums | undefined {
  return Object.keys(values).length === 0 ? undefined : { type: 'FULL_OBJECT', values };
}

/** A whole body in memory, hashed and compared as any store does. */
export async function takeWhole(
  body: Readable,
  expect: BodyExpectation,
): Promise<{ readonly bytes: Uint8Array; readonly md5: string; readonly checksums: BodyExpectation['checksums'] }> {
  const taken = await takeBody(body, expect, {
    inlineMaxBytes: Number.POSITIVE_INFINITY,
    openSink: () => Promise.reject(new Error('The model keeps every body in memory.')),
  });
  return { bytes: Uint8Array.from(taken.inline ?? []), md5: taken.md5, checksums: taken.checksums };
}

/** @throws S3Error NoSuchBucket, PreconditionFailed, NoSuchKey */
export function checkCondition(state: MemoryState, target: ObjectTarget, condition: WriteCondition): void {
  const existing = currentOf(bucketOf(state, target.bucket), target.key)?.record;
  const failed = failedWriteCondition(existing, condition, target);
  if (failed !== undefined) throw failed;
}

function openBytes({ record, bytes }: MemoryObject): OpenedObject {
  return {
    record,
    inline: bytes,
    send: (range, sink, signal) => sendOwned(bytes.subarray(range.start, range.end + 1), sink, signal),
    stream: (range) => Readable.from([bytes.subarray(range.start, range.end + 1)], { objectMode: false }),
    close: () => Promise.resolve(),
  };
}
