import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { LimitFields } from '../../components/limit-fields.tsx';
import { Failure, LoadingRows } from '../../components/states.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { ask, type Output } from '../../data/api.ts';
import { readAgain, useAct, useAsk } from '../../data/hooks.ts';
import { askedLimits, type LimitTexts, wordsOfLimits } from '../../limit-texts.ts';
import { faultsOf } from './faults.ts';
import { keyLimits } from './rules-draft.ts';

type Policy = Output<'listLinkPolicies'>['items'][number];

/** Limits by name, which links carry as `x-link-policy`: a change of one changes links that are out. */
export function Policies({ keyId }: { readonly keyId: string }) {
  const found = useAsk('listLinkPolicies', { id: keyId });
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Link policies" className="card">
      <div className="flex items-center justify-between gap-2 border-b border-line py-2 pr-3 pl-4">
        <h2 className="font-semibold">Link policies</h2>
        <Button icon="plus" onClick={() => setOpen(!isOpen)}>
          New policy
        </Button>
      </div>
      {isOpen && <NewPolicy keyId={keyId} onDone={() => setOpen(false)} />}
      {found.isPending && <LoadingRows rowHeightPx={40} rows={2} />}
      {found.isError && (
        <Failure error={found.error} onRetry={() => void found.refetch()} what="Can't load policies." />
      )}
      {found.data?.items.length === 0 && !isOpen && (
        <p className="px-4 py-3 text-muted">
          None. A link with <code className="font-mono text-xs">x-link-policy=NAME</code> obeys what stands here, also
          after it was made.
        </p>
      )}
      <ul>
        {found.data?.items.map((policy) => (
          <PolicyRow key={policy.name} policy={policy} />
        ))}
      </ul>
    </section>
  );
}

function PolicyRow({ policy: { accessKeyId, name, limits } }: { readonly policy: Policy }) {
  const remove = (): void => {
    const again = () => readAgain(['listLinkPolicies']);
    const undo = (): void => {
      ask('putLinkPolicy', { id: accessKeyId, name, limits }).then(again, sayFailed);
    };
    ask('deleteLinkPolicy', { id: accessKeyId, name }).then(() => {
      say('Policy deleted. Links that use it are now refused.', undo);
      return again();
    }, sayFailed);
  };
  return (
    <li className="flex items-center gap-3 border-b border-line py-1 pr-3 pl-4 last:border-0">
      <code className="font-mono text-xs">{name}</code>
      <span className="min-w-0 flex-1 truncate text-muted">{wordsOfLimits(limits).join(', ') || 'No limits'}</span>
      <Button aria-label={`Delete the policy ${name}`} icon="trash" kind="quiet" onClick={remove} />
    </li>
  );
}

type NewPolicyProps = { readonly keyId: string; readonly onDone: () => void };

function NewPolicy({ keyId, onDone }: NewPolicyProps) {
  const act = useAct('putLinkPolicy', ['listLinkPolicies']);
  const faults = faultsOf(act.error);
  const [name, setName] = useState('');
  const [texts, setTexts] = useState<LimitTexts>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    act
      .mutateAsync({ id: keyId, name: name.trim(), limits: askedLimits(texts, keyLimits) })
      .then(onDone, () => undefined);
  };
  return (
    <form className="grid gap-3 border-b border-line px-4 py-3 sm:grid-cols-2" onSubmit={submit}>
      {act.error !== undefined && (
        <p className="text-danger sm:col-span-2" role="alert">
          {act.error.message}
        </p>
      )}
      <Field
        autoFocus
        error={faults['name']}
        label="Name"
        name="name"
        onChange={({ target }) => setName(target.value)}
        placeholder="partners"
        required
        spellCheck={false}
        value={name}
      />
      <LimitFields faultOf={(limit) => faults[`limits.${limit}`]} names={keyLimits} onChange={setTexts} texts={texts} />
      <div className="flex justify-end gap-2 sm:col-span-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button disabled={act.isPending} kind="primary" type="submit">
          Create policy
        </Button>
      </div>
    </form>
  );
}
