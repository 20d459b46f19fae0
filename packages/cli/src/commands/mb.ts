import { CreateBucketConfiguration, VersioningConfiguration, writeDocument } from '@tidegate/protocol';
import type { Call } from '../command.ts';
import { clientFor } from '../s3-call.ts';
import { forEachTarget } from '../several.ts';
import { bucketTarget } from '../target.ts';

/** `mb`: makes buckets, with versions or object lock where asked for. */
export function run(call: Call): Promise<number> {
  const { flags, output } = call;
  const buckets = call.args.map(bucketTarget);
  const client = clientFor(call);
  const { region } = client.connection;
  // S3 takes no document for its first region, and refuses one that names it.
  const configuration = { locationConstraint: region };
  const body =
    region === 'us-east-1'
      ? undefined
      : Buffer.from(writeDocument('CreateBucketConfiguration', CreateBucketConfiguration, configuration));
  // Object lock keeps versions; a store switches them on with it.
  const isLocked = flags.has('object-lock');
  const isVersioned = flags.has('versioning') || isLocked;
  const headers: Record<string, string> = isLocked ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
  return forEachTarget(call, buckets, async (bucket) => {
    const answer = await client.ask({ method: 'PUT', bucket, headers, body, about: bucket });
    answer.body.resume();
    if (isVersioned && !isLocked) {
      const versioned = await client.ask({
        method: 'PUT',
        bucket,
        query: [['versioning', '']],
        body: Buffer.from(writeDocument('VersioningConfiguration', VersioningConfiguration, { status: 'Enabled' })),
        about: bucket,
      });
      versioned.body.resume();
    }
    const kept = isLocked ? ', with object lock' : isVersioned ? ', with versions' : '';
    if (output.isJson) output.json({ name: bucket, region, versioning: isVersioned, objectLock: isLocked });
    else output.talk(`  Made the bucket ${bucket}${kept}.`);
  });
}
