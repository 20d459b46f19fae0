import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, LoadingRows, More } from '../../components/states.tsx';
import { usePages, useQuestion } from '../../data/hooks.ts';
import { formatBytes } from '../../format.ts';
import { bucketList, type FolderPage, folderList, listBuckets, listFolder } from '../browse/objects.ts';
import { baseName, shownName } from '../browse/place.ts';

type ChooserProps = {
  /** Where it begins: `bucket/key`, as far as it is known. */
  readonly at: string;
  /** What may be chosen. */
  readonly takes: 'objects' | 'folders' | 'both';
  readonly onChoose: (what: string) => void;
  readonly onClose: () => void;
};

/** Walks through buckets and folders to what a link is for. */
export function Chooser({ at, takes, onChoose, onClose }: ChooserProps) {
  const [bucket, setBucket] = useState(() => (at.includes('/') ? at.slice(0, at.indexOf('/')) : ''));
  const [prefix, setPrefix] = useState(() => at.slice(at.indexOf('/') + 1, at.lastIndexOf('/') + 1));
  const open = (nextBucket: string, nextPrefix: string): void => {
    setBucket(nextBucket);
    setPrefix(nextPrefix);
  };
  const above = prefix.replace(/[^/]*\/$/, '');
  return (
    <Dialog onClose={onClose} title={takes === 'folders' ? 'Choose a folder' : 'Choose'} width="wide">
      <div className="flex min-h-11 items-center gap-2 border-b border-line px-3 py-1.5">
        {bucket !== '' && (
          <Button
            aria-label={prefix === '' ? 'All buckets' : 'Up'}
            icon="back"
            kind="quiet"
            onClick={() => (prefix === '' ? open('', '') : open(bucket, above))}
          />
        )}
        <span className="min-w-0 flex-1 truncate font-mono text-xs" role="status">
          {bucket === '' ? 'Buckets' : `${bucket}/${shownName(prefix)}`}
        </span>
        {bucket !== '' && takes !== 'objects' && (prefix !== '' || takes === 'folders') && (
          <Button kind="primary" onClick={() => onChoose(`${bucket}/${prefix}`)}>
            Choose this folder
          </Button>
        )}
      </div>
      <div className="h-100 overflow-y-auto">
        {bucket === '' ? (
          <BucketChoice onOpen={(name) => open(name, '')} />
        ) : (
          <FolderChoice
            bucket={bucket}
            hasObjects={takes !== 'folders'}
            key={`${bucket}/${prefix}`}
            onOpen={(key) => open(bucket, key)}
            onTake={(key) => onChoose(`${bucket}/${key}`)}
            prefix={prefix}
          />
        )}
      </div>
    </Dialog>
  );
}

function BucketChoice({ onOpen }: { readonly onOpen: (name: string) => void }) {
  const buckets = useQuestion(bucketList, bucketList, (signal) => listBuckets(signal));
  if (buckets.isPending) return <LoadingRows rowHeightPx={40} />;
  if (buckets.data === undefined) {
    return <Failure error={buckets.error} onRetry={() => void buckets.refetch()} what="Can't load buckets." />;
  }
  if (buckets.data.length === 0) return <Empty title="No buckets yet" />;
  return (
    <ul>
      {buckets.data.map(({ name }) => (
        <Line icon="browse" key={name} name={name} onTake={() => onOpen(name)} />
      ))}
    </ul>
  );
}

type FolderChoiceProps = {
  readonly bucket: string;
  readonly prefix: string;
  readonly hasObjects: boolean;
  readonly onOpen: (prefix: string) => void;
  readonly onTake: (key: string) => void;
};

function FolderChoice({ bucket, prefix, hasObjects, onOpen, onTake }: FolderChoiceProps) {
  const [find, setFind] = useState('');
  const from = prefix + find;
  const pages = usePages<FolderPage>(
    `${folderList} ${JSON.stringify([bucket, from, false])}`,
    folderList,
    (cursor, signal) => listFolder(bucket, from, cursor, signal),
    { keep: true },
  );
  const all = pages.data?.pages.flatMap(({ entries }) => entries) ?? [];
  const shown = hasObjects ? all : all.filter(({ isFolder }) => isFolder);
  return (
    <>
      <div className="border-b border-line p-3">
        <Field
          autoComplete="off"
          label="Starts with"
          onChange={({ target }) => setFind(target.value)}
          spellCheck={false}
          value={find}
        />
      </div>
      {pages.isPending && <LoadingRows rowHeightPx={40} />}
      {pages.isError && (
        <Failure error={pages.error} onRetry={() => void pages.refetch()} what="Can't list this folder." />
      )}
      {pages.isSuccess && shown.length === 0 && (
        <Empty title={find === '' ? 'Empty folder' : `No names start with “${find}” here.`} />
      )}
      <ul>
        {shown.map(({ key, isFolder, sizeBytes }) => (
          <Line
            icon={isFolder ? 'browse' : 'file'}
            key={key}
            name={shownName(baseName(key))}
            note={isFolder ? '' : formatBytes(sizeBytes)}
            onTake={() => (isFolder ? onOpen(key) : onTake(key))}
          />
        ))}
      </ul>
      <More pages={pages} />
    </>
  );
}

type LineProps = {
  readonly icon: 'browse' | 'file';
  readonly name: string;
  readonly note?: string;
  readonly onTake: () => void;
};

function Line({ icon, name, note = '', onTake }: LineProps) {
  return (
    <li className="border-b border-line last:border-0">
      <button
        className="flex min-h-10 w-full items-center gap-2.5 px-4 py-2 text-left -outline-offset-2! hover:bg-tint/40 pointer-coarse:min-h-12"
        onClick={onTake}
        type="button"
      >
        <span className={icon === 'browse' ? 'text-accent' : 'text-muted'}>
          <Icon name={icon} />
        </span>
        <span className="min-w-0 flex-1 truncate" title={name}>
          {name}
        </span>
        <span className="text-muted">{note}</span>
      </button>
    </li>
  );
}
