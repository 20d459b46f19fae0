import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Menu, type MenuEntry } from '../../../components/menu.tsx';
import { Ago } from '../../../components/time.tsx';
import { say, sayFailed } from '../../../components/toast.tsx';
import { useQuestion } from '../../../data/hooks.ts';
import { formatBytes } from '../../../format.ts';
import { copyObject, deleteVersion, readObjectsAgain } from '../changes.ts';
import { listVersions, type Version, versionList } from '../objects.ts';
import { usePlace } from '../place.ts';
import { saveObject } from '../save.ts';
import { Part } from './part.tsx';

type VersionsProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string | undefined;
  readonly mayWrite: boolean;
  readonly onGone: () => void;
};

/** Every version of the key, the newest first. Nothing where the bucket keeps none. */
export function Versions({ bucket, objectKey, versionId, mayWrite, onGone }: VersionsProps) {
  const [asked, setAsked] = useState<Version>();
  const { data } = useQuestion(`${versionList} ${JSON.stringify([bucket, objectKey])}`, versionList, (signal) =>
    listVersions(bucket, objectKey, { exactly: true, signal }),
  );
  const versions = data?.versions ?? [];
  const isAlone = versions.length === 1 && versions[0]?.id === 'null';
  if (versions.length === 0 || isAlone) return null;
  return (
    <Part title="Versions">
      <ul className="-mx-2">
        {versions.map((version) => (
          <VersionRow
            bucket={bucket}
            isShown={version.id === versionId || (versionId === undefined && version.isLatest)}
            key={version.id}
            mayWrite={mayWrite}
            onRemove={() => setAsked(version)}
            version={version}
          />
        ))}
      </ul>
      {data?.next != null && <p className="text-xs text-muted">There are more versions.</p>}
      {asked !== undefined && (
        <RemoveVersion
          bucket={bucket}
          onClose={() => setAsked(undefined)}
          onGone={() => {
            if (versions.length === 1) onGone();
          }}
          version={asked}
        />
      )}
    </Part>
  );
}

type VersionRowProps = {
  readonly bucket: string;
  readonly version: Version;
  readonly isShown: boolean;
  readonly mayWrite: boolean;
  readonly onRemove: () => void;
};

function VersionRow({ bucket, version, isShown, mayWrite, onRemove }: VersionRowProps) {
  const [, change] = usePlace();
  const { key, id, isLatest, isMarker, sizeBytes, changedAt } = version;
  const restore = async (): Promise<void> => {
    const place = { bucket, key };
    await copyObject({ from: { ...place, versionId: id }, to: place, isNew: false });
    await readObjectsAgain();
    change({ version: undefined });
    say('Version restored as the current version.');
  };
  const entries: readonly MenuEntry[] = [
    ...(isMarker
      ? []
      : ([
          { text: 'Download', icon: 'download', onChoose: () => void saveObject(bucket, key, id).catch(sayFailed) },
          ...(mayWrite && !isLatest
            ? ([{ text: 'Restore', icon: 'restore', onChoose: () => void restore().catch(sayFailed) }] as const)
            : []),
        ] as const)),
    ...(mayWrite
      ? ([
          {
            text: isMarker ? 'Remove the marker' : 'Delete permanently',
            icon: 'trash',
            isDanger: true,
            onChoose: onRemove,
          },
        ] as const)
      : []),
  ];
  return (
    <li className={`flex items-center gap-2 rounded-md px-2 py-0.5 ${isShown ? 'bg-tint' : ''}`}>
      <button
        aria-pressed={isShown}
        className="min-w-0 flex-1 rounded-sm py-1 text-left disabled:cursor-default"
        disabled={isMarker}
        onClick={() => change({ version: isLatest ? undefined : id })}
        type="button"
      >
        <span className="font-medium">
          <Ago at={changedAt} />
        </span>
        <span className="text-muted">
          {' · '}
          {isMarker ? 'deleted' : formatBytes(sizeBytes)}
          {isLatest && ' · newest'}
        </span>
        <code className="block truncate font-mono text-xs leading-4 text-muted">{id}</code>
      </button>
      {entries.length > 0 && (
        <Menu
          align="end"
          entries={entries}
          trigger={<Button aria-label={`More for version ${id}`} icon="more" kind="quiet" />}
        />
      )}
    </li>
  );
}

type RemoveVersionProps = {
  readonly bucket: string;
  readonly version: Version;
  readonly onClose: () => void;
  readonly onGone: () => void;
};

function RemoveVersion({ bucket, version, onClose, onGone }: RemoveVersionProps) {
  const [, change] = usePlace();
  const [isBusy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await deleteVersion(bucket, version.key, version.id);
      onClose();
      change({ version: undefined });
      onGone();
      say(version.isMarker ? 'Marker removed.' : 'Version deleted.');
    } catch (error) {
      sayFailed(error);
      onClose();
    }
    await readObjectsAgain();
  };
  return (
    <Dialog
      onClose={onClose}
      title={version.isMarker ? 'Remove the delete marker?' : 'Delete this version permanently?'}
    >
      <div className="flex flex-col gap-4 p-4">
        <p>
          {version.isMarker
            ? 'The previous version becomes current again.'
            : `${formatBytes(version.sizeBytes)}. It can't be restored.`}
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy} kind="danger" onClick={() => void remove()}>
            {version.isMarker ? 'Remove' : 'Delete'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
