import type { Readable, Writable } from 'node:stream';
import type { Acl, ByteRange, ChecksumAlgorithm, S3Error } from '@tidegate/protocol';
import type { ListedPage, ListQuery, UploadListQuery, VersionListQuery } from '../admin/list-query.ts';
import type { DamagedRow } from '../upkeep/damaged-row.ts';
import type { BucketPatch, BucketRecord, NewBucket, Owner } from './bucket.ts';
import type { CustomerKey, EncryptionChoice, ObjectEncryption } from './object-encryption.ts';
import type { ObjectLock, Retention, Tag } from './object-lock.ts';

export type { ListedPage, ListQuery, UploadListQuery, VersionListQuery } from '../admin/list-query.ts';
export type {
  BucketConfig,
  BucketEncryption,
  BucketPatch,
  BucketRecord,
  NewBucket,
  Owner,
  PublicAccessBlock,
} from './bucket.ts';

export type ObjectTarget = { readonly bucket: string; readonly key: string };

/** A version of a key; without an id the current one. */
export type VersionTarget = ObjectTarget & { readonly versionId?: string | undefined };

/** A version to be read, with the key of the customer that it needs (ENC-11). */
export type ReadTarget = VersionTarget & { readonly customerKey?: CustomerKey | undefined };

/** Header values that are stored and returned unchanged, by lower-case name (`cache-control`, `content-disposition` …). */
export type StoredHeaders = Readonly<Record<string, string>>;

/** Checksums of an object: base64 (`base64-N` when composite), by algorithm. */
export type StoredChecksums = {
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly values: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
};

/** One version of an object, without its bytes. */
export type VersionRecord = {
  readonly bucket: string;
  readonly key: string;
  /** `null` where versioning was not on when it was written. */
  readonly versionId: string;
  readonly sizeBytes: number;
  /** Without quotes: 32 hex digits, or `hex-N` for N parts. */
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly contentType: string | undefined;
  readonly headers: StoredHeaders;
  /** `x-amz-meta-*` without the prefix, lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: StoredChecksums | undefined;
  /** Sizes of the parts in order, for an object completed from parts; empty otherwise. */
  readonly partSizes: readonly number[];
  readonly owner: Owner;
  readonly acl: Acl;
  /** undefined: none. */
  readonly tags?: readonly Tag[] | undefined;
  readonly lock?: ObjectLock | undefined;
  /** Absent: its bytes are stored as they came. */
  readonly encryption?: ObjectEncryption | undefined;
};

/** What the caller said of the bytes before or behind them. The store compares while the bytes flow. */
export type BodyExpectation = {
  /** Exact number of bytes, where it was declared. Fewer or more: IncompleteBody. */
  readonly sizeBytes?: number | undefined;
  /** Whether whoever sends the body ends it there: when so many bytes have come, nothing follows and nothing is left to check. */
  readonly endsAtSize?: boolean | undefined;
  /** 16 bytes of Content-MD5. Differs: BadDigest. */
  readonly md5?: Uint8Array | undefined;
  /** Checksums that came with the head, base64. Differs: BadDigest. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  /** Algorithms to compute and keep beside those of `checksums`. */
  readonly compute: readonly ChecksumAlgorithm[];
  /** Checksums that came behind the body (trailers); asked for once the body has ended. */
  readonly trailer?: (() => Readonly<Partial<Record<ChecksumAlgorithm, string>>>) | undefined;
};

/** Everything of a new version but its bytes. */
export type ObjectWrite = {
  readonly owner: Owner;
  readonly acl: Acl;
  readonly contentType: string | undefined;
  readonly headers: StoredHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: readonly Tag[] | undefined;
  /** Where it says no retention, the bucket's default one counts. */
  readonly lock?: ObjectLock | undefined;
  /** Absent: as the bucket says (ENC-3). */
  readonly encryption?: EncryptionChoice | undefined;
  readonly expect: BodyExpectation;
};

/**
 * LNK-31. Called inside the transaction that makes a change visible: whatever it throws refuses the change, and nothing is left
 * behind. Whether who asked for it may still do so is asked here (SEC-218).
 */
export type Guard = () => void;

/** Decided inside the store's transaction (REL-4). ETags without quotes; `*` matches any existing version. */
export type WriteCondition = {
  readonly ifMatch?: readonly string[];
  readonly ifNoneMatch?: readonly string[];
  /** An upload in parts that began earlier: a write or deletion of the key since then is a conflict. */
  readonly begun?: BegunUpload | undefined;
  /** Called last. */
  readonly guard?: Guard;
};

/** When an upload in parts began, and whether its key had an object at that time. */
export type BegunUpload = { readonly initiatedAtMs: number; readonly keyExisted: boolean };

/** A condition on the source of a copy, decided in the copy's transaction. */
export type SourceCondition = Omit<WriteCondition, 'guard' | 'begun'> & {
  readonly ifModifiedSinceMs?: number;
  readonly ifUnmodifiedSinceMs?: number;
};

export type CopyWrite = {
  readonly owner: Owner;
  readonly acl: Acl;
  /** `undefined`: metadata, headers and content type of the source are taken over (COPY); else they are replaced (REPLACE). */
  readonly replace: Pick<ObjectWrite, 'contentType' | 'headers' | 'metadata'> | undefined;
  /** `undefined`: the tags of the source are taken over. */
  readonly tags?: readonly Tag[] | undefined;
  /** The lock of the source is never taken over. */
  readonly lock?: ObjectLock | undefined;
  /** Absent: as the bucket of the copy says; how the source was encrypted does not count (ENC-14). */
  readonly encryption?: EncryptionChoice | undefined;
  /** A checksum that the copy shall have; it is computed where the source has none. */
  readonly checksum?: ChecksumAlgorithm | undefined;
};

/** An object opened for reading. Its bytes stay readable while the version is replaced or deleted (STO-30). Close it. */
export interface OpenedObject {
  readonly record: VersionRecord;
  /** The whole body, where the engine holds it beside the record: then nothing is open, and nobody has to close it. */
  readonly inline: Uint8Array | undefined;
  /** Writes `range` to `sink` with back-pressure, without ending it. Rejects when a byte cannot be had or `signal` aborts. */
  send(range: ByteRange, sink: Writable, signal: AbortSignal): Promise<void>;
  /** `range` as a stream, for those who read it themselves (copy of a range, tests). */
  stream(range: ByteRange): Readable;
  close(): Promise<void>;
}

export type ListedObject = Pick<
  VersionRecord,
  'key' | 'sizeBytes' | 'etag' | 'modifiedAtMs' | 'owner' | 'checksums' | 'versionId' | 'encryption'
>;

/** A version or delete marker in a list of versions. */
export type ListedVersion = ListedObject & {
  readonly isMarker: boolean;
  /** Whether it is the newest of its key. */
  readonly isLatest: boolean;
  readonly tags?: readonly Tag[] | undefined;
};

export type UploadRecord = {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAtMs: number;
  /** Whether the key had an object at that time. */
  readonly keyExisted: boolean;
  /** Who opened it. */
  readonly owner: Owner;
  readonly acl: Acl;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' } | undefined;
  readonly contentType?: string | undefined;
  readonly encryption?: ObjectEncryption | undefined;
  /** What the link that opened it said of the object to be (LNK-39). */
  readonly linkLimits?: UploadLimits | undefined;
};

/** Limits that an upload in parts carries from the link that opened it to its completion, whoever sends the parts (SEC-239). */
export type UploadLimits = {
  readonly minBytes?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly writeOnce?: boolean | undefined;
};

export type NewUpload = ObjectTarget & {
  readonly write: Omit<ObjectWrite, 'expect'>;
  readonly checksum: UploadRecord['checksum'];
  readonly linkLimits?: UploadLimits | undefined;
};

export type UploadTarget = ObjectTarget & { readonly uploadId: string };

/** An upload that a part is sent to, with the key of the customer that it needs (ENC-12). */
export type PartTarget = UploadTarget & { readonly customerKey?: CustomerKey | undefined };

export type PartRecord = {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly checksums: StoredChecksums['values'];
};

/** A part of a completed object. */
export type VersionPart = Pick<PartRecord, 'partNumber' | 'sizeBytes' | 'checksums'>;

/** A part as CompleteMultipartUpload names it. */
export type PartClaim = {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksums: StoredChecksums['values'];
};

export type Completion = {
  readonly parts: readonly PartClaim[];
  /** Smallest size of every part but the last. Smaller: EntityTooSmall. */
  readonly minPartBytes: number;
  /** Whole object's checksum as the caller expects it. Differs: BadDigest. */
  readonly expectChecksums: StoredChecksums['values'];
  readonly expectSizeBytes?: number;
  readonly condition: WriteCondition;
  /** The condition has to have held since the upload began: else ConditionalRequestConflict. */
  readonly refusesConflicts?: boolean;
};

export type PartRange = ReadTarget & { readonly range: ByteRange | undefined };

/** What must hold of a version at the moment it is deleted. It holds of one that is not there. */
export type DeleteCondition = {
  /** ETags without quotes; `*` matches any. */
  readonly ifMatch?: readonly string[] | undefined;
  readonly modifiedAtMs?: number | undefined;
  readonly sizeBytes?: number | undefined;
  /** Exactly these tags. */
  readonly tags?: readonly Tag[] | undefined;
  /**
   * `current`: the newest version of its key, and it is this one; `older`: another one is newer; `alone`: there is no other. A
   * version is found by rules of age, and must be that still when it goes (STO-112).
   */
  readonly place?: { readonly is: 'current' | 'older' | 'alone'; readonly versionId: string } | undefined;
};

/** A deletion; without a version the one that a plain DELETE makes. */
export type ObjectDelete = {
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly condition?: DeleteCondition | undefined;
  readonly bypassGovernance?: boolean | undefined;
};

export type DeleteOutcome = {
  readonly key: string;
  /** Whether anything was there. */
  readonly deleted: boolean;
  /** `made`: a delete marker took the place of the current version; `removed`: the version that was named was one. */
  readonly marker?: 'made' | 'removed';
  /** Of the marker that was made. */
  readonly markerVersionId?: string;
  /** Why nothing was done: an object lock, a condition. The other deletions of the call go on. */
  readonly refused?: S3Error;
  /** The row is damaged: nothing was done, and the other deletions go on (REL-12). */
  readonly damaged?: DamagedRow;
};

/**
 * Objects, semantic and whole: each call is atomic, and durable when its promise resolves (REL-1, REL-2). No caller
 * knows which engine answers. Refusals are `S3Error`; a failure of disk or database is a `StoreFailure`.
 * The numbered rules are in spec/stores.md; the suite in contract/ runs them against every engine.
 */
export interface ObjectStore {
  /** STO-1. @throws S3Error BucketAlreadyOwnedByYou, BucketAlreadyExists */
  createBucket(bucket: NewBucket, guard?: Guard): Promise<BucketRecord>;
  /** A promise only where something has to be read: nearly every request asks, most of them for a bucket that is known. */
  readBucket(name: string): BucketRecord | undefined | Promise<BucketRecord | undefined>;
  /** STO-140. The account with this id, when anything knows it: an owner of something, or of a key. */
  readOwner(id: string): Promise<Owner | undefined>;
  /** Buckets of one owner in byte order of their names; `after` is exclusive. */
  listBuckets(query: { ownerId: string; prefix: string; after: string; limit: number }): Promise<{
    readonly buckets: readonly BucketRecord[];
    readonly next: string | undefined;
  }>;
  /** @throws S3Error NoSuchBucket, InvalidBucketState (STO-110, STO-124) */
  patchBucket(name: string, patch: BucketPatch, guard?: Guard): Promise<BucketRecord>;
  /** Versions and delete markers hold a bucket back; open uploads do not, they go with it. @throws S3Error NoSuchBucket, BucketNotEmpty */
  deleteBucket(name: string, guard?: Guard): Promise<void>;

  /** STO-20…27. Streams `body` to its end, then makes the version visible in one step. Leaves nothing behind when it throws.
   *  @throws S3Error NoSuchBucket, PreconditionFailed, NoSuchKey (If-Match on nothing), BadDigest, IncompleteBody */
  putObject(
    target: ObjectTarget,
    body: Readable,
    write: ObjectWrite,
    condition: WriteCondition,
  ): Promise<VersionRecord>;
  /** STO-30…34, STO-103. @throws S3Error NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker), InvalidRequest (ENC-11) */
  openObject(target: ReadTarget): Promise<OpenedObject>;
  /** The record alone, whatever it is encrypted under. @throws S3Error as `openObject` */
  readObject(target: VersionTarget): Promise<VersionRecord>;
  /** STO-130. Parts of a version that was completed from parts, after the part with the number `after`. @throws S3Error as `openObject` */
  readParts(target: VersionTarget, after: number, limit: number): Promise<readonly VersionPart[]>;
  /** STO-35. @throws S3Error as `openObject` */
  setObjectAcl(target: VersionTarget, acl: Acl, guard?: Guard): Promise<void>;
  /** STO-111. Sets the tags of a version; an empty list removes them. @returns the id of the version. @throws S3Error as `openObject` */
  setObjectTags(target: VersionTarget, tags: readonly Tag[], guard?: Guard): Promise<string>;
  /** STO-122. @throws S3Error as `openObject`; InvalidRequest (no object lock), AccessDenied (weaker) */
  setRetention(
    target: VersionTarget,
    retention: Retention | undefined,
    options: { readonly bypassGovernance: boolean },
    guard?: Guard,
  ): Promise<string>;
  /** STO-123. @throws S3Error as `openObject`; InvalidRequest (no object lock) */
  setLegalHold(target: VersionTarget, legalHold: 'ON' | 'OFF', guard?: Guard): Promise<string>;
  /**
   * STO-50, STO-104…106, STO-121. Deletes all in one transaction, behind `guard` (LNK-31); a key that is not there counts as
   * deleted. A text is a key without a version. @throws S3Error NoSuchBucket
   */
  deleteObjects(
    bucket: string,
    deletes: readonly (string | ObjectDelete)[],
    guard?: Guard,
  ): Promise<readonly DeleteOutcome[]>;
  /**
   * STO-60…. By reference: no byte is moved, unless the copy is encrypted otherwise than its source, or gets a checksum that the
   * source does not have (ENC-14). @throws S3Error as `openObject`, PreconditionFailed, InvalidRequest (no object lock)
   */
  copyObject(
    source: ReadTarget,
    target: ObjectTarget,
    write: CopyWrite,
    conditions: { readonly source: SourceCondition; readonly target: WriteCondition },
  ): Promise<VersionRecord>;
  /** STO-40…48. @throws S3Error NoSuchBucket */
  listObjects(query: ListQuery): Promise<ListedPage<ListedObject>>;
  /** STO-107. Versions and delete markers, of each key the newest first. @throws S3Error NoSuchBucket */
  listVersions(query: VersionListQuery): Promise<ListedPage<ListedVersion>>;

  /** @throws S3Error NoSuchBucket, SlowDown (too many open uploads) */
  createUpload(upload: NewUpload, guard?: Guard): Promise<UploadRecord>;
  /** @throws S3Error NoSuchUpload */
  readUpload(target: UploadTarget): Promise<UploadRecord>;
  /** @throws S3Error NoSuchUpload, BadDigest, IncompleteBody, InvalidRequest (ENC-12) */
  // `guard`: as that of a WriteCondition, inside the transaction that keeps the part and before anything is written.
  putPart(
    target: PartTarget,
    partNumber: number,
    body: Readable,
    expect: BodyExpectation,
    guard?: Guard,
  ): Promise<PartRecord>;
  /** A part from (a range of) an object. Moves no byte where the whole object or whole parts are named.
   *  @throws S3Error NoSuchUpload, NoSuchBucket, NoSuchKey, InvalidRange, PreconditionFailed */
  copyPart(
    target: PartTarget,
    partNumber: number,
    source: PartRange,
    condition: SourceCondition,
    guard?: Guard,
  ): Promise<PartRecord>;
  /** @throws S3Error NoSuchUpload */
  listParts(
    target: UploadTarget,
    after: number,
    limit: number,
  ): Promise<{
    readonly upload: UploadRecord;
    readonly parts: readonly PartRecord[];
    readonly next: number | undefined;
  }>;
  /** REL-5. Idempotent: the same parts again answer the same version for 24 h.
   *  @throws S3Error NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, PreconditionFailed, BadDigest */
  completeUpload(target: UploadTarget, completion: Completion): Promise<VersionRecord>;
  /** @throws S3Error NoSuchUpload */
  abortUpload(target: UploadTarget, guard?: Guard): Promise<void>;
  /** @throws S3Error NoSuchBucket */
  listUploads(query: UploadListQuery): Promise<ListedPage<UploadRecord>>;

  /** Buckets, objects and bytes as they stand, for start-up text and metrics. May be a moment old. */
  countAll(): Promise<{ readonly buckets: number; readonly objects: number; readonly storedBytes: number }>;
  /** Resolves when every write so far is durable and files are closed. */
  close(): Promise<void>;
}
