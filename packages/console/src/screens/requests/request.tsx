import type { FileRequest } from '@tidegate/presign/admin';
import { useState } from 'react';
import { useLocation, useParams, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Dotted } from '../../components/dotted.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Menu, type MenuEntry } from '../../components/menu.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Absent } from '../../components/states.tsx';
import { Tag } from '../../components/tag.tsx';
import { useNow } from '../../components/time.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { ask } from '../../data/api.ts';
import { readAgain, useAsk } from '../../data/hooks.ts';
import { restoreLinks, revokeLinks } from '../../data/revoking.ts';
import { Page } from '../../frame/page.tsx';
import { useKey } from '../../frame/shortcuts.ts';
import { Asks } from './asks.tsx';
import { nameOf, standingOf } from './request-words.ts';
import { saveZip } from './save.ts';
import { Totals } from './totals.tsx';
import { Uploads } from './uploads.tsx';

const QrDialog = lazyPart(async () => (await import('../link/qr-dialog.tsx')).QrDialog);
const Change = lazyPart(async () => (await import('./change.tsx')).Change);

/** One file request: where its page is, what came, what it takes. */
export function RequestDetail() {
  const { id = '' } = useParams();
  const found = useAsk('readRequest', { id });
  if (found.data !== undefined) return <Shown request={found.data} />;
  return (
    <Page backText="Requests" backTo="/requests" title={id.slice(0, 60)}>
      <section className="card">
        <Absent
          asked={found}
          failed="Can't load this file request."
          missing={`File request ${id.slice(0, 60)} does not exist, or your key can't see it.`}
        />
      </section>
    </Page>
  );
}

function Shown({ request }: { readonly request: FileRequest }) {
  const nowMs = useNow();
  const [, go] = useLocation();
  const { mark, word } = standingOf(request, nowMs);
  useKey('Escape', 'Back to Requests', () => go('/requests'));
  return (
    <Page
      actions={<Actions request={request} />}
      backText="Requests"
      backTo="/requests"
      heading={
        <span className="flex items-center gap-2.5">
          <Tag>REQ</Tag>
          <span>{nameOf(request)}</span>
        </span>
      }
      title={nameOf(request)}
    >
      <Dotted
        parts={[
          [
            'state',
            <span className="flex items-center gap-2" key="state">
              <span aria-hidden="true" className="[&_.sr-only]:hidden">
                <StateMark state={mark} />
              </span>
              <span className={`font-semibold ${mark === 'revoked' ? 'text-danger' : 'text-text'}`}>{word}</span>
            </span>,
          ],
          [
            'id',
            <code className="font-mono text-xs" key="id">
              {request.id}
            </code>,
          ],
          ['place', `into ${request.bucket}/${request.key}`],
        ]}
      />
      <Totals request={request} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_320px] lg:items-start">
        <Uploads request={request} />
        <Asks request={request} />
      </div>
    </Page>
  );
}

function Actions({ request }: { readonly request: FileRequest }) {
  const { id, closedAt, uses } = request;
  const [, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const [isQr, setQr] = useState(false);
  const isChanging = params.get('change') !== null;
  const show = (isShown: boolean) => setParams(isShown ? { change: '1' } : {});
  const isRevoked = request.state === 'revoked';
  const readUrl = async (): Promise<string> => (await ask('readRequestUrl', { id })).url;
  const copyUrl = () => void readUrl().then((url) => copyText(url, 'URL'), sayFailed);
  const close = async (closed: boolean): Promise<void> => {
    try {
      await ask('changeRequest', { id, closed });
      say(
        closed ? 'Closed. It accepts no more files.' : 'Reopened. It accepts files again.',
        () => void close(!closed),
      );
    } catch (error) {
      sayFailed(error);
    }
    await readAgain(['readRequest', 'listRequests', 'listLinks']);
  };
  const revoke = () => void revokeLinks([request]);
  useKey('c', 'Copy the URL', copyUrl);
  useKey('x', 'Revoke', revoke, !isRevoked);
  const more: readonly MenuEntry[] = [
    { text: 'Edit', icon: 'edit', onChoose: () => show(true) },
    {
      text: 'Download all as ZIP',
      icon: 'download',
      disabledWhy:
        uses.count === 0
          ? 'No files yet'
          : request.key === ''
            ? 'It collects files in the root of a bucket.'
            : undefined,
      onChoose: () => void saveZip(request).catch(sayFailed),
    },
    { text: 'Show link', icon: 'links', onChoose: () => go(`/links/${id}`) },
    isRevoked
      ? {
          text: 'Restore',
          icon: 'restore',
          onChoose: () => void restoreLinks([request]),
        }
      : { text: 'Revoke', icon: 'revoke', isDanger: true, onChoose: revoke },
  ];
  return (
    <>
      <Button hint="c" icon="copy" onClick={copyUrl}>
        Copy URL
      </Button>
      <Button icon="qr" onClick={() => setQr(true)}>
        QR
      </Button>
      <Button
        disabled={isRevoked}
        icon={closedAt === null ? 'lock' : 'restore'}
        onClick={() => void close(closedAt === null)}
      >
        {closedAt === null ? 'Close' : 'Reopen'}
      </Button>
      <Menu align="end" entries={more} trigger={<Button aria-label="More" icon="more" />} />

      {isQr && <QrDialog onClose={() => setQr(false)} readUrl={readUrl} />}
      {isChanging && <Change onClose={() => show(false)} request={request} />}
    </>
  );
}
