import { refusal } from '../errors/s3-error.ts';
import type { Grant } from '../xml/shapes/AccessControlPolicy.ts';

/** Everyone, signed or not. */
export const allUsersUri = 'http://acs.amazonaws.com/groups/global/AllUsers';
/** Everyone with an access key of the server, of any account. */
export const authenticatedUsersUri = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';
/** S3's log writers; the server has none, the grant is only kept and shown. */
export const logDeliveryUri = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

/** Who owns what a caller without a key has written, as Amazon S3 shows it. No account ever has this id. */
export const anonymousOwnerId = '65a011a29cdf8ec533ec3d1ccaae921c';

type Permission = Grant['permission'];

/** One right of an account, or of a group of them. */
export type AclGrant =
  | { readonly permission: Permission; readonly id: string }
  | { readonly permission: Permission; readonly uri: string };

/** An ACL: one of the canned ones, whose grants follow from who owns what, or grants that were listed one by one. */
export type Acl = CannedAcl | readonly AclGrant[];

type CannedAclEntry = {
  readonly on: readonly ('bucket' | 'object')[];
  /** Grants beside the owner's full control. */
  readonly groups: readonly { readonly uri: string; readonly permission: Permission }[];
  /** What the owner of the bucket may do with an object of another owner. */
  readonly bucketOwner?: Permission;
};

/**
 * The canned ACLs and what they grant (WIRE-130). `aws-exec-read` is left out: it lets Amazon EC2 read.
 * Source: AWS, Access control list overview.
 */
export const cannedAcls = {
  private: { on: ['bucket', 'object'], groups: [] },
  'public-read': { on: ['bucket', 'object'], groups: [{ uri: allUsersUri, permission: 'READ' }] },
  'public-read-write': {
    on: ['bucket', 'object'],
    groups: [
      { uri: allUsersUri, permission: 'READ' },
      { uri: allUsersUri, permission: 'WRITE' },
    ],
  },
  'authenticated-read': { on: ['bucket', 'object'], groups: [{ uri: authenticatedUsersUri, permission: 'READ' }] },
  'bucket-owner-read': { on: ['object'], groups: [], bucketOwner: 'READ' },
  'bucket-owner-full-control': { on: ['object'], groups: [], bucketOwner: 'FULL_CONTROL' },
  'log-delivery-write': {
    on: ['bucket'],
    groups: [
      { uri: logDeliveryUri, permission: 'WRITE' },
      { uri: logDeliveryUri, permission: 'READ_ACP' },
    ],
  },
} as const satisfies Record<string, CannedAclEntry>;

/** The name of a canned ACL. */
export type CannedAcl = keyof typeof cannedAcls;

/** Headers that grant rights one by one. */
const grantHeaders = [
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
] as const;

/**
 * Reads `x-amz-acl` (WIRE-131); absent it is `private`. A name that is meant for objects does nothing on a bucket: S3
 * ignores it, here it is refused, so that nobody takes it for granted.
 * @throws S3Error InvalidArgument; NotImplemented for `aws-exec-read`
 */
export function parseCannedAcl(header: string | undefined, resource: 'bucket' | 'object'): CannedAcl {
  if (header === undefined) return 'private';
  if (header === 'aws-exec-read') {
    const message = 'The canned ACL aws-exec-read is not implemented.';
    throw refusal('NotImplemented', { Header: 'x-amz-acl' }, undefined, message);
  }
  if (isCannedAcl(header)) {
    const entry: CannedAclEntry = cannedAcls[header];
    if (entry.on.includes(resource)) return header;
  }
  throw refusal('InvalidArgument', { ArgumentName: 'x-amz-acl', ArgumentValue: header });
}

function isCannedAcl(name: string): name is CannedAcl {
  return Object.hasOwn(cannedAcls, name);
}

const groups: ReadonlySet<string> = new Set([allUsersUri, authenticatedUsersUri, logDeliveryUri]);
/** Most grants of an ACL. Source: AWS, Access control list overview. */
const maxGrants = 100;

/**
 * Reads the headers `x-amz-grant-…` (WIRE-133): grantees as `id="…"`, `uri="…"` or `emailAddress="…"`, with commas between them.
 * @returns undefined when none was sent
 * @throws S3Error InvalidArgument, UnresolvableGrantByEmailAddress
 */
export function parseGrantHeaders(header: (name: string) => string | undefined): readonly AclGrant[] | undefined {
  let grants: AclGrant[] | undefined;
  for (const name of grantHeaders) {
    const value = header(name);
    if (value === undefined) continue;
    grants ??= [];
    for (const grantee of value.split(',')) {
      const [, kind = '', quoted, bare = ''] =
        /^\s*(id|uri|emailAddress)\s*=\s*(?:"([^"]*)"|([^"\s]+))\s*$/i.exec(grantee) ?? [];
      const named = { type: granteeTypes[kind.toLowerCase()], name: quoted ?? bare };
      if (named.type === undefined) throw badGrant(name, value, 'Argument format not recognized');
      grants.push(grantOf(named.type, named.name, permissionOfHeader[name]));
    }
  }
  if (grants !== undefined && grants.length > maxGrants) {
    throw badGrant('x-amz-grant', String(grants.length), `An ACL has at most ${maxGrants} grants`);
  }
  return grants;
}

/** Reads a grant of a document (WIRE-134). @throws S3Error MalformedACLError, InvalidArgument, UnresolvableGrantByEmailAddress */
export function grantOfDocument({ grantee, permission }: Grant): AclGrant {
  const { type, id, uri, emailAddress } = grantee;
  const name = { CanonicalUser: id, Group: uri, AmazonCustomerByEmail: emailAddress }[type];
  if (name === undefined) throw refusal('MalformedACLError', {});
  return grantOf(type, name, permission);
}

type GranteeType = Grant['grantee']['type'];
const granteeTypes: Readonly<Record<string, GranteeType>> = {
  id: 'CanonicalUser',
  uri: 'Group',
  emailaddress: 'AmazonCustomerByEmail',
};
const permissionOfHeader = {
  'x-amz-grant-full-control': 'FULL_CONTROL',
  'x-amz-grant-read': 'READ',
  'x-amz-grant-read-acp': 'READ_ACP',
  'x-amz-grant-write': 'WRITE',
  'x-amz-grant-write-acp': 'WRITE_ACP',
} as const satisfies Record<(typeof grantHeaders)[number], Permission>;

/** Accounts have no e-mail address here, so none is on record. */
function grantOf(type: GranteeType, name: string, permission: Permission): AclGrant {
  if (type === 'AmazonCustomerByEmail') throw refusal('UnresolvableGrantByEmailAddress', {});
  if (type === 'CanonicalUser') return { permission, id: name };
  if (!groups.has(name)) throw badGrant('Group/URI', name, 'Invalid group uri');
  return { permission, uri: name };
}

function badGrant(name: string, value: string, message: string): Error {
  return refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: value.slice(0, 1024) }, undefined, message);
}

/** What an ACL grants, the owner's full control first where it is a canned one (WIRE-132). */
export function grantsOfAcl(acl: Acl, ownerId: string, bucketOwnerId: string): readonly AclGrant[] {
  if (typeof acl !== 'string') return acl;
  const { groups: listed, bucketOwner }: CannedAclEntry = cannedAcls[acl];
  const grants: AclGrant[] = [{ permission: 'FULL_CONTROL', id: ownerId }, ...listed];
  // The owner of the bucket has nothing to be granted on an object of his own.
  if (bucketOwner !== undefined && bucketOwnerId !== ownerId)
    grants.push({ permission: bucketOwner, id: bucketOwnerId });
  return grants;
}
