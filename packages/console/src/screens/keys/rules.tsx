import type { Key } from '@tidegate/presign/admin';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { say } from '../../components/toast.tsx';
import { useAct } from '../../data/hooks.ts';
import { faultsOf } from './faults.ts';
import { draftOf, governanceOf, type RulesDraft } from './rules-draft.ts';
import { RulesForm, RulesSentence } from './rules-form.tsx';

type RulesProps = { readonly keyShown: Key; readonly isOwn: boolean };

/** The rules of a key, to change. They hold from the next request on, for links that are out already too. */
export function Rules({ keyShown: { id, governance }, isOwn }: RulesProps) {
  const [draft, setDraft] = useState<RulesDraft>(() => draftOf(governance));
  const act = useAct('changeKey', ['readKey', 'listKeys']);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(governance));
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      const { governance: now } = await act.mutateAsync({ id, governance: governanceOf(draft) });
      setDraft(draftOf(now));
      say('Rules saved. They apply from the next request.');
    } catch {
      // Beside the field, and above.
    }
  };
  return (
    <section aria-label="Rules" className="card">
      <form className="flex flex-col" onSubmit={(event) => void save(event)}>
        <div className="px-4 py-3.5">
          {act.error !== undefined && (
            <p className="pb-3 text-danger" role="alert">
              {act.error.message}
            </p>
          )}
          <RulesForm
            draft={draft}
            faults={faultsOf(act.error)}
            onChange={(change) => setDraft((now) => ({ ...now, ...change }))}
          />
        </div>
        <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-2.5">
          <p className="flex-1 text-muted">
            <RulesSentence draft={draft} />{' '}
            {isOwn ? "A key can't change its own rules." : 'Also applies to existing links'}
          </p>
          {isChanged && <Button onClick={() => setDraft(draftOf(governance))}>Discard</Button>}
          <Button disabled={isOwn || !isChanged || act.isPending} kind="primary" type="submit">
            Save rules
          </Button>
        </div>
      </form>
    </section>
  );
}
