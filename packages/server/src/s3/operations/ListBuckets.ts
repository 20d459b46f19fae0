import { ListAllMyBucketsResult, maxListBuckets, refusal } from '@tidegate/protocol';
import type { BucketRecord } from '../../stores/objects/object-store.ts';
import { invalidArgument, optionalText, pageSize, textOrEmpty } from '../input/parameters.ts';
import { regionName } from '../objects/bucket-record.ts';
import { readContinuationToken, writeContinuationToken } from '../objects/continuation-token.ts';
import { operation, query, xml } from '../operation.ts';

/**
 * Lists the buckets of the caller's account that its key reaches into (SEC-309). Source: AWS API reference, ListBuckets.
 */
export const ListBuckets = operation({
  name: 'ListBuckets',
  method: 'GET',
  resource: 'service',
  action: 's3:ListAllMyBuckets',
  input: {
    prefix: query('prefix', optionalText),
    region: query('bucket-region', optionalText),
    maxBuckets: query('max-buckets', (text, name) => {
      const count = pageSize(text, name);
      if (count !== undefined && (count < 1 || count > maxListBuckets)) {
        throw invalidArgument(name, text, `${name} must be between 1 and ${maxListBuckets}`);
      }
      return count;
    }),
    continuationToken: query('continuation-token', textOrEmpty),
  },
  output: { document: xml('ListAllMyBucketsResult', ListAllMyBucketsResult) },
  refuses: ['AccessDenied', 'InvalidArgument'],

  async handle({ input, caller, permit }, { store }) {
    const { owner } = caller;
    if (owner === undefined) throw refusal('AccessDenied', {});
    const prefix = input.prefix ?? '';
    const limit = input.maxBuckets ?? maxListBuckets;
    const scope = ['buckets', owner.id, prefix];
    let after = input.continuationToken === '' ? '' : readContinuationToken(scope, input.continuationToken);
    const found: BucketRecord[] = [];
    let next: string | undefined = '';
    while (next !== undefined && found.length < limit) {
      const page = await store.listBuckets({ ownerId: owner.id, prefix, after, limit: limit - found.length });
      const shown = page.buckets.filter(
        (bucket) => permit.reaches(bucket.name) && (input.region === undefined || regionName(bucket) === input.region),
      );
      found.push(...shown);
      next = page.next;
      after = page.next ?? after;
    }
    return {
      document: {
        owner: { id: owner.id, displayName: owner.displayName },
        buckets: found.map((bucket) => ({
          name: bucket.name,
          createdAtMs: bucket.createdAtMs,
          region: regionName(bucket),
        })),
        prefix: input.prefix,
        continuationToken: next === undefined ? undefined : writeContinuationToken(scope, next),
      },
    };
  },
});
