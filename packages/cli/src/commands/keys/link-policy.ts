import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { limitsOf } from '../../links/limit-options.ts';
import { askAdmin } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';
import { confirm } from '../../terminal/ask.ts';
import { showTable, textCut } from '../../terminal/table.ts';

/** `link policy set`, `list`, `rm`: limits stored on the server under a name that links carry as `x-link-policy`. */
export function run(call: Call): Promise<number> {
  switch (call.command.path.at(-1)) {
    case 'set':
      return set(call);
    case 'list':
      return list(call);
    default:
      return remove(call);
  }
}

async function set(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const { client, path, about, name } = place(call);
  const limits = { ...limitsOf(flags, world.nowMs()) };
  const policy = await askAdmin(client, { method: 'PUT', path, document: { limits }, about });
  if (output.isJson && policy !== undefined) output.json(policy);
  else output.talk(`  Set link policy ${name}. It applies to every link with --policy ${name} from now on.`);
  return exitCodes.done;
}

async function list(call: Call): Promise<number> {
  const { output } = call;
  const { client, id, path } = keyPlace(call);
  const answer = await askAdmin(client, { method: 'GET', path: `${path}?limit=1000`, about: `the access key ${id}` });
  const items = answer?.get('items');
  if (output.isJson) output.json({ items: Array.isArray(items) ? items : [], next: null });
  else {
    const rows = (Array.isArray(items) ? items : []).map((item: unknown) => {
      const held = new Map<string, unknown>(Object.entries(typeof item === 'object' && item !== null ? item : {}));
      const limits = Object.entries(held.get('limits') ?? {});
      return [
        String(held.get('name')),
        limits.map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : value}`).join(' '),
        String(held.get('changedAt')),
      ];
    });
    showTable(output, [{ name: 'POLICY' }, { name: 'LIMITS', cut: textCut }, { name: 'CHANGED' }], rows);
  }
  return exitCodes.done;
}

async function remove(call: Call): Promise<number> {
  const { client, path, about, name } = place(call);
  await confirm(call, `Delete link policy ${name}? Links that use it will be refused.`);
  await askAdmin(client, { method: 'DELETE', path, about });
  call.output.talk(`  Deleted link policy ${name}.`);
  return exitCodes.done;
}

/** The link policies of `--key`, or of the caller's own key. */
function keyPlace(call: Call): { readonly client: S3Client; readonly id: string; readonly path: string } {
  const client = clientFor(call);
  const id = call.flags.text('key') ?? client.connection.credentials.accessKeyId;
  return { client, id, path: `/keys/${encodeURIComponent(id)}/policies` };
}

function place(call: Call) {
  const [name = ''] = call.args;
  const { client, id, path } = keyPlace(call);
  return { client, name, path: `${path}/${encodeURIComponent(name)}`, about: `link policy ${name} of ${id}` };
}
