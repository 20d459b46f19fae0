import { ObjectLockConfiguration, refusal } from '@tidegate/protocol';
import type { DefaultRetention } from '../../stores/objects/object-lock.ts';
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

const maxDays = 36_500;
const maxYears = 100;

/** Sets the default retention of a bucket with object lock, or turns object lock on where versioning is. Source: AWS API reference, PutObjectLockConfiguration. */
export const PutObjectLockConfiguration = operation({
  name: 'PutObjectLockConfiguration',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'object-lock',
  action: 's3:PutBucketObjectLockConfiguration',
  input: {},
  body: xml('ObjectLockConfiguration', ObjectLockConfiguration),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidBucketState', 'InvalidRetentionPeriod'],

  async handle({ target, document }, { store }) {
    if (document.enabled === undefined) throw refusal('MalformedXML', {});
    const defaultRetention = document.rule?.defaultRetention;
    if (defaultRetention !== undefined) checkPeriod(defaultRetention);
    await store.patchBucket(target.bucket, { objectLock: { defaultRetention } });
    return {};
  },
});

/** Days or years, one of them. @throws S3Error MalformedXML, InvalidRetentionPeriod */
function checkPeriod({ days, years }: DefaultRetention): void {
  if ((days === undefined) === (years === undefined)) throw refusal('MalformedXML', {});
  const count = days ?? years ?? 0;
  if (count < 1) throw refusal('InvalidRetentionPeriod', {});
  if (count <= (days === undefined ? maxYears : maxDays)) return;
  throw refusal('InvalidRetentionPeriod', {}, undefined, 'Default retention period is too large');
}
