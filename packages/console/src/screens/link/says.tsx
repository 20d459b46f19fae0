import type { Link } from '@tidegate/presign/admin';
import type { ReactNode } from 'react';
import { Facts } from '../../components/facts.tsx';
import { useZone } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatExact, shortKey } from '../../format.ts';
import { limitWords } from '../../link-words.ts';

const signatures = { sigv4: 'SigV4', sigv2: 'SigV2', post: 'POST form', none: 'none (stored on the server)' } as const;

/** What the link says, as it was signed. */
export function Says({ link }: { readonly link: Link }) {
  const zone = useZone();
  const { signature, signedAt, host, versionId } = link;
  const limits = limitWords(link);
  const isHeld = link.kind !== 'link';
  const share = useAsk('readShare', { id: link.id }, { enabled: link.kind === 'share' });
  const request = useAsk('readRequest', { id: link.id }, { enabled: link.kind === 'request' });
  const held = share.data ?? request.data;
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Operation', link.operation],
    ['Bucket', link.bucket],
    [link.isPrefix ? 'Prefix' : 'Key', link.key === '' ? '–' : link.key],
    ...(versionId === null ? [] : [['Version', versionId] as const]),
    ...(held?.title == null ? [] : [['Title', held.title] as const]),
    [isHeld ? 'Created by' : 'Signed by', <Maker createdBy={held?.createdBy} key="maker" link={link} />],
    ...(held?.password === true ? [['Password', 'Required'] as const] : []),
    ['Signature', signatures[signature]],
    [isHeld ? 'Created' : 'Signed', signedAt === null ? '–' : formatExact(Date.parse(signedAt), zone)],
    ['Host', host === '' ? '–' : host],
    ['Limits', limits.length === 0 ? 'None' : limits.join(', ')],
    ...(Object.keys(link.limitsFromKey).length === 0
      ? []
      : [['Limits from the key', Object.keys(link.limitsFromKey).join(', ')] as const]),
  ];
  return (
    <section className="card">
      <h2 className="border-b border-line px-4 py-2.5 font-semibold">Details</h2>
      <Facts rows={rows} />
      {!isHeld && (
        <p className="border-t border-line px-4 py-3 text-muted">
          The full URL is not stored. You can revoke the link here without it.
        </p>
      )}
    </section>
  );
}

function Maker({ link, createdBy }: { readonly link: Link; readonly createdBy: string | undefined }) {
  if (createdBy !== undefined) return <code className="font-mono text-xs">{shortKey(createdBy)}</code>;
  if (link.signer === null) return '–';
  return (
    <>
      {link.signer.note} <code className="font-mono text-xs text-muted">{shortKey(link.signer.accessKeyId)}</code>
    </>
  );
}
