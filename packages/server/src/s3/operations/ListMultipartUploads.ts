import { ListMultipartUploadsResult } from '@tidegate/protocol';
import { ownedIn } from '../../stores/objects/object-ownership.ts';
import type { BucketRecord, ListedPage, UploadRecord } from '../../stores/objects/object-store.ts';
import { encodingType, optionalText, pageSize, textOrEmpty } from '../input/parameters.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { encodeName, encodeOptionalName } from '../objects/listing.ts';
import { operation, query, xml } from '../operation.ts';

/** Lists open uploads. Source: AWS API reference, ListMultipartUploads. */
export const ListMultipartUploads = operation({
  name: 'ListMultipartUploads',
  method: 'GET',
  resource: 'bucket',
  subresource: 'uploads',
  action: 's3:ListBucketMultipartUploads',
  listPrefix: ({ prefix }) => prefix,
  input: {
    prefix: query('prefix', textOrEmpty),
    delimiter: query('delimiter', optionalText),
    keyMarker: query('key-marker', textOrEmpty),
    uploadIdMarker: query('upload-id-marker', textOrEmpty),
    maxUploads: query('max-uploads', pageSize),
    encodingType: query('encoding-type', encodingType),
  },
  output: { document: xml('ListMultipartUploadsResult', ListMultipartUploadsResult) },
  refuses: ['NoSuchBucket', 'InvalidArgument'],

  async handle({ target: { bucket }, input }, { store, limits }) {
    const { prefix, keyMarker, encodingType: encoding } = input;
    const delimiter = input.delimiter === '' ? undefined : input.delimiter;
    // Without a key the id says nothing: S3 ignores it.
    const uploadIdMarker = keyMarker === '' ? '' : input.uploadIdMarker;
    const limit = Math.min(input.maxUploads ?? limits.maxListKeys, limits.maxListKeys);
    const page: ListedPage<UploadRecord> =
      limit === 0
        ? { entries: [], next: undefined }
        : await store.listUploads({
            bucket,
            prefix,
            delimiter,
            after: keyMarker,
            afterUploadId: uploadIdMarker,
            limit,
          });
    const record = await readExistingBucket(store, bucket);
    const last = page.next === undefined ? undefined : page.entries.at(-1);
    return {
      document: {
        bucket,
        keyMarker: encodeName(keyMarker, encoding),
        uploadIdMarker,
        nextKeyMarker: last && encodeName(last.kind === 'prefix' ? last.prefix : last.entry.key, encoding),
        nextUploadIdMarker: last?.kind === 'entry' ? last.entry.uploadId : undefined,
        delimiter: encodeOptionalName(delimiter, encoding),
        prefix: prefix === '' ? undefined : encodeName(prefix, encoding),
        encodingType: encoding,
        maxUploads: limit,
        isTruncated: page.next !== undefined,
        uploads: page.entries.flatMap((each) =>
          each.kind === 'entry' ? [wireUpload(each.entry, record, encoding)] : [],
        ),
        commonPrefixes: page.entries.flatMap((each) =>
          each.kind === 'prefix' ? [{ prefix: encodeName(each.prefix, encoding) }] : [],
        ),
      },
    };
  },
});

function wireUpload(upload: UploadRecord, bucket: BucketRecord, encoding: 'url' | undefined) {
  return {
    key: encodeName(upload.key, encoding),
    uploadId: upload.uploadId,
    initiator: { id: upload.owner.id, displayName: upload.owner.displayName },
    // Who will own the object as things stand.
    owner: ownedIn(bucket.config, () => bucket.owner, upload).owner,
    storageClass: 'STANDARD',
    initiatedAtMs: upload.initiatedAtMs,
    checksumAlgorithm: upload.checksum?.algorithm,
    checksumType: upload.checksum?.type,
  };
}
