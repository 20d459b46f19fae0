import { refusal } from '@tidegate/protocol';
import type { Clock } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import { encryptionMember } from '../objects/object-encryption.ts';
import { lockOfNew, protectionOf } from '../objects/object-lock.ts';
import { ownedIn } from '../objects/object-ownership.ts';
import type {
  BucketRecord,
  NewUpload,
  PartRecord,
  UploadRecord,
  UploadTarget,
  VersionPart,
  VersionRecord,
  VersionTarget,
} from '../objects/object-store.ts';
import { hiddenByMarker, isMarkerItself } from '../objects/version-refusals.ts';

export type MemoryObject = {
  readonly record: VersionRecord;
  readonly bytes: Uint8Array;
  readonly parts?: readonly VersionPart[] | undefined;
  readonly isMarker?: boolean;
};
export type MemoryPart = PartRecord & { readonly bytes: Uint8Array };
export type MemoryUpload = {
  readonly record: UploadRecord;
  readonly write: NewUpload['write'];
  readonly parts: Map<number, MemoryPart>;
};
export type MemoryBucket = {
  record: BucketRecord;
  /** All versions and delete markers of each key, the newest first; never an empty list. */
  readonly versions: Map<string, readonly MemoryObject[]>;
};
export type MemoryCompletion = { readonly fingerprint: string; readonly record: VersionRecord };

/** All that the model knows. */
export type MemoryState = {
  readonly clock: Clock;
  readonly random: Random;
  readonly buckets: Map<string, MemoryBucket>;
  readonly uploads: Map<string, MemoryUpload>;
  readonly completions: Map<string, MemoryCompletion>;
  /** First display name that each account was seen with. */
  readonly owners: Map<string, string>;
};

export function newMemoryState(clock: Clock, random: Random): MemoryState {
  return { clock, random, buckets: new Map(), uploads: new Map(), completions: new Map(), owners: new Map() };
}

/** @throws S3Error NoSuchBucket */
export function bucketOf(state: MemoryState, name: string): MemoryBucket {
  const bucket = state.buckets.get(name);
  if (bucket === undefined) throw refusal('NoSuchBucket', { BucketName: name });
  return bucket;
}

/** The current version of a key; undefined where there is none, or a delete marker. */
export function currentOf(bucket: MemoryBucket, key: string): MemoryObject | undefined {
  const newest = bucket.versions.get(key)?.[0];
  return newest?.isMarker === true ? undefined : newest;
}

/** A version, the current one unless it is named. @throws S3Error NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed */
export function objectOf(state: MemoryState, { bucket, key, versionId }: VersionTarget): MemoryObject {
  const versions = bucketOf(state, bucket).versions.get(key) ?? [];
  if (versionId === undefined) {
    const newest = versions[0];
    if (newest === undefined) throw refusal('NoSuchKey', { Key: key });
    if (newest.isMarker === true) throw hiddenByMarker(key, newest.record);
    return newest;
  }
  const named = versions.find(({ record }) => record.versionId === versionId);
  if (named === undefined) throw refusal('NoSuchVersion', { Key: key, VersionId: versionId });
  if (named.isMarker === true) throw isMarkerItself(named.record);
  return named;
}

/** @throws S3Error NoSuchBucket, NoSuchUpload */
export function uploadOf(state: MemoryState, target: UploadTarget): MemoryUpload {
  bucketOf(state, target.bucket);
  const upload = state.uploads.get(target.uploadId);
  if (upload === undefined || upload.record.bucket !== target.bucket || upload.record.key !== target.key) {
    throw refusal('NoSuchUpload', { UploadId: target.uploadId });
  }
  return upload;
}

/** Makes a version the current one of its key; its time does not go back. */
export function place(
  state: MemoryState,
  object: Omit<VersionRecord, 'modifiedAtMs' | 'versionId'>,
  bytes: Uint8Array,
  parts?: readonly VersionPart[],
): VersionRecord {
  const bucket = bucketOf(state, object.bucket);
  const lock = lockOfNew(object.lock ?? {}, bucket.record.config.objectLock, state.clock.nowMs());
  const owned = ownedIn(bucket.record.config, () => bucket.record.owner, object);
  const { tags, lock: _, encryption, ...facts } = object;
  const record = {
    ...facts,
    versionId: nextVersionId(state, bucket),
    modifiedAtMs: nextTime(state, bucket, object.key),
    acl: owned.acl,
    owner: ownerOf(state, owned.owner),
    ...protectionOf(tags, lock),
    ...encryptionMember(encryption),
  };
  putOnTop(bucket, { record, bytes, parts });
  return record;
}

/** Puts a version or marker on top of its key; one with the same id (`null`) goes. */
export function putOnTop(bucket: MemoryBucket, version: MemoryObject): void {
  const { key, versionId } = version.record;
  const others = (bucket.versions.get(key) ?? []).filter(({ record }) => record.versionId !== versionId);
  bucket.versions.set(key, [version, ...others]);
}

/** The id that the next version of a bucket gets. */
export function nextVersionId({ random }: MemoryState, { record }: MemoryBucket): string {
  return record.config.versioning === 'Enabled' ? Buffer.from(random.bytes(24)).toString('base64url') : 'null';
}

/** The time that the next version of a key gets. */
export function nextTime({ clock }: MemoryState, bucket: MemoryBucket, key: string): number {
  return Math.max(bucket.versions.get(key)?.[0]?.record.modifiedAtMs ?? 0, clock.nowMs());
}

/** Puts a changed version in the place of itself. */
export function replaceVersion(bucket: MemoryBucket, changed: MemoryObject): void {
  const { key, versionId } = changed.record;
  const versions = bucket.versions.get(key) ?? [];
  bucket.versions.set(
    key,
    versions.map((version) => (version.record.versionId === versionId ? changed : version)),
  );
}

/** The account by the first name it was seen with. */
export function ownerOf(state: MemoryState, owner: VersionRecord['owner']): VersionRecord['owner'] {
  const displayName = state.owners.get(owner.id) ?? owner.displayName;
  state.owners.set(owner.id, displayName);
  return { id: owner.id, displayName };
}
