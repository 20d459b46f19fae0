import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '../../../components/button.tsx';
import { lazyPart } from '../../../components/lazy-part.tsx';
import { sayFailed } from '../../../components/toast.tsx';
import { useSession } from '../../../frame/session-context.ts';
import { useKey } from '../../../frame/shortcuts.ts';
import { shownName } from '../place.ts';
import { hasRemembered } from './remembered.ts';

const Shelf = lazyPart(async () => (await import('./shelf.tsx')).Shelf, 'nothing');

type ZoneProps = {
  readonly bucket: string;
  readonly prefix: string;
  readonly mayWrite: boolean;
  /** On the button. */
  readonly text?: string;
  /** What has to be there before anything is sent. */
  readonly prepare?: () => Promise<void>;
  /** Given the button that uploads. */
  readonly children: (button: ReactNode) => ReactNode;
};

/** Whether uploads were begun: only then is what they need loaded. */
let isBegun = hasRemembered();
const watchers = new Set<() => void>();

function begin(): void {
  isBegun = true;
  for (const tell of watchers) tell();
}

/** The uploads on their way, as long as there were any. */
export function ShelfPlace() {
  const { session } = useSession();
  const hasShelf = useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => isBegun,
  );
  return hasShelf ? <Shelf accessKeyId={session.accessKeyId} /> : null;
}

/** Takes files that are dropped or chosen, wherever on the page. */
export function UploadZone({ bucket, prefix, mayWrite, text = 'Upload', prepare, children }: ZoneProps) {
  const { session } = useSession();
  const input = useRef<HTMLInputElement>(null);
  const send = async (gathering: Promise<readonly GatheredFile[]>): Promise<void> => {
    try {
      const files = await gathering;
      if (files.length === 0) return;
      await prepare?.();
      const { uploads } = await import('./uploads.ts');
      uploads.start(session.accessKeyId);
      uploads.add(bucket, prefix, files);
      begin();
    } catch (error) {
      sayFailed(error);
    }
  };
  const choose = () => input.current?.click();
  useKey('u', 'Upload', choose, mayWrite);
  const isOver = useDrop(mayWrite, (dropped) => void send(fromDrop(dropped)));
  return (
    <>
      {children(
        <Button hint="u" icon="upload" kind="primary" onClick={choose}>
          {text}
        </Button>,
      )}
      <input
        aria-label="Files to upload"
        className="hidden"
        multiple
        onChange={({ target }) => {
          const files = fromInput(target.files);
          target.value = '';
          void send(Promise.resolve(files));
        }}
        ref={input}
        type="file"
      />
      {isOver && (
        <div className="pointer-events-none fixed inset-2 z-30 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-tint/90">
          <p className="text-xl font-semibold">
            Drop to upload into {bucket}/{shownName(prefix)}
          </p>
        </div>
      )}
    </>
  );
}

/** Follows files that are dragged over the page. @returns whether some are over it now */
function useDrop(isOn: boolean, take: (dropped: DataTransfer) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (!isOn) return;
    const ending = new AbortController();
    const { signal } = ending;
    const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;
    addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), { signal });
    addEventListener(
      'drop',
      (event) => {
        setOver(false);
        if (!hasFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        latest.current(event.dataTransfer);
      },
      { signal },
    );
    return () => ending.abort();
  }, [isOn]);
  return isOver;
}

type GatheredFile = { readonly path: string; readonly file: File };

/** Files as an input gives them; a folder's keep their paths. */
function fromInput(files: FileList | null): readonly GatheredFile[] {
  return [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Files that were dropped, folders with all that is in them. */
async function fromDrop(dropped: DataTransfer): Promise<readonly GatheredFile[]> {
  // Asked for before anything is waited for: the transfer is empty afterwards.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  const files = [...dropped.files];
  const found: GatheredFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, '', found);
  return entries.some((entry) => entry !== null) ? found : files.map((file) => ({ path: file.name, file }));
}

async function walk(entry: FileSystemEntry, path: string, found: GatheredFile[]): Promise<void> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ path: path + entry.name, file });
  } else if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader();
    for (;;) {
      // It gives them a hundred at a time.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`, found);
    }
  }
}
