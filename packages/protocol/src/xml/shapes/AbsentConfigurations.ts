import { boolean, enumeration, field, object, optional, type ValueOf } from '../shape.ts';

/** Answer of GetBucketAccelerateConfiguration. Source: AWS API reference, GetBucketAccelerateConfiguration. */
export const AccelerateConfiguration = object({ status: optional('Status', enumeration(['Enabled', 'Suspended'])) });
export type AccelerateConfiguration = ValueOf<typeof AccelerateConfiguration>;

/** Answer of GetBucketRequestPayment. Source: AWS API reference, GetBucketRequestPayment. */
export const RequestPaymentConfiguration = object({
  payer: field('Payer', enumeration(['BucketOwner', 'Requester'])),
});
export type RequestPaymentConfiguration = ValueOf<typeof RequestPaymentConfiguration>;

/** A list of configurations that is always empty: analytics, inventory, metrics, Intelligent-Tiering. */
export const EmptyConfigurationList = object({ isTruncated: field('IsTruncated', boolean) });
export type EmptyConfigurationList = ValueOf<typeof EmptyConfigurationList>;
