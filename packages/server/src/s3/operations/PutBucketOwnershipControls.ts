import { OwnershipControls, refusal } from '@tidegate/protocol';
import { isForOwner } from '../../policy/acl.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

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
