import { backUpData } from '@tidegate/server';
import type { Call } from '../command.ts';
import { exitCodes, wrongUse } from '../errors.ts';
import { describeBytes, describeCount } from '../format.ts';
import { onData } from '../upkeep.ts';

/** `backup`: copies a data folder while its server goes on. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const [target = ''] = args;
  if (target.startsWith('s3://'))
    throw wrongUse('A backup goes to a folder.', 'Make it in one, then  tidegate cp -r DIR s3://bucket/prefix/');
  const report = await onData(call, 'backup', flags.text('data'), ({ settings, world, onBytes }) =>
    backUpData(settings, world, {
      target,
      since: flags.text('since'),
      verify: flags.has('verify') ? 'all' : 'new',
      links: flags.has('copy') ? 'never' : 'use',
      onBytes,
    }),
  );
  const { madeAtMs, objects, bodies, bodyBytes, copied, linked, kept, damaged, manifestSha256 } = report;
  const madeAt = new Date(madeAtMs).toISOString();
  if (output.isJson) {
    output.json({ target, madeAt, objects, bodies, bodyBytes, copied, linked, kept, damaged, manifestSha256 });
  } else if (output.isForPeople) {
    output.answer(`${target} holds ${describeCount(objects)} objects as of ${madeAt}.`);
    const parts = [`${describeCount(copied)} copied`, `${describeCount(linked)} linked`, `${describeCount(kept)} kept`];
    output.answer(`  ${describeCount(bodies)} files, ${describeBytes(bodyBytes)}: ${parts.join(', ')}.`);
    output.answer(`  SHA-256 of its manifest: ${manifestSha256}`);
  } else output.answer(manifestSha256);
  if (damaged.length === 0) return exitCodes.done;
  output.warn(`${describeCount(damaged.length)} files are missing or damaged in the data, and not in the backup.`);
  output.talk('  tidegate check  names the objects.');
  return exitCodes.fault;
}
