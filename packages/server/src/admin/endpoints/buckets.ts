import { isBucketName } from '@tidegate/protocol';
import { z } from 'zod';
import { reachedPrefixes, reachesBucket } from '../../policy/key-scope.ts';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { BucketRecord } from '../../stores/objects/object-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { defaultPageItems, isoTime, pageOf, pageQuery, time } from '../json/json-fields.ts';
import { AdminProblem } from '../json/problem.ts';
import { visibilityOf } from '../reach.ts';

const bucketShown = z.object({
  name: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  region: z.string(),
  createdAt: time,
});

function showBucket({ name, owner, region, createdAtMs }: BucketRecord): z.input<typeof bucketShown> {
  return { name, owner: { id: owner.id, name: owner.displayName }, region, createdAt: isoTime(createdAtMs) };
}

/** Keys that one count walks through. */
const mostCounted = 100_000;
const pageKeys = 500;
const mostUploads = 1_000;

export const listBuckets = endpoint({
  method: 'GET',
  path: '/buckets',
  action: 'tidegate:ListBuckets',
  text: 'The buckets of the account.',
  query: z.strictObject({ ...pageQuery, prefix: z.string().max(63).optional() }),
  answer: pageOf(bucketShown),
  async handle({ actor, query }, { objects }) {
    const { limit = defaultPageItems, cursor = '', prefix = '' } = query;
    const page = await objects.listBuckets({ ownerId: actor.account.id, prefix, after: cursor, limit });
    const reached = page.buckets.filter(({ name }) => reachesBucket(actor, name));
    return { status: 200, value: { items: reached.map(showBucket), next: page.next ?? null } };
  },
});

export const readBucketUsage = endpoint({
  method: 'GET',
  path: '/buckets/{id}/usage',
  cost: 'heavy',
  action: 'tidegate:ReadBucketUsage',
  text: 'Objects, bytes and open uploads of a bucket, as far as the key reaches; the first 100,000 keys are counted.',
  answer: z.object({
    bucket: z.string(),
    objects: z.int(),
    bytes: z.int(),
    openUploads: z.int(),
    /** False: there is more than was counted. */
    complete: z.boolean(),
  }),
  async handle({ actor, id: name }, tools) {
    await requireBucket(name, actor, tools);
    let count = 0;
    let bytes = 0;
    let openUploads = 0;
    let complete = true;
    const pieces = new Pieces(tools.clock);
    for (const prefix of reachedPrefixes(actor)) {
      let after: string | undefined = '';
      while (after !== undefined && count < mostCounted) {
        if (pieces.isOver) await pieces.next();
        const page: Awaited<ReturnType<AdminTools['objects']['listObjects']>> = await tools.objects.listObjects({
          ...{ bucket: name, prefix, delimiter: undefined, after, limit: pageKeys },
        });
        for (const item of page.entries) {
          if (item.kind !== 'entry') continue;
          count += 1;
          bytes += item.entry.sizeBytes;
        }
        after = page.next;
      }
      const uploads = await tools.objects.listUploads({
        ...{ bucket: name, prefix, delimiter: undefined, after: '', afterUploadId: '', limit: mostUploads },
      });
      openUploads += uploads.entries.length;
      complete &&= after === undefined && uploads.next === undefined;
    }
    return { status: 200, value: { bucket: name, objects: count, bytes, openUploads, complete } };
  },
});

/** A bucket that the actor sees. @param extent `whole`: no prefix limits the actor @throws AdminProblem 404 */
export async function requireBucket(
  name: string,
  actor: KeyRecord,
  { objects }: AdminTools,
  extent: 'some' | 'whole' = 'some',
): Promise<BucketRecord> {
  const isReached = reachesBucket(actor, name) && (extent === 'some' || reachedPrefixes(actor).includes(''));
  const found = isBucketName(name) && isReached ? await objects.readBucket(name) : undefined;
  const { accountId } = visibilityOf(actor);
  if (found !== undefined && (accountId === undefined || found.owner.id === actor.account.id)) return found;
  throw new AdminProblem({
    status: 404,
    code: 'NoSuchBucket',
    title: 'No such bucket',
    detail: `There is no bucket ${name.slice(0, 63)} that you may see.`,
  });
}
