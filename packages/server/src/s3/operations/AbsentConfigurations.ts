import {
  AccelerateConfiguration,
  EmptyConfigurationList,
  type ErrorFields,
  RequestPaymentConfiguration,
  refusal,
} from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { type DocumentShape, type Operation, operation, xml } from '../operation.ts';

/**
 * What Amazon S3 answers about features that a bucket does not use. Terraform and consoles read all of them, and take a 501 for a
 * failure. Setting one of these features is 501, since the server has none of them (WIRE-95).
 */
type Absent = { readonly name: string; readonly subresource: string; readonly action: string; readonly id?: true };

/** A feature that answers with a document when it is not configured. */
function answers(absent: Absent, document: DocumentShape, value: object): Operation {
  const { name, subresource, action } = absent;
  return operation({
    name,
    method: 'GET',
    resource: 'bucket',
    subresource,
    action,
    input: {},
    output: { document },
    refuses: ['NoSuchBucket'],

    async handle({ target }, { store }) {
      await readExistingBucket(store, target.bucket);
      return { document: value };
    },
  });
}

type NotFoundCode = 'NoSuchConfiguration' | 'NoSuchWebsiteConfiguration' | 'ReplicationConfigurationNotFoundError';

/** A feature that answers 404 when it is not configured. */
function isNotFound(absent: Absent, code: NotFoundCode): Operation {
  const { name, subresource, action, id } = absent;
  return operation({
    name,
    method: 'GET',
    resource: 'bucket',
    subresource,
    ...(id === true ? { markers: { query: { id: true } } } : {}),
    action,
    input: {},
    output: {},
    refuses: ['NoSuchBucket', code],

    async handle({ target }, { store }) {
      await readExistingBucket(store, target.bucket);
      const fields: ErrorFields<NotFoundCode> = { BucketName: target.bucket };
      throw refusal(code, fields);
    },
  });
}

const emptyList = (root: string) => xml(root, EmptyConfigurationList);
const none = { isTruncated: false };

const analytics = { subresource: 'analytics', action: 's3:GetAnalyticsConfiguration' };
const inventory = { subresource: 'inventory', action: 's3:GetInventoryConfiguration' };
const metrics = { subresource: 'metrics', action: 's3:GetMetricsConfiguration' };
const tiering = { subresource: 'intelligent-tiering', action: 's3:GetIntelligentTieringConfiguration' };

/** The operations of all these features. */
export const absentConfigurations: readonly Operation[] = [
  answers(
    { name: 'GetBucketAccelerateConfiguration', subresource: 'accelerate', action: 's3:GetAccelerateConfiguration' },
    xml('AccelerateConfiguration', AccelerateConfiguration),
    { status: undefined },
  ),
  answers(
    { name: 'GetBucketRequestPayment', subresource: 'requestPayment', action: 's3:GetBucketRequestPayment' },
    xml('RequestPaymentConfiguration', RequestPaymentConfiguration),
    { payer: 'BucketOwner' },
  ),
  isNotFound(
    { name: 'GetBucketWebsite', subresource: 'website', action: 's3:GetBucketWebsite' },
    'NoSuchWebsiteConfiguration',
  ),
  isNotFound(
    { name: 'GetBucketReplication', subresource: 'replication', action: 's3:GetReplicationConfiguration' },
    'ReplicationConfigurationNotFoundError',
  ),
  answers(
    { name: 'ListBucketAnalyticsConfigurations', ...analytics },
    emptyList('ListBucketAnalyticsConfigurationResult'),
    none,
  ),
  answers(
    { name: 'ListBucketInventoryConfigurations', ...inventory },
    emptyList('ListInventoryConfigurationsResult'),
    none,
  ),
  answers({ name: 'ListBucketMetricsConfigurations', ...metrics }, emptyList('ListMetricsConfigurationsResult'), none),
  answers(
    { name: 'ListBucketIntelligentTieringConfigurations', ...tiering },
    emptyList('ListBucketIntelligentTieringConfigurationsOutput'),
    none,
  ),
  isNotFound({ name: 'GetBucketAnalyticsConfiguration', ...analytics, id: true }, 'NoSuchConfiguration'),
  isNotFound({ name: 'GetBucketInventoryConfiguration', ...inventory, id: true }, 'NoSuchConfiguration'),
  isNotFound({ name: 'GetBucketMetricsConfiguration', ...metrics, id: true }, 'NoSuchConfiguration'),
  isNotFound({ name: 'GetBucketIntelligentTieringConfiguration', ...tiering, id: true }, 'NoSuchConfiguration'),
];
