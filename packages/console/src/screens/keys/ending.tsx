import type { Key } from '@tidegate/presign/admin';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { ask } from '../../data/api.ts';
import { readAgain, removing, useAct } from '../../data/hooks.ts';
import { Stopping } from './stopping.tsx';

type EndingProps = { readonly keyShown: Key; readonly isOwn: boolean };

/** What stops with a key that is switched off or deleted. */
function Ending({ id }: { readonly id: string }) {
  return <Stopping after="working now." id={id} none="It signed no active links." />;
}

/** Switches a key off, after a word on what stops; and on again. */
export function DisableKey({ keyShown: { id, state }, isOwn }: EndingProps) {
  const [isOpen, setOpen] = useState(false);
  const act = useAct('changeKey', ['readKey', 'listKeys', 'listLinks']);
  const become = (next: 'enabled' | 'disabled', undo?: () => void): void => {
    act.mutateAsync({ id, state: next }).then(() => {
      setOpen(false);
      say(next === 'disabled' ? 'Key disabled.' : 'Key enabled.', undo);
    }, sayFailed);
  };
  if (state === 'disabled') return <Button onClick={() => become('enabled')}>Enable</Button>;
  const enable = (): void => {
    ask('changeKey', { id, state: 'enabled' }).then(() => readAgain(['readKey', 'listKeys', 'listLinks']), sayFailed);
  };
  return (
    <>
      <Button disabled={isOwn} onClick={() => setOpen(true)} title={isOwn ? 'You are using this key' : undefined}>
        Disable
      </Button>
      {isOpen && (
        <Dialog onClose={() => setOpen(false)} title="Disable the key">
          <div className="flex flex-col gap-4 p-4">
            <Ending id={id} />
            <p>They work again when the key is enabled.</p>
            <div className="flex justify-end gap-2">
              <Button onClick={() => setOpen(false)}>Cancel</Button>
              <Button disabled={act.isPending} kind="danger" onClick={() => become('disabled', enable)}>
                Disable key
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Deletes a key for good: its id has to be typed. */
export function DeleteKey({ keyShown: { id }, isOwn }: EndingProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [, go] = useLocation();
  const act = useAct('deleteKey', ['listKeys', 'listLinks']);
  const isTyped = typed.trim() === id;
  return (
    <>
      <Button
        disabled={isOwn}
        kind="danger"
        onClick={() => setOpen(true)}
        title={isOwn ? 'You are using this key' : undefined}
      >
        Delete
      </Button>
      {isOpen && (
        <Dialog onClose={() => setOpen(false)} title="Delete the key">
          <form
            className="flex flex-col gap-4 p-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (!isTyped) return;
              removing({ id }, () => act.mutateAsync({ id })).then(() => {
                say('Key deleted.');
                go('/keys');
              }, sayFailed);
            }}
          >
            <Ending id={id} />
            <p>The key and its links can't be restored.</p>
            <Field
              autoComplete="off"
              autoFocus
              className="font-mono text-xs"
              label={`Type ${id}`}
              onChange={({ target }) => setTyped(target.value)}
              spellCheck={false}
              value={typed}
            />
            <div className="flex justify-end gap-2">
              <Button onClick={() => setOpen(false)}>Cancel</Button>
              <Button disabled={!isTyped || act.isPending} kind="danger" type="submit">
                Delete key
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
