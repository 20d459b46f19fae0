import { operation } from '../operation.ts';

/** Makes new objects of the bucket be stored as they come (ENC-4). Source: AWS API reference, DeleteBucketEncryption. */
export const DeleteBucketEncryption = operation({
  name: 'DeleteBucketEncryption',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'encryption',
  action: 's3:PutEncryptionConfiguration',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { encryption: null });
    return {};
  },
});
