import { operation } from '../operation.ts';

/** Removes all tags of the bucket. Source: AWS API reference, DeleteBucketTagging. */
export const DeleteBucketTagging = operation({
  name: 'DeleteBucketTagging',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'tagging',
  action: 's3:PutBucketTagging',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { tags: null });
    return {};
  },
});
