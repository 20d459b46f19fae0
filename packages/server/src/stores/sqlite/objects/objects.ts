import { failedSourceCondition, failedWriteCondition } from '../../objects/conditions.ts';
import {
  checkCustomerKey,
  type EncryptionChoice,
  encryptionOf,
  lacksHashes,
  type ObjectEncryption,
  sharesBodies,
} from '../../objects/object-encryption.ts';
import { lockOfNew, type ObjectLock } from '../../objects/object-lock.ts';
import { ownedIn } from '../../objects/object-ownership.ts';
import type {
  CopyWrite,
  ObjectStore,
  ObjectTarget,
  ReadTarget,
  SourceCondition,
  VersionRecord,
  WriteCondition,
} from '../../objects/object-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, type Row, textOf } from '../schema/rows.ts';
import { type BodyPlace, insertBody, type NewBody, placeOf, replaceInline, shareBody } from './bodies.ts';
import { type OpenBucket, openBucket } from './buckets.ts';
import { deleteObjects } from './delete-objects.ts';
import { findObject } from './find-object.ts';
import { type VersionFacts, writeObject } from './object-row.ts';
import { patchCalls } from './version-patches.ts';
import { currentRow } from './version-rows.ts';
import { archiveObject, newVersionId, removeOldNull, topVersion } from './versions.ts';

/** What is put in place of a key's current version. */
export type ObjectPut = {
  readonly target: ObjectTarget;
  readonly facts: VersionFacts;
  readonly body: NewBody;
  readonly condition: WriteCondition;
};

/** STO-20…26 in one transaction. */
export function putObject(metadata: Metadata, put: ObjectPut): Promise<VersionRecord> {
  const { target, facts, body, condition } = put;
  const weightBytes = body.kind === 'inline' ? body.bytes.byteLength : 0;
  return metadata.commits.write(
    { room: target.bucket, names: [target.key] },
    () => {
      const nowMs = metadata.clock.nowMs();
      const slot = openSlot(metadata, target, condition, facts.lock);
      const replaced = replacedBy(slot);
      const kept = replaced === undefined ? undefined : replaceInline(metadata, placeOf(replaced), body);
      const place = kept ?? insertBody(metadata, body, nowMs);
      return fillSlot(metadata, slot, { facts, place, nowMs });
    },
    weightBytes,
  );
}

/** The place of a key, looked at inside the transaction that will fill it. */
type Slot = {
  readonly target: ObjectTarget;
  readonly bucket: OpenBucket;
  readonly existing: Existing | undefined;
  /** What will protect the version. */
  readonly lock: ObjectLock;
};

/** The current version of a key. */
type Existing = {
  readonly row: Row;
  readonly versionId: string;
  readonly seq: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
};

/** Everything that may refuse a write comes before its first change. @throws S3Error NoSuchBucket, PreconditionFailed, NoSuchKey, InvalidRequest */
export function openSlot(
  metadata: Metadata,
  target: ObjectTarget,
  condition: WriteCondition,
  lock: ObjectLock | undefined,
): Slot {
  const bucket = openBucket(metadata, target.bucket);
  const lockOfVersion = lockOfNew(lock ?? {}, bucket.config.objectLock, metadata.clock.nowMs());
  const row = currentRow(metadata, { bucketNumber: bucket.number, key: target.key });
  const existing: Existing | undefined =
    row === undefined
      ? undefined
      : {
          row,
          versionId: textOf(row, 'version_id'),
          seq: numberOf(row, 'seq'),
          etag: textOf(row, 'etag'),
          modifiedAtMs: numberOf(row, 'mtime_ms'),
        };
  const failed = failedWriteCondition(existing, condition, target);
  if (failed !== undefined) throw failed;
  return { target, bucket, existing, lock: lockOfVersion };
}

/** What a row holds whose version has no bytes of its own. */
const noBody: Row = { inline: null, inline_sum: null, file: null, list: null };

/** The row of the version that goes when another becomes the current one; undefined: none does. */
function replacedBy({ bucket, existing }: Slot): Row | undefined {
  if (bucket.config.versioning === 'Enabled' || existing?.versionId !== 'null') return undefined;
  return existing.row;
}

/**
 * Makes a version the current one of its key. Without versioning the one before goes, body and all (STO-20); with it that one stays
 * as an older version (STO-100); suspended, only the version `null` is replaced (STO-102). The time of a key's version never
 * goes back while the key exists (REL-16).
 */
export function fillSlot(
  metadata: Metadata,
  slot: Slot,
  version: { readonly facts: VersionFacts; readonly place: BodyPlace; readonly nowMs: number },
): VersionRecord {
  const { target, bucket, existing } = slot;
  const { place, nowMs } = version;
  const owner = () => metadata.owners.read(metadata, bucket.ownerId);
  const facts = { ...version.facts, ...ownedIn(bucket.config, owner, version.facts), lock: slot.lock };
  const at = { bucketNumber: bucket.number, key: target.key };
  const { versioning } = bucket.config;
  const top = versioning === undefined ? undefined : topVersion(metadata, at);
  const seq = Math.max(existing?.seq ?? 0, top?.seq ?? 0) + 1;
  const modifiedAtMs = Math.max(nowMs, existing?.modifiedAtMs ?? 0, top?.modifiedAtMs ?? 0);
  const replaced = replacedBy(slot);
  if (versioning === 'Suspended') removeOldNull(metadata, at);
  if (existing !== undefined && replaced === undefined) archiveObject(metadata, at);
  const versionId = versioning === 'Enabled' ? newVersionId(metadata) : 'null';
  // A body that was written over the old one in its row is not let go of with it.
  const keepsRow = place.inline !== undefined && replaced?.['inline'] === place.inline;
  const replaces = keepsRow ? { ...noBody, headers_id: replaced['headers_id'] } : replaced;
  const where = { bucket, bucketName: target.bucket, key: target.key, versionId, seq, replaces };
  return writeObject(metadata, where, { facts, place, modifiedAtMs });
}

/** The calls about objects that move no bytes. */
export function objectCalls(
  metadata: Metadata,
): Pick<
  ObjectStore,
  'readObject' | 'setObjectAcl' | 'setObjectTags' | 'setRetention' | 'setLegalHold' | 'deleteObjects'
> {
  const { commits } = metadata;
  return {
    ...patchCalls(metadata),
    async readObject(target) {
      const barrier = commits.barrier(target.bucket, target.key);
      if (barrier !== undefined) await barrier;
      if (commits.isShared) return commits.show(() => findObject(metadata, target).record);
      return findObject(metadata, target).record;
    },
    deleteObjects(bucket, deletes, guard) {
      const wanted = deletes.map((each) => (typeof each === 'string' ? { key: each } : each));
      return commits.write({ room: bucket, names: wanted.map(({ key }) => key) }, () => {
        guard?.();
        return deleteObjects(metadata, bucket, wanted);
      });
    },
  };
}

/** A copy of one object. */
export type Copy = {
  readonly source: ReadTarget;
  readonly target: ObjectTarget;
  readonly write: CopyWrite;
  readonly conditions: { readonly source: SourceCondition; readonly target: WriteCondition };
};

/**
 * STO-60…63: both sides are looked at in the transaction that makes the copy.
 * @returns `bytes` when the copy needs other bytes than its source has: nothing was done then (ENC-14)
 */
export function copyObject(metadata: Metadata, copy: Copy): Promise<VersionRecord | 'bytes'> {
  const { target } = copy;
  return metadata.commits.write({ room: target.bucket, names: [target.key] }, () => copyByReference(metadata, copy));
}

function copyByReference(metadata: Metadata, copy: Copy): VersionRecord | 'bytes' {
  const { write } = copy;
  const { record, place } = findObject(metadata, copy.source);
  checkCustomerKey(record.encryption, copy.source.customerKey);
  const failed = failedSourceCondition(record, copy.conditions.source);
  if (failed !== undefined) throw failed;
  const encryption = encryptionInBucket(metadata, copy.target.bucket, write.encryption);
  const isReference = sharesBodies(record.encryption, encryption) && !lacksHashes(record, write.checksum);
  if (!isReference) return 'bytes';
  const slot = openSlot(metadata, copy.target, copy.conditions.target, write.lock);
  const facts: VersionFacts = {
    ...record,
    ...write.replace,
    owner: write.owner,
    acl: write.acl,
    tags: write.tags ?? record.tags,
    encryption,
  };
  // The new holder comes before the old one goes: a copy onto itself must not let the body fall to nothing.
  const shared = shareBody(metadata, place);
  return fillSlot(metadata, slot, { facts, place: shared, nowMs: metadata.clock.nowMs() });
}

/** How a write to a bucket is encrypted (ENC-3). @throws S3Error NoSuchBucket */
export function encryptionInBucket(
  metadata: Metadata,
  bucket: string,
  choice: EncryptionChoice | undefined,
): ObjectEncryption | undefined {
  return encryptionOf(choice, openBucket(metadata, bucket).config.encryption?.algorithm, metadata.random);
}
