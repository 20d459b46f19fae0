import { AccessControlPolicy } from '@tidegate/protocol';
import { checkAcl } from '../../policy/check-acl.ts';
import { bucketAcl } from '../input/object-head.ts';
import { aclDocument, chosenAcl } from '../objects/acl-document.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, optionalXml, xml } from '../operation.ts';

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

/** Sets the bucket's ACL: a canned one, or grants by headers or document. Source: AWS API reference, PutBucketAcl. */
export const PutBucketAcl = operation({
  name: 'PutBucketAcl',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'acl',
  action: 's3:PutBucketAcl',
  input: { acl: bucketAcl },
  body: optionalXml('AccessControlPolicy', AccessControlPolicy),
  output: {},
  refuses: [
    'NoSuchBucket',
    'InvalidArgument',
    'InvalidRequest',
    'UnexpectedContent',
    'MissingSecurityHeader',
    'MalformedACLError',
    'UnresolvableGrantByEmailAddress',
    'AccessControlListNotSupported',
    'AccessDenied',
    'NotImplemented',
  ],

  async handle({ target, input, document }, tools) {
    const { store } = tools;
    const bucket = await readExistingBucket(store, target.bucket);
    const { owner } = bucket;
    const acl = chosenAcl(input.acl, document, { resource: 'bucket', owner, bucketOwner: owner });
    await checkAcl(acl, 'set', bucket, tools);
    await store.patchBucket(target.bucket, { acl });
    return {};
  },
});
