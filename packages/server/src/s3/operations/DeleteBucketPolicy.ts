import { operation } from '../operation.ts';

/** Removes the bucket's policy. Source: AWS API reference, DeleteBucketPolicy. */
export const DeleteBucketPolicy = operation({
  name: 'DeleteBucketPolicy',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'policy',
  action: 's3:DeleteBucketPolicy',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { policy: null });
    return {};
  },
});
