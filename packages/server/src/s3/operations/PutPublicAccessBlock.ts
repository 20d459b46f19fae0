import { PublicAccessBlockConfiguration } from '@tidegate/protocol';
import { operation, xml } from '../operation.ts';

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
