import { operation } from '../operation.ts';

/** Removes the lifecycle of the bucket. Source: AWS API reference, DeleteBucketLifecycle. */
export const DeleteBucketLifecycle = operation({
  name: 'DeleteBucketLifecycle',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'lifecycle',
  action: 's3:PutLifecycleConfiguration',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { lifecycle: null });
    return {};
  },
});
