import { Button } from '../../components/button.tsx';
import { sayFailed } from '../../components/toast.tsx';
import { formatBytes } from '../../format.ts';
import { useKey } from '../../frame/shortcuts.ts';
import type { EntryActs } from './folder-row.tsx';
import type { Entry } from './objects.ts';
import { saveObject } from './save.ts';

/** So many downloads may be begun at once. */
const mostSaved = 10;

type SelectionProps = {
  readonly bucket: string;
  readonly chosen: readonly Entry[];
  readonly acts: EntryActs;
  readonly onClear: () => void;
};

/** What can be done with the rows that are selected. */
export function Selection({ bucket, chosen, acts, onClear }: SelectionProps) {
  const objects = chosen.filter(({ isFolder }) => !isFolder);
  const [only] = chosen;
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const remove = () => acts.remove(chosen);
  useKey('Delete', 'Delete', remove, acts.mayWrite);
  useKey('Escape', 'Select nothing', onClear);
  const save = async (): Promise<void> => {
    for (const { key } of objects) await saveObject(bucket, key);
  };
  return (
    <section
      aria-label="Selection"
      className="sticky bottom-4 z-10 flex flex-wrap items-center gap-2 self-center rounded-lg border border-line-strong bg-surface px-3 py-2 shadow-lg max-sm:bottom-18"
    >
      <span className="mr-2">
        <span className="font-semibold">{chosen.length} selected</span>
        {objects.length > 0 && <span className="text-muted"> · {formatBytes(bytes)}</span>}
      </span>
      <Button
        disabled={chosen.length !== 1 || (only !== undefined && acts.whyNoShare(only) !== undefined)}
        onClick={() => only !== undefined && acts.share(only)}
      >
        Share
      </Button>
      <Button
        disabled={objects.length === 0 || objects.length > mostSaved}
        onClick={() => void save().catch(sayFailed)}
      >
        Download
      </Button>
      {acts.mayWrite && (
        <Button kind="danger" onClick={remove}>
          Delete
        </Button>
      )}
      <Button aria-label="Select nothing" icon="close" kind="quiet" onClick={onClear} />
    </section>
  );
}
