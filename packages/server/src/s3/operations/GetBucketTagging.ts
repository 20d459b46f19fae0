import { refusal, Tagging } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads the tags of the bucket. Source: AWS API reference, GetBucketTagging. */
export const GetBucketTagging = operation({
  name: 'GetBucketTagging',
  method: 'GET',
  resource: 'bucket',
  subresource: 'tagging',
  action: 's3:GetBucketTagging',
  input: {},
  output: { document: xml('Tagging', Tagging) },
  refuses: ['NoSuchBucket', 'NoSuchTagSet'],

  async handle({ target }, { store }) {
    const { tags } = (await readExistingBucket(store, target.bucket)).config;
    if (tags === undefined) throw refusal('NoSuchTagSet', { BucketName: target.bucket });
    return { document: { tags } };
  },
});
