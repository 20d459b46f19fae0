import type { Row } from './every-operation-rows.ts';

const set = (more: object) => ({ Bucket: 'every', ...more });

/** Features that the bucket of the other rows does not use, each as Amazon S3 answers for such a bucket. */
export const absentRows: readonly Row[] = [
  {
    operation: 'GetBucketAccelerateConfiguration',
    call: 'get_bucket_accelerate_configuration',
    params: set({}),
    has: /AccelerateConfiguration/,
  },
  { operation: 'GetBucketRequestPayment', call: 'get_bucket_request_payment', params: set({}), has: /BucketOwner/ },
  {
    operation: 'GetBucketWebsite',
    call: 'get_bucket_website',
    params: set({}),
    status: 404,
    has: /NoSuchWebsiteConfiguration/,
  },
  {
    operation: 'GetBucketReplication',
    call: 'get_bucket_replication',
    params: set({}),
    status: 404,
    has: /ReplicationConfigurationNotFoundError/,
  },
  {
    operation: 'GetBucketAnalyticsConfiguration',
    call: 'get_bucket_analytics_configuration',
    params: set({ Id: 'a' }),
    status: 404,
    has: /NoSuchConfiguration/,
  },
  {
    operation: 'ListBucketAnalyticsConfigurations',
    call: 'list_bucket_analytics_configurations',
    params: set({}),
    has: /<IsTruncated>false/,
  },
  {
    operation: 'GetBucketInventoryConfiguration',
    call: 'get_bucket_inventory_configuration',
    params: set({ Id: 'a' }),
    status: 404,
    has: /NoSuchConfiguration/,
  },
  {
    operation: 'ListBucketInventoryConfigurations',
    call: 'list_bucket_inventory_configurations',
    params: set({}),
    has: /<IsTruncated>false/,
  },
  {
    operation: 'GetBucketMetricsConfiguration',
    call: 'get_bucket_metrics_configuration',
    params: set({ Id: 'a' }),
    status: 404,
    has: /NoSuchConfiguration/,
  },
  {
    operation: 'ListBucketMetricsConfigurations',
    call: 'list_bucket_metrics_configurations',
    params: set({}),
    has: /<IsTruncated>false/,
  },
  {
    operation: 'GetBucketIntelligentTieringConfiguration',
    call: 'get_bucket_intelligent_tiering_configuration',
    params: set({ Id: 'a' }),
    status: 404,
    has: /NoSuchConfiguration/,
    v2: 'not covered',
  },
  {
    operation: 'ListBucketIntelligentTieringConfigurations',
    call: 'list_bucket_intelligent_tiering_configurations',
    params: set({}),
    has: /<IsTruncated>false/,
    v2: 'not covered',
  },
];
