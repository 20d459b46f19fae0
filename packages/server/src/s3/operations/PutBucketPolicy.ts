import { maxPolicyBytes } from '@tidegate/protocol';
import { parseBucketPolicy } from '../../policy/policy-document.ts';
import { checkBlockedPolicy, checkPublic } from '../../policy/public-access.ts';
import { isPublicPolicy } from '../../policy/public-policy.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation } from '../operation.ts';

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
