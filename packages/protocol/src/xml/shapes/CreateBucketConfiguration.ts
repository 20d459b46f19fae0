import { field, list, object, optional, text, token, type ValueOf } from '../shape.ts';

/**
 * Request of CreateBucket. `location` and `bucket` belong to directory buckets: read, so that they can be refused by
 * name instead of as malformed. Source: AWS API reference, CreateBucket.
 */
export const CreateBucketConfiguration = object({
  locationConstraint: optional('LocationConstraint', token),
  location: optional('Location', object({ type: optional('Type', token), name: optional('Name', token) })),
  bucket: optional(
    'Bucket',
    object({ dataRedundancy: optional('DataRedundancy', token), type: optional('Type', token) }),
  ),
  tags: optional('Tags', list('Tag', object({ key: field('Key', text), value: field('Value', text) }), { max: 50 })),
});
export type CreateBucketConfiguration = ValueOf<typeof CreateBucketConfiguration>;
