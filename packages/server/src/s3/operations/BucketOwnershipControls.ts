import { OwnershipControls, refusal } from '@tidegate/protocol';
import { isForOwner } from '../../policy/acl.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads who owns what is written into the bucket (POL-30). Source: AWS API reference, GetBucketOwnershipControls. */
export const GetBucketOwnershipControls = operation({
  name: 'GetBucketOwnershipControls',
  method: 'GET',
  resource: 'bucket',
  subresource: 'ownershipControls',
  action: 's3:GetBucketOwnershipControls',
  input: {},
  output: { document: xml('OwnershipControls', OwnershipControls) },
  refuses: ['NoSuchBucket', 'OwnershipControlsNotFoundError'],

  async handle({ target }, { store }) {
    const { objectOwnership } = (await readExistingBucket(store, target.bucket)).config;
    if (objectOwnership === undefined) throw refusal('OwnershipControlsNotFoundError', { BucketName: target.bucket });
    return { document: { rules: [{ objectOwnership }] } };
  },
});

/**
 * Sets who owns what is written into the bucket (POL-30). A bucket whose ACL gives rights to others keeps its ACLs until that is
 * taken back. Source: AWS API reference, PutBucketOwnershipControls.
 */
export const PutBucketOwnershipControls = operation({
  name: 'PutBucketOwnershipControls',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'ownershipControls',
  action: 's3:PutBucketOwnershipControls',
  input: {},
  body: xml('OwnershipControls', OwnershipControls),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidBucketAclWithObjectOwnership'],

  async handle({ target, document }, { store }) {
    const [rule] = document.rules;
    if (rule === undefined) throw refusal('MalformedXML', {});
    const { objectOwnership } = rule;
    const bucket = await readExistingBucket(store, target.bucket);
    if (objectOwnership === 'BucketOwnerEnforced' && !isForOwner(bucket.config.acl, bucket)) {
      throw refusal('InvalidBucketAclWithObjectOwnership', {});
    }
    await store.patchBucket(target.bucket, { objectOwnership });
    return {};
  },
});

/** Takes the bucket's ownership controls away: it is as with ObjectWriter again. Source: AWS API reference, DeleteBucketOwnershipControls. */
export const DeleteBucketOwnershipControls = operation({
  name: 'DeleteBucketOwnershipControls',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'ownershipControls',
  action: 's3:PutBucketOwnershipControls',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { objectOwnership: null });
    return {};
  },
});
