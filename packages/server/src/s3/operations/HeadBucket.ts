import { readExistingBucket, regionName } from '../objects/bucket-record.ts';
import { operation } from '../operation.ts';

/** Whether the bucket is there and may be listed, and where it is. Source: AWS API reference, HeadBucket. */
export const HeadBucket = operation({
  name: 'HeadBucket',
  method: 'HEAD',
  resource: 'bucket',
  action: 's3:ListBucket',
  // A key with prefixes may know of the bucket that it reaches into.
  judgedBy: 'bucket',
  input: {},
  output: { headers: { region: 'x-amz-bucket-region', alias: 'x-amz-access-point-alias' } },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    const bucket = await readExistingBucket(store, target.bucket);
    return { headers: { region: regionName(bucket), alias: 'false' } };
  },
});
