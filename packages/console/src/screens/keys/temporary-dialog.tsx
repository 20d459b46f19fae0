import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { Absent } from '../../components/states.tsx';
import { Ago, Moment } from '../../components/time.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { ask } from '../../data/api.ts';
import { readAgain, useAct, useAsk } from '../../data/hooks.ts';
import { shortKey } from '../../format.ts';
import { Stopping } from './stopping.tsx';
import { nameOf, policyWords, type TemporaryCredentials, temporaryStates } from './temporary-words.ts';

const untilEnd = 'wherever they sign until their end.';
/** Queries to refresh after revoking or restoring. */
const changed = [
  ...(['listTemporaryCredentials', 'readTemporaryCredentials', 'listLinks', 'readLink'] as const),
  ...(['listRevocations', 'readSummary'] as const),
];

type TemporaryDialogProps = { readonly id: string; readonly onClose: () => void };

/** Temporary credentials: who asked for them and for what, the links that they signed, and revoking them. */
export function TemporaryDialog({ id, onClose }: TemporaryDialogProps) {
  const found = useAsk('readTemporaryCredentials', { id });
  return (
    <Dialog onClose={onClose} title={found.data === undefined ? id.slice(0, 40) : nameOf(found.data)}>
      {found.data === undefined && (
        <Absent
          asked={found}
          failed="Can't load temporary credentials."
          missing="These credentials are no longer listed."
        />
      )}
      {found.data !== undefined && <Shown onClose={onClose} shown={found.data} />}
    </Dialog>
  );
}

type ShownProps = { readonly shown: TemporaryCredentials; readonly onClose: () => void };

function Shown({ shown, onClose }: ShownProps) {
  const { id, state, revocation } = shown;
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
      <Facts pad="" rows={factsOf(shown)} />
      {(state === 'active' || state === 'inactive') && (
        <Stopping
          after={`working when they are revoked. They are refused ${untilEnd}`}
          id={id}
          none={`They signed no active links. Once revoked, they are refused ${untilEnd}`}
        />
      )}
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

function factsOf(shown: TemporaryCredentials): readonly (readonly [name: string, value: ReactNode])[] {
  const { id, parent, role, policy, client, issuedAt, endsAt, state, revocation } = shown;
  return [
    [
      'State',
      <>
        <span className={`font-semibold ${state === 'revoked' ? 'text-danger' : ''}`}>{temporaryStates[state]}</span>
        {revocation !== null && (
          <>
            {' since '}
            <Moment at={revocation.at} />, by <code className="font-mono text-xs">{shortKey(revocation.by)}</code>
          </>
        )}
        {state === 'inactive' && ': its key, or the secret that signed for it, is disabled or deleted'}
      </>,
    ],
    ...(revocation?.reason == null ? [] : [['Reason', revocation.reason] as const]),
    [
      'Key',
      <button
        className="font-mono text-xs break-all underline decoration-line-strong"
        key="id"
        onClick={() => copyText(id, 'Key')}
        title="Copy"
        type="button"
      >
        {id}
      </button>,
    ],
    [
      'Created with',
      <>
        <Link className="break-all text-accent underline" href={`/keys/${parent.accessKeyId}`}>
          {parent.note ?? parent.accessKeyId}
        </Link>
        {parent.owner !== null && ` of ${parent.owner}`}
      </>,
    ],
    ...(role === null ? [] : [['Role', role] as const]),
    [
      'May do',
      policyWords(policy).map((words) => (
        <span className="block break-words" key={words}>
          {words}
        </span>
      )),
    ],
    [
      'Created',
      <>
        <Moment at={issuedAt} />
        {client !== '' && ` from ${client}`}
      </>,
    ],
    [
      state === 'expired' ? 'Expired' : 'Expires',
      <>
        <Moment at={endsAt} /> (<Ago at={endsAt} />)
      </>,
    ],
    [
      'Links',
      <Link className="text-accent underline" href={`/links?key=${id}`} key="links">
        Signed with them
      </Link>,
    ],
  ];
}

function undo(revocation: string): void {
  ask('undoRevocation', { id: revocation }).then(() => readAgain(changed), sayFailed);
}
