import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Failure, LoadingRows } from '../../components/states.tsx';
import { Ago, Moment } from '../../components/time.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { ask } from '../../data/api.ts';
import { ApiError } from '../../data/api-error.ts';
import { readAgain, useAct, useAsk } from '../../data/hooks.ts';
import { formatCount, shortKey } from '../../format.ts';
import { nameOf, policyWords, type TemporaryCredentials, temporaryStates } from './temporary-words.ts';

/** Links that are counted before they are taken back. */
const mostCounted = 200;
/** What shows another state when they are taken back, or that is undone. */
const changed = [
  ...(['listTemporaryCredentials', 'readTemporaryCredentials', 'listLinks', 'readLink'] as const),
  ...(['listRevocations', 'readSummary'] as const),
];

type TemporaryDialogProps = { readonly id: string; readonly onClose: () => void };

/** Temporary credentials: who asked for them and for what, the links that they signed, and taking them back. */
export function TemporaryDialog({ id, onClose }: TemporaryDialogProps) {
  const found = useAsk('readTemporaryCredentials', { id });
  const isMissing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <Dialog onClose={onClose} title={found.data === undefined ? id.slice(0, 40) : nameOf(found.data)}>
      {found.isPending && <LoadingRows rows={4} />}
      {found.isError && (
        <Failure
          error={found.error}
          onRetry={() => void found.refetch()}
          what={isMissing ? 'They are not on the list any more.' : 'The temporary credentials did not come.'}
        />
      )}
      {found.data !== undefined && <Shown onClose={onClose} shown={found.data} />}
    </Dialog>
  );
}

type ShownProps = { readonly shown: TemporaryCredentials; readonly onClose: () => void };

function Shown({ shown, onClose }: ShownProps) {
  const { id, parent, role, policy, client, issuedAt, endsAt, state, revocation } = shown;
  const revoke = useAct('revoke', changed);
  const restore = useAct('undoRevocation', changed);
  const takeBack = (): void => {
    revoke.mutateAsync({ match: { accessKeyId: id } }).then(({ id: made }) => {
      onClose();
      if (made !== null) say('Temporary credentials revoked.', () => undo(made));
    }, sayFailed);
  };
  const giveBack = (): void => {
    if (revocation === null) return;
    restore.mutateAsync({ id: revocation.id }).then(() => {
      onClose();
      say('Temporary credentials restored.');
    }, sayFailed);
  };
  return (
    <div className="flex flex-col gap-4 overflow-y-auto p-4">
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-y-1.5">
        <Fact name="State">
          <span className={`font-semibold ${state === 'revoked' ? 'text-danger' : ''}`}>{temporaryStates[state]}</span>
          {revocation !== null && (
            <>
              {' since '}
              <Moment at={revocation.at} />, by <code className="font-mono text-xs">{shortKey(revocation.by)}</code>
            </>
          )}
          {state === 'inactive' && ': its key, or the secret that signed for it, is off or gone'}
        </Fact>
        {revocation?.reason != null && <Fact name="Reason">{revocation.reason}</Fact>}
        <Fact name="Key">
          <button
            className="font-mono text-xs break-all underline decoration-line-strong"
            onClick={() => copyText(id, 'Key')}
            title="Copy"
            type="button"
          >
            {id}
          </button>
        </Fact>
        <Fact name="Made with">
          <Link className="break-all text-accent underline" href={`/keys/${parent.accessKeyId}`}>
            {parent.note ?? parent.accessKeyId}
          </Link>
          {parent.owner !== null && ` of ${parent.owner}`}
        </Fact>
        {role !== null && <Fact name="Role">{role}</Fact>}
        <Fact name="May do">
          {policyWords(policy).map((words) => (
            <span className="block break-words" key={words}>
              {words}
            </span>
          ))}
        </Fact>
        <Fact name="Made">
          <Moment at={issuedAt} />
          {client !== '' && ` from ${client}`}
        </Fact>
        <Fact name={state === 'expired' ? 'Ended' : 'Ends'}>
          <Moment at={endsAt} /> (<Ago at={endsAt} />)
        </Fact>
        <Fact name="Links">
          <Link className="text-accent underline" href={`/links?key=${id}`}>
            Signed with them
          </Link>
        </Fact>
      </dl>
      {(state === 'active' || state === 'inactive') && <Stopping id={id} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Close</Button>
        {state === 'revoked' && (
          <Button disabled={restore.isPending} onClick={giveBack}>
            Restore
          </Button>
        )}
        {(state === 'active' || state === 'inactive') && (
          <Button disabled={revoke.isPending} kind="danger" onClick={takeBack}>
            Revoke
          </Button>
        )}
      </div>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

/** `12 active links stop working now, and …` */
function Stopping({ id }: { readonly id: string }) {
  const { data } = useAsk('listLinks', { accessKeyId: id, state: 'active', limit: mostCounted });
  if (data === undefined) return <p className="h-10" />;
  const { length } = data.items;
  const count = `${formatCount(length)}${data.next === null ? '' : '+'}`;
  return (
    <p className={length > 0 ? 'font-semibold text-warn' : ''}>
      {length === 0
        ? 'No active link is signed with them. Revoked, they are refused'
        : `${count} active ${length === 1 ? 'link stops' : 'links stop'} working when they are revoked. They are refused`}{' '}
      wherever they sign until their end.
    </p>
  );
}

function undo(revocation: string): void {
  ask('undoRevocation', { id: revocation }).then(() => readAgain(changed), sayFailed);
}
