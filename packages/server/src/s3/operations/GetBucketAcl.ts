import { AccessControlPolicy } from '@tidegate/protocol';
import { aclDocument } from '../objects/acl-document.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads the bucket's ACL as grants. Source: AWS API reference, GetBucketAcl. */
export const GetBucketAcl = operation({
  name: 'GetBucketAcl',
  method: 'GET',
  resource: 'bucket',
  subresource: 'acl',
  action: 's3:GetBucketAcl',
  input: {},
  output: { document: xml('AccessControlPolicy', AccessControlPolicy) },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    const { owner, config } = await readExistingBucket(store, target.bucket);
    return { document: await aclDocument(config.acl, { resource: 'bucket', owner, bucketOwner: owner }, store) };
  },
});
