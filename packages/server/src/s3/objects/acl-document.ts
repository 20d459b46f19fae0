import {
  type AccessControlPolicy,
  type Acl,
  type AclGrant,
  type CannedAcl,
  cannedAcls,
  type Grant,
  grantOfDocument,
  grantsOfAcl,
  refusal,
  type ValueOf,
} from '@tidegate/protocol';
import type { ObjectStore, Owner } from '../../stores/objects/object-store.ts';

/** A document of grants, as the two Puts of an ACL read it. */
export type AclDocument = ValueOf<typeof AccessControlPolicy>;

/** What an ACL is set on, and who owns it and its bucket. */
export type AclPlace = { readonly resource: 'bucket' | 'object'; readonly owner: Owner; readonly bucketOwner: Owner };

/** An ACL as a document of grants, with the names of the accounts as they are now. */
export async function aclDocument(
  acl: Acl,
  place: AclPlace,
  store: Pick<ObjectStore, 'readOwner'>,
): Promise<AclDocument> {
  const { id, displayName } = place.owner;
  const groups: Grant[] = [];
  const users: Grant[] = [];
  for (const grant of grantsOfAcl(acl, place.owner.id, place.bucketOwner.id)) {
    const { permission } = grant;
    // Groups first: the order that the public suite expects (ceph/s3-tests, check_grants).
    if ('uri' in grant) groups.push({ grantee: { type: 'Group', uri: grant.uri }, permission });
    else {
      const user = [place.owner, place.bucketOwner].find((owner) => owner.id === grant.id);
      const { displayName: name } = user ?? (await store.readOwner(grant.id)) ?? {};
      users.push({ grantee: { type: 'CanonicalUser', id: grant.id, displayName: name }, permission });
    }
  }
  return { owner: { id, displayName }, grants: [...groups, ...users] };
}

/**
 * The ACL that a request sets: by header, or by a document; grants that are those of a canned ACL are kept as that one.
 * @throws S3Error UnexpectedContent for both, MissingSecurityHeader for neither, AccessDenied for another owner, and for grants
 * whatever `grantOfDocument` throws
 */
export function chosenAcl(sent: Acl | undefined, document: AclDocument | undefined, place: AclPlace): Acl {
  if (sent !== undefined) {
    if (document !== undefined) throw refusal('UnexpectedContent', {});
    return sent;
  }
  if (document === undefined) throw refusal('MissingSecurityHeader', { MissingHeaderName: 'x-amz-acl' });
  if (document.owner !== undefined && document.owner.id !== place.owner.id) throw refusal('AccessDenied', {});
  const grants = document.grants.map(grantOfDocument);
  const wanted = grantSet(grants);
  for (const acl of cannedNames(place.resource)) {
    const has = grantSet(grantsOfAcl(acl, place.owner.id, place.bucketOwner.id));
    if (has.size === wanted.size && [...has].every((grant) => wanted.has(grant))) return acl;
  }
  return grants;
}

function cannedNames(resource: 'bucket' | 'object'): CannedAcl[] {
  const names: CannedAcl[] = [];
  for (const name in cannedAcls) {
    // Sound: a name of that very table.
    const acl = name as CannedAcl;
    if (cannedAcls[acl].on.some((on) => on === resource)) names.push(acl);
  }
  return names;
}

function grantSet(grants: readonly AclGrant[]): Set<string> {
  return new Set(grants.map((grant) => `${grant.permission} ${'id' in grant ? grant.id : grant.uri}`));
}
