import { PublicAccessBlockConfiguration, refusal } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads how public access to the bucket is blocked. Source: AWS API reference, GetPublicAccessBlock. */
export const GetPublicAccessBlock = operation({
  name: 'GetPublicAccessBlock',
  method: 'GET',
  resource: 'bucket',
  subresource: 'publicAccessBlock',
  action: 's3:GetBucketPublicAccessBlock',
  input: {},
  output: { document: xml('PublicAccessBlockConfiguration', PublicAccessBlockConfiguration) },
  refuses: ['NoSuchBucket', 'NoSuchPublicAccessBlockConfiguration'],

  async handle({ target }, { store }) {
    const { publicAccessBlock } = (await readExistingBucket(store, target.bucket)).config;
    if (publicAccessBlock === undefined) {
      throw refusal('NoSuchPublicAccessBlockConfiguration', { BucketName: target.bucket });
    }
    return { document: publicAccessBlock };
  },
});

/** Blocks public access to the bucket (POL-21); what is not named is off. Source: AWS API reference, PutPublicAccessBlock. */
export const PutPublicAccessBlock = operation({
  name: 'PutPublicAccessBlock',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'publicAccessBlock',
  action: 's3:PutBucketPublicAccessBlock',
  input: {},
  body: xml('PublicAccessBlockConfiguration', PublicAccessBlockConfiguration),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML'],

  async handle({ target, document }, { store }) {
    const publicAccessBlock = {
      blockPublicAcls: document.blockPublicAcls ?? false,
      ignorePublicAcls: document.ignorePublicAcls ?? false,
      blockPublicPolicy: document.blockPublicPolicy ?? false,
      restrictPublicBuckets: document.restrictPublicBuckets ?? false,
    };
    await store.patchBucket(target.bucket, { publicAccessBlock });
    return {};
  },
});

/** Takes the bucket's block of public access away. Source: AWS API reference, DeletePublicAccessBlock. */
export const DeletePublicAccessBlock = operation({
  name: 'DeletePublicAccessBlock',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'publicAccessBlock',
  action: 's3:PutBucketPublicAccessBlock',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { publicAccessBlock: null });
    return {};
  },
});
