import type { Call } from '../../core/command.ts';
import { forEachTarget } from '../../core/several.ts';
import { askAdmin } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { confirm } from '../../terminal/ask.ts';

/** `keys delete`: for ever. Every link that the key signed ends. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const what = args.length === 1 ? `the key ${args[0] ?? ''}` : `${args.length} keys`;
  await confirm(call, `Delete ${what}? Every link that was signed with it ends, for ever.`);
  const client = clientFor(call);
  return forEachTarget(call, args, async (id) => {
    // DELETE answers 204 for a key that never was, too; a person who mistyped wants to know.
    const path = `/keys/${encodeURIComponent(id)}`;
    await askAdmin(client, { method: 'GET', path, about: `the access key ${id}` });
    await askAdmin(client, { method: 'DELETE', path, about: `the access key ${id}` });
    output.talk(`  Deleted ${id}.`);
  });
}
