import type { Link } from '@tidegate/presign/admin';
import { type ReactNode, useEffect, useState } from 'react';
import { Link as RouterLink, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Pastes } from '../../components/pastes.tsx';
import { Qr } from '../../components/qr.tsx';
import { useNow } from '../../components/time.tsx';
import { ask } from '../../data/api.ts';
import { readAgain, useAsk, useQuestion } from '../../data/hooks.ts';
import { s3 } from '../../data/s3.ts';
import { formatRelative, plural, shortId } from '../../format.ts';
import { useSession } from '../../frame/session-context.ts';
import { listFolder } from '../browse/objects.ts';
import { ShelfPlace, UploadZone } from '../browse/upload/zone.tsx';

type FirstRunProps = {
  /** Those of one's own, the newest first. */
  readonly links: readonly Link[];
  readonly onHide: () => void;
};

/** Three steps to the first link that was used, ticked off as they happen. */
export function FirstRun({ links, onHide }: FirstRunProps) {
  const { session } = useSession();
  const { bucket, hasBucket, file } = useFirstFile();
  const used = links.find(({ uses }) => uses.count > 0);
  const link = used ?? links[0];
  const isHere = /^(?:localhost|127\.|\[::1\])/.test(new URL(session.endpoint).hostname);
  return (
    <section aria-label="First steps" className="card max-w-180">
      <div className="flex items-center justify-between gap-3 border-b border-line py-2 pr-3 pl-5">
        <p className="font-semibold">
          {used === undefined ? 'Your first link in three steps' : 'Your first link works'}
        </p>
        <Button kind={used === undefined ? 'quiet' : 'primary'} onClick={onHide}>
          {used === undefined ? 'Hide' : 'Done'}
        </Button>
      </div>
      {isHere && (
        <p className="flex items-center gap-2 border-b border-line px-5 py-3 text-warn">
          <Icon name="warn" />
          <span>
            Links work only on this machine.{' '}
            <RouterLink className="underline" href="/settings">
              Set a public endpoint.
            </RouterLink>
          </span>
        </p>
      )}
      <Step isDone={file !== undefined} number={1} title="Upload a file">
        <PutIn bucket={bucket} hasBucket={hasBucket} />
      </Step>
      <Step isDone={link !== undefined} number={2} title="Create a link">
        <MakeLink bucket={bucket} file={file} />
      </Step>
      <Step isDone={used !== undefined} number={3} title="Open it">
        {link === undefined ? (
          <p className="text-muted">The first use appears here automatically.</p>
        ) : used === undefined ? (
          <OpenIt key={link.id} link={link} />
        ) : (
          <Used link={used} />
        )}
      </Step>
    </section>
  );
}

/** The bucket that the steps speak of, and a file in it. */
function useFirstFile() {
  const buckets = useAsk('listBuckets', { limit: 10 }, { everyMs: 5_000 });
  const own = buckets.data?.items.find(({ name }) => name !== 'welcome')?.name;
  const bucket = own ?? 'files';
  const found = useQuestion(
    `first file ${bucket}`,
    's3 folder',
    async (signal) =>
      (await listFolder(bucket, '', null, signal)).entries.find(({ isFolder }) => !isFolder)?.key ?? null,
    { enabled: own !== undefined, everyMs: 5_000 },
  );
  return { bucket, hasBucket: own !== undefined, file: found.data ?? undefined };
}

type PutInProps = { readonly bucket: string; readonly hasBucket: boolean };

function PutIn({ bucket, hasBucket }: PutInProps) {
  const make = async (): Promise<void> => {
    if (hasBucket) return;
    await s3({ method: 'PUT', bucket });
    await readAgain(['listBuckets']);
  };
  const lines = [
    'echo Hello > hello.txt',
    ...(hasBucket ? [] : [`aws s3 mb s3://${bucket}`]),
    `aws s3 cp hello.txt s3://${bucket}/`,
  ];
  return (
    <>
      <UploadZone bucket={bucket} mayWrite prefix="" prepare={make} text="Upload a file">
        {(button) => (
          <Pastes
            heading={
              <>
                {button}
                <span className="text-muted">or with the AWS CLI:</span>
              </>
            }
            texts={[['aws cli', lines.join('\n')]]}
            what="Commands"
          />
        )}
      </UploadZone>
      <ShelfPlace />
    </>
  );
}

type MakeLinkProps = { readonly bucket: string; readonly file: string | undefined };

function MakeLink({ bucket, file }: MakeLinkProps) {
  const [, setParams] = useSearchParams();
  const key = file ?? 'hello.txt';
  const share = (): void => {
    setParams((now) => {
      const next = new URLSearchParams(now);
      next.set('new', 'share');
      if (file !== undefined)
        for (const [name, value] of [
          ['bucket', bucket],
          ['at', file],
        ] as const)
          next.set(name, value);
      return next;
    });
  };
  return (
    <Pastes
      heading={
        <>
          <Button icon="share" kind={file === undefined ? 'plain' : 'primary'} onClick={share}>
            Share
          </Button>
          <span className="text-muted">or</span>
        </>
      }
      texts={[
        ['aws cli', `aws s3 presign 's3://${bucket}/${key.replaceAll("'", "'\\''")}'`],
        [
          'boto3',
          `import boto3\ns3 = boto3.client('s3')\nurl = s3.generate_presigned_url('get_object',\n    Params={'Bucket': '${bucket}', 'Key': ${JSON.stringify(key)}})`,
        ],
      ]}
      what="Commands"
    />
  );
}

/** The address of a share, which the server holds; that of a presigned URL is where it was made. */
function OpenIt({ link: { id, kind } }: { readonly link: Link }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (kind !== 'share') return;
    let isGone = false;
    ask('readShareUrl', { id }).then(
      (found) => {
        if (!isGone) setUrl(found.url);
      },
      () => {
        // Then it is opened from where it was sent.
      },
    );
    return () => {
      isGone = true;
    };
  }, [id, kind]);
  if (url === undefined) {
    return <p className="text-muted">Open the URL in a browser or with curl. This step completes automatically.</p>;
  }
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Qr size={120} text={url} />
      <div className="flex min-w-0 flex-1 flex-col items-start gap-2">
        <a
          className="inline-flex h-8 items-center rounded-md border border-accent bg-accent px-3 font-semibold text-on-accent hover:opacity-90"
          href={url}
          rel="noreferrer noopener"
          target="_blank"
        >
          Open
        </a>
        <p className="text-muted">Download the file. This step completes automatically.</p>
      </div>
    </div>
  );
}

function Used({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const { id, uses, lastSeen } = link;
  const { data } = useAsk('listLinkClients', { id });
  const ago = lastSeen === null ? 'now' : formatRelative(Date.parse(lastSeen), nowMs);
  const address = data?.items[0]?.address ?? '';
  return (
    <p>
      Used {plural(uses.count, 'time')}, {ago === 'now' ? 'just now' : ago}
      {address === '' ? '' : `, from ${address}`}.{' '}
      <RouterLink className="text-accent underline" href={`/links/${id}`}>
        See {shortId(id)}
      </RouterLink>
    </p>
  );
}

type StepProps = {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
};

function Step({ number, title, isDone, children }: StepProps) {
  return (
    <div className="flex gap-4 border-b border-line px-5 py-4 last:border-0">
      <span
        className={`grid size-6 shrink-0 place-items-center rounded-full border font-semibold ${isDone ? 'border-accent bg-accent text-on-accent' : 'border-line-strong'}`}
      >
        {isDone ? <Icon name="check" size={14} /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <h2 className="leading-6 font-semibold">
          {title}
          {isDone && <span className="sr-only">, done</span>}
        </h2>
        {children}
      </div>
    </div>
  );
}
