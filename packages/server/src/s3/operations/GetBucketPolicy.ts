import { refusal } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation } from '../operation.ts';

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
