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
} from '@tidegate/protocol';
import type { BucketLock, Tag } from '../../objects/object-lock.ts';
import type { BucketConfig, BucketEncryption, PublicAccessBlock } from '../../objects/object-store.ts';

/** Parsed configurations by their text, so that a request does not parse its bucket's policy anew; the row is still read. */
const parsed = new Map<string, BucketConfig>();
const maxParsed = 1_000;

/** A bucket's configuration as it is kept. */
export function readBucketConfig(text: string): BucketConfig {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const config = parseConfig(JSON.parse(text));
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(text, config);
  return config;
}

/** An ACL as one column: the name of a canned one, or JSON of its grants. */
export function writeAcl(acl: Acl): string {
  return typeof acl === 'string' ? acl : JSON.stringify(acl);
}

/** The other way round. */
export function readAcl(text: unknown): Acl {
  return aclOf(typeof text === 'string' && text.startsWith('[') ? JSON.parse(text) : text);
}

/** What cannot be read must not read as open, nor as closed to its owner. */
function aclOf(value: unknown): Acl {
  if (typeof value === 'string' && isCannedAcl(value)) return value;
  if (Array.isArray(value) && value.every(isGrant)) return value;
  throw new Error('The metadata hold an unknown ACL.');
}

function isGrant(value: unknown): value is AclGrant {
  if (typeof value !== 'object' || value === null || !('permission' in value)) return false;
  return ('id' in value && typeof value.id === 'string') || ('uri' in value && typeof value.uri === 'string');
}

function isCannedAcl(text: string): text is CannedAcl {
  return Object.hasOwn(cannedAcls, text);
}

function parseConfig(value: unknown): BucketConfig {
  if (typeof value !== 'object' || value === null || !('acl' in value)) {
    throw new Error('The metadata hold a bucket without configuration.');
  }
  return {
    acl: aclOf(value.acl),
    ...('cors' in value && isCorsRules(value.cors) ? { cors: value.cors } : {}),
    ...('policy' in value && typeof value.policy === 'string' ? { policy: value.policy } : {}),
    ...('versioning' in value ? { versioning: versioningOf(value.versioning) } : {}),
    ...('objectLock' in value && isBucketLock(value.objectLock) ? { objectLock: value.objectLock } : {}),
    ...('tags' in value && isTags(value.tags) ? { tags: value.tags } : {}),
    ...('encryption' in value ? { encryption: encryptionOf(value.encryption) } : {}),
    ...('lifecycle' in value && isRules(value.lifecycle) ? { lifecycle: value.lifecycle } : {}),
    ...('notifications' in value && isNotifications(value.notifications) ? { notifications: value.notifications } : {}),
    ...('publicAccessBlock' in value ? { publicAccessBlock: publicAccessBlockOf(value.publicAccessBlock) } : {}),
    ...('objectOwnership' in value ? { objectOwnership: ownershipOf(value.objectOwnership) } : {}),
  };
}

/** What cannot be read must not read as unversioned: versions would be overwritten. */
function versioningOf(value: unknown): 'Enabled' | 'Suspended' {
  if (value === 'Enabled' || value === 'Suspended') return value;
  throw new Error('The metadata hold an unknown state of versioning.');
}

function isBucketLock(value: unknown): value is BucketLock {
  if (typeof value === 'object' && value !== null) return true;
  throw new Error('The metadata hold an unknown object lock.');
}

/** What cannot be read must not read as no encryption. */
function encryptionOf(value: unknown): BucketEncryption {
  if (typeof value !== 'object' || value === null) throw new Error('The metadata hold an unknown encryption.');
  const bucketKey = 'bucketKey' in value && value.bucketKey === true;
  return { algorithm: 'AES256', ...(bucketKey ? { bucketKey } : {}) };
}

/** What cannot be read must not read as ACLs that count. */
function ownershipOf(value: unknown): ObjectOwnership {
  const known = objectOwnerships.find((name) => name === value);
  if (known === undefined) throw new Error('The metadata hold an unknown object ownership.');
  return known;
}

/** What cannot be read must not read as open. */
function publicAccessBlockOf(value: unknown): PublicAccessBlock {
  if (typeof value !== 'object' || value === null)
    throw new Error('The metadata hold an unknown block of public access.');
  const isOn = (name: keyof PublicAccessBlock) => Reflect.get(value, name) !== false;
  return {
    blockPublicAcls: isOn('blockPublicAcls'),
    ignorePublicAcls: isOn('ignorePublicAcls'),
    blockPublicPolicy: isOn('blockPublicPolicy'),
    restrictPublicBuckets: isOn('restrictPublicBuckets'),
  };
}

function isTags(value: unknown): value is readonly Tag[] {
  return Array.isArray(value);
}

function isRules(value: unknown): value is readonly LifecycleRule[] {
  return isListOfObjects(value);
}

function isNotifications(value: unknown): value is readonly NotificationRule[] {
  return isListOfObjects(value);
}

/** The rules were checked when they came; here it is enough that they are a list of objects. */
function isCorsRules(value: unknown): value is readonly CORSRule[] {
  return isListOfObjects(value);
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((rule) => typeof rule === 'object' && rule !== null);
}
