import type { Call } from '../../core/command.ts';
import { forEachTarget } from '../../core/several.ts';
import { askAdmin } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `keys disable` and `keys enable`: which one, the command's last word says. */
export function run(call: Call): Promise<number> {
  const { args, command, output } = call;
  const state = command.path.at(-1) === 'disable' ? 'disabled' : 'enabled';
  const client = clientFor(call);
  return forEachTarget(call, args, async (id) => {
    const key = await askAdmin(client, {
      method: 'PATCH',
      path: `/keys/${encodeURIComponent(id)}`,
      document: { state },
      about: `the access key ${id}`,
    });
    if (output.isJson) output.json(key ?? { id, state });
    else if (state === 'enabled') output.talk(`  Enabled ${id}.`);
    else
      output.talk(
        `  Disabled ${id}. Its requests and links are refused from now on. Undo:  tidegate keys enable ${id}`,
      );
  });
}
