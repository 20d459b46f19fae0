import { readXmlTree, textOf, VersioningConfiguration, writeDocument } from '@tidegate/protocol';
import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { bucketTarget } from '../../core/target.ts';
import { readSetting, writeSetting } from '../../s3/bucket-setting.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `bucket versioning get`, `enable`, `suspend`. */
export async function run(call: Call): Promise<number> {
  const { args, command, output } = call;
  const bucket = bucketTarget(args[0] ?? '');
  const client = clientFor(call);
  const place = { bucket, setting: 'versioning' };
  const verb = command.path.at(-1);
  if (verb === 'enable' || verb === 'suspend') {
    const status = verb === 'enable' ? 'Enabled' : 'Suspended';
    await writeSetting(client, place, writeDocument('VersioningConfiguration', VersioningConfiguration, { status }));
  }
  const document = await readSetting(client, place, '');
  const status = textOf(readXmlTree(document ?? ''), 'Status')?.toLowerCase() ?? 'off';
  if (output.isJson) output.json({ bucket, versioning: status });
  else if (verb === 'get') output.answer(status);
  else
    output.talk(`  Versioning of ${bucket} is ${status}.${status === 'suspended' ? ' Existing versions stay.' : ''}`);
  return exitCodes.done;
}
