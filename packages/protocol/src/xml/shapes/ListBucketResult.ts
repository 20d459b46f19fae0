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

/** S3 lists at most 1,000 entries a page; a reader of another server's answer gets some room. */
const maxEntries = 10_000;

const ListedObject = object({
  key: field('Key', text),
  lastModifiedMs: field('LastModified', isoTime),
  etag: field('ETag', token),
  checksumAlgorithms: repeated('ChecksumAlgorithm', token, { max: 10 }),
  checksumType: optional('ChecksumType', checksumType),
  sizeBytes: field('Size', count),
  owner: optional('Owner', Owner),
  storageClass: optional('StorageClass', token),
});
/** One object of a listing. The entity tag is written with its quotes. */
export type ListedObject = ValueOf<typeof ListedObject>;

const listingMembers = {
  contents: repeated('Contents', ListedObject, { max: maxEntries }),
  commonPrefixes: repeated('CommonPrefixes', object({ prefix: field('Prefix', text) }), { max: maxEntries }),
} as const;

/** Answer of ListObjects, version 1. Source: AWS API reference, ListObjects. */
export const ListBucketResult = object({
  name: field('Name', text),
  prefix: field('Prefix', text),
  marker: field('Marker', text),
  nextMarker: optional('NextMarker', text),
  maxKeys: field('MaxKeys', count),
  delimiter: optional('Delimiter', text),
  isTruncated: field('IsTruncated', boolean),
  encodingType: optional('EncodingType', enumeration(['url'])),
  ...listingMembers,
});
export type ListBucketResult = ValueOf<typeof ListBucketResult>;

/** Answer of ListObjectsV2; its root is `ListBucketResult` too. Source: AWS API reference, ListObjectsV2. */
export const ListBucketResultV2 = object({
  name: field('Name', text),
  prefix: field('Prefix', text),
  continuationToken: optional('ContinuationToken', text),
  nextContinuationToken: optional('NextContinuationToken', text),
  startAfter: optional('StartAfter', text),
  keyCount: field('KeyCount', count),
  maxKeys: field('MaxKeys', count),
  delimiter: optional('Delimiter', text),
  isTruncated: field('IsTruncated', boolean),
  encodingType: optional('EncodingType', enumeration(['url'])),
  ...listingMembers,
});
export type ListBucketResultV2 = ValueOf<typeof ListBucketResultV2>;
