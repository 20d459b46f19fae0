import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import type { Pair } from '../objects.ts';

type PairsDialogProps = {
  readonly title: string;
  readonly pairs: readonly Pair[];
  readonly most: number;
  /** Above the pairs. */
  readonly children?: ReactNode;
  readonly onClose: () => void;
  /** @throws what is said */
  readonly save: (pairs: readonly Pair[]) => Promise<void>;
};

type Line = Pair & { readonly id: number };

let nextId = 0;

function lineOf({ name, value }: Pair): Line {
  nextId += 1;
  return { name, value, id: nextId };
}

/** Names and values that can be changed. */
export function PairsDialog({ title, pairs, most, children, onClose, save }: PairsDialogProps) {
  const [lines, setLines] = useState<readonly Line[]>(() => pairs.map(lineOf));
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const change = (id: number, part: Partial<Pair>): void =>
    setLines((now) => now.map((line) => (line.id === id ? { ...line, ...part } : line)));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const kept = lines.map(({ name, value }) => ({ name: name.trim(), value })).filter(({ name }) => name !== '');
      await save(kept);
      onClose();
    } catch (error) {
      setBusy(false);
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
    }
  };
  return (
    <Dialog onClose={onClose} title={title} width="wide">
      <form className="flex min-h-0 flex-col" onSubmit={(event) => void submit(event)}>
        <div className="flex flex-col gap-3 overflow-y-auto p-4">
          {failure !== undefined && (
            <p className="text-danger" role="alert">
              {failure}
            </p>
          )}
          {children}
          {lines.map(({ id, name, value }, at) => (
            <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] gap-2" key={id}>
              <input
                aria-label={`Name ${at + 1}`}
                className="field font-mono text-xs"
                onChange={({ target }) => change(id, { name: target.value })}
                placeholder="name"
                spellCheck={false}
                value={name}
              />
              <input
                aria-label={`Value ${at + 1}`}
                className="field font-mono text-xs"
                onChange={({ target }) => change(id, { value: target.value })}
                placeholder="value"
                spellCheck={false}
                value={value}
              />
              <Button
                aria-label={`Remove ${name === '' ? `line ${at + 1}` : name}`}
                icon="close"
                kind="quiet"
                onClick={() => setLines((now) => now.filter((line) => line.id !== id))}
              />
            </div>
          ))}
          <div>
            <Button
              disabled={lines.length >= most}
              icon="plus"
              onClick={() => setLines((now) => [...now, lineOf({ name: '', value: '' })])}
            >
              Add
            </Button>
          </div>
        </div>
        <div className="flex justify-end gap-2 border-t border-line p-4">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy} kind="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
