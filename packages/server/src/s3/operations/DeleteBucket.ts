import { operation } from '../operation.ts';

/** Deletes an empty bucket. Source: AWS API reference, DeleteBucket. */
export const DeleteBucket = operation({
  name: 'DeleteBucket',
  method: 'DELETE',
  resource: 'bucket',
  action: 's3:DeleteBucket',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket', 'BucketNotEmpty'],

  async handle({ target }, { store }) {
    await store.deleteBucket(target.bucket);
    return {};
  },
});
