import { ListVersionsResult, quoteEtag } from '@tidegate/protocol';
import { withShownOwners } from '../../stores/objects/object-ownership.ts';
import type { ListedVersion } from '../../stores/objects/object-store.ts';
import { encodingType, invalidArgument, optionalText, pageSize, textOrEmpty } from '../input/parameters.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { encodeName, encodeOptionalName, type NameEncoding } from '../objects/listing.ts';
import { operation, query, xml } from '../operation.ts';

/** Lists all versions and delete markers. Source: AWS API reference, ListObjectVersions. */
export const ListObjectVersions = operation({
  name: 'ListObjectVersions',
  method: 'GET',
  resource: 'bucket',
  subresource: 'versions',
  action: 's3:ListBucketVersions',
  listPrefix: ({ prefix }) => prefix,
  input: {
    prefix: query('prefix', textOrEmpty),
    delimiter: query('delimiter', optionalText),
    keyMarker: query('key-marker', textOrEmpty),
    versionIdMarker: query('version-id-marker', textOrEmpty),
    maxKeys: query('max-keys', pageSize),
    encodingType: query('encoding-type', encodingType),
  },
  output: { document: xml('ListVersionsResult', ListVersionsResult) },
  refuses: ['NoSuchBucket', 'InvalidArgument'],

  async handle({ target: { bucket }, input }, { store, limits }) {
    const { prefix, keyMarker, versionIdMarker, encodingType: encoding } = input;
    if (versionIdMarker !== '' && keyMarker === '') {
      const message = 'A version-id marker cannot be specified without a key marker.';
      throw invalidArgument('version-id-marker', versionIdMarker, message);
    }
    const delimiter = input.delimiter === '' ? undefined : input.delimiter;
    const limit = Math.min(input.maxKeys ?? limits.maxListKeys, limits.maxListKeys);
    const listed = await store.listVersions({
      bucket,
      prefix,
      delimiter,
      after: keyMarker,
      afterVersionId: versionIdMarker,
      limit,
    });
    const page = withShownOwners(listed, await readExistingBucket(store, bucket));
    const last = page.next === undefined ? undefined : page.entries.at(-1);
    const entries = page.entries.flatMap((each) => (each.kind === 'entry' ? [each.entry] : []));
    return {
      document: {
        name: bucket,
        prefix: encodeName(prefix, encoding),
        keyMarker: encodeName(keyMarker, encoding),
        versionIdMarker,
        nextKeyMarker: last && encodeName(last.kind === 'prefix' ? last.prefix : last.entry.key, encoding),
        nextVersionIdMarker: last?.kind === 'entry' ? last.entry.versionId : undefined,
        maxKeys: limit,
        delimiter: encodeOptionalName(delimiter, encoding),
        isTruncated: page.next !== undefined,
        encodingType: encoding,
        versions: entries.filter(({ isMarker }) => !isMarker).map((entry) => wireVersion(entry, encoding)),
        deleteMarkers: entries.filter(({ isMarker }) => isMarker).map((entry) => wireMarker(entry, encoding)),
        commonPrefixes: page.entries.flatMap((each) =>
          each.kind === 'prefix' ? [{ prefix: encodeName(each.prefix, encoding) }] : [],
        ),
      },
    };
  },
});

function wireMarker({ key, versionId, isLatest, modifiedAtMs, owner }: ListedVersion, encoding: NameEncoding) {
  return {
    key: encodeName(key, encoding),
    versionId,
    isLatest,
    lastModifiedMs: modifiedAtMs,
    owner: { id: owner.id, displayName: owner.displayName },
  };
}

function wireVersion(entry: ListedVersion, encoding: NameEncoding) {
  return {
    ...wireMarker(entry, encoding),
    etag: quoteEtag(entry.etag),
    checksumAlgorithms: Object.keys(entry.checksums?.values ?? {}),
    checksumType: entry.checksums?.type,
    sizeBytes: entry.sizeBytes,
    storageClass: 'STANDARD',
  };
}
