import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { useAct } from '../../data/hooks.ts';
import { listed } from '../../limit-texts.ts';
import { faultsOf } from './faults.ts';
import { type Role, roles } from './key-words.ts';
import { governanceOf, noRules, type RulesDraft } from './rules-draft.ts';
import { RulesForm, RulesSentence } from './rules-form.tsx';
import { Secret } from './secret.tsx';

/** A new access key: what it may, where, and what holds for its links. Afterwards its secret, this once. */
export function NewKey({ onClose }: { readonly onClose: () => void }) {
  const create = useAct('createKey', ['listKeys']);
  const [role, setRole] = useState<Role>('write');
  const [rules, setRules] = useState<RulesDraft>(noRules);
  const made = create.data;
  const faults = faultsOf(create.error);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    const governance = Object.entries(governanceOf(rules)).filter(([, value]) => value !== null);
    create.mutate({
      role,
      buckets: [...listed(text('buckets'))],
      prefixes: [...listed(text('prefixes'))],
      ...(text('note') !== '' && { note: text('note') }),
      ...(text('owner') !== '' && { owner: text('owner') }),
      ...(governance.length > 0 && { governance: Object.fromEntries(governance) }),
    });
  };
  return (
    <Dialog onClose={onClose} title={made === undefined ? 'New key' : 'Key created'} width="wide">
      {made !== undefined ? (
        <Secret id={made.id} onClose={onClose} secret={made.secretAccessKey} />
      ) : (
        <form className="flex min-h-0 flex-1 flex-col" onSubmit={submit}>
          <div className="flex flex-col gap-4 overflow-y-auto p-4">
            {create.error !== undefined && (
              <p className="text-danger" role="alert">
                {create.error.message}
              </p>
            )}
            <Field autoFocus error={faults['note']} label="Note" name="note" placeholder="billing" maxLength={256} />
            <RoleCards onChoose={setRole} role={role} />
            <div className="grid gap-3 sm:grid-cols-2">
              <Field error={faults['buckets']} label="Buckets" name="buckets" placeholder="All" spellCheck={false} />
              <Field error={faults['prefixes']} label="Prefixes" name="prefixes" placeholder="All" spellCheck={false} />
            </div>
            <RulesForm
              draft={rules}
              faults={faults}
              onChange={(change) => setRules((now) => ({ ...now, ...change }))}
            />
            <details>
              <summary className="font-medium">Another account</summary>
              <div className="pt-2">
                <Field error={faults['owner']} label="Account" name="owner" note="A new name creates a new account." />
              </div>
            </details>
          </div>
          <div className="flex flex-wrap items-center gap-3 border-t border-line bg-sunken p-4">
            <p className="min-w-60 flex-1">
              <RulesSentence draft={rules} />
            </p>
            <div className="ml-auto flex gap-2">
              <Button onClick={onClose}>Cancel</Button>
              <Button disabled={create.isPending} kind="primary" type="submit">
                Create key
              </Button>
            </div>
          </div>
        </form>
      )}
    </Dialog>
  );
}

type RoleCardsProps = { readonly role: Role; readonly onChoose: (role: Role) => void };

/** The four roles, each with what it may. */
export function RoleCards({ role, onChoose }: RoleCardsProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">Role</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {(Object.keys(roles) as Role[]).map((one) => (
          <label
            className={`flex flex-col rounded-md border px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${one === role ? 'border-accent bg-tint' : 'border-line'}`}
            key={one}
          >
            <input
              checked={one === role}
              className="sr-only"
              name="role"
              onChange={() => onChoose(one)}
              type="radio"
              value={one}
            />
            <span className="font-semibold">{roles[one][0]}</span>
            <span className={`text-xs ${one === role ? '' : 'text-muted'}`}>{roles[one][1]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
