import { OwnershipControls, refusal } from '@tidegate/protocol';
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
