import { maxPolicyBytes, PolicyStatus, refusal } from '@tidegate/protocol';
import { hasNoAcls, isPublicAcl } from '../../policy/acl.ts';
import { bucketPolicyOf } from '../../policy/bucket-policy.ts';
import { parseBucketPolicy } from '../../policy/policy-document.ts';
import { checkBlockedPolicy, checkPublic } from '../../policy/public-access.ts';
import { isPublicPolicy } from '../../policy/public-policy.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads the bucket's policy as it was set. Source: AWS API reference, GetBucketPolicy. */
export const GetBucketPolicy = operation({
  name: 'GetBucketPolicy',
  method: 'GET',
  resource: 'bucket',
  subresource: 'policy',
  action: 's3:GetBucketPolicy',
  input: {},
  output: {},
  refuses: ['NoSuchBucket', 'NoSuchBucketPolicy'],

  async handle({ target }, { store }) {
    const { policy } = (await readExistingBucket(store, target.bucket)).config;
    if (policy === undefined) throw refusal('NoSuchBucketPolicy', { BucketName: target.bucket });
    return { text: { contentType: 'application/json', text: policy } };
  },
});

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

/** Sets the bucket's policy. What of the language is not evaluated is refused. Source: AWS API reference, PutBucketPolicy. */
export const PutBucketPolicy = operation({
  name: 'PutBucketPolicy',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'policy',
  action: 's3:PutBucketPolicy',
  input: {},
  body: 'text',
  maxBodyBytes: maxPolicyBytes,
  output: { status: 204 },
  refuses: ['NoSuchBucket', 'MalformedPolicy', 'NotImplemented', 'AccessDenied'],

  async handle({ target, document }, { store, publicAccess }) {
    const policy = parseBucketPolicy(document, target.bucket);
    const found = isPublicPolicy(policy) ? 'public' : 'private';
    checkPublic(found, publicAccess);
    checkBlockedPolicy(found, (await readExistingBucket(store, target.bucket)).config);
    await store.patchBucket(target.bucket, { policy: document });
    return {};
  },
});

/** Removes the bucket's policy. Source: AWS API reference, DeleteBucketPolicy. */
export const DeleteBucketPolicy = operation({
  name: 'DeleteBucketPolicy',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'policy',
  action: 's3:DeleteBucketPolicy',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { policy: null });
    return {};
  },
});
