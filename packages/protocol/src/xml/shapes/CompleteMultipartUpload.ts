import { field, integer, object, optional, repeated, text, token, type ValueOf } from '../shape.ts';
import { checksumMembers, checksumType } from './Checksums.ts';

/**
 * Request of CompleteMultipartUpload. The part number's own range is judged by the operation, which answers
 * InvalidArgument. Source: AWS API reference, CompleteMultipartUpload.
 */
export const CompleteMultipartUpload = object({
  parts: repeated(
    'Part',
    object({
      partNumber: field('PartNumber', integer({ min: -2_147_483_648, max: 2_147_483_647 })),
      etag: field('ETag', token),
      ...checksumMembers,
    }),
    { min: 1, max: 10_000 },
  ),
});
export type CompleteMultipartUpload = ValueOf<typeof CompleteMultipartUpload>;

/** Answer of CompleteMultipartUpload. Source: AWS API reference, CompleteMultipartUpload. */
export const CompleteMultipartUploadResult = object({
  location: field('Location', text),
  bucket: field('Bucket', text),
  key: field('Key', text),
  etag: field('ETag', token),
  ...checksumMembers,
  checksumType: optional('ChecksumType', checksumType),
});
export type CompleteMultipartUploadResult = ValueOf<typeof CompleteMultipartUploadResult>;
