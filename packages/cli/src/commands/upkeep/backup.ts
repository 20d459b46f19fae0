import { backUpData, backUpDataToBucket } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { exitCodes, failureOf, wrongUse } from '../../core/errors.ts';
import { clientOfProfile } from '../../s3/s3-call.ts';
import { describeBytes, describeCount } from '../../terminal/format.ts';
import { isBucketPlace, S3BackupBucket } from '../../upkeep/backup-bucket.ts';
import { onData } from '../../upkeep/upkeep.ts';

/** `backup`: copies a data folder while its server goes on, to a folder or to a bucket. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const [target = ''] = args;
  const since = flags.text('since');
  const isBucket = isBucketPlace(target);
  if (since !== undefined && isBucketPlace(since) !== isBucket) {
    throw wrongUse(
      `--since and the backup are in different places: ${since} and ${target}.`,
      'An earlier backup helps one in the same store, or on the same disk.',
    );
  }
  const report = isBucket ? await toBucket(call, target, since) : await toFolder(call, target, since);
  const { madeAtMs, objects, bodies, bodyBytes, copied, linked, kept, damaged, manifestSha256 } = report;
  const madeAt = new Date(madeAtMs).toISOString();
  if (output.isJson) {
    output.json({ target, madeAt, objects, bodies, bodyBytes, copied, linked, kept, damaged, manifestSha256 });
  } else if (output.isForPeople) {
    output.answer(`${target} contains ${describeCount(objects)} objects as of ${madeAt}.`);
    const parts = [
      `${describeCount(copied)} ${isBucket ? 'sent' : 'copied'}`,
      `${describeCount(linked)} ${isBucket ? 'copied there' : 'linked'}`,
      `${describeCount(kept)} kept`,
    ];
    output.answer(`  ${describeCount(bodies)} files, ${describeBytes(bodyBytes)}: ${parts.join(', ')}.`);
    output.answer(`  SHA-256 of its manifest: ${manifestSha256}`);
  } else output.answer(manifestSha256);
  if ('leftBehind' in report && report.leftBehind !== undefined) {
    output.warn(`Data that only earlier backups needed could not be deleted: ${failureOf(report.leftBehind).what}`);
  }
  if (damaged.length === 0) return exitCodes.done;
  output.warn(`${describeCount(damaged.length)} files are missing or damaged, and not in the backup.`);
  output.talk('  List the objects:  tidegate check');
  return exitCodes.fault;
}

function toFolder(call: Call, target: string, since: string | undefined) {
  const { flags } = call;
  return onData(call, 'backup', flags.text('data'), ({ settings, world, onBytes }) =>
    backUpData(settings, world, {
      target,
      since,
      verify: flags.has('verify') ? 'all' : 'new',
      links: flags.has('copy') ? 'never' : 'use',
      onBytes,
    }),
  );
}

function toBucket(call: Call, target: string, since: string | undefined) {
  const { flags } = call;
  const client = clientOfProfile(call);
  const place = new S3BackupBucket(client, target);
  const earlier = since === undefined ? undefined : new S3BackupBucket(client, since);
  return onData(call, 'backup', flags.text('data'), ({ settings, world, onBytes }) =>
    backUpDataToBucket(settings, world, {
      target: place,
      since: earlier,
      verify: flags.has('verify') ? 'all' : 'new',
      onBytes,
    }),
  );
}
