import { boolean, count, field, object, optional, repeated, text, token, type ValueOf } from '../shape.ts';

/**
 * Request of DeleteObjects. `etag`, `lastModifiedTime` and `size` are conditions; a server that does not judge them
 * refuses them. Source: AWS API reference, DeleteObjects.
 */
export const Delete = object({
  objects: repeated(
    'Object',
    object({
      key: field('Key', text),
      versionId: optional('VersionId', token),
      etag: optional('ETag', token),
      lastModifiedTime: optional('LastModifiedTime', token),
      sizeBytes: optional('Size', count),
    }),
    { min: 1, max: 1000 },
  ),
  quiet: optional('Quiet', boolean),
});
export type Delete = ValueOf<typeof Delete>;
