import { ListBucketResultV2 } from '@tidegate/protocol';
import { withShownOwners } from '../../stores/objects/object-ownership.ts';
import { encodingType, flag, optionalText, pageSize, textOrEmpty } from '../input/parameters.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { readContinuationToken, writeContinuationToken } from '../objects/continuation-token.ts';
import { encodeName, encodeOptionalName, listedMembers } from '../objects/listing.ts';
import { operation, query, xml } from '../operation.ts';

/** Lists objects by continuation token. Source: AWS API reference, ListObjectsV2. */
export const ListObjectsV2 = operation({
  name: 'ListObjectsV2',
  method: 'GET',
  resource: 'bucket',
  markers: { query: { 'list-type': '2' } },
  action: 's3:ListBucket',
  listPrefix: ({ prefix }) => prefix,
  input: {
    prefix: query('prefix', textOrEmpty),
    delimiter: query('delimiter', optionalText),
    maxKeys: query('max-keys', pageSize),
    continuationToken: query('continuation-token', optionalText),
    startAfter: query('start-after', optionalText),
    fetchOwner: query('fetch-owner', flag),
    encodingType: query('encoding-type', encodingType),
  },
  output: { document: xml('ListBucketResult', ListBucketResultV2) },
  refuses: ['NoSuchBucket', 'InvalidArgument'],

  async handle({ target: { bucket }, input }, { store, limits }) {
    const { prefix, continuationToken: token, startAfter, encodingType: encoding } = input;
    const delimiter = input.delimiter === '' ? undefined : input.delimiter;
    const limit = Math.min(input.maxKeys ?? limits.maxListKeys, limits.maxListKeys);
    const scope = ['objects', bucket, prefix, delimiter ?? ''];
    // A token goes on where its page ended, wherever the first page began.
    const after = token === undefined || token === '' ? (startAfter ?? '') : readContinuationToken(scope, token);
    const page =
      limit === 0
        ? { entries: [], next: undefined }
        : await store.listObjects({ bucket, prefix, delimiter, after, limit });
    return {
      document: {
        name: bucket,
        prefix: encodeName(prefix, encoding),
        continuationToken: token,
        nextContinuationToken: page.next === undefined ? undefined : writeContinuationToken(scope, page.next),
        startAfter: encodeOptionalName(startAfter, encoding),
        keyCount: page.entries.length,
        maxKeys: limit,
        delimiter: encodeOptionalName(delimiter, encoding),
        isTruncated: page.next !== undefined,
        encodingType: encoding,
        ...(input.fetchOwner
          ? listedMembers(withShownOwners(page, await readExistingBucket(store, bucket)), { encoding, owners: 'shown' })
          : listedMembers(page, { encoding, owners: 'hidden' })),
      },
    };
  },
});
