import { field, object, text, token, type ValueOf } from '../shape.ts';

/** Answer of a form upload with `success_action_status=201`; written without a namespace. Source: AWS, POST Object. */
export const PostResponse = object({
  location: field('Location', text),
  bucket: field('Bucket', text),
  key: field('Key', text),
  etag: field('ETag', token),
});
export type PostResponse = ValueOf<typeof PostResponse>;
