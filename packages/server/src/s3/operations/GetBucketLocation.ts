import { LocationConstraint } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** The region that the bucket was made in; empty for us-east-1. Source: AWS API reference, GetBucketLocation. */
export const GetBucketLocation = operation({
  name: 'GetBucketLocation',
  method: 'GET',
  resource: 'bucket',
  subresource: 'location',
  action: 's3:GetBucketLocation',
  input: {},
  output: { document: xml('LocationConstraint', LocationConstraint) },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    const { region } = await readExistingBucket(store, target.bucket);
    return { document: region === 'us-east-1' ? '' : region };
  },
});
