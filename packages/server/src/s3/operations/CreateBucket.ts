import {
  type Acl,
  CreateBucketConfiguration,
  type ObjectOwnership,
  objectOwnerships,
  refusal,
  S3Error,
  type ValueOf,
} from '@tidegate/protocol';
import { hasNoAcls, isForOwner, isPublicAcl } from '../../policy/acl.ts';
import type { Owner, PublicAccessBlock } from '../../stores/objects/object-store.ts';
import { refuseUnbuiltHeaders } from '../common-headers.ts';
import { bucketAcl } from '../input/object-head.ts';
import { flag, invalidArgument } from '../input/parameters.ts';
import { ownerOf } from '../objects/owner.ts';
import { fromHead, header, operation, optionalXml, type Parser } from '../operation.ts';

const firstRegion = 'us-east-1';

/**
 * Makes a bucket in the region that it names, else in the server's. Making one's own again in us-east-1 is 200 and sets the ACL
 * anew, in any other region 409, as on Amazon S3. Source: AWS API reference, CreateBucket.
 */
export const CreateBucket = operation({
  name: 'CreateBucket',
  method: 'PUT',
  resource: 'bucket',
  action: 's3:CreateBucket',
  input: {
    acl: bucketAcl,
    objectLock: header('x-amz-bucket-object-lock-enabled', flag),
    ownership: header('x-amz-object-ownership', readOwnership),
    unbuiltHeaders: fromHead((head) => refuseUnbuiltHeaders(head, ['x-amz-object-ownership'])),
  },
  body: optionalXml('CreateBucketConfiguration', CreateBucketConfiguration),
  output: { headers: { location: 'location' } },
  refuses: [
    'BucketAlreadyExists',
    'BucketAlreadyOwnedByYou',
    'InvalidLocationConstraint',
    'IllegalLocationConstraintException',
    'InvalidArgument',
    'InvalidRequest',
    'InvalidBucketAclWithObjectOwnership',
    'InvalidBucketAclWithBlockPublicAccessError',
    'UnresolvableGrantByEmailAddress',
    'AccessDenied',
    'NotImplemented',
  ],

  async handle({ target, input, caller, document }, { store, region: ownRegion, isOnlyRegion, newBuckets }) {
    const owner = ownerOf(caller);
    const access = accessOfNew(input.ownership, newBuckets);
    checkAclOfNew(input.acl, owner, access);
    const region = regionOf(document, ownRegion);
    if (isOnlyRegion && region !== ownRegion) throw otherRegion(region);
    const acl = input.acl ?? 'private';
    const answer = { headers: { location: `/${target.bucket}` } };
    try {
      await store.createBucket({
        name: target.bucket,
        owner,
        region,
        acl,
        ...access,
        objectLock: input.objectLock,
      });
      return answer;
    } catch (error) {
      if (!(error instanceof S3Error) || error.code !== 'BucketAlreadyOwnedByYou' || region !== firstRegion)
        throw error;
      const existing = await store.readBucket(target.bucket);
      if (existing?.region !== firstRegion || existing.owner.id !== owner.id) throw error;
      if (!hasNoAcls(existing)) await store.patchBucket(target.bucket, { acl });
      return answer;
    }
  },
});

/** `x-amz-object-ownership`. @throws S3Error InvalidArgument */
function readOwnership(...[text, name]: Parameters<Parser<unknown>>): ObjectOwnership | undefined {
  if (text === undefined) return undefined;
  const known = objectOwnerships.find((each) => each === text);
  if (known !== undefined) return known;
  throw invalidArgument(name, text, 'Invalid x-amz-object-ownership header');
}

type NewAccess = {
  readonly objectOwnership: ObjectOwnership | undefined;
  readonly publicAccessBlock: PublicAccessBlock | undefined;
};

const allBlocked: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};

/** How a new bucket may be opened: as ever, or closed as on Amazon S3 since April 2023 (POL-34). */
function accessOfNew(asked: ObjectOwnership | undefined, newBuckets: 'classic' | '2023'): NewAccess {
  if (newBuckets === 'classic') return { objectOwnership: asked, publicAccessBlock: undefined };
  return { objectOwnership: asked ?? 'BucketOwnerEnforced', publicAccessBlock: allBlocked };
}

/** @throws S3Error InvalidBucketAclWithObjectOwnership, InvalidBucketAclWithBlockPublicAccessError */
function checkAclOfNew(acl: Acl | undefined, owner: Owner, access: NewAccess): void {
  if (acl === undefined) return;
  const isPrivate = isForOwner(acl, { owner });
  if (access.objectOwnership === 'BucketOwnerEnforced' && !isPrivate) {
    throw refusal('InvalidBucketAclWithObjectOwnership', {});
  }
  if (access.publicAccessBlock !== undefined && isPublicAcl(acl)) {
    throw refusal('InvalidBucketAclWithBlockPublicAccessError', {});
  }
}

/** @throws S3Error InvalidLocationConstraint, NotImplemented */
function regionOf(document: ValueOf<typeof CreateBucketConfiguration> | undefined, own: string): string {
  for (const [member, name] of [
    ['location', 'Location'],
    ['bucket', 'Bucket'],
    ['tags', 'Tags'],
  ] as const) {
    if (document?.[member] === undefined) continue;
    const message = `${name} in a CreateBucketConfiguration is not implemented by this server.`;
    throw refusal('NotImplemented', { ArgumentName: name }, undefined, message);
  }
  const constraint = document?.locationConstraint;
  if (constraint === undefined || constraint === '') return own;
  if (constraint.length > 63 || !/^(?:EU|[a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.test(constraint)) {
    throw refusal('InvalidLocationConstraint', { LocationConstraint: constraint.slice(0, 256) });
  }
  return constraint;
}

function otherRegion(region: string): Error {
  const message = `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  return refusal('IllegalLocationConstraintException', {}, undefined, message);
}
