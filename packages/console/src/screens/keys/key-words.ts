import type { Key } from '@tidegate/presign/admin';
import { formatSpan, plural } from '../../format.ts';
import { wordsOfLimits } from '../../limit-texts.ts';

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
    ...wordsOfLimits(caps, 'use', (count, noun) => `at most ${plural(count, noun)}`),
    ...wordsOfLimits(defaults).map((words) => `default ${words}`),
    ...(operations === null ? [] : [`${operations.join(', ')} only`]),
    ...(require.length === 0 ? [] : [`requires ${require.join(', ')}`]),
    ...(requireV4 ? ['no SigV2'] : []),
    ...(registeredOnly ? ['registered only'] : []),
  ];
}

/** The sentence under the rules: what holds for every link, whatever the code asks for. */
export function ruleSentence(governance: Governance | null): string {
  if (governance === null) return 'No rules: links signed with this key have whatever limits the code sets.';
  const { maxExpiry, operations, requireV4, registeredOnly, require, defaults, caps } = governance;
  const most = wordsOfLimits(caps);
  const clauses = [
    ...(maxExpiry === null ? [] : [`expires after at most ${formatSpan(maxExpiry)}`]),
    ...(most.length === 0 ? [] : [`is limited to ${most.join(', ')}`]),
    ...(operations === null ? [] : [`does ${operations.join(' or ')} only`]),
    ...(requireV4 ? ['must be signed with SigV4'] : []),
    ...(registeredOnly ? ['must be registered first'] : []),
    ...(require.length === 0 ? [] : [`carries ${require.join(' and ')}`]),
  ];
  const usual = wordsOfLimits(defaults);
  const always =
    clauses.length === 0 ? '' : `Every link signed with this key ${listOf(clauses)}, regardless of the code.`;
  const otherwise = usual.length === 0 ? '' : `Defaults: ${usual.join(', ')}.`;
  return (
    [always, otherwise].filter((text) => text !== '').join(' ') ||
    'No rules: links signed with this key have whatever limits the code sets.'
  );
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
