import { ObjectLockConfiguration, refusal } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Says that object lock is on, and the default retention. Source: AWS API reference, GetObjectLockConfiguration. */
export const GetObjectLockConfiguration = operation({
  name: 'GetObjectLockConfiguration',
  method: 'GET',
  resource: 'bucket',
  subresource: 'object-lock',
  action: 's3:GetBucketObjectLockConfiguration',
  input: {},
  output: { document: xml('ObjectLockConfiguration', ObjectLockConfiguration) },
  refuses: ['NoSuchBucket', 'ObjectLockConfigurationNotFoundError'],

  async handle({ target }, { store }) {
    const { objectLock } = (await readExistingBucket(store, target.bucket)).config;
    if (objectLock === undefined) {
      throw refusal('ObjectLockConfigurationNotFoundError', { BucketName: target.bucket });
    }
    const { defaultRetention } = objectLock;
    const rule = defaultRetention === undefined ? undefined : { defaultRetention };
    return { document: { enabled: 'Enabled' as const, rule } };
  },
});
