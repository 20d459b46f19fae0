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
