import { useId } from 'react';
import { Link } from 'wouter';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/copy.ts';
import { Dialog } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { Menu, type MenuEntry } from '../../../components/menu.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { Failure, LoadingRows } from '../../../components/states.tsx';
import { Ago, useNow, useZone } from '../../../components/time.tsx';
import { sayFailed } from '../../../components/toast.tsx';
import { useAsk, useQuestion } from '../../../data/hooks.ts';
import { formatBytes, formatExact } from '../../../format.ts';
import { useKey } from '../../../frame/shortcuts.ts';
import { leftWords, markOf } from '../../../link-words.ts';
import type { EntryActs } from '../folder-row.tsx';
import { type Entry, type Head, objectHead, readHead } from '../objects.ts';
import { baseName, shownName } from '../place.ts';
import { saveObject } from '../save.ts';
import { Metadata } from './metadata.tsx';
import { Part } from './part.tsx';
import { Preview } from './preview.tsx';
import { Protection } from './protection.tsx';
import { Tags } from './tags.tsx';
import { Versions } from './versions.tsx';

type PanelProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string | undefined;
  readonly acts: EntryActs;
  /** Beside the list; else over it. */
  readonly isBeside: boolean;
  readonly onClose: () => void;
};

/** One object: what it is, and what can be done with it. */
export function ObjectPanel(props: PanelProps) {
  const { objectKey, isBeside, onClose } = props;
  const titleId = useId();
  const title = shownName(baseName(objectKey));
  useKey('Escape', 'Close the panel', onClose, isBeside);
  if (!isBeside) {
    return (
      <Dialog onClose={onClose} title={title} width="wide">
        <div className="overflow-y-auto">
          <Shown {...props} />
        </div>
      </Dialog>
    );
  }
  return (
    <section aria-labelledby={titleId} className="card sticky top-19 max-h-[calc(100dvh-92px)] overflow-y-auto">
      <div className="flex items-start gap-2 border-b border-line py-2 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 py-1.25 text-base font-semibold" id={titleId}>
          {title}
        </h2>
        <Button aria-label="Close the panel" icon="close" kind="quiet" onClick={onClose} />
      </div>
      <Shown {...props} />
    </section>
  );
}

function Shown({ bucket, objectKey, versionId, acts, onClose }: PanelProps) {
  const head = useQuestion(`${objectHead} ${JSON.stringify([bucket, objectKey, versionId])}`, objectHead, (signal) =>
    readHead(bucket, objectKey, versionId, signal),
  );
  if (head.isPending) return <LoadingRows rows={5} />;
  if (head.data === undefined) {
    return <Failure error={head.error} onRetry={() => void head.refetch()} what="Can't load this object." />;
  }
  const entry: Entry = {
    key: objectKey,
    isFolder: false,
    sizeBytes: head.data.sizeBytes,
    changedAt: head.data.changedAt,
  };
  const named = { bucket, objectKey, versionId };
  return (
    <div className="flex flex-col">
      <Preview {...named} head={head.data} key={`${versionId} ${head.data.etag}`} />
      <Acts acts={acts} bucket={bucket} entry={entry} versionId={versionId} />
      <WhatItIs bucket={bucket} head={head.data} objectKey={objectKey} />
      <ActiveLinks bucket={bucket} objectKey={objectKey} />
      <Metadata {...named} head={head.data} mayWrite={acts.mayWrite && versionId === undefined} />
      <Tags {...named} mayWrite={acts.mayWrite} />
      <Protection {...named} head={head.data} />
      <Versions {...named} mayWrite={acts.mayWrite} onGone={onClose} />
    </div>
  );
}

type ActsProps = {
  readonly bucket: string;
  readonly entry: Entry;
  readonly versionId: string | undefined;
  readonly acts: EntryActs;
};

function Acts({ bucket, entry, versionId, acts }: ActsProps) {
  const { key } = entry;
  const entries: readonly MenuEntry[] = [
    { text: 'Copy s3://', icon: 'copy', onChoose: () => copyText(`s3://${bucket}/${key}`, 'Address') },
    ...(acts.mayWrite
      ? ([
          { text: 'Rename', icon: 'edit', onChoose: () => acts.move('rename', entry) },
          { text: 'Move', icon: 'forward', onChoose: () => acts.move('move', entry) },
          { text: 'Copy to', icon: 'plus', onChoose: () => acts.move('copy', entry) },
          { text: 'Delete', icon: 'trash', isDanger: true, onChoose: () => acts.remove([entry]) },
        ] as const)
      : []),
  ];
  return (
    <div className="flex flex-wrap gap-2 border-b border-line px-4 py-3 max-sm:gap-1.5 max-sm:px-3">
      <Button hint="s" icon="share" kind="primary" onClick={() => acts.share(entry)}>
        Share
      </Button>
      <Button icon="download" onClick={() => void saveObject(bucket, key, versionId).catch(sayFailed)}>
        Download
      </Button>
      <Menu align="end" entries={entries} trigger={<Button aria-label="More" icon="more" kind="quiet" />} />
    </div>
  );
}

function WhatItIs({
  bucket,
  objectKey,
  head,
}: {
  readonly bucket: string;
  readonly objectKey: string;
  readonly head: Head;
}) {
  const zone = useZone();
  const isOdd = shownName(objectKey) !== objectKey;
  return (
    <Part title="Details">
      <Facts
        pad=""
        rows={[
          ['Bucket', bucket],
          ['Key', <span key="k">{shownName(objectKey)}</span>],
          ...(isOdd
            ? [
                [
                  '',
                  <span className="text-warn" key="o">
                    Invisible characters are shown as escapes.
                  </span>,
                ] as const,
              ]
            : []),
          [
            'Size',
            `${formatBytes(head.sizeBytes)}${head.sizeBytes < 1024 ? '' : ` (${head.sizeBytes.toLocaleString('en-US')} B)`}`,
          ],
          ['Changed', formatExact(Date.parse(head.changedAt), zone)],
          ['ETag', <Code key="e" text={head.etag} />],
          ...head.checksums.map(([name, value]) => [name.toUpperCase(), <Code key={name} text={value} />] as const),
          ...(head.versionId === undefined ? [] : [['Version', <Code key="v" text={head.versionId} />] as const]),
        ]}
      />
    </Part>
  );
}

function Code({ text }: { readonly text: string }) {
  return <code className="font-mono text-xs">{text}</code>;
}

const mostLinks = 50;

function ActiveLinks({ bucket, objectKey }: { readonly bucket: string; readonly objectKey: string }) {
  const now = useNow();
  const { data } = useAsk(
    'listLinks',
    { bucket, prefix: objectKey, state: 'active', limit: mostLinks },
    { everyMs: 30_000 },
  );
  const links = data?.items.filter(({ key }) => key === objectKey) ?? [];
  if (links.length === 0) return null;
  return (
    <Part title={`Active links`}>
      <ul className="flex flex-col gap-1.5">
        {links.map((link) => (
          <li className="flex items-center gap-2" key={link.id}>
            <StateMark state={markOf(link, now)} />
            <Link className="font-mono text-xs text-accent hover:underline" href={`/links/${link.id}`}>
              {link.id}
            </Link>
            <span className="min-w-0 flex-1 truncate text-right text-muted">
              {leftWords(link)}
              {link.expiresAt !== null && (
                <>
                  {' · '}
                  <Ago at={link.expiresAt} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
