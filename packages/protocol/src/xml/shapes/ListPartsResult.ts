import { boolean, count, field, isoTime, object, optional, repeated, text, token, type ValueOf } from '../shape.ts';
import { checksumMembers, checksumType } from './Checksums.ts';
import { Owner } from './Owner.ts';

/** Answer of ListParts. Source: AWS API reference, ListParts. */
export const ListPartsResult = object({
  bucket: field('Bucket', text),
  key: field('Key', text),
  uploadId: field('UploadId', token),
  initiator: optional('Initiator', Owner),
  owner: optional('Owner', Owner),
  storageClass: optional('StorageClass', token),
  partNumberMarker: field('PartNumberMarker', count),
  nextPartNumberMarker: optional('NextPartNumberMarker', count),
  maxParts: field('MaxParts', count),
  isTruncated: field('IsTruncated', boolean),
  checksumAlgorithm: optional('ChecksumAlgorithm', token),
  checksumType: optional('ChecksumType', checksumType),
  parts: repeated(
    'Part',
    object({
      partNumber: field('PartNumber', count),
      lastModifiedMs: field('LastModified', isoTime),
      etag: field('ETag', token),
      sizeBytes: field('Size', count),
      ...checksumMembers,
    }),
    { max: 10_000 },
  ),
});
export type ListPartsResult = ValueOf<typeof ListPartsResult>;
