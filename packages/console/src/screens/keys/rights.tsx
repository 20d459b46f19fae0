import type { Key } from '@tidegate/presign/admin';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { say } from '../../components/toast.tsx';
import { useAct } from '../../data/hooks.ts';
import { listed } from '../../limit-texts.ts';
import { faultsOf } from './faults.ts';
import { type Role, roles } from './key-words.ts';

type RightsProps = { readonly keyShown: Key; readonly isOwn: boolean };

/** Note, role and reach of a key, to change. */
export function Rights({ keyShown, isOwn }: RightsProps) {
  const { id } = keyShown;
  const was = {
    note: keyShown.note ?? '',
    role: keyShown.role,
    buckets: keyShown.buckets.join(', '),
    prefixes: keyShown.prefixes.join(', '),
  };
  const [draft, setDraft] = useState(was);
  const act = useAct('changeKey', ['readKey', 'listKeys']);
  const faults = faultsOf(act.error);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(was);
  const set = (change: Partial<typeof was>) => setDraft((now) => ({ ...now, ...change }));
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { note, role, buckets, prefixes } = draft;
    try {
      await act.mutateAsync({
        id,
        ...(note !== was.note && { note: note.trim() === '' ? null : note.trim() }),
        ...(!isOwn && { role, buckets: [...listed(buckets)], prefixes: [...listed(prefixes)] }),
      });
      say('Key changed.');
    } catch {
      // Said above the fields.
    }
  };
  return (
    <section aria-label="Rights" className="card">
      <h2 className="border-b border-line px-4 py-2.5 font-semibold">Note and scope</h2>
      <form className="flex flex-col gap-3 px-4 py-3" onSubmit={(event) => void save(event)}>
        {act.error !== undefined && (
          <p className="text-danger" role="alert">
            {act.error.message}
          </p>
        )}
        <Field
          error={faults['note']}
          label="Note"
          maxLength={256}
          name="note"
          onChange={({ target }) => set({ note: target.value })}
          value={draft.note}
        />
        <label className="flex flex-col gap-1 font-medium">
          Role
          <select
            className="field"
            disabled={isOwn}
            onChange={({ target }) => {
              const role = (Object.keys(roles) as Role[]).find((one) => one === target.value);
              if (role !== undefined) set({ role });
            }}
            value={draft.role}
          >
            {Object.entries(roles).map(([name, [text]]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <Field
          disabled={isOwn}
          error={faults['buckets']}
          label="Buckets"
          name="buckets"
          onChange={({ target }) => set({ buckets: target.value })}
          placeholder="All"
          spellCheck={false}
          value={draft.buckets}
        />
        <Field
          disabled={isOwn}
          error={faults['prefixes']}
          label="Prefixes"
          name="prefixes"
          onChange={({ target }) => set({ prefixes: target.value })}
          placeholder="All"
          spellCheck={false}
          value={draft.prefixes}
        />
        <div className="flex justify-end">
          <Button disabled={!isChanged || act.isPending} type="submit">
            Save
          </Button>
        </div>
      </form>
    </section>
  );
}
