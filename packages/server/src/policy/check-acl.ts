import { type Acl, grantsOfAcl, refusal } from '@tidegate/protocol';
import type { BucketRecord, ObjectStore } from '../stores/objects/object-store.ts';
import { hasNoAcls } from './acl.ts';
import { checkBlockedAcl, checkPublicAcl } from './public-access.ts';

/** What an ACL is judged with. */
type AclTools = { readonly store: Pick<ObjectStore, 'readOwner'>; readonly publicAccess: 'allow' | 'block' };

/**
 * Refuses an ACL that a request brings. With ACLs disabled a write may still say that the bucket's owner has full control, which is
 * so anyway (POL-30); setting an ACL by itself is refused.
 * @param bucket undefined: one that is only being made
 * @throws S3Error AccessControlListNotSupported, AccessDenied (POL-21), InvalidArgument (POL-33)
 */
export async function checkAcl(
  acl: Acl,
  use: 'set' | 'write',
  bucket: BucketRecord | undefined,
  { store, publicAccess }: AclTools,
): Promise<void> {
  if (bucket !== undefined && hasNoAcls(bucket) && (use === 'set' || !givesFullControl(acl, bucket))) {
    throw refusal('AccessControlListNotSupported', {});
  }
  checkPublicAcl(acl, publicAccess);
  if (bucket !== undefined) checkBlockedAcl(acl, bucket.config);
  await checkGrantees(acl, store);
}

/** The canned ACL, or the same spelled out. */
function givesFullControl(acl: Acl, { owner }: BucketRecord): boolean {
  if (typeof acl === 'string') return acl === 'bucket-owner-full-control';
  return (
    acl.length > 0 &&
    acl.every((grant) => 'id' in grant && grant.id === owner.id && grant.permission === 'FULL_CONTROL')
  );
}

async function checkGrantees(acl: Acl, store: AclTools['store']): Promise<void> {
  if (typeof acl === 'string') return;
  for (const grant of grantsOfAcl(acl, '', '')) {
    if (!('id' in grant) || (await store.readOwner(grant.id)) !== undefined) continue;
    const fields = { ArgumentName: 'CanonicalUser/ID', ArgumentValue: grant.id.slice(0, 1024) };
    throw refusal('InvalidArgument', fields, undefined, 'Invalid id');
  }
}
