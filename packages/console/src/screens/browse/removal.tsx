import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { formatBytes, formatCount, plural } from '../../format.ts';
import { type Deleted, deleteObjects, readObjectsAgain, restoreObjects } from './changes.ts';
import { type Entry, listAll } from './objects.ts';
import { baseName, shownName } from './place.ts';

/** From so many objects on the bucket's name is asked for. */
const typedFrom = 10;

/** Deletes with a way back where there are versions. @returns false when something failed, which was said */
export async function deleteEntries(bucket: string, entries: readonly Entry[]): Promise<boolean> {
  const done: Deleted[] = [];
  let failure: unknown;
  try {
    for (const { key, isFolder } of entries) {
      if (!isFolder) continue;
      for await (const page of listAll(bucket, key)) {
        await deleteObjects(
          bucket,
          page.map((one) => one.key),
          done,
        );
      }
    }
    const own = entries.filter(({ isFolder }) => !isFolder).map(({ key }) => key);
    await deleteObjects(bucket, own, done);
  } catch (error) {
    failure = error;
  }
  if (done.length > 0) {
    const isBack = done.every(({ markerId }) => markerId !== undefined);
    say(`${plural(done.length, 'object')} deleted.`, isBack ? () => void restore(bucket, done) : undefined);
  }
  if (failure !== undefined) sayFailed(failure);
  await readObjectsAgain();
  return failure === undefined;
}

async function restore(bucket: string, done: readonly Deleted[]): Promise<void> {
  try {
    await restoreObjects(bucket, done);
    say(`${plural(done.length, 'object')} restored.`);
  } catch (error) {
    sayFailed(error);
  }
  await readObjectsAgain();
}

type RemovalProps = {
  readonly bucket: string;
  readonly entries: readonly Entry[];
  readonly onClose: () => void;
  readonly onDone: () => void;
};

/** Asks before what cannot be brought back is deleted. */
export function Removal({ bucket, entries, onClose, onDone }: RemovalProps) {
  const counted = useCount(bucket, entries);
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [only] = entries;
  const isOne = entries.length === 1 && only !== undefined && !only.isFolder;
  const isTyped = counted.objects >= typedFrom;
  const size = formatBytes(counted.bytes);
  const title = isOne
    ? `Delete ${shownName(baseName(only.key))}, ${size}?`
    : `Delete ${plural(counted.objects, 'object')}, ${size}?`;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const isDone = await deleteEntries(bucket, entries);
    onClose();
    if (isDone) onDone();
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form className="flex flex-col gap-4 p-4" onSubmit={(event) => void submit(event)}>
        <p role="status">
          {counted.isComplete
            ? `${counted.objects === 1 ? 'It' : 'They'} can't be restored.`
            : `Counting: ${formatCount(counted.objects)} so far.`}
        </p>
        {counted.failure !== undefined && <p className="text-danger">{counted.failure}</p>}
        {isTyped && (
          <Field
            autoComplete="off"
            label={`Type the bucket's name, ${bucket}`}
            onChange={({ target }) => setTyped(target.value)}
            spellCheck={false}
            value={typed}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy || !counted.isComplete || (isTyped && typed !== bucket)} kind="danger" type="submit">
            {isBusy ? 'Deleting' : 'Delete'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type Counted = {
  readonly objects: number;
  readonly bytes: number;
  readonly isComplete: boolean;
  readonly failure?: string;
};

/** Counts what stands below the folders, too. */
function useCount(bucket: string, entries: readonly Entry[]): Counted {
  const [counted, setCounted] = useState<Counted>({ objects: 0, bytes: 0, isComplete: false });
  useEffect(() => {
    const ending = new AbortController();
    const count = async (): Promise<void> => {
      const own = entries.filter(({ isFolder }) => !isFolder);
      let objects = own.length;
      let bytes = own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      for (const { key, isFolder } of entries) {
        if (!isFolder) continue;
        for await (const page of listAll(bucket, key, ending.signal)) {
          objects += page.length;
          bytes += page.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          setCounted({ objects, bytes, isComplete: false });
        }
      }
      setCounted({ objects, bytes, isComplete: true });
    };
    count().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      setCounted((now) => ({ ...now, failure: error instanceof Error ? error.message : 'Something went wrong.' }));
    });
    return () => ending.abort();
  }, [bucket, entries]);
  return counted;
}
