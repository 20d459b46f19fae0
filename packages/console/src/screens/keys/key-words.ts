import type { Key, KeyLimits } from '@tidegate/presign/admin';
import { formatBytes, formatSpan, plural } from '../../format.ts';

export type Role = Key['role'];
type Governance = NonNullable<Key['governance']>;

/** What a role may, in a line. */
export const roles: Readonly<Record<Role, readonly [name: string, text: string]>> = {
  owner: ['Owner', 'Full access to its account, including keys and settings'],
  write: ['Read and write', 'Objects, and links it signed'],
  read: ['Read', 'Read objects, and links it signed'],
  'link-only': ['Links only', "Only signs links; can't open the console"],
};

/** `reports, media` or `reports/2026/`; everything. */
export function scopeWords({ buckets, prefixes }: Pick<Key, 'buckets' | 'prefixes'>): string {
  if (buckets.length === 0 && prefixes.length === 0) return 'Everything';
  if (prefixes.length === 0) return buckets.join(', ');
  if (buckets.length === 0) return `${prefixes.join(', ')} in any bucket`;
  return buckets.flatMap((bucket) => prefixes.map((prefix) => `${bucket}/${prefix}`)).join(', ');
}

/** What a key lays on its links, the telling ones first: `≤ 1 d`, `one use`, `GetObject only`. */
export function ruleWords(governance: Key['governance']): readonly string[] {
  if (governance === null) return [];
  const { maxExpiry, operations, requireV4, registeredOnly, require, defaults, caps } = governance;
  return [
    ...(maxExpiry === null ? [] : [`≤ ${formatSpan(maxExpiry)}`]),
    ...limitWords(caps).map((words) => `at most ${words}`),
    ...limitWords(defaults).map((words) => `default ${words}`),
    ...(operations === null ? [] : [`${operations.join(', ')} only`]),
    ...(require.length === 0 ? [] : [`requires ${require.join(', ')}`]),
    ...(requireV4 ? ['no SigV2'] : []),
    ...(registeredOnly ? ['registered only'] : []),
  ];
}

/** Limits that a key or a policy lays on links, each in words. */
export function limitWords(limits: KeyLimits): readonly string[] {
  const { uses, clients, rate, maxBytes, minBytes, totalBytes, ip, types, https, writeOnce, grace } = limits;
  return [
    ...(uses === undefined ? [] : [plural(uses, 'use')]),
    ...(clients === undefined ? [] : [plural(clients, 'client')]),
    ...(maxBytes === undefined ? [] : [`${sizeWords(maxBytes)} a file`]),
    ...(minBytes === undefined ? [] : [`no less than ${sizeWords(minBytes)}`]),
    ...(totalBytes === undefined ? [] : [`${sizeWords(totalBytes)} in total`]),
    ...(rate === undefined ? [] : [`${sizeWords(rate)}/s`]),
    ...(types === undefined ? [] : [types.join(', ')]),
    ...(ip === undefined ? [] : [`from ${ip.join(', ')}`]),
    ...(https === undefined ? [] : ['https']),
    ...(writeOnce === undefined ? [] : ['never overwrites']),
    ...(grace === undefined ? [] : [`grace ${formatSpan(grace)}`]),
  ];
}

/** The sentence under the rules: what holds for every link, whatever the code asks for. */
export function ruleSentence(governance: Governance | null): string {
  if (governance === null) return 'No rules: links signed with this key have whatever limits the code sets.';
  const { maxExpiry, operations, requireV4, registeredOnly, require, defaults, caps } = governance;
  const clauses = [
    ...(maxExpiry === null ? [] : [`expires after at most ${formatSpan(maxExpiry)}`]),
    ...(caps.uses === undefined ? [] : [`works ${caps.uses === 1 ? 'once' : `at most ${plural(caps.uses, 'time')}`}`]),
    ...(caps.rate === undefined ? [] : [`is limited to ${sizeWords(caps.rate)} per second`]),
    ...(caps.maxBytes === undefined ? [] : [`accepts at most ${sizeWords(caps.maxBytes)}`]),
    ...(caps.ip === undefined ? [] : [`works from ${caps.ip.join(', ')} only`]),
    ...(caps.https === undefined ? [] : ['requires HTTPS']),
    ...(operations === null ? [] : [`does ${operations.join(' or ')} only`]),
    ...(requireV4 ? ['must be signed with SigV4'] : []),
    ...(registeredOnly ? ['must be registered first'] : []),
    ...(require.length === 0 ? [] : [`carries ${require.join(' and ')}`]),
  ];
  const usual = limitWords(defaults);
  const most =
    clauses.length === 0 ? '' : `Every link signed with this key ${listOf(clauses)}, regardless of the code.`;
  const otherwise = usual.length === 0 ? '' : `Defaults: ${usual.join(', ')}.`;
  return (
    [most, otherwise].filter((text) => text !== '').join(' ') ||
    'No rules: links signed with this key have whatever limits the code sets.'
  );
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** `10 MiB`, not `10.0 MiB`: people chose the number. */
function sizeWords(bytes: number): string {
  return formatBytes(bytes).replace('.0 ', ' ');
}
