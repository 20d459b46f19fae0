import type { Link, LinkLimits } from '@tidegate/presign/admin';
import { limitsFromJson } from '@tidegate/presign/internal';
import { describeAgo, describeBytes, describeClock } from '../terminal/format.ts';
import { type Cell, type Column, pathCut, textCut } from '../terminal/table.ts';
import { describeLimits } from './limit-options.ts';

/** Columns of `share list` and `request list`. */
export const linkColumns: readonly Column[] = [
  { name: 'LINK' },
  { name: 'WHAT', cut: pathCut },
  { name: 'STATE' },
  { name: 'USES' },
  { name: 'LAST USED' },
  { name: 'EXPIRES' },
  { name: 'LABEL', cut: textCut },
];

/** One row of `share list`. */
export function linkRow(link: Link, nowMs: number): Cell[] {
  const label = link.label ?? link.note ?? '';
  return [
    link.id,
    whatOf(link),
    link.state,
    usesOf(link),
    timeCell(link.lastUsed, nowMs),
    timeCell(link.expiresAt, nowMs),
    { shown: label === '' ? '–' : label, plain: label },
  ];
}

/** `GET reports/q3.pdf`; a file request by its prefix. */
export function whatOf({ kind, method, bucket, key }: Pick<Link, 'kind' | 'method' | 'bucket' | 'key'>): string {
  return `${kind === 'request' ? 'REQUEST' : method} ${bucket}/${key}`;
}

/** `2/5`, or `2` where nothing limits it. */
export function usesOf({ uses }: Pick<Link, 'uses'>): string {
  return uses.limit === null ? String(uses.count) : `${uses.count}/${uses.limit}`;
}

function timeCell(at: string | null, nowMs: number): Cell {
  if (at === null) return { shown: 'never', plain: '' };
  return { shown: describeAgo(Date.parse(at), nowMs), plain: at };
}

/** The limits of an answer in words. */
export function limitWords(limits: LinkLimits, method: string, nowMs: number): string[] {
  return describeLimits(limitsFromJson(JSON.stringify(limits)), method, nowMs);
}

/** `used 3 times, last 4 min ago`, or `never used`. A refused request is seen, and no use. */
export function usageOf(
  { uses, lastSeen, lastUsed }: Pick<Link, 'uses' | 'lastSeen' | 'lastUsed'>,
  nowMs: number,
): string {
  if (lastUsed === null) {
    return lastSeen === null ? 'never used' : `never used, last seen ${describeAgo(Date.parse(lastSeen), nowMs)}`;
  }
  const ago = describeAgo(Date.parse(lastUsed), nowMs);
  return uses.count === 0 ? `used ${ago}` : `used ${uses.count === 1 ? 'once' : `${uses.count} times`}, last ${ago}`;
}

/** What the server stores of a share or file request beside the link. */
type Stored = { readonly title?: string | null; readonly password?: boolean };

/** The lines of `share show`. `url`: its URL, or why there is none. */
export function linkLines(link: Link & Stored, nowMs: number, url?: string): string[] {
  const at = (time: string | null): string =>
    time === null ? 'never' : `${describeClock(Date.parse(time), nowMs)} (${describeAgo(Date.parse(time), nowMs)})`;
  const { signer, uses, bytes, refusals, revocation, tightened } = link;
  const fields: (readonly [name: string, text: string])[] = [];
  if (link.title != null) fields.push(['title', link.title]);
  if (link.note !== null) fields.push(['note', link.note]);
  if (url !== undefined) fields.push(['URL', url]);
  if (link.kind !== 'link' && link.password !== undefined) fields.push(['password', link.password ? 'yes' : 'no']);
  if (signer !== null) {
    const note = signer.note === null ? '' : ` (${signer.note})`;
    fields.push([
      link.kind === 'link' ? 'signed by' : 'key',
      `${signer.accessKeyId}${note}${signer.temporary ? ', temporary' : ''}`,
    ]);
  }
  if (link.versionId !== null) fields.push(['version', link.versionId]);
  if (link.label !== null) fields.push(['label', link.label]);
  if (link.signedAt !== null) fields.push([link.kind === 'link' ? 'signed' : 'created', at(link.signedAt)]);
  fields.push(['expires', at(link.expiresAt)]);
  const words = limitWords(link.limits, link.method, nowMs);
  fields.push(['limits', words.length === 0 ? 'none' : words.join(' · ')]);
  const narrowed = Object.entries(tightened).map(([name, value]) => `${name} ${String(value)}`);
  if (narrowed.length > 0) fields.push(['tightened', narrowed.join(' · ')]);
  fields.push(['uses', uses.limit === null ? String(uses.count) : `${uses.count} of ${uses.limit}`]);
  fields.push(['bytes', `${describeBytes(bytes.out)} out, ${describeBytes(bytes.in)} in`]);
  fields.push(['clients', String(link.clients)]);
  fields.push(['last used', at(link.lastUsed)]);
  if (refusals.total > 0) {
    const reasons = Object.entries(refusals.byReason).map(([reason, count]) => `${reason} ${count}`);
    fields.push(['refused', `${refusals.total} (${reasons.join(', ')})`]);
  }
  if (revocation !== null) {
    const why = revocation.reason === null ? '' : ` "${revocation.reason}"`;
    fields.push(['revoked', `${at(revocation.at)} by ${revocation.by}${why} (${revocation.id})`]);
  }
  return [
    `${link.id} · ${whatOf(link)} · ${link.state}`,
    ...fields.map(([name, text]) => `  ${name.padEnd(10)} ${text}`),
  ];
}
