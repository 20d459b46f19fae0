import type { Call } from '../../core/command.ts';
import { forEachTarget } from '../../core/several.ts';
import { askAdmin } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { confirm } from '../../terminal/ask.ts';

/** `keys retire`: of each key the newest secret alone is left. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const what = args.length === 1 ? `the older secret of ${args[0] ?? ''}` : `the older secrets of ${args.length} keys`;
  await confirm(call, `Retire ${what}? Every link that it signed ends now.`);
  const client = clientFor(call);
  return forEachTarget(call, args, async (id) => {
    const path = `/keys/${encodeURIComponent(id)}/retire`;
    const key = await askAdmin(client, { method: 'POST', path, document: {}, about: `the access key ${id}` });
    if (output.isJson && key !== undefined) output.json(key);
    else output.talk(`  Retired: only the newest secret of ${id} works now.`);
  });
}
