import { LifecycleConfiguration, refusal } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads the lifecycle of the bucket. Source: AWS API reference, GetBucketLifecycleConfiguration. */
export const GetBucketLifecycleConfiguration = operation({
  name: 'GetBucketLifecycleConfiguration',
  method: 'GET',
  resource: 'bucket',
  subresource: 'lifecycle',
  action: 's3:GetLifecycleConfiguration',
  input: {},
  output: { document: xml('LifecycleConfiguration', LifecycleConfiguration) },
  refuses: ['NoSuchBucket', 'NoSuchLifecycleConfiguration'],

  async handle({ target }, { store }) {
    const { lifecycle } = (await readExistingBucket(store, target.bucket)).config;
    if (lifecycle === undefined) throw refusal('NoSuchLifecycleConfiguration', { BucketName: target.bucket });
    return { document: { rules: lifecycle } };
  },
});
