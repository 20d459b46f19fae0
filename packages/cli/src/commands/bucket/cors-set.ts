import { CORSConfiguration, writeDocument } from '@tidegate/protocol';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { bucketTarget } from '../../core/target.ts';
import { writeSetting } from '../../s3/bucket-setting.ts';
import { ruleForOrigins, rulesOfFile } from '../../s3/cors-rules.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { readGiven } from '../../terminal/stdin.ts';

/** `bucket cors set`: rules of a file, or one rule that lets pages of an origin upload and download. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const bucket = bucketTarget(args[0] ?? '');
  const origins = flags.list('origin');
  const file = flags.text('file');
  if (origins.length > 0 === (file !== undefined)) {
    throw wrongUse(
      'bucket cors set needs either --origin or --file.',
      `Like  tidegate bucket cors set ${bucket} --origin https://app.example.com`,
    );
  }
  const rules =
    file === undefined
      ? [ruleForOrigins(origins)]
      : rulesOfFile(file === '-' ? 'stdin' : file, await readGiven(file, world));
  const document = writeDocument('CORSConfiguration', CORSConfiguration, { rules });
  await writeSetting(clientFor(call), { bucket, setting: 'cors' }, document);
  const who = [...new Set(rules.flatMap((rule) => rule.allowedOrigins))];
  if (output.isJson) output.json({ bucket, rules: rules.length, origins: who });
  else output.talk(`  Pages of ${who.join(', ')} may use ${bucket}.`);
  return exitCodes.done;
}
