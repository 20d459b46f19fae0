import { CreateBucketConfiguration, VersioningConfiguration, writeDocument } from '@tidegate/protocol';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { forEachTarget } from '../../core/several.ts';
import { bucketTarget } from '../../core/target.ts';
import { writeSetting } from '../../s3/bucket-setting.ts';
import { listBuckets } from '../../s3/listing.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';

/** `mb`: creates buckets, with versioning or object lock on request. A bucket of one's own that exists stays as it is. */
export function run(call: Call): Promise<number> {
  const { flags, output } = call;
  const buckets = call.args.map(bucketTarget);
  const client = clientFor(call);
  const { region } = client.connection;
  // Object lock needs versioning, and the store enables it.
  const isLocked = flags.has('object-lock');
  const isVersioned = flags.has('versioning') || isLocked;
  return forEachTarget(call, buckets, async (bucket) => {
    if (await isMineAlready(client, bucket)) {
      if (isVersioned) throw unchanged(bucket, isLocked);
      if (output.isJson) output.json({ name: bucket, created: false });
      else output.talk(`  Bucket ${bucket} already exists.`);
      return;
    }
    await create(client, bucket, isLocked);
    if (isVersioned && !isLocked) await enableVersioning(client, bucket);
    const kept = isLocked ? ' with object lock' : isVersioned ? ' with versioning' : '';
    if (output.isJson) {
      output.json({ name: bucket, created: true, region, versioning: isVersioned, objectLock: isLocked });
    } else output.talk(`  Created bucket ${bucket}${kept}.`);
  });
}

/**
 * Whether the bucket is in the caller's own list. S3 answers a second creation in us-east-1 like the first, so creating it again would
 * not tell. @throws CliError when it belongs to another account
 */
async function isMineAlready(client: S3Client, bucket: string): Promise<boolean> {
  const head = await client.send({ method: 'HEAD', bucket, about: bucket });
  head.body.resume();
  // 400: the name is not valid; creating it says why.
  if (head.status === 404 || head.status === 400) return false;
  const own = await listBuckets(client);
  if (own.some(({ name }) => name === bucket)) return true;
  // A key that reaches other buckets only gets 403 here; the store decides.
  if (head.status === 403) return false;
  throw new CliError({
    exit: exitCodes.refused,
    what: `Bucket ${bucket} already exists and belongs to another account.`,
    code: 'BucketAlreadyExists',
  });
}

function unchanged(bucket: string, isLocked: boolean): CliError {
  return new CliError({
    exit: exitCodes.refused,
    what: `Bucket ${bucket} already exists; it was not changed.`,
    fix: isLocked
      ? 'Object lock is set when a bucket is created.'
      : `To enable versioning:  tidegate bucket versioning enable ${bucket}`,
    code: 'BucketAlreadyOwnedByYou',
  });
}

async function create(client: S3Client, bucket: string, isLocked: boolean): Promise<void> {
  const { region } = client.connection;
  // S3 takes no document for its first region, and refuses one that names it.
  const configuration = { locationConstraint: region };
  const body =
    region === 'us-east-1'
      ? undefined
      : Buffer.from(writeDocument('CreateBucketConfiguration', CreateBucketConfiguration, configuration));
  const headers: Record<string, string> = isLocked ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
  const answer = await client.ask({ method: 'PUT', bucket, headers, body, about: bucket });
  answer.body.resume();
}

async function enableVersioning(client: S3Client, bucket: string): Promise<void> {
  const document = writeDocument('VersioningConfiguration', VersioningConfiguration, { status: 'Enabled' });
  await writeSetting(client, { bucket, setting: 'versioning' }, document);
}
