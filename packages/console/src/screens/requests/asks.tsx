import type { FileRequest } from '@tidegate/presign/admin';
import type { ReactNode } from 'react';
import { Facts } from '../../components/facts.tsx';
import { useZone } from '../../components/time.tsx';
import { formatExact, shortKey } from '../../format.ts';
import { limitWords } from '../../link-words.ts';
import { fileLimits, wholeLimits } from './request-words.ts';

/** What its page tells who sends files, and what holds. */
export function Asks({ request }: { readonly request: FileRequest }) {
  const zone = useZone();
  const { title, note, bucket, key, password, createdBy, createdAt, expiresAt, closedAt } = request;
  const { maxBytes: _, minBytes: _least, types: _types, totalBytes: _total, uses: _files, ...others } = request.limits;
  const other = limitWords({ ...request, limits: others });
  const exact = (at: string): string => formatExact(Date.parse(at), zone);
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Title', title ?? '–'],
    ['Note', note ?? '–'],
    ['Into', `${bucket}/${key}`],
    ['File limits', fileLimits(request)],
    ['Total size', wholeLimits(request) || 'No limit'],
    ...(other.length === 0 ? [] : [['Also', other.join(', ')] as const]),
    ['Password', password ? 'Required' : 'None'],
    ['Expires', expiresAt === null ? 'Never' : exact(expiresAt)],
    ...(closedAt === null ? [] : [['Closed', exact(closedAt)] as const]),
    ['Created', exact(createdAt)],
    [
      'Created by',
      <code className="font-mono text-xs" key="by">
        {shortKey(createdBy)}
      </code>,
    ],
  ];
  return (
    <section className="card">
      <h2 className="border-b border-line px-4 py-2.5 font-semibold">Settings</h2>
      <Facts rows={rows} />
      <p className="border-t border-line px-4 py-3 text-muted">
        The server enforces these limits on every upload. Each sender gets a signed receipt.
      </p>
    </section>
  );
}
