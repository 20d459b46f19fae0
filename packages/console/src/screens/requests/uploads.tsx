import type { FileRequest } from '@tidegate/presign/admin';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Empty, Failure, LoadingRows, More } from '../../components/states.tsx';
import { Ago, Moment } from '../../components/time.tsx';
import { sayFailed } from '../../components/toast.tsx';
import type { Output } from '../../data/api.ts';
import { useAskPages } from '../../data/hooks.ts';
import { formatBytes, formatCount } from '../../format.ts';
import { saveFile } from './save.ts';

type Upload = Output<'listRequestUploads'>['items'][number];

/** Every file that came, with what proves it. */
export function Uploads({ request }: { readonly request: FileRequest }) {
  const pages = useAskPages('listRequestUploads', { id: request.id, limit: 100 });
  const files = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="card min-w-0">
      <div className="flex items-center justify-between border-b border-line px-4 py-2.5">
        <h2 className="font-semibold">Received files</h2>
        {files.length > 0 && (
          <p className="text-muted" role="status">
            {formatCount(files.length)}
            {pages.hasNextPage ? ' so far' : ''}
          </p>
        )}
      </div>
      {pages.isPending && <LoadingRows rowHeightPx={58} rows={4} />}
      {pages.isError && (
        <Failure error={pages.error} onRetry={() => void pages.refetch()} what="Can't load the files." />
      )}
      {pages.isSuccess && files.length === 0 && (
        <Empty title="No files yet">
          <p>Send its URL to the people who have the files. Uploads appear here automatically.</p>
        </Empty>
      )}
      <ul>
        {files.map((file) => (
          <UploadRow bucket={request.bucket} file={file} key={`${file.key} ${file.receipt}`} />
        ))}
      </ul>
      <More pages={pages} />
    </section>
  );
}

function UploadRow({ file, bucket }: { readonly file: Upload; readonly bucket: string }) {
  const { name, key, size, sha256, time, receipt, client } = file;
  const isRenamed = !key.endsWith(`/${name}`) && key !== name;
  return (
    <li className="flex items-start gap-3 border-b border-line px-4 py-2.5 last:border-0">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <span className="min-w-0 truncate text-base leading-5 font-semibold" title={`${bucket}/${key}`}>
            {name}
          </span>
          <span className="text-muted">{formatBytes(size)}</span>
          {isRenamed && <span className="text-xs text-muted">kept as {key.split('/').at(-1)}</span>}
        </div>
        <div className="flex flex-wrap items-baseline gap-x-3 text-xs leading-6 text-muted">
          <span>
            <Ago at={time} /> · <Moment at={time} />
          </span>
          {client.address !== '' && <span>from {client.address}</span>}
          <CopyPart label="SHA-256" shown={`${sha256.slice(0, 8)}…${sha256.slice(-4)}`} text={sha256} />
          <CopyPart label="Receipt" shown={`${receipt.slice(0, 7)}…${receipt.slice(-4)}`} text={receipt} />
        </div>
      </div>
      <Button
        aria-label={`Download ${name}`}
        icon="download"
        kind="quiet"
        onClick={() => void saveFile(bucket, key, name).catch(sayFailed)}
      />
    </li>
  );
}

type CopyPartProps = { readonly label: string; readonly text: string; readonly shown: string };

/** A long value in few letters, which a click copies whole. */
function CopyPart({ label, text, shown }: CopyPartProps) {
  return (
    <button
      className="inline-flex min-h-6 items-baseline gap-1 rounded-sm hover:text-text"
      onClick={() => copyText(text, label)}
      title={`Copy: ${text}`}
      type="button"
    >
      {label} <code className="font-mono">{shown}</code>
    </button>
  );
}
