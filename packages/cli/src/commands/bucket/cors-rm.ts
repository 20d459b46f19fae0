import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { bucketTarget } from '../../core/target.ts';
import { removeSetting } from '../../s3/bucket-setting.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { confirm } from '../../terminal/ask.ts';

/** `bucket cors rm`: no web page may use the bucket any more. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const bucket = bucketTarget(args[0] ?? '');
  await confirm(call, `Delete the CORS rules of ${bucket}? Web pages that use it stop working.`);
  await removeSetting(clientFor(call), { bucket, setting: 'cors' });
  if (output.isJson) output.json({ bucket, rules: 0 });
  else output.talk(`  Deleted the CORS rules of ${bucket}.`);
  return exitCodes.done;
}
