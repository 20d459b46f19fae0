import type { Call } from '../../core/command.ts';
import { forEachTarget } from '../../core/several.ts';
import { ownerOf } from '../../links/key-record.ts';
import { askAdmin, listMember, textMember } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `keys show`: everything about access keys but their secrets. */
export function run(call: Call): Promise<number> {
  const { args, output } = call;
  const client = clientFor(call);
  return forEachTarget(call, args, async (id) => {
    const path = `/keys/${encodeURIComponent(id)}`;
    const key = await askAdmin(client, { method: 'GET', path, about: `the access key ${id}` });
    if (key === undefined) return;
    if (output.isJson) {
      output.json(key);
      return;
    }
    const rows: readonly (readonly [string, string])[] = [
      ['key', id],
      ['owner', ownerOf(key)],
      ['role', textMember(key, 'role') ?? ''],
      ['state', textMember(key, 'state') ?? ''],
      ['buckets', listMember(key, 'buckets').join(' ') || 'all'],
      ['prefixes', listMember(key, 'prefixes').join(' ') || 'all'],
      ['made by', textMember(key, 'madeBy') ?? 'the operator'],
      ['created', textMember(key, 'createdAt') ?? ''],
      ['last used', textMember(key, 'lastUsed') ?? 'never'],
      ['note', textMember(key, 'note') ?? ''],
      ...governanceRows(key.get('governance')),
      ...secretRows(key.get('secrets')),
    ];
    for (const [name, value] of rows) {
      output.answer(output.isForPeople ? `${name.padEnd(12)}${value}` : `${name}\t${value}`);
    }
  });
}

function governanceRows(governance: unknown): readonly (readonly [string, string])[] {
  if (typeof governance !== 'object' || governance === null) return [['links', 'as they are signed']];
  const rows: [string, string][] = [];
  for (const [name, value] of Object.entries(governance)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (value !== null && value !== false && text !== '[]' && text !== '{}') rows.push([`links ${name}`, text]);
  }
  return rows;
}

function secretRows(secrets: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(secrets)) return [];
  return secrets.map((secret: unknown) => {
    const held = new Map<string, unknown>(Object.entries(typeof secret === 'object' && secret !== null ? secret : {}));
    const ends = held.get('retireAt');
    const used = held.get('lastUsed') ?? 'never';
    return [
      `secret ${held.get('n')}`,
      `${typeof ends === 'string' ? `until ${ends}, ` : ''}last used ${used}`,
    ] as const;
  });
}
