import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { bucketTarget } from '../../core/target.ts';
import { readSetting, removeSetting, writeSetting } from '../../s3/bucket-setting.ts';
import { describeRule, lifecycleRules, lifecycleXml } from '../../s3/lifecycle-json.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';
import { confirm } from '../../terminal/ask.ts';
import { readGiven } from '../../terminal/stdin.ts';
import { showTable, textCut } from '../../terminal/table.ts';

const mostDays = 100_000;

/** `bucket lifecycle get`, `set`, `rm`: what happens to objects of a bucket as they age. */
export async function run(call: Call): Promise<number> {
  const { args, command, output } = call;
  const bucket = bucketTarget(args[0] ?? '');
  const client = clientFor(call);
  switch (command.path.at(-1)) {
    case 'set':
      return await set(call, client, bucket);
    case 'rm':
      await confirm(call, `Delete the lifecycle rules of ${bucket}?`);
      await removeSetting(client, { bucket, setting: 'lifecycle' });
      if (output.isJson) output.json({ bucket, rules: 0 });
      else output.talk(`  Deleted the lifecycle rules of ${bucket}.`);
      return exitCodes.done;
    default:
      return await show(call, client, bucket);
  }
}

async function show({ output }: Call, client: S3Client, bucket: string): Promise<number> {
  const xml = await readSetting(client, { bucket, setting: 'lifecycle' }, 'NoSuchLifecycleConfiguration');
  const rules = lifecycleRules(xml ?? '');
  if (output.isJson) output.json({ Rules: rules });
  else if (rules.length === 0) output.talk(`  Bucket ${bucket} has no lifecycle rules.`);
  else {
    showTable(
      output,
      [{ name: 'ID' }, { name: 'STATUS' }, { name: 'RULE', cut: textCut }],
      rules.map((rule) => [String(rule['ID'] ?? ''), String(rule['Status'] ?? ''), describeRule(rule)]),
    );
  }
  return exitCodes.done;
}

async function set(call: Call, client: S3Client, bucket: string): Promise<number> {
  const { flags, output, world } = call;
  const file = flags.text('file');
  const rule = ruleOf(call);
  if ((file === undefined) === (rule === undefined)) {
    throw wrongUse(
      'bucket lifecycle set needs either --file or a rule.',
      `Like  tidegate bucket lifecycle set ${bucket} --expire-days 30`,
    );
  }
  const xml =
    file === undefined
      ? lifecycleXml(JSON.stringify({ Rules: [rule] }), 'the rule')
      : lifecycleXml(await readGiven(file, world), file === '-' ? 'stdin' : file);
  await writeSetting(client, { bucket, setting: 'lifecycle' }, xml);
  const rules = lifecycleRules(xml);
  if (output.isJson) output.json({ bucket, rules: rules.length });
  else for (const one of rules) output.talk(`  ${bucket}, ${describeRule(one)}`);
  return exitCodes.done;
}

/** The one rule that the flags describe. @throws CliError */
function ruleOf({ flags }: Call): object | undefined {
  const expire = countFlag(flags, 'expire-days', 1, mostDays);
  const noncurrent = countFlag(flags, 'noncurrent-days', 1, mostDays);
  const uploads = countFlag(flags, 'abort-days', 1, mostDays);
  if (expire === undefined && noncurrent === undefined && uploads === undefined) {
    if (flags.has('prefix')) throw wrongUse('--prefix needs --expire-days, --noncurrent-days or --abort-days.');
    return undefined;
  }
  return {
    Filter: { Prefix: flags.text('prefix') ?? '' },
    Status: 'Enabled',
    ...(expire !== undefined && { Expiration: { Days: expire } }),
    ...(noncurrent !== undefined && { NoncurrentVersionExpiration: { NoncurrentDays: noncurrent } }),
    ...(uploads !== undefined && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: uploads } }),
  };
}
