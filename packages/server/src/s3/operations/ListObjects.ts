import { ListBucketResult } from '@tidegate/protocol';
import { withShownOwners } from '../../stores/objects/object-ownership.ts';
import { encodingType, invalidArgument, optionalText, pageSize, textOrEmpty } from '../input/parameters.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { encodeName, encodeOptionalName, listedMembers } from '../objects/listing.ts';
import { operation, query, xml } from '../operation.ts';

/** Lists objects by marker, version 1 of the operation. Source: AWS API reference, ListObjects. */
export const ListObjects = operation({
  name: 'ListObjects',
  method: 'GET',
  resource: 'bucket',
  action: 's3:ListBucket',
  listPrefix: ({ prefix }) => prefix,
  input: {
    prefix: query('prefix', textOrEmpty),
    delimiter: query('delimiter', optionalText),
    maxKeys: query('max-keys', pageSize),
    marker: query('marker', textOrEmpty),
    encodingType: query('encoding-type', encodingType),
    // `list-type=2` is another operation; no other number is one.
    listType: query('list-type', (text, name) => {
      if (text !== undefined && text !== '1')
        throw invalidArgument(name, text, 'Invalid List Type specified in Request');
    }),
  },
  output: { document: xml('ListBucketResult', ListBucketResult) },
  refuses: ['NoSuchBucket', 'InvalidArgument'],

  async handle({ target: { bucket }, input }, { store, limits }) {
    const { prefix, marker, encodingType: encoding } = input;
    const delimiter = input.delimiter === '' ? undefined : input.delimiter;
    const limit = Math.min(input.maxKeys ?? limits.maxListKeys, limits.maxListKeys);
    const page =
      limit === 0
        ? { entries: [], next: undefined }
        : await store.listObjects({ bucket, prefix, delimiter, after: marker, limit });
    return {
      document: {
        name: bucket,
        // Never encoded in this version: botocore decodes the other names and not this one.
        prefix,
        marker: encodeName(marker, encoding),
        // Without a delimiter the last key of the page is the next marker, and S3 names none.
        nextMarker: delimiter === undefined ? undefined : encodeOptionalName(page.next, encoding),
        maxKeys: limit,
        delimiter: encodeOptionalName(delimiter, encoding),
        isTruncated: page.next !== undefined,
        encodingType: encoding,
        ...listedMembers(withShownOwners(page, await readExistingBucket(store, bucket)), { encoding, owners: 'shown' }),
      },
    };
  },
});
