import type { Link } from '@tidegate/presign/admin';
import type { MarkState } from './components/state-mark.tsx';
import { formatCount, plural, shortId } from './format.ts';
import { capital, wordsOfLimits } from './limit-texts.ts';

/** Where a link stands, as its mark shows it. */
export function markOf(link: Link, nowMs: number): MarkState {
  const { notBefore } = link.limits;
  return link.state === 'active' && notBefore !== undefined && Date.parse(notBefore) > nowMs ? 'not-yet' : link.state;
}

/** The word in the little box: the method, or what a request is for. */
export function tagOf({ kind, method }: Pick<Link, 'kind' | 'method'>): string {
  if (kind === 'request') return 'REQ';
  return method === 'DELETE' ? 'DEL' : method;
}

/** `reports/q3.pdf`; a prefix ends in a star. */
export function targetOf({ bucket, key, isPrefix }: Pick<Link, 'bucket' | 'key' | 'isPrefix'>): string {
  return key === '' ? bucket : `${bucket}/${key}${isPrefix ? '*' : ''}`;
}

/** What its uses are called. */
export function nounOf({ operation, kind }: Pick<Link, 'operation' | 'kind'>): string {
  if (kind === 'request') return 'file';
  if (operation.startsWith('Get')) return 'download';
  return operation.startsWith('Put') || operation === 'PostObject' ? 'upload' : 'use';
}

/** Shown in a row of their own. */
const shownElsewhere = new Set(['id', 'grant', 'notBefore']);

/** The limits of a link in words. What was tightened since counts. */
export function limitWords(link: Link): readonly string[] {
  const { uses, ip } = link.tightened;
  const limits = { ...link.limits, ...(uses !== undefined && { uses }), ...(ip !== undefined && { ip }) };
  const shown = Object.fromEntries(Object.entries(limits).filter(([name]) => !shownElsewhere.has(name)));
  return wordsOfLimits(shown, nounOf(link)).map(capital);
}

/**
 * How much a link was used, in words: `2 of 5 left`, `no uses left`, `2,113 uses`. Uses are left only of a link that still works.
 */
export function leftWords({ state, uses: { count, limit, left } }: Pick<Link, 'state' | 'uses'>): string {
  if (state === 'spent') return 'no uses left';
  if (count === 0) return state === 'active' ? 'not used yet' : 'never used';
  if (state === 'active' && limit !== null && left !== null)
    return `${formatCount(left)} of ${formatCount(limit)} left`;
  return plural(count, 'use');
}

/** When a link was last used; null: never. `lastSeen` alone does not say it: a refused request is seen too. */
export function lastUseOf({ uses, lastSeen }: Pick<Link, 'uses' | 'lastSeen'>): string | null {
  return uses.count === 0 ? null : lastSeen;
}

/** Whether a link no longer works, for good or until it is restored. */
export function isOver({ state }: Pick<Link, 'state'>): boolean {
  return state === 'revoked' || state === 'expired';
}

/** The second line of a row: fingerprint, who made it, label. */
export function madeWords(link: Link): readonly string[] {
  const { signer, label, note, kind, password } = link;
  return [
    shortId(link.id),
    ...(kind === 'share' ? ['share'] : []),
    ...(password ? ['Password'] : []),
    ...(signer?.note == null ? [] : [`“${signer.note}”`]),
    ...(signer?.temporary === true ? ['temporary key'] : []),
    // A random label of the maker's tool tells nobody anything.
    ...(label === null || label.startsWith('~') ? [] : [label]),
    ...(note === null ? [] : [note]),
  ];
}
