import type { S3Error } from '@tidegate/protocol';
import { failedDeleteCondition, failedDeleteOfNothing, failedPlace } from '../objects/conditions.ts';
import { compareKeys } from '../objects/key-order.ts';
import { encryptionMember } from '../objects/object-encryption.ts';
import {
  failedRemoval,
  failedRetentionChange,
  noBucketLock,
  type ObjectLock,
  protectionOf,
} from '../objects/object-lock.ts';
import type {
  DeleteCondition,
  DeleteOutcome,
  ListedVersion,
  ObjectDelete,
  ObjectStore,
  VersionTarget,
} from '../objects/object-store.ts';
import { listPage } from './memory-listing.ts';
import {
  bucketOf,
  type MemoryBucket,
  type MemoryObject,
  type MemoryState,
  nextTime,
  nextVersionId,
  objectOf,
  putOnTop,
  replaceVersion,
} from './memory-state.ts';

/** What is done to versions that are there: changed, deleted, listed. */
export function memoryVersions(
  state: MemoryState,
): Pick<
  ObjectStore,
  'setObjectAcl' | 'setObjectTags' | 'setRetention' | 'setLegalHold' | 'deleteObjects' | 'listVersions'
> {
  const change = (target: VersionTarget, members: Partial<MemoryObject['record']>): string => {
    const { record, bytes, parts } = objectOf(state, target);
    const { tags, lock, ...facts } = { ...record, ...members };
    replaceVersion(bucketOf(state, target.bucket), { record: { ...facts, ...protectionOf(tags, lock) }, bytes, parts });
    return record.versionId;
  };
  return {
    async setObjectAcl(target, acl, guard) {
      await Promise.resolve();
      guard?.();
      change(target, { acl });
    },
    async setObjectTags(target, tags, guard) {
      await Promise.resolve();
      guard?.();
      return change(target, { tags });
    },
    async setRetention(target, retention, { bypassGovernance }, guard) {
      await Promise.resolve();
      guard?.();
      const lock = lockToChange(state, target);
      const failed = failedRetentionChange(lock.retention, retention, bypassGovernance, state.clock.nowMs());
      if (failed !== undefined) throw failed;
      return change(target, { lock: { ...lock, retention } });
    },
    async setLegalHold(target, legalHold, guard) {
      await Promise.resolve();
      guard?.();
      return change(target, { lock: { ...lockToChange(state, target), legalHold } });
    },
    async deleteObjects(bucket, deletes, guard) {
      await Promise.resolve();
      guard?.();
      const room = bucketOf(state, bucket);
      return deletes.map((each) => deleteOne(state, room, typeof each === 'string' ? { key: each } : each));
    },
    async listVersions(query) {
      await Promise.resolve();
      const { after, afterVersionId } = query;
      const all = [...bucketOf(state, query.bucket).versions.values()]
        .flatMap((versions) => versions.map(listedOf))
        .sort((left, right) => compareKeys(left.key, right.key));
      const marker = all.findIndex(({ key, versionId }) => key === after && versionId === afterVersionId);
      return listPage(all, query, (entry) => {
        const order = compareKeys(entry.key, after);
        return order > 0 || (order === 0 && afterVersionId !== '' && all.indexOf(entry) > marker);
      });
    },
  };
}

function lockToChange(state: MemoryState, target: VersionTarget): ObjectLock {
  if (bucketOf(state, target.bucket).record.config.objectLock === undefined) throw noBucketLock();
  return objectOf(state, target).record.lock ?? {};
}

function listedOf({ record, isMarker = false }: MemoryObject, index: number): ListedVersion {
  const { key, sizeBytes, etag, modifiedAtMs, owner, checksums, versionId, tags, encryption } = record;
  const facts = {
    ...{ key, sizeBytes, etag, modifiedAtMs, owner, checksums, versionId, isMarker, isLatest: index === 0 },
    ...encryptionMember(encryption),
  };
  return tags === undefined ? facts : { ...facts, tags };
}

function deleteOne(state: MemoryState, bucket: MemoryBucket, wanted: ObjectDelete): DeleteOutcome {
  const { key, versionId, condition = {}, bypassGovernance = false } = wanted;
  const versions = bucket.versions.get(key) ?? [];
  const subject = versionId === undefined ? versions[0] : versions.find(({ record }) => record.versionId === versionId);
  // A version that is named and gone counts as deleted, whatever the condition.
  const ofNothing = () => (versionId === undefined ? failedDeleteOfNothing(key, condition) : undefined);
  const failed = subject === undefined ? ofNothing() : failedOf(subject, versions, condition);
  if (failed !== undefined) return { key, deleted: false, refused: failed };
  if (subject === undefined && condition.place !== undefined) return { key, deleted: false };
  const wasThere = subject !== undefined && subject.isMarker !== true;
  if (versionId === undefined && bucket.record.config.versioning !== undefined) {
    const markerVersionId = nextVersionId(state, bucket);
    putOnTop(bucket, markerOf(state, bucket, key, markerVersionId));
    return { key, deleted: wasThere, marker: 'made', markerVersionId };
  }
  if (subject === undefined) return { key, deleted: false };
  const isLocked =
    versionId === undefined
      ? undefined
      : failedRemoval(subject.record.lock ?? {}, bypassGovernance, state.clock.nowMs());
  if (isLocked !== undefined) return { key, deleted: false, refused: isLocked };
  const left = versions.filter((version) => version !== subject);
  if (left.length === 0) bucket.versions.delete(key);
  else bucket.versions.set(key, left);
  return { key, deleted: true, ...(subject.isMarker === true ? { marker: 'removed' } : {}) };
}

function failedOf(
  subject: MemoryObject,
  versions: readonly MemoryObject[],
  condition: DeleteCondition,
): S3Error | undefined {
  const { versionId } = subject.record;
  const standing = { versionId, isNewest: versions[0] === subject, isAlone: versions.length === 1 };
  return failedDeleteCondition(subject.record, condition) ?? failedPlace(standing, condition);
}

function markerOf(state: MemoryState, bucket: MemoryBucket, key: string, versionId: string): MemoryObject {
  const { name, owner } = bucket.record;
  const record = {
    bucket: name,
    key,
    versionId,
    sizeBytes: 0,
    etag: '',
    modifiedAtMs: nextTime(state, bucket, key),
    contentType: undefined,
    headers: {},
    metadata: {},
    checksums: undefined,
    partSizes: [],
    owner,
    acl: 'private' as const,
  };
  return { record, bytes: new Uint8Array(0), isMarker: true };
}
