import { operation } from '../operation.ts';

/** Removes the CORS rules of the bucket. Source: AWS API reference, DeleteBucketCors. */
export const DeleteBucketCors = operation({
  name: 'DeleteBucketCors',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'cors',
  action: 's3:PutBucketCORS',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { cors: null });
    return {};
  },
});
