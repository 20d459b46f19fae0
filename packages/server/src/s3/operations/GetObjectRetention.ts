import { Retention, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { versionId } from '../input/version-id.ts';
import { checkBucketLocks } from '../objects/object-lock.ts';
import { operation, xml } from '../operation.ts';

/** Says until when a version may not be removed. Source: AWS API reference, GetObjectRetention. */
export const GetObjectRetention = operation({
  name: 'GetObjectRetention',
  method: 'GET',
  resource: 'object',
  subresource: 'retention',
  action: 's3:GetObjectRetention',
  input: { versionId },
  output: { document: xml('Retention', Retention) },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'InvalidRequest',
    'NoSuchObjectLockConfiguration',
  ],

  async handle({ target, input, permit }, { store }) {
    const version = { ...target, versionId: input.versionId };
    await checkBucketLocks(store, target.bucket);
    const { lock } = await hideMissingKey(permit, version, () => store.readObject(version));
    if (lock?.retention === undefined) throw refusal('NoSuchObjectLockConfiguration', { Key: target.key });
    return { document: lock.retention };
  },
});
