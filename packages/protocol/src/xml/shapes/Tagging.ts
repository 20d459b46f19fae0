import { field, list, object, text, type ValueOf } from '../shape.ts';

/** Tags of a bucket or object. Source: AWS API reference, PutBucketTagging, PutObjectTagging. */
export const Tagging = object({
  tags: field('TagSet', list('Tag', object({ name: field('Key', text), value: field('Value', text) }), { max: 50 })),
});
export type Tagging = ValueOf<typeof Tagging>;
