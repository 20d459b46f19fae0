import { boolean, count, field, object, optional, repeated, token, type ValueOf } from '../shape.ts';
import { checksumMembers, checksumType } from './Checksums.ts';

/** Answer of GetObjectAttributes: what was asked for. The entity tag has no quotes. Source: AWS API reference, GetObjectAttributes. */
export const GetObjectAttributesResponse = object({
  etag: optional('ETag', token),
  checksum: optional('Checksum', object({ ...checksumMembers, checksumType: optional('ChecksumType', checksumType) })),
  parts: optional(
    'ObjectParts',
    object({
      totalCount: field('PartsCount', count),
      marker: optional('PartNumberMarker', count),
      nextMarker: optional('NextPartNumberMarker', count),
      maxParts: optional('MaxParts', count),
      isTruncated: optional('IsTruncated', boolean),
      parts: repeated(
        'Part',
        object({ partNumber: field('PartNumber', count), sizeBytes: field('Size', count), ...checksumMembers }),
        { max: 10_000 },
      ),
    }),
  ),
  storageClass: optional('StorageClass', token),
  sizeBytes: optional('ObjectSize', count),
});
export type GetObjectAttributesResponse = ValueOf<typeof GetObjectAttributesResponse>;
