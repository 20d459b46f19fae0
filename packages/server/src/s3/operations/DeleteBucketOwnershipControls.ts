import { operation } from '../operation.ts';

/** Takes the bucket's ownership controls away: it is as with ObjectWriter again. Source: AWS API reference, DeleteBucketOwnershipControls. */
export const DeleteBucketOwnershipControls = operation({
  name: 'DeleteBucketOwnershipControls',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'ownershipControls',
  action: 's3:PutBucketOwnershipControls',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { objectOwnership: null });
    return {};
  },
});
