import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { formatCount } from '../../format.ts';
import { copyObject, makeFolder, moveFolder, moveObject, readObjectsAgain } from './changes.ts';
import { baseName, shownName } from './place.ts';

type NameDialogProps = {
  readonly title: string;
  readonly label: string;
  readonly verb: string;
  readonly initial: string;
  readonly note?: string;
  readonly onClose: () => void;
  /** @throws what is said beside the field */
  readonly act: (name: string, tell: (done: number, of: number) => void) => Promise<void>;
};

/** Asks for a name, and does something with it. */
function NameDialog({ title, label, verb, initial, note, onClose, act }: NameDialogProps) {
  const [name, setName] = useState(initial);
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [progress, setProgress] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.select(), []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await act(name, (done, of) => setProgress(`${formatCount(done)} of ${formatCount(of)}`));
      await readObjectsAgain();
      onClose();
    } catch (error) {
      setBusy(false);
      setProgress('');
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
    }
  };
  const isTooLong = new TextEncoder().encode(name).byteLength > 1024;
  return (
    <Dialog onClose={onClose} title={title}>
      <form className="flex flex-col gap-4 p-4" onSubmit={(event) => void submit(event)}>
        <Field
          autoComplete="off"
          error={isTooLong ? 'A name can have at most 1,024 bytes.' : failure}
          label={label}
          note={note}
          onChange={({ target }) => setName(target.value)}
          ref={box}
          spellCheck={false}
          value={name}
        />
        <div className="flex items-center justify-end gap-2">
          <span className="mr-auto text-muted" role="status">
            {progress}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy || isTooLong || name === '' || name === initial} kind="primary" type="submit">
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type NewFolderProps = { readonly bucket: string; readonly prefix: string; readonly onClose: () => void };

export function NewFolder({ bucket, prefix, onClose }: NewFolderProps) {
  return (
    <NameDialog
      act={(name) => makeFolder(bucket, `${prefix}${name.replace(/^\/+|\/+$/g, '')}/`)}
      initial=""
      label="Name"
      note={`Created in ${bucket}/${prefix}`}
      onClose={onClose}
      title="New folder"
      verb="Create folder"
    />
  );
}

type MoveProps = {
  readonly kind: 'rename' | 'move' | 'copy';
  readonly bucket: string;
  readonly objectKey: string;
  readonly onClose: () => void;
  readonly onMoved: (key: string) => void;
};

const words = {
  rename: ['Rename', 'Name', 'renamed'],
  move: ['Move', 'Key', 'moved'],
  copy: ['Copy', 'Key of the copy', 'copied'],
} as const;

/** Another name, another place, or a copy of an object. Nothing that is there is replaced. */
export function MoveObject({ kind, bucket, objectKey, onClose, onMoved }: MoveProps) {
  const [verb, label, done] = words[kind];
  const name = baseName(objectKey);
  const folder = kind === 'rename' ? objectKey.slice(0, objectKey.length - name.length) : '';
  const from = { bucket, key: objectKey };
  return (
    <NameDialog
      act={async (typed) => {
        const key = folder + typed;
        const to = { bucket, key };
        if (kind === 'copy') await copyObject({ from, to, isNew: true });
        else await moveObject({ from, to });
        const back = async (): Promise<void> => {
          await moveObject({ from: to, to: from });
          await readObjectsAgain();
          onMoved(objectKey);
        };
        say(`${shownName(name)} ${done}.`, kind === 'copy' ? undefined : () => void back().catch(sayFailed));
        onMoved(key);
      }}
      initial={kind === 'rename' ? name : objectKey}
      label={label}
      note={kind === 'rename' ? 'Links to the old name stop working.' : `In ${bucket}`}
      onClose={onClose}
      title={`${verb} ${shownName(name)}`}
      verb={verb}
    />
  );
}

type MoveFolderProps = {
  readonly kind: 'rename' | 'move';
  readonly bucket: string;
  readonly prefix: string;
  readonly onClose: () => void;
};

/** Another name or another place for a folder: for all that is below it. */
export function MoveFolder({ kind, bucket, prefix, onClose }: MoveFolderProps) {
  const [verb, , done] = words[kind];
  const name = baseName(prefix).replace(/\/$/, '');
  const above = kind === 'rename' ? prefix.slice(0, -name.length - 1) : '';
  return (
    <NameDialog
      act={async (typed, tell) => {
        const to = `${above}${typed.replace(/^\/+|\/+$/g, '')}/`;
        await moveFolder(bucket, prefix, to, tell);
        const back = async (): Promise<void> => {
          await moveFolder(bucket, to, prefix, () => undefined);
          await readObjectsAgain();
        };
        say(`${shownName(name)} ${done}.`, () => void back().catch(sayFailed));
      }}
      initial={kind === 'rename' ? name : prefix.replace(/\/$/, '')}
      label={kind === 'rename' ? 'Name' : 'Path'}
      note="The key of every object in it changes. Links to the old keys stop working."
      onClose={onClose}
      title={`${verb} ${shownName(name)}`}
      verb={verb}
    />
  );
}
