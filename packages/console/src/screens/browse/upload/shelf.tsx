import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { formatBytes, formatSpan, plural } from '../../../format.ts';
import { baseName, shownName } from '../place.ts';
import { type Collision, type Upload, uploads } from './uploads.ts';

/** So many are shown until somebody wants to see all. */
const mostShown = 4;

/** Uploads on their way, at the foot of the page. */
export function Shelf({ accessKeyId }: { readonly accessKeyId: string }) {
  useEffect(() => uploads.start(accessKeyId), [accessKeyId]);
  const all = useSyncExternalStore(
    (tell) => uploads.watch(tell),
    () => uploads.list(),
  );
  const [isAll, setAll] = useState(false);
  if (all.length === 0) return null;
  const done = all.filter(({ state }) => state === 'done').length;
  // Those that something is to be done about, and those that move, come first.
  const ordered = all.toSorted((one, other) => rank(one) - rank(other));
  const asking = all.find(({ state }) => state === 'asking');
  const shown = isAll ? ordered : ordered.slice(0, mostShown);
  return (
    <section
      aria-label="Uploads"
      className="sticky bottom-4 z-10 mx-3 mb-4 rounded-lg border border-line-strong bg-surface shadow-lg sm:mx-6 max-sm:bottom-18"
    >
      <div className="flex items-center gap-3 border-b border-line py-1.5 pr-2 pl-4">
        <h2 className="font-semibold">Uploads</h2>
        <span className="flex-1 text-muted" role="status">
          {done === all.length ? `${plural(done, 'file')} uploaded` : `${done} of ${all.length}`}
        </span>
        {all.length > mostShown && (
          <Button kind="quiet" onClick={() => setAll(!isAll)}>
            {isAll ? 'Fewer' : 'All'}
          </Button>
        )}
        {done > 0 && (
          <Button kind="quiet" onClick={() => uploads.clearDone()}>
            Clear
          </Button>
        )}
      </div>
      <ul className="max-h-60 overflow-y-auto">
        {shown.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
      {asking !== undefined && <CollisionDialog key={asking.id} upload={asking} />}
    </section>
  );
}

function rank({ state }: Upload): number {
  return state === 'failed' || state === 'asking' ? 0 : state === 'waiting' ? 2 : state === 'done' ? 3 : 1;
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const { id, bucket, key, sizeBytes, loadedBytes, state, hasFile } = upload;
  const file = useRef<HTMLInputElement>(null);
  const name = shownName(upload.name);
  const part = sizeBytes === 0 ? (state === 'done' ? 1 : 0) : loadedBytes / sizeBytes;
  const isMoving = state === 'uploading' || state === 'retrying' || state === 'waiting';
  return (
    <li className="grid min-h-10 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line py-1 pr-2 pl-4 last:border-0 sm:grid-cols-[minmax(0,1fr)_120px_minmax(150px,auto)_auto]">
      <span className="truncate font-medium" title={`${bucket}/${key}`}>
        {name}
      </span>
      <progress
        aria-label={`Upload of ${name}`}
        className="h-1.5 w-full max-sm:col-start-1 max-sm:row-start-2"
        max={1}
        value={part}
      />
      <span
        className={`truncate text-xs max-sm:col-start-1 max-sm:row-start-3 ${state === 'failed' ? 'text-danger' : 'text-muted'}`}
        title={upload.why}
      >
        {stateWords(upload)}
      </span>
      <span className="flex gap-1 max-sm:col-start-2 max-sm:row-span-3 max-sm:row-start-1">
        {isMoving && (
          <Button aria-label={`Pause ${name}`} icon="pause" kind="quiet" onClick={() => uploads.pause(id)} />
        )}
        {(state === 'paused' || state === 'failed') && hasFile && (
          <Button aria-label={`Resume ${name}`} icon="play" kind="quiet" onClick={() => uploads.resume(id)} />
        )}
        {!hasFile && (
          <>
            <Button onClick={() => file.current?.click()}>Choose the file</Button>
            <input
              aria-label={`File of ${name}`}
              className="hidden"
              onChange={({ target }) => {
                const [chosen] = target.files ?? [];
                if (chosen !== undefined) uploads.resume(id, chosen);
                target.value = '';
              }}
              ref={file}
              type="file"
            />
          </>
        )}
        {state !== 'completing' && (
          <Button
            aria-label={state === 'done' ? `Hide ${name}` : `Stop ${name}`}
            icon="close"
            kind="quiet"
            onClick={() => uploads.drop(id)}
          />
        )}
      </span>
    </li>
  );
}

function stateWords({ state, sizeBytes, loadedBytes, bytesPerSecond, why, hasFile }: Upload): string {
  const percent = `${Math.floor((sizeBytes === 0 ? 1 : loadedBytes / sizeBytes) * 100)} %`;
  switch (state) {
    case 'waiting':
      return 'Waiting';
    case 'asking':
      return 'Name already exists';
    case 'uploading': {
      if (bytesPerSecond < 1) return percent;
      return `${percent} · ${formatBytes(bytesPerSecond)}/s · ${formatSpan((sizeBytes - loadedBytes) / bytesPerSecond)}`;
    }
    case 'retrying':
      return why ?? 'Retrying';
    case 'paused':
      return why ?? (hasFile ? `Paused at ${percent}` : `Paused at ${percent}. Choose the file again to resume`);
    case 'completing':
      return 'Finishing';
    case 'done':
      return formatBytes(sizeBytes);
    case 'failed':
      return why ?? 'Failed';
  }
}

/** The name of a file is taken: what shall become of it. */
function CollisionDialog({ upload }: { readonly upload: Upload }) {
  const [isForAll, setForAll] = useState(false);
  const decide = (collision: Collision) => uploads.decide(upload.id, collision, isForAll);
  return (
    <Dialog onClose={() => decide('skip')} title="Name already exists">
      <div className="flex flex-col gap-4 p-4">
        <p>
          There is already a file named <span className="font-semibold">{shownName(baseName(upload.key))}</span> in{' '}
          {upload.bucket}/{shownName(upload.key.slice(0, -baseName(upload.key).length))}.
        </p>
        <label className="flex items-center gap-2">
          <input
            checked={isForAll}
            className="check"
            onChange={({ target }) => setForAll(target.checked)}
            type="checkbox"
          />
          For all of these files
        </label>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => decide('skip')}>Skip</Button>
          <Button onClick={() => decide('replace')}>Replace</Button>
          <Button kind="primary" onClick={() => decide('keep both')}>
            Keep both
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
