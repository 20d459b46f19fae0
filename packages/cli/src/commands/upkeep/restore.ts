import { acceptOlderLinks, restoreData } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { clientOfProfile } from '../../s3/s3-call.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeBytes, describeCount } from '../../terminal/format.ts';
import { isBucketPlace, S3BackupBucket } from '../../upkeep/backup-bucket.ts';
import { onData } from '../../upkeep/upkeep.ts';

/** `restore`: puts a backup in place of a data folder, or accepts what a restore refuses. */
export async function run(call: Call): Promise<number> {
  const { args, flags } = call;
  const [from] = args;
  if (from !== undefined) return await restore(call, from);
  if (!flags.has('accept-older'))
    throw wrongUse('restore needs a backup.', 'tidegate restore DIR|s3://bucket/prefix --data ./data');
  return await accept(call);
}

async function restore(call: Call, place: string): Promise<number> {
  const { flags, output } = call;
  const from = isBucketPlace(place) ? new S3BackupBucket(clientOfProfile(call), place) : place;
  const olderLinks = flags.has('accept-older') ? 'accept' : 'refuse';
  const put = (present: 'refuse' | 'replace') =>
    onData(call, 'restore', flags.text('data'), async ({ settings, world, onBytes }) => ({
      folder: settings.data,
      ...(await restoreData(settings, world, { from, present, olderLinks, onBytes })),
    }));
  const report = await put(flags.has('yes') ? 'replace' : 'refuse').catch(async (error: unknown) => {
    if (!(error instanceof CliError) || error.parts.code !== 'NotEmpty') throw error;
    await confirm(call, `${error.message} Replace them by ${place}? They cannot be brought back.`);
    return await put('replace');
  });
  const { folder, madeAtMs, objects, bodies, bodyBytes, replaced, needsMasterKey, rules, damaged } = report;
  const madeAt = new Date(madeAtMs).toISOString();
  const refusesOlder = rules > 0;
  if (output.isJson) {
    output.json({ folder, madeAt, objects, bodies, bodyBytes, damaged, replaced, needsMasterKey, refusesOlder });
  } else {
    const size = `${describeCount(objects)} objects, ${describeCount(bodies)} files, ${describeBytes(bodyBytes)}`;
    output.answer(output.isForPeople ? `${folder} holds the data of ${madeAt}: ${size}.` : folder);
  }
  if (needsMasterKey) output.warn(`Copy the master key to ${folder}/keys/master.key before you start the server.`);
  if (refusesOlder) {
    output.warn('Links signed before now are refused, because revocations made after the backup are lost.');
    output.talk(`  To accept them:  tidegate restore --accept-older --data ${folder}`);
  }
  if (damaged.length > 0) {
    output.warn(
      `${describeCount(damaged.length)} files were already damaged when the backup was made:  tidegate check ${folder}`,
    );
  }
  return exitCodes.done;
}

async function accept(call: Call): Promise<number> {
  const { flags, output } = call;
  const rules = await onData(call, 'restore', flags.text('data'), ({ settings }) => acceptOlderLinks(settings));
  if (output.isJson) output.json({ accepted: rules > 0 });
  else
    output.talk(
      rules > 0 ? '  Links signed before the restore are accepted again.' : '  No link was refused for a restore.',
    );
  return exitCodes.done;
}
