import type { Call } from '../../core/command.ts';
import { forEachTarget } from '../../core/several.ts';
import { bucketTarget } from '../../core/target.ts';
import { listUploads, listVersionsPage, type VersionPage } from '../../s3/listing.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeCount } from '../../terminal/format.ts';
import { deletedAtOnce, deleteMany, inGroups } from '../../transfer/delete-many.ts';

/** `rb`: removes buckets that are empty; with `--force` it empties them first, every version of every object. */
export function run(call: Call): Promise<number> {
  const buckets = call.args.map(bucketTarget);
  const client = clientFor(call);
  return forEachTarget(call, buckets, async (bucket) => {
    if (call.flags.has('force')) await empty(client, bucket, call);
    const answer = await client.ask({ method: 'DELETE', bucket, about: bucket });
    answer.body.resume();
    if (call.output.isJson) call.output.json({ removed: bucket });
    else call.output.talk(`  Removed bucket ${bucket}.`);
  });
}

async function empty(client: S3Client, bucket: string, call: Call): Promise<void> {
  const first = await listVersionsPage(client, { bucket, prefix: '', isDeep: true }, undefined);
  const { length } = first.versions;
  if (length > 0) {
    const count = first.next === undefined ? describeCount(length) : `more than ${describeCount(length)}`;
    const noun = length === 1 ? 'object' : 'objects and versions';
    await confirm(call, `Remove ${bucket} with ${count} ${noun}? This cannot be undone.`);
  }
  for await (const group of inGroups(versionsFrom(client, bucket, first), deletedAtOnce)) {
    await deleteMany(client, bucket, group);
  }
  for await (const { key, uploadId } of listUploads(client, bucket, '')) {
    const answer = await client.ask({ method: 'DELETE', bucket, key, query: [['uploadId', uploadId]], about: bucket });
    answer.body.resume();
  }
}

async function* versionsFrom(client: S3Client, bucket: string, first: VersionPage) {
  for (let page = first; ; page = await listVersionsPage(client, { bucket, prefix: '', isDeep: true }, page.next)) {
    for (const { key, versionId } of page.versions) yield { key, versionId };
    if (page.next === undefined) return;
  }
}
