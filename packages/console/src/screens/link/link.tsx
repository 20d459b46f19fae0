import type { Link, Share } from '@tidegate/presign/admin';
import { Fragment, type ReactNode, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Dotted } from '../../components/dotted.tsx';
import { Figure } from '../../components/figure.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Menu, type MenuEntry } from '../../components/menu.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Absent } from '../../components/states.tsx';
import { Tag } from '../../components/tag.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { sayFailed } from '../../components/toast.tsx';
import { ask } from '../../data/api.ts';
import { useAsk } from '../../data/hooks.ts';
import { restoreLinks, revokeLinks } from '../../data/revoking.ts';
import { formatBytes, formatCount, formatMoment, formatSpan, plural } from '../../format.ts';
import { handOver } from '../../frame/handover.ts';
import { Page } from '../../frame/page.tsx';
import { useKey } from '../../frame/shortcuts.ts';
import { isOver as isLinkOver, markOf, nounOf, tagOf, targetOf } from '../../link-words.ts';
import { Events } from './events.tsx';
import { Life } from './life.tsx';
import { Revoked, ruleWords } from './revoked.tsx';
import { Says } from './says.tsx';
import { UseMap } from './use-map.tsx';

const EditShare = lazyPart(async () => (await import('./edit-share.tsx')).EditShare);
const QrDialog = lazyPart(async () => (await import('./qr-dialog.tsx')).QrDialog);

/** One link: what is left, its life, who used it, what it says. */
export function LinkDetail() {
  const { id = '' } = useParams();
  const found = useAsk('readLink', { id });
  const link = found.data;
  if (link !== undefined) return <Shown link={link} />;
  return (
    <Page backText="Links" backTo="/links" title={id.slice(0, 60)}>
      <section className="card">
        <Absent asked={found} failed="Can't load this link." missing={<Missing id={id} />} />
      </section>
    </Page>
  );
}

function Missing({ id }: { readonly id: string }) {
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="max-w-160">
        No link with this fingerprint. It was never used here, or it expired more than 30 days ago. You can still revoke
        it.
      </p>
      <Button className="max-w-full" kind="danger" onClick={() => void revokeLinks([{ id, state: 'active' }])}>
        <span className="truncate">Revoke {id.slice(0, 24)}</span>
      </Button>
    </div>
  );
}

function Shown({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const [, go] = useLocation();
  const mark = markOf(link, nowMs);
  const isRevoked = link.state === 'revoked';
  const share = useAsk('readShare', { id: link.id }, { enabled: link.kind === 'share' });
  const title = share.data?.title ?? undefined;
  const target = targetOf(link);
  useKey('Escape', 'Back to Links', () => go('/links'));
  useKey('c', 'Copy the fingerprint', () => copyText(link.id, 'Fingerprint'));
  const label = link.label === null || link.label.startsWith('~') ? undefined : link.label;
  return (
    <Page
      actions={<Actions isRevoked={isRevoked} link={link} share={share.data} />}
      backText="Links"
      backTo="/links"
      heading={
        <span className="flex items-center gap-2.5">
          <Tag>{tagOf(link)}</Tag>
          <span>{title ?? breakable(target)}</span>
        </span>
      }
      title={title ?? target}
    >
      <Dotted
        parts={[
          [
            'state',
            <span className="text-text" key="state">
              <StateMark state={mark} withWord />
            </span>,
          ],
          [
            'id',
            <code className="font-mono text-xs" key="id">
              {link.id}
            </code>,
          ],
          ...(title === undefined ? [] : ([['target', target]] as const)),
          ['label', label],
          ['note', link.note ?? undefined],
        ]}
      />
      <Revoked link={link} />
      <Numbers link={link} />
      <Life link={link} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_320px] lg:items-start">
        <div className="flex min-w-0 flex-col gap-4">
          <UseMap link={link} />
          <Events link={link} />
        </div>
        <Says link={link} />
      </div>
    </Page>
  );
}

/** A path that may be broken behind its slashes, before it is broken anywhere. */
function breakable(path: string): ReactNode {
  return [...path.matchAll(/[^/]+\/?|\//g)].map(({ 0: part, index }) => (
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}

type ActionsProps = {
  readonly link: Link;
  readonly isRevoked: boolean;
  /** Of a share, once it is loaded. */
  readonly share: Share | undefined;
};

function Actions({ link, isRevoked, share }: ActionsProps) {
  const [isEditing, setEditing] = useState(false);
  const [, go] = useLocation();
  const [isQr, setQr] = useState(false);
  const isHeld = link.kind !== 'link';
  const isWide = link.revocation !== null && ruleWords(link.revocation.rule) !== undefined;
  const readUrl = async (): Promise<string> =>
    (await ask(link.kind === 'share' ? 'readShareUrl' : 'readRequestUrl', { id: link.id })).url;
  const holderOnly = 'The full URL is not stored.';
  const entries: readonly MenuEntry[] = [
    { text: 'Fingerprint', icon: 'copy', onChoose: () => copyText(link.id, 'Fingerprint') },
    {
      text: 'URL',
      icon: 'links',
      disabledWhy: isHeld ? undefined : holderOnly,
      onChoose: () => void readUrl().then((url) => copyText(url, 'URL'), sayFailed),
    },
    {
      text: 'Command line',
      icon: 'explain',
      onChoose: () => copyText(`tidegate share show ${link.id}`, 'Command'),
    },
  ];
  const [reason] = Object.keys(link.refusals.byReason);
  // The whole URL of a presigned link is not here: it has to be pasted there.
  const explain = async (): Promise<void> => {
    if (isHeld) handOver(await readUrl());
    go(isHeld || reason === undefined ? '/explain' : `/explain?reason=${reason}`);
  };
  const revoke = () => void revokeLinks([link]);
  useKey('x', 'Revoke', revoke, !isRevoked);
  useKey('e', 'Edit the share', () => setEditing(true), share !== undefined);
  return (
    <>
      <Menu align="end" entries={entries} trigger={<Button icon="copy">Copy</Button>} />
      <Button icon="explain" onClick={() => void explain().catch(sayFailed)}>
        Explain
      </Button>
      {share !== undefined && (
        <Button hint="e" icon="edit" onClick={() => setEditing(true)}>
          Edit
        </Button>
      )}
      {isHeld && (
        <Button icon="qr" onClick={() => setQr(true)}>
          QR
        </Button>
      )}
      {isRevoked ? (
        // A link revoked by a wider rule is only restored with everything that the rule covers, so that dialog does it.
        !isWide && (
          <Button disabled={link.revocation === null} icon="restore" onClick={() => void restoreLinks([link])}>
            Restore
          </Button>
        )
      ) : (
        <Button hint="x" icon="revoke" kind="danger" onClick={revoke}>
          Revoke
        </Button>
      )}
      {isEditing && share !== undefined && <EditShare onClose={() => setEditing(false)} share={share} />}
      {isQr && <QrDialog onClose={() => setQr(false)} readUrl={readUrl} />}
    </>
  );
}

function Numbers({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const zone = useZone();
  const { uses, bytes, refusals, clients, expiresAt } = link;
  const word = nounOf(link);
  const endsMs = expiresAt === null ? undefined : Date.parse(expiresAt);
  const isOver = endsMs !== undefined && endsMs <= nowMs;
  const requests = uses.count + refusals.total;
  return (
    <div className="card grid grid-cols-2 overflow-hidden sm:grid-cols-3 lg:grid-cols-5">
      {uses.limit === null || isLinkOver(link) ? (
        <Figure
          label="Used"
          note={uses.limit === null ? (uses.count === 1 ? word : `${word}s`) : `of ${plural(uses.limit, word)}`}
          value={formatCount(uses.count)}
        />
      ) : (
        <Figure
          label="Left"
          note={`of ${plural(uses.limit, word)}`}
          value={formatCount(link.state === 'spent' ? 0 : (uses.left ?? 0))}
        />
      )}
      <Figure
        label={isOver ? 'Expired' : 'Expires'}
        note={endsMs === undefined ? '' : formatMoment(endsMs, nowMs, zone)}
        value={endsMs === undefined ? 'Never' : `${formatSpan(Math.abs(endsMs - nowMs) / 1000)}${isOver ? ' ago' : ''}`}
      />
      <Figure
        label={bytes.in > bytes.out ? 'Received' : 'Sent'}
        note={bytes.limit === null ? '' : `of ${formatBytes(bytes.limit)}`}
        value={formatBytes(Math.max(bytes.in, bytes.out))}
      />
      <Figure label="Clients" value={formatCount(clients)} />
      <Figure
        isBad={refusals.total > 0}
        label="Refused"
        note={refusals.total > 0 ? `of ${plural(requests, 'request')}` : ''}
        value={formatCount(refusals.total)}
      />
    </div>
  );
}
