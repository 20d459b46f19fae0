import { field, list, object, optional, repeated, text, token, type ValueOf } from '../shape.ts';

const filter = optional(
  'Filter',
  object({
    key: optional(
      'S3Key',
      object({
        rules: repeated('FilterRule', object({ name: field('Name', token), value: field('Value', text) }), { max: 2 }),
      }),
    ),
  }),
);
const id = optional('Id', token);
const events = repeated('Event', token, { min: 1, max: 100 });
const bounds = { max: 100 };

/**
 * Request of PutBucketNotificationConfiguration and response of GetBucketNotificationConfiguration. Its content is checked by
 * `notificationRules`. Source: AWS API reference, PutBucketNotificationConfiguration.
 */
export const NotificationConfiguration = object({
  topics: repeated('TopicConfiguration', object({ id, arn: field('Topic', token), events, filter }), bounds),
  queues: repeated('QueueConfiguration', object({ id, arn: field('Queue', token), events, filter }), bounds),
  functions: repeated(
    'CloudFunctionConfiguration',
    object({ id, arn: field('CloudFunction', token), events, filter }),
    bounds,
  ),
  eventBridge: optional('EventBridgeConfiguration', list('None', text, { max: 0 })),
});
export type NotificationConfiguration = ValueOf<typeof NotificationConfiguration>;
