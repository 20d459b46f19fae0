import { NotificationConfiguration, notificationDocument } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

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
