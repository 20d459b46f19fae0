import { type Acl, allUsersUri, anonymousOwnerId, authenticatedUsersUri, grantsOfAcl } from '@tidegate/protocol';
import type { BucketRecord, VersionRecord } from '../stores/objects/object-store.ts';
import type { ActionEntry } from './actions.ts';

/** Who asks, as an ACL names callers: an account, or nobody in particular. */
export type AclCaller = { readonly accountId: string } | undefined;

/** Who asks, and whether what is public counts (`public_access`, `IgnorePublicAcls`). */
export type AclQuestion = { readonly caller: AclCaller; readonly publicAccess: 'allow' | 'block' };

type AclBucket = Pick<BucketRecord, 'owner' | 'config'>;
type AclObject = Pick<VersionRecord, 'owner' | 'acl'>;
type AclPermission = 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';

/** Whether the ACLs of a bucket and of what lies in it mean nothing (POL-30). */
export function hasNoAcls({ config }: Pick<BucketRecord, 'config'>): boolean {
  return config.objectOwnership === 'BucketOwnerEnforced';
}

/** Whether the object is the bucket owner's: with ACLs disabled every one is; what no account owns is left to him too (POL-31). */
export function isOwnedByBucket(record: Pick<VersionRecord, 'owner'>, bucket: AclBucket): boolean {
  return record.owner.id === bucket.owner.id || record.owner.id === anonymousOwnerId || hasNoAcls(bucket);
}

/** Who an object is shown to belong to (POL-30). */
export function shownOwner(record: Pick<VersionRecord, 'owner'>, bucket: AclBucket): VersionRecord['owner'] {
  return hasNoAcls(bucket) ? bucket.owner : record.owner;
}

/** Whether the ACL of the bucket gives the permission to a caller who does not own it. */
export function bucketAclAdmits(bucket: AclBucket, permission: ActionEntry['acl'], asks: AclQuestion): boolean {
  const wanted = permissionOn('bucket', permission);
  if (wanted === undefined || hasNoAcls(bucket)) return false;
  const { owner, config } = bucket;
  return grantsAdmit(config.acl, wanted, asks, { ownerId: owner.id, bucketOwnerId: owner.id });
}

/** Whether an object's own ACL gives the permission. Its owner, the account that wrote it, has full control of it. */
export function objectAclAdmits(
  record: AclObject,
  bucket: AclBucket,
  permission: ActionEntry['acl'],
  asks: AclQuestion,
): boolean {
  const wanted = permissionOn('object', permission);
  if (wanted === undefined || hasNoAcls(bucket)) return false;
  if (asks.caller !== undefined && asks.caller.accountId === record.owner.id) return true;
  return grantsAdmit(record.acl, wanted, asks, { ownerId: record.owner.id, bucketOwnerId: bucket.owner.id });
}

/** Whether an ACL of an object gives rights to the owner of its bucket and to nobody else but the object's own (POL-32). */
export function isForOwner(acl: Acl, { owner }: Pick<AclBucket, 'owner'>): boolean {
  return grantsOfAcl(acl, owner.id, owner.id).every((grant) => 'id' in grant && grant.id === owner.id);
}

/** Whether the ACL lets anybody in who owns nothing: what blocks of public access refuse. Source: AWS, The meaning of "public". */
export function isPublicAcl(acl: Acl): boolean {
  return grantsOfAcl(acl, '', '').some((grant) => 'uri' in grant && isPublicGroup(grant.uri));
}

function isPublicGroup(uri: string): boolean {
  return uri === allUsersUri || uri === authenticatedUsersUri;
}

function permissionOn(resource: 'bucket' | 'object', permission: ActionEntry['acl']): AclPermission | undefined {
  if (permission?.startsWith(resource) !== true) return undefined;
  // Sound: what stands behind the resource is one of the four.
  return permission.slice(resource.length + 1) as AclPermission;
}

function grantsAdmit(
  acl: Acl,
  wanted: AclPermission,
  { caller, publicAccess }: AclQuestion,
  { ownerId, bucketOwnerId }: { readonly ownerId: string; readonly bucketOwnerId: string },
): boolean {
  if (acl === 'private' && caller?.accountId !== ownerId) return false;
  return grantsOfAcl(acl, ownerId, bucketOwnerId).some((grant) => {
    if (grant.permission !== wanted && grant.permission !== 'FULL_CONTROL') return false;
    if ('id' in grant) return caller !== undefined && caller.accountId === grant.id;
    // As S3's block of public access: all users of the server are as public as everybody.
    if (publicAccess === 'block') return false;
    return grant.uri === allUsersUri || (grant.uri === authenticatedUsersUri && caller !== undefined);
  });
}
