import { CliError, exitCodes } from '../core/errors.ts';
import { listMember, textMember } from '../s3/admin-client.ts';
import { describeAgo } from '../terminal/format.ts';
import { type Cell, type Column, pathCut } from '../terminal/table.ts';

/** An access key as the admin API answers it. */
export type KeyDocument = ReadonlyMap<string, unknown>;

/** Columns of `keys list`. */
export const keyColumns: readonly Column[] = [
  { name: 'KEY' },
  { name: 'OWNER' },
  { name: 'ROLE' },
  { name: 'STATE' },
  { name: 'REACH', cut: pathCut },
  { name: 'CREATED' },
  { name: 'NOTE' },
];

/** One row of `keys list`. */
export function keyRow(key: KeyDocument, nowMs: number): Cell[] {
  const created = textMember(key, 'createdAt') ?? '';
  const createdMs = Date.parse(created);
  const reach = [...listMember(key, 'buckets'), ...listMember(key, 'prefixes')].join(' ');
  const note = textMember(key, 'note') ?? '';
  return [
    textMember(key, 'id') ?? '',
    ownerOf(key),
    textMember(key, 'role') ?? '',
    textMember(key, 'state') ?? '',
    { shown: reach === '' ? 'all' : reach, plain: reach },
    { shown: Number.isNaN(createdMs) ? '–' : describeAgo(createdMs, nowMs), plain: created },
    { shown: note === '' ? '–' : note, plain: note },
  ];
}

/** The account that owns a key, whether the server writes its name or the account. */
export function ownerOf(key: KeyDocument): string {
  const owner = key.get('owner') ?? key.get('account');
  if (typeof owner === 'string') return owner;
  if (typeof owner !== 'object' || owner === null) return '';
  const members = new Map<string, unknown>(Object.entries(owner));
  const name = members.get('name') ?? members.get('displayName') ?? members.get('id');
  return typeof name === 'string' ? name : '';
}

/** The keys of a list response. @throws CliError for any other response */
export function keysOf(document: ReadonlyMap<string, unknown> | undefined): KeyDocument[] {
  const items = document?.get('items');
  if (!Array.isArray(items))
    throw new CliError({ exit: exitCodes.unreachable, what: 'Unexpected response: no key list.' });
  return items.filter((item) => typeof item === 'object' && item !== null).map((item) => new Map(Object.entries(item)));
}
