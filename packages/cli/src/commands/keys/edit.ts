import type { Call } from '../../core/command.ts';
import { wrongUse } from '../../core/errors.ts';
import { forEachTarget } from '../../core/several.ts';
import { governanceOf } from '../../links/governance-flags.ts';
import { askAdmin } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `keys edit`: changes what the flags name, and nothing else. */
export function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const role = flags.text('role');
  const note = flags.text('note');
  const governance = flags.has('no-governance') ? null : governanceOf(flags, world.nowMs());
  const document = {
    ...(role !== undefined && { role }),
    ...(flags.has('bucket') && { buckets: flags.list('bucket') }),
    ...(flags.has('all-buckets') && { buckets: [] }),
    ...(flags.has('prefix') && { prefixes: flags.list('prefix') }),
    ...(flags.has('all-prefixes') && { prefixes: [] }),
    ...(note !== undefined && { note: note === '' ? null : note }),
    ...(governance !== undefined && { governance }),
  };
  if (Object.keys(document).length === 0) throw wrongUse('Nothing to change: give at least one flag.');
  const client = clientFor(call);
  return forEachTarget(call, args, async (id) => {
    const path = `/keys/${encodeURIComponent(id)}`;
    const key = await askAdmin(client, { method: 'PATCH', path, document, about: `the access key ${id}` });
    if (output.isJson && key !== undefined) output.json(key);
    else output.talk(`  Changed ${id}. It applies from the next request on.`);
  });
}
