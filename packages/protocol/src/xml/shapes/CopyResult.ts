import { field, isoTime, object, optional, token, type ValueOf } from '../shape.ts';
import { checksumMembers, checksumType } from './Checksums.ts';

/** Answer of CopyObject. Source: AWS API reference, CopyObject. */
export const CopyObjectResult = object({
  lastModifiedMs: field('LastModified', isoTime),
  etag: field('ETag', token),
  checksumType: optional('ChecksumType', checksumType),
  ...checksumMembers,
});
export type CopyObjectResult = ValueOf<typeof CopyObjectResult>;

/** Answer of UploadPartCopy. Source: AWS API reference, UploadPartCopy. */
export const CopyPartResult = object({
  lastModifiedMs: field('LastModified', isoTime),
  etag: field('ETag', token),
  ...checksumMembers,
});
export type CopyPartResult = ValueOf<typeof CopyPartResult>;
