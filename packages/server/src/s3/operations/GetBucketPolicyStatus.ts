import { PolicyStatus } from '@tidegate/protocol';
import { hasNoAcls, isPublicAcl } from '../../policy/acl.ts';
import { bucketPolicyOf } from '../../policy/bucket-policy.ts';
import { isPublicPolicy } from '../../policy/public-policy.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/**
 * Says whether the bucket is public, by its policy or its ACL (POL-20). AWS documents no refusal for a bucket without a policy, and
 * its meaning of "public" has both. Source: AWS API reference, GetBucketPolicyStatus; The meaning of "public".
 */
export const GetBucketPolicyStatus = operation({
  name: 'GetBucketPolicyStatus',
  method: 'GET',
  resource: 'bucket',
  subresource: 'policyStatus',
  action: 's3:GetBucketPolicyStatus',
  input: {},
  output: { document: xml('PolicyStatus', PolicyStatus) },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    const bucket = await readExistingBucket(store, target.bucket);
    const { policy, acl, publicAccessBlock } = bucket.config;
    const byPolicy = policy !== undefined && isPublicPolicy(bucketPolicyOf(policy, target.bucket));
    const isOpen = isPublicAcl(acl) && !hasNoAcls(bucket) && publicAccessBlock?.ignorePublicAcls !== true;
    return { document: { isPublic: byPolicy || isOpen } };
  },
});
