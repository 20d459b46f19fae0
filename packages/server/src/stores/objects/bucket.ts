import type { Acl, CORSRule, LifecycleRule, NotificationRule, ObjectOwnership } from '@tidegate/protocol';
import type { BucketLock, Tag } from './object-lock.ts';

/** An account as S3 shows it: 64 hex digits and a display name. */
export type Owner = { readonly id: string; readonly displayName: string };

/** What a bucket was told; each member is absent until it was set. */
export type BucketConfig = {
  readonly acl: Acl;
  readonly cors?: readonly CORSRule[];
  /** The policy document as it was sent: JSON text, already checked by `policy/`. */
  readonly policy?: string;
  /** Absent: the bucket never had versioning, and each key has one version, `null`. */
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Object lock is on; versioning is then Enabled and stays so. */
  readonly objectLock?: BucketLock;
  readonly tags?: readonly Tag[];
  readonly publicAccessBlock?: PublicAccessBlock;
  /** Each rule with an id; already checked. */
  readonly lifecycle?: readonly LifecycleRule[];
  /** What webhooks are told; already checked. */
  readonly notifications?: readonly NotificationRule[];
  /** Absent: as ObjectWriter (POL-30). */
  readonly objectOwnership?: ObjectOwnership;
  /** How objects are encrypted whose writes do not say it (ENC-3). */
  readonly encryption?: BucketEncryption;
};

/** The default encryption of a bucket. `bucketKey` is stored and returned, but has no effect without a KMS. */
export type BucketEncryption = { readonly algorithm: 'AES256'; readonly bucketKey?: boolean | undefined };

/** What of public access is blocked on a bucket (POL-21). */
export type PublicAccessBlock = {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
};

/** A change of a bucket's configuration: `undefined` leaves a member, `null` removes it. */
export type BucketPatch = {
  readonly acl?: Acl;
  readonly cors?: readonly CORSRule[] | null;
  readonly policy?: string | null;
  /** Never taken back. */
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly objectLock?: BucketLock;
  readonly tags?: readonly Tag[] | null;
  readonly publicAccessBlock?: PublicAccessBlock | null;
  readonly lifecycle?: readonly LifecycleRule[] | null;
  readonly notifications?: readonly NotificationRule[] | null;
  readonly objectOwnership?: ObjectOwnership | null;
  readonly encryption?: BucketEncryption | null;
};

export type BucketRecord = {
  readonly name: string;
  readonly owner: Owner;
  readonly region: string;
  readonly createdAtMs: number;
  readonly config: BucketConfig;
};

export type NewBucket = Pick<BucketRecord, 'name' | 'owner' | 'region'> & {
  readonly acl: Acl;
  /** Object lock from the start, and versioning with it. */
  readonly objectLock?: boolean;
  readonly tags?: readonly Tag[];
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  readonly objectOwnership?: ObjectOwnership | undefined;
};
