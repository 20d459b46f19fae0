import { askAdmin } from '../admin-client.ts';
import { confirm } from '../ask.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../errors.ts';
import { limitsOf } from '../limit-options.ts';
import { clientFor } from '../s3-call.ts';

/** `policy set`, `policy list`, `policy rm`: limits kept on the server, which links name by `x-link-policy`. */
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
  const { path, about, name } = place(call);
  const limits = { ...limitsOf(flags, world.nowMs()) };
  const policy = await askAdmin(clientFor(call), { method: 'PUT', path, document: { limits }, about });
  if (output.isJson && policy !== undefined) output.json(policy);
  else output.talk(`  Set: it holds for every link with --policy ${name}, from the next request on.`);
  return exitCodes.done;
}

async function list(call: Call): Promise<number> {
  const { args, output } = call;
  const [id = ''] = args;
  const path = `/keys/${encodeURIComponent(id)}/policies`;
  const answer = await askAdmin(clientFor(call), { method: 'GET', path, about: `the access key ${id}` });
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
    output.table([{ name: 'POLICY' }, { name: 'LIMITS', cut: true }, { name: 'CHANGED' }], rows);
  }
  return exitCodes.done;
}

async function remove(call: Call): Promise<number> {
  const { path, about, name } = place(call);
  await confirm(call, `Remove the policy ${name}? Links that name it are refused from then on.`);
  await askAdmin(clientFor(call), { method: 'DELETE', path, about });
  call.output.talk(`  Removed ${name}.`);
  return exitCodes.done;
}

function place({ args }: Call) {
  const [id = '', name = ''] = args;
  return {
    name,
    path: `/keys/${encodeURIComponent(id)}/policies/${encodeURIComponent(name)}`,
    about: `the policy ${name} of ${id}`,
  };
}
