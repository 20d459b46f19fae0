import type { Key } from '@tidegate/presign/admin';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Ago, Moment, useNow } from '../../components/time.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { useAct } from '../../data/hooks.ts';
import { formatRelative } from '../../format.ts';
import { Secret } from './secret.tsx';

/** An old secret that signed within this time is still in use somewhere. */
const inUseMs = 3_600_000;

/** The secrets of a key: the newest, and one that signs beside it until it is retired. */
export function Secrets({ keyShown: { id, secrets = [] } }: { readonly keyShown: Key }) {
  const rotate = useAct('rotateKey', ['readKey', 'listKeys']);
  const [open, setOpen] = useState<'rotate' | 'retire'>();
  const old = secrets.slice(1);
  const made = rotate.data?.secretAccessKey;
  return (
    <section aria-label="Secrets" className="card">
      <div className="flex items-center justify-between gap-2 border-b border-line py-2 pr-3 pl-4">
        <h2 className="font-semibold">Secrets</h2>
        <div className="flex gap-2">
          {old.length > 0 && <Button onClick={() => setOpen('retire')}>Retire old</Button>}
          <Button disabled={old.length > 0} onClick={() => setOpen('rotate')}>
            Rotate
          </Button>
        </div>
      </div>
      <ol>
        {secrets.map(({ n, createdAt, retireAt, lastUsed }, at) => (
          <li className="flex flex-wrap gap-x-4 border-b border-line px-4 py-2 last:border-0" key={n}>
            <span className="w-20 font-medium">{at === 0 ? 'Newest' : `Old, no. ${n}`}</span>
            <span className="text-muted">
              made <Ago at={createdAt} />
            </span>
            <span className="text-muted">
              {lastUsed === null ? (
                'never used'
              ) : (
                <>
                  last used <Ago at={lastUsed} />
                </>
              )}
            </span>
            {retireAt !== null && (
              <span className="text-muted">
                signs until <Moment at={retireAt} />
              </span>
            )}
          </li>
        ))}
      </ol>
      {open === 'rotate' && (
        <Dialog
          onClose={() => {
            setOpen(undefined);
            rotate.reset();
          }}
          title={made === undefined ? 'Rotate the secret' : 'New secret'}
          width="wide"
        >
          {made !== undefined ? (
            <Secret
              id={id}
              onClose={() => {
                setOpen(undefined);
                rotate.reset();
              }}
              secret={made}
            />
          ) : (
            <Rotate
              error={rotate.error}
              isBusy={rotate.isPending}
              onRotate={(overlap) => rotate.mutate({ id, overlap })}
            />
          )}
        </Dialog>
      )}
      {open === 'retire' && <Retire id={id} lastUsed={old[0]?.lastUsed ?? null} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

type RotateProps = {
  readonly error: Error | undefined;
  readonly isBusy: boolean;
  readonly onRotate: (overlap: string) => void;
};

function Rotate({ error, isBusy, onRotate }: RotateProps) {
  const [overlap, setOverlap] = useState('24h');
  return (
    <form
      className="flex flex-col gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        onRotate(overlap);
      }}
    >
      <p>
        The new secret works alongside the old one, which is retired automatically. Existing links keep working until
        then.
      </p>
      <label className="flex flex-col gap-1 font-medium">
        The old one works for
        <select className="field" onChange={({ target }) => setOverlap(target.value)} value={overlap}>
          <option value="1h">1 hour</option>
          <option value="24h">24 hours</option>
          <option value="7d">7 days</option>
          <option value="30d">30 days</option>
        </select>
      </label>
      {error !== undefined && (
        <p className="text-danger" role="alert">
          {error.message}
        </p>
      )}
      <div className="flex justify-end">
        <Button disabled={isBusy} kind="primary" type="submit">
          Create new secret
        </Button>
      </div>
    </form>
  );
}

type RetireProps = { readonly id: string; readonly lastUsed: string | null; readonly onClose: () => void };

function Retire({ id, lastUsed, onClose }: RetireProps) {
  const nowMs = useNow();
  const act = useAct('retireSecrets', ['readKey', 'listKeys', 'listLinks']);
  const usedMs = lastUsed === null ? undefined : Date.parse(lastUsed);
  const isInUse = usedMs !== undefined && nowMs - usedMs < inUseMs;
  const retire = (): void => {
    act.mutateAsync({ id }).then(() => {
      onClose();
      say('Old secret retired.');
    }, sayFailed);
  };
  return (
    <Dialog onClose={onClose} title="Retire the old secret">
      <div className="flex flex-col gap-4 p-4">
        <p className={isInUse ? 'font-semibold text-warn' : ''}>
          {usedMs === undefined
            ? 'The old one was never used.'
            : `The old one was last used ${formatRelative(usedMs, nowMs)}.`}
        </p>
        <p>Links signed with it stop working now.</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={act.isPending} kind="danger" onClick={retire}>
            Retire old
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
