import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { Field } from '../../components/field.tsx';
import { useAct } from '../../data/hooks.ts';
import { faultsOf } from './faults.ts';

/** A signing key for one day: it signs links of that day, and says nothing of the secret. */
export function Derive({ keyId }: { readonly keyId: string }) {
  const act = useAct('deriveKey');
  const [isOpen, setOpen] = useState(false);
  const faults = faultsOf(act.error);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const date = String(form.get('date') ?? '');
    const region = String(form.get('region') ?? '').trim();
    act.mutate({ id: keyId, ...(date !== '' && { date }), ...(region !== '' && { region }) });
  };
  return (
    <section aria-label="Signing key for a day" className="card">
      <div className="flex items-center justify-between gap-2 border-b border-line py-2 pr-3 pl-4 last:border-0">
        <h2 className="font-semibold">Signing key for a day</h2>
        <Button
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
            act.reset();
          }}
        >
          Derive
        </Button>
      </div>
      {isOpen && (
        <form className="flex flex-col gap-3 px-4 py-3" onSubmit={submit}>
          <p className="text-muted">It signs links for one day and one region without the secret.</p>
          <div className="grid gap-3 sm:grid-cols-2">
            <Field error={faults['date']} label="Day, in UTC" name="date" type="date" />
            <Field error={faults['region']} label="Region" name="region" placeholder="us-east-1" spellCheck={false} />
          </div>
          {act.data !== undefined && <Command label="Signing key" text={act.data.signingKey} />}
          {act.data !== undefined && (
            <p className="text-muted">
              Of {act.data.date}, for {act.data.region}. Shown only now.
            </p>
          )}
          <div className="flex justify-end">
            <Button disabled={act.isPending} type="submit">
              Show it
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
