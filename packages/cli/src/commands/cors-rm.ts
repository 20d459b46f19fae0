import { confirm } from '../ask.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../errors.ts';
import { clientFor } from '../s3-call.ts';
import { bucketTarget } from '../target.ts';

/** `cors rm`: no web page may use the bucket any more. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const bucket = bucketTarget(args[0] ?? '');
  await confirm(call, `Take all CORS rules from ${bucket}? Pages that use it stop working.`);
  const answer = await clientFor(call).ask({ method: 'DELETE', bucket, query: [['cors', '']], about: bucket });
  answer.body.resume();
  if (output.isJson) output.json({ bucket, rules: 0 });
  else output.talk(`  No web page may use ${bucket}.`);
  return exitCodes.done;
}
