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

const maxEntries = 10_000;

/** What a version and a delete marker have in common. */
const namedMembers = {
  key: field('Key', text),
  versionId: field('VersionId', token),
  isLatest: field('IsLatest', boolean),
  lastModifiedMs: field('LastModified', isoTime),
} as const;

/** Answer of ListObjectVersions. The entity tag is written with its quotes. Source: AWS API reference, ListObjectVersions. */
export const ListVersionsResult = object({
  name: field('Name', text),
  prefix: field('Prefix', text),
  keyMarker: field('KeyMarker', text),
  versionIdMarker: field('VersionIdMarker', token),
  nextKeyMarker: optional('NextKeyMarker', text),
  nextVersionIdMarker: optional('NextVersionIdMarker', token),
  maxKeys: field('MaxKeys', count),
  delimiter: optional('Delimiter', text),
  isTruncated: field('IsTruncated', boolean),
  encodingType: optional('EncodingType', enumeration(['url'])),
  versions: repeated(
    'Version',
    object({
      ...namedMembers,
      etag: field('ETag', token),
      checksumAlgorithms: repeated('ChecksumAlgorithm', token, { max: 10 }),
      checksumType: optional('ChecksumType', checksumType),
      sizeBytes: field('Size', count),
      owner: optional('Owner', Owner),
      storageClass: optional('StorageClass', token),
    }),
    { max: maxEntries },
  ),
  deleteMarkers: repeated('DeleteMarker', object({ ...namedMembers, owner: optional('Owner', Owner) }), {
    max: maxEntries,
  }),
  commonPrefixes: repeated('CommonPrefixes', object({ prefix: field('Prefix', text) }), { max: maxEntries }),
});
export type ListVersionsResult = ValueOf<typeof ListVersionsResult>;
