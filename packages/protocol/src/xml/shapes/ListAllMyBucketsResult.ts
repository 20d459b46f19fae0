import { field, isoTime, list, object, optional, text, type ValueOf } from '../shape.ts';
import { Owner } from './Owner.ts';

/** Answer of ListBuckets. Source: AWS API reference, ListBuckets. */
export const ListAllMyBucketsResult = object({
  owner: field('Owner', Owner),
  buckets: field(
    'Buckets',
    list(
      'Bucket',
      object({
        name: field('Name', text),
        createdAtMs: field('CreationDate', isoTime),
        region: optional('BucketRegion', text),
      }),
      { max: 10_000 },
    ),
  ),
  prefix: optional('Prefix', text),
  continuationToken: optional('ContinuationToken', text),
});
export type ListAllMyBucketsResult = ValueOf<typeof ListAllMyBucketsResult>;
