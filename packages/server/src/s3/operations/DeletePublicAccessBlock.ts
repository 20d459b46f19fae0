import { operation } from '../operation.ts';

/** Takes the bucket's block of public access away. Source: AWS API reference, DeletePublicAccessBlock. */
export const DeletePublicAccessBlock = operation({
  name: 'DeletePublicAccessBlock',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'publicAccessBlock',
  action: 's3:PutBucketPublicAccessBlock',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { publicAccessBlock: null });
    return {};
  },
});
