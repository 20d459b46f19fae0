import { checkLifecycleConfiguration, LifecycleConfiguration, refusal, withRuleIds } from '@tidegate/protocol';
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

/**
 * Sets the lifecycle of the bucket; PutBucketLifecycle, the older name, sends the same with prefixes on the rules. Source: AWS API
 * reference, PutBucketLifecycleConfiguration.
 */
export const PutBucketLifecycleConfiguration = operation({
  name: 'PutBucketLifecycleConfiguration',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'lifecycle',
  action: 's3:PutLifecycleConfiguration',
  input: {},
  body: xml('LifecycleConfiguration', LifecycleConfiguration),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidArgument', 'InvalidRequest', 'InvalidTag', 'NotImplemented'],

  async handle({ target, document }, { store }) {
    checkLifecycleConfiguration(document);
    await store.patchBucket(target.bucket, { lifecycle: withRuleIds(document.rules) });
    return {};
  },
});

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
