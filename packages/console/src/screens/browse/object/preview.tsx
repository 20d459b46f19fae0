import { useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { sayFailed } from '../../../components/toast.tsx';
import { s3, s3Url } from '../../../data/s3.ts';
import { formatBytes } from '../../../format.ts';
import type { Head } from '../objects.ts';
import { baseName, shownName } from '../place.ts';
import { previewKind } from './preview-kind.ts';

/** So much of a text is shown. */
const textBytes = 256 * 1024;
/** A picture that is larger is shown when somebody asks for it. */
const pictureBytes = 20 * 1024 * 1024;

type PreviewProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string | undefined;
  readonly head: Head;
};

/**
 * SEC-503: by the stored type alone and from a list; pictures, sound and films as such, text as text, a PDF elsewhere. Nothing of an object is
 * ever markup of this page.
 */
export function Preview(props: PreviewProps) {
  const { head } = props;
  const kind = previewKind(head.type);
  const [isWanted, setWanted] = useState(kind === 'text' || (kind === 'picture' && head.sizeBytes <= pictureBytes));
  if (kind === undefined || head.sizeBytes === 0) return null;
  if (kind === 'pdf') return <PdfPreview {...props} />;
  if (!isWanted) {
    return (
      <div className="grid place-items-center border-b border-line bg-sunken p-4">
        <Button icon="eye" onClick={() => setWanted(true)}>
          Preview, {formatBytes(head.sizeBytes)}
        </Button>
      </div>
    );
  }
  if (kind === 'text') return <TextPreview {...props} />;
  return <MediaPreview {...props} kind={kind} />;
}

function MediaPreview({
  bucket,
  objectKey,
  versionId,
  head,
  kind,
}: PreviewProps & { readonly kind: 'picture' | 'drawing' | 'sound' | 'film' }) {
  const [url, setUrl] = useState<string>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const ending = new AbortController();
    let made: string | undefined;
    const load = async (): Promise<void> => {
      // A picture is read by this page: that is no link. What streams, and drawings, come by an address of their own.
      if (kind !== 'picture') {
        setUrl(await s3Url(bucket, objectKey, { versionId }));
        return;
      }
      const query = versionId === undefined ? {} : { query: { versionId } };
      const answer = await s3({ method: 'GET', bucket, key: objectKey, ...query }, ending.signal);
      made = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: head.type }));
      if (!ending.signal.aborted) setUrl(made);
    };
    load().catch(() => setBroken(!ending.signal.aborted));
    return () => {
      ending.abort();
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [bucket, objectKey, versionId, head.type, kind]);
  const name = shownName(baseName(objectKey));
  if (isBroken) return <p className="border-b border-line bg-sunken p-4 text-muted">No preview</p>;
  const style = 'mx-auto max-h-70 max-w-full';
  return (
    <div className="grid min-h-20 place-items-center border-b border-line bg-sunken p-3">
      {url !== undefined && (kind === 'picture' || kind === 'drawing') && (
        <img
          alt={`Preview of ${name}`}
          className={style}
          onError={() => setBroken(true)}
          referrerPolicy="no-referrer"
          src={url}
        />
      )}
      {url !== undefined && kind === 'film' && (
        <video aria-label={`Preview of ${name}`} className={style} controls preload="metadata" src={url}>
          <track kind="captions" />
        </video>
      )}
      {url !== undefined && kind === 'sound' && (
        <audio aria-label={`Preview of ${name}`} className="w-full" controls preload="metadata" src={url}>
          <track kind="captions" />
        </audio>
      )}
    </div>
  );
}

/** A PDF has a tab of its own: no browser's viewer runs in a sandbox, and without one nothing is framed here (docs/adr/0014). */
function PdfPreview({ bucket, objectKey, versionId }: PreviewProps) {
  const open = async (): Promise<void> => {
    const opener = document.createElement('a');
    opener.href = await s3Url(bucket, objectKey, { versionId, inline: true });
    opener.target = '_blank';
    opener.rel = 'noreferrer noopener';
    opener.click();
  };
  return (
    <div className="grid place-items-center gap-2 border-b border-line bg-sunken p-4">
      {navigator.pdfViewerEnabled ? (
        <Button icon="eye" onClick={() => void open().catch(sayFailed)}>
          Open in a new tab
        </Button>
      ) : (
        <p className="text-muted">This browser can't show PDF files. Download it.</p>
      )}
    </div>
  );
}

function TextPreview({ bucket, objectKey, versionId, head }: PreviewProps) {
  const [text, setText] = useState<string>();
  useEffect(() => {
    const ending = new AbortController();
    const load = async (): Promise<void> => {
      const answer = await s3(
        {
          method: 'GET',
          bucket,
          key: objectKey,
          ...(versionId !== undefined && { query: { versionId } }),
          headers: { range: `bytes=0-${textBytes - 1}` },
        },
        ending.signal,
      );
      setText(await answer.text());
    };
    load().catch((error: unknown) => {
      if (!ending.signal.aborted) setText(error instanceof Error ? `(${error.message})` : '(No preview)');
    });
    return () => ending.abort();
  }, [bucket, objectKey, versionId]);
  return (
    <div className="border-b border-line bg-sunken">
      <textarea
        aria-label="Preview"
        className="block h-60 w-full resize-none bg-transparent px-4 py-3 font-mono text-xs -outline-offset-2!"
        readOnly
        spellCheck={false}
        value={text ?? ''}
      />
      {head.sizeBytes > textBytes && (
        <p className="border-t border-line px-4 py-1.5 text-xs text-muted">
          The first {formatBytes(textBytes)} of {formatBytes(head.sizeBytes)}.
        </p>
      )}
    </div>
  );
}
