import {
  type Acl,
  type AclGrant,
  type CannedAcl,
  type CORSRule,
  cannedAcls,
  type LifecycleRule,
  type NotificationRule,
  type ObjectOwnership,
  objectOwnerships,
  refusal,
} from '@tidegate/protocol';
import type { BucketLock, Tag } from './object-lock.ts';

/** An account as S3 shows it: 64 hex digits and a display name. */
export type Owner = { readonly id: string; readonly displayName: string };

export type BucketRecord = {
  readonly name: string;
  readonly owner: Owner;
  readonly region: string;
  readonly createdAtMs: number;
  readonly config: BucketConfig;
};

/** A bucket's configuration; each optional member is absent until it was set. */
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
  /** What webhooks are notified of; already checked. */
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

type Member = keyof BucketConfig;

/** Members that can be changed but never removed. */
type Permanent = 'acl' | 'versioning' | 'objectLock';

/** A change of a bucket's configuration: `undefined` leaves a member, `null` removes it. */
export type BucketPatch = {
  readonly [Name in Member]?: BucketConfig[Name] | (Name extends Permanent ? never : null) | undefined;
};

/** A bucket to create, with what its configuration starts with. */
export type NewBucket = Pick<BucketRecord, 'name' | 'owner' | 'region'> &
  Omit<BucketPatch, Permanent> & {
    readonly acl: Acl;
    /** Object lock from the start, and versioning with it. */
    readonly objectLock?: boolean;
  };

/** One member: its rights, and how it is stored. All members are stored together, as one JSON object. */
type ConfigRow<Value> = {
  /** The right to read it, and the right to change it, as IAM names them. */
  readonly actions: readonly [read: string, change: string];
  /**
   * Reads the stored value, or `undefined` where none is stored. It throws for a value that it does not know: a damaged member
   * must not read as one that was never set, which would open or unlock the bucket.
   */
  readonly read: (stored: unknown) => Value;
  /** The value before it is set, and after it is removed. */
  readonly unset: Value;
};

/** One row for each member; reading, new buckets and changes follow from these rows. */
const configRows: { readonly [Name in Member]: ConfigRow<BucketConfig[Name]> } = {
  acl: { actions: ['s3:GetBucketAcl', 's3:PutBucketAcl'], read: readStoredAcl, unset: 'private' },
  cors: optional(['s3:GetBucketCORS', 's3:PutBucketCORS'], listOf<CORSRule>('CORS configuration')),
  policy: optional(['s3:GetBucketPolicy', 's3:PutBucketPolicy'], readPolicy),
  versioning: optional(['s3:GetBucketVersioning', 's3:PutBucketVersioning'], readVersioning),
  objectLock: optional(
    ['s3:GetBucketObjectLockConfiguration', 's3:PutBucketObjectLockConfiguration'],
    objectOf<BucketLock>('object lock'),
  ),
  tags: optional(['s3:GetBucketTagging', 's3:PutBucketTagging'], listOf<Tag>('tag set')),
  publicAccessBlock: optional(
    ['s3:GetBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
    readPublicAccessBlock,
  ),
  lifecycle: optional(
    ['s3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'],
    listOf<LifecycleRule>('lifecycle'),
  ),
  notifications: optional(
    ['s3:GetBucketNotification', 's3:PutBucketNotification'],
    listOf<NotificationRule>('notification configuration'),
  ),
  objectOwnership: optional(['s3:GetBucketOwnershipControls', 's3:PutBucketOwnershipControls'], readOwnership),
  encryption: optional(['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'], readEncryption),
};

/** The rights to read and to change each member. */
export const configActions: readonly ConfigRow<unknown>['actions'][] = Object.values(configRows).map(
  ({ actions }) => actions,
);

/** Reads a stored configuration. */
export function readStoredConfig(stored: unknown): BucketConfig {
  if (typeof stored !== 'object' || stored === null) throw unknownValue('configuration of a bucket');
  const members: Readonly<Record<string, unknown>> = { ...stored };
  return collectConfig((name) => rowOf(name).read(members[name]));
}

/** The configuration of a new bucket. Object lock brings versioning with it (STO-110). */
export function newBucketConfig({ objectLock, ...set }: NewBucket): BucketConfig {
  const locked = objectLock === true ? { versioning: 'Enabled' as const, objectLock: {} } : {};
  return applyPatch(
    collectConfig((name) => rowOf(name).unset),
    { ...set, ...locked },
  );
}

/**
 * Changes a configuration. Object lock needs versioning and holds it on (STO-110, STO-124).
 * @throws S3Error InvalidBucketState
 */
export function patchConfig(config: BucketConfig, patch: BucketPatch): BucketConfig {
  const patched = applyPatch(config, patch);
  if (patched.objectLock !== undefined && patched.versioning !== 'Enabled') {
    const message =
      patch.objectLock === undefined
        ? 'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.'
        : 'Versioning must be Enabled on the bucket to apply an Object Lock configuration';
    throw refusal('InvalidBucketState', {}, undefined, message);
  }
  return patched;
}

function applyPatch(config: BucketConfig, patch: BucketPatch): BucketConfig {
  return collectConfig((name) => {
    const change = patch[name];
    if (change === undefined) return config[name];
    return change === null ? rowOf(name).unset : change;
  });
}

function rowOf<Name extends Member>(name: Name): ConfigRow<BucketConfig[Name]> {
  return configRows[name];
}

type Writable = { -readonly [Name in keyof BucketConfig]: BucketConfig[Name] };

/** A configuration with the values that are set. */
function collectConfig(read: <Name extends Member>(name: Name) => BucketConfig[Name]): BucketConfig {
  const config: Writable = { acl: read('acl') };
  for (const name of memberNames) setMember(config, name, read(name));
  return config;
}

function setMember<Name extends Member>(config: Writable, name: Name, value: Writable[Name]): void {
  if (value !== undefined) config[name] = value;
}

function optional<Value>(
  actions: ConfigRow<Value>['actions'],
  read: (stored: unknown) => Value,
): ConfigRow<Value | undefined> {
  return { actions, read: (stored) => (stored === undefined ? undefined : read(stored)), unset: undefined };
}

const memberNames: readonly Member[] = Object.keys(configRows).filter(isMember);

function isMember(name: string): name is Member {
  return Object.hasOwn(configRows, name);
}

/** Reads a stored ACL: the name of a canned one, or its grants. @throws Error for anything else, which must not read as open */
export function readStoredAcl(stored: unknown): Acl {
  if (typeof stored === 'string' && isCannedAcl(stored)) return stored;
  if (Array.isArray(stored) && stored.every(isGrant)) return stored;
  throw unknownValue('ACL');
}

function isGrant(value: unknown): value is AclGrant {
  if (!isObject(value) || !('permission' in value)) return false;
  return ('id' in value && typeof value.id === 'string') || ('uri' in value && typeof value.uri === 'string');
}

function isCannedAcl(text: string): text is CannedAcl {
  return Object.hasOwn(cannedAcls, text);
}

function readPolicy(stored: unknown): string {
  if (typeof stored === 'string') return stored;
  throw unknownValue('bucket policy');
}

/** Versioning that read as off would overwrite versions. */
function readVersioning(stored: unknown): 'Enabled' | 'Suspended' {
  if (stored === 'Enabled' || stored === 'Suspended') return stored;
  throw unknownValue('state of versioning');
}

function readEncryption(stored: unknown): BucketEncryption {
  if (!isObject(stored)) throw unknownValue('encryption');
  const bucketKey = 'bucketKey' in stored && stored.bucketKey === true;
  return { algorithm: 'AES256', ...(bucketKey ? { bucketKey } : {}) };
}

/** An ownership that read as ObjectWriter would bring disabled ACLs back into force. */
function readOwnership(stored: unknown): ObjectOwnership {
  const known = objectOwnerships.find((name) => name === stored);
  if (known === undefined) throw unknownValue('object ownership');
  return known;
}

/** A part that is missing reads as blocked. */
function readPublicAccessBlock(stored: unknown): PublicAccessBlock {
  if (!isObject(stored)) throw unknownValue('public access block');
  const isOn = (name: keyof PublicAccessBlock) => Reflect.get(stored, name) !== false;
  return {
    blockPublicAcls: isOn('blockPublicAcls'),
    ignorePublicAcls: isOn('ignorePublicAcls'),
    blockPublicPolicy: isOn('blockPublicPolicy'),
    restrictPublicBuckets: isOn('restrictPublicBuckets'),
  };
}

/** A list whose entries were checked when they were set; here it is enough that they are objects. */
function listOf<Entry extends object>(what: string): (stored: unknown) => readonly Entry[] {
  const isList = (stored: unknown): stored is readonly Entry[] => Array.isArray(stored) && stored.every(isObject);
  return (stored) => {
    if (isList(stored)) return stored;
    throw unknownValue(what);
  };
}

/** An object whose members were checked when it was set. */
function objectOf<Value extends object>(what: string): (stored: unknown) => Value {
  const isValue = (stored: unknown): stored is Value => isObject(stored) && !Array.isArray(stored);
  return (stored) => {
    if (isValue(stored)) return stored;
    throw unknownValue(what);
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function unknownValue(what: string): Error {
  return new Error(`The metadata contain an unknown ${what}.`);
}
