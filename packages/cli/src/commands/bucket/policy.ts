import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { bucketTarget } from '../../core/target.ts';
import { readSetting, removeSetting, writeSetting } from '../../s3/bucket-setting.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { confirm } from '../../terminal/ask.ts';
import { readGiven } from '../../terminal/stdin.ts';

/** `bucket policy get`, `set`, `rm`: the access policy of a bucket, as JSON. */
export async function run(call: Call): Promise<number> {
  const { args, command, flags, output, world } = call;
  const bucket = bucketTarget(args[0] ?? '');
  const client = clientFor(call);
  const place = { bucket, setting: 'policy' };
  switch (command.path.at(-1)) {
    case 'set': {
      const file = flags.text('file');
      if (file === undefined)
        throw wrongUse(
          'bucket policy set needs --file.',
          `Like  tidegate bucket policy set ${bucket} --file policy.json`,
        );
      const text = await readGiven(file, world);
      parse(text, file === '-' ? 'stdin' : file);
      await writeSetting(client, place, text);
      if (output.isJson) output.json({ bucket, policy: true });
      else output.talk(`  Policy of ${bucket} set.`);
      return exitCodes.done;
    }
    case 'rm':
      await confirm(call, `Delete the policy of ${bucket}? Whoever only it allows loses access.`);
      await removeSetting(client, place);
      if (output.isJson) output.json({ bucket, policy: false });
      else output.talk(`  Deleted the policy of ${bucket}.`);
      return exitCodes.done;
    default: {
      const text = await readSetting(client, place, 'NoSuchBucketPolicy');
      const document = text === undefined ? null : parse(text, `the policy of ${bucket}`);
      if (output.isJson) output.json(document);
      else if (document === null) output.talk(`  Bucket ${bucket} has no policy.`);
      else output.answer(JSON.stringify(document, undefined, 2));
      return exitCodes.done;
    }
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongUse(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
