import {
  boolean,
  count,
  enumeration,
  field,
  integer,
  isoTime,
  object,
  optional,
  repeated,
  text,
  token,
  type ValueOf,
} from '../shape.ts';

/** Any number is read, so that one below 1 can be refused as what it is. */
const days = integer({ min: -2_147_483_648, max: 2_147_483_647 });
const LifecycleTag = object({ name: field('Key', text), value: field('Value', text) });

const LifecycleFilter = object({
  prefix: optional('Prefix', text),
  tag: optional('Tag', LifecycleTag),
  sizeGreaterThan: optional('ObjectSizeGreaterThan', count),
  sizeLessThan: optional('ObjectSizeLessThan', count),
  and: optional(
    'And',
    object({
      prefix: optional('Prefix', text),
      tags: repeated('Tag', LifecycleTag, { max: 50 }),
      sizeGreaterThan: optional('ObjectSizeGreaterThan', count),
      sizeLessThan: optional('ObjectSizeLessThan', count),
    }),
  ),
});

const LifecycleRule = object({
  id: optional('ID', text),
  /** The old form of a filter: on the rule itself. */
  prefix: optional('Prefix', text),
  filter: optional('Filter', LifecycleFilter),
  status: field('Status', enumeration(['Enabled', 'Disabled'])),
  transitions: repeated(
    'Transition',
    object({
      dateMs: optional('Date', isoTime),
      days: optional('Days', days),
      storageClass: field('StorageClass', token),
    }),
    { max: 10 },
  ),
  noncurrentTransitions: repeated(
    'NoncurrentVersionTransition',
    object({
      days: optional('NoncurrentDays', days),
      newerVersions: optional('NewerNoncurrentVersions', days),
      storageClass: field('StorageClass', token),
    }),
    { max: 10 },
  ),
  expiration: optional(
    'Expiration',
    object({
      dateMs: optional('Date', isoTime),
      days: optional('Days', days),
      expiredMarkers: optional('ExpiredObjectDeleteMarker', boolean),
    }),
  ),
  noncurrentExpiration: optional(
    'NoncurrentVersionExpiration',
    object({
      days: optional('NoncurrentDays', days),
      newerVersions: optional('NewerNoncurrentVersions', days),
    }),
  ),
  abortUploads: optional('AbortIncompleteMultipartUpload', object({ days: field('DaysAfterInitiation', days) })),
});
/** One rule of a bucket's lifecycle. */
export type LifecycleRule = ValueOf<typeof LifecycleRule>;

/**
 * Request of PutBucketLifecycleConfiguration, and of PutBucketLifecycle before it, and answer of their reading counterparts. What
 * a rule may be is judged by `checkLifecycleConfiguration`. Source: AWS API reference, PutBucketLifecycleConfiguration.
 */
export const LifecycleConfiguration = object({ rules: repeated('Rule', LifecycleRule, { min: 1, max: 1000 }) });
export type LifecycleConfiguration = ValueOf<typeof LifecycleConfiguration>;
