import type { Link } from '@tidegate/presign/admin';
import { ask, type Input } from '../../data/api.ts';

const mostPages = 50;
const columns: readonly (readonly [name: string, read: (link: Link) => unknown])[] = [
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['state', ({ state }) => state],
  ['operation', ({ operation }) => operation],
  ['bucket', ({ bucket }) => bucket],
  ['key', ({ key }) => key],
  ['label', ({ label }) => label],
  ['signer', ({ signer }) => signer?.accessKeyId],
  ['uses', ({ uses }) => uses.count],
  ['uses_limit', ({ uses }) => uses.limit],
  ['bytes_out', ({ bytes }) => bytes.out],
  ['bytes_in', ({ bytes }) => bytes.in],
  ['clients', ({ clients }) => clients],
  ['refused', ({ refusals }) => refusals.total],
  ['first_seen', ({ firstSeen }) => firstSeen],
  ['last_seen', ({ lastSeen }) => lastSeen],
  ['expires_at', ({ expiresAt }) => expiresAt],
];

/** Saves what the filters leave as CSV, up to 50,000 links. */
export async function exportCsv(input: Input<'listLinks'>): Promise<void> {
  const lines = [columns.map(([name]) => name).join(',')];
  let cursor: string | null = null;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page: { items: Link[]; next: string | null } = await ask('listLinks', {
      ...input,
      limit: 1000,
      ...(cursor !== null && { cursor }),
    });
    for (const link of page.items) lines.push(columns.map(([, read]) => cell(read(link))).join(','));
    cursor = page.next;
    if (cursor === null) break;
  }
  const url = URL.createObjectURL(new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = 'links.csv';
  anchor.click();
  URL.revokeObjectURL(url);
}

/** A cell; one that a spreadsheet would take for a formula is made a text. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
