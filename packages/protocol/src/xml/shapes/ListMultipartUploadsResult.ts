import {
  boolean,
  count,
  enumeration,
  field,
  isoTime,
  object,
  optional,
  repeated,
  text,
  token,
  type ValueOf,
} from '../shape.ts';
import { checksumType } from './Checksums.ts';
import { Owner } from './Owner.ts';

/** Answer of ListMultipartUploads. Source: AWS API reference, ListMultipartUploads. */
export const ListMultipartUploadsResult = object({
  bucket: field('Bucket', text),
  keyMarker: field('KeyMarker', text),
  uploadIdMarker: field('UploadIdMarker', text),
  nextKeyMarker: optional('NextKeyMarker', text),
  nextUploadIdMarker: optional('NextUploadIdMarker', text),
  delimiter: optional('Delimiter', text),
  prefix: optional('Prefix', text),
  encodingType: optional('EncodingType', enumeration(['url'])),
  maxUploads: field('MaxUploads', count),
  isTruncated: field('IsTruncated', boolean),
  uploads: repeated(
    'Upload',
    object({
      key: field('Key', text),
      uploadId: field('UploadId', token),
      initiator: optional('Initiator', Owner),
      owner: optional('Owner', Owner),
      storageClass: optional('StorageClass', token),
      initiatedAtMs: field('Initiated', isoTime),
      checksumAlgorithm: optional('ChecksumAlgorithm', token),
      checksumType: optional('ChecksumType', checksumType),
    }),
    { max: 10_000 },
  ),
  commonPrefixes: repeated('CommonPrefixes', object({ prefix: field('Prefix', text) }), { max: 10_000 }),
});
export type ListMultipartUploadsResult = ValueOf<typeof ListMultipartUploadsResult>;
