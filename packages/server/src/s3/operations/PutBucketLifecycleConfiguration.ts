import { checkLifecycleConfiguration, LifecycleConfiguration, withRuleIds } from '@tidegate/protocol';
import { operation, xml } from '../operation.ts';

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
