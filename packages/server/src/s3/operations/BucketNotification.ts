import {
  NotificationConfiguration,
  type NotificationRule,
  notificationDocument,
  notificationRules,
  refusal,
} from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { header, operation, xml } from '../operation.ts';
import { testEvent } from '../operation-events.ts';
import type { OperationTools } from '../operation-tools.ts';

/** Reads what webhooks are told of the bucket. Source: AWS API reference, GetBucketNotificationConfiguration. */
export const GetBucketNotificationConfiguration = operation({
  name: 'GetBucketNotificationConfiguration',
  method: 'GET',
  resource: 'bucket',
  subresource: 'notification',
  action: 's3:GetBucketNotification',
  input: {},
  output: { document: xml('NotificationConfiguration', NotificationConfiguration) },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    const { notifications = [] } = (await readExistingBucket(store, target.bucket)).config;
    return { document: notificationDocument(notifications) };
  },
});

/**
 * Sets what webhooks are told of the bucket; a destination is a webhook that the operator made, and it is told of the configuration
 * first (NTF-3). Source: AWS API reference, PutBucketNotificationConfiguration.
 */
export const PutBucketNotificationConfiguration = operation({
  name: 'PutBucketNotificationConfiguration',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'notification',
  action: 's3:PutBucketNotification',
  input: {
    skipsCheck: header('x-amz-skip-destination-validation', (text) => text?.toLowerCase() === 'true'),
  },
  body: xml('NotificationConfiguration', NotificationConfiguration),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidArgument', 'NotImplemented'],

  async handle({ target, input, document }, { store, webhooks }) {
    const rules = notificationRules(document);
    if (!input.skipsCheck) await checkDestinations(rules, webhooks);
    await store.patchBucket(target.bucket, { notifications: rules.length === 0 ? null : rules });
    return { events: rules.length === 0 ? [] : [{ name: testEvent, key: '' }] };
  },
});

/** @throws S3Error InvalidArgument for a destination that is no webhook of this server, or is switched off */
async function checkDestinations(
  rules: readonly NotificationRule[],
  webhooks: OperationTools['webhooks'],
): Promise<void> {
  for (const { arn, destination } of rules) {
    const found = await webhooks.findTarget(destination);
    if (found?.state === 'enabled') continue;
    const fields = { ArgumentName: 'Destination', ArgumentValue: arn };
    const message = 'Unable to validate the following destination configurations';
    throw refusal('InvalidArgument', fields, undefined, message);
  }
}
