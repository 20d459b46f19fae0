import { type FormEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { say } from '../../components/toast.tsx';
import { ask, fieldFaults } from '../../data/api.ts';
import { readAgain } from '../../data/hooks.ts';
import { allTypes, typeGroups, usualTypes, type Webhook, type WebhookType } from './webhook-words.ts';

type WebhookFormProps = {
  /** Absent: a new one is made. */
  readonly webhook?: Webhook;
  readonly onClose: () => void;
};

type Made = { readonly id: string; readonly secret: string };

/** Makes a webhook, or changes one. */
export function WebhookForm({ webhook, onClose }: WebhookFormProps) {
  const [made, setMade] = useState<Made>();
  const title = made !== undefined ? 'Webhook created' : webhook === undefined ? 'New webhook' : 'Edit webhook';
  return (
    <Dialog onClose={onClose} title={title} width="wide">
      {made === undefined ? (
        <Form onClose={onClose} onMade={setMade} {...(webhook !== undefined && { webhook })} />
      ) : (
        <Secret made={made} />
      )}
    </Dialog>
  );
}

function Form({ webhook, onClose, onMade }: WebhookFormProps & { readonly onMade: (made: Made) => void }) {
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [name, setName] = useState(webhook?.name ?? '');
  const [types, setTypes] = useState<ReadonlySet<string>>(new Set(webhook?.types ?? usualTypes));
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [isBusy, setBusy] = useState(false);
  const summary = useRef<HTMLParagraphElement>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const chosen = allTypes.filter((type) => types.has(type));
    try {
      if (webhook === undefined) {
        onMade(await ask('createWebhook', { url, ...(name !== '' && { name }), types: chosen }));
      } else {
        await ask('changeWebhook', { id: webhook.id, url, name: name === '' ? null : name, types: chosen });
        say('Saved.');
        onClose();
      }
      await readAgain(['listWebhooks', 'readWebhook']);
    } catch (error) {
      setBusy(false);
      const found = fieldFaults(error);
      const message = error instanceof Error ? error.message : 'Saving failed.';
      setFaults({ '': message, ...Object.fromEntries(found.map(({ field, detail }) => [field, detail])) });
      summary.current?.focus();
    }
  };
  const put = (type: WebhookType, isOn: boolean) => {
    const next = new Set(types);
    if (isOn) next.add(type);
    else next.delete(type);
    setTypes(next);
  };
  return (
    <form className="flex min-h-0 flex-1 flex-col" onSubmit={(event) => void submit(event)}>
      <div className="flex flex-col gap-4 overflow-y-auto p-4">
        <p className={faults[''] === undefined ? 'sr-only' : 'text-danger'} ref={summary} role="alert" tabIndex={-1}>
          {faults['']}
        </p>
        <Field
          autoFocus
          className="font-mono"
          error={faults['url']}
          label="URL"
          name="url"
          onChange={({ target }) => setUrl(target.value.trim())}
          placeholder="https://example.com/tidegate"
          required
          spellCheck={false}
          type="url"
          value={url}
        />
        <Field
          error={faults['name']}
          label="Name"
          name="name"
          note="Used in bucket notifications and on the command line. Letters, digits, - and _."
          onChange={({ target }) => setName(target.value.trim())}
          spellCheck={false}
          value={name}
        />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 font-medium">Events</legend>
          <div className="grid gap-4 sm:grid-cols-3">
            {typeGroups.map(([label, group]) => (
              <div className="flex flex-col gap-1" key={label}>
                <p className="text-xs text-muted">{label}</p>
                {group.map((type) => (
                  <label className="flex min-h-6 items-center gap-2" key={type}>
                    <input
                      checked={types.has(type)}
                      className="check"
                      onChange={({ target }) => put(type, target.checked)}
                      type="checkbox"
                    />
                    {type}
                  </label>
                ))}
              </div>
            ))}
          </div>
        </fieldset>
      </div>
      <div className="flex justify-end gap-2 border-t border-line bg-sunken p-4">
        <Button onClick={onClose}>Cancel</Button>
        <Button disabled={isBusy} kind="primary" type="submit">
          {webhook === undefined ? 'Create webhook' : 'Change'}
        </Button>
      </div>
    </form>
  );
}

/** Shown once: what the receiver needs to know that a message is the server's. */
export function Secret({ made: { id, secret } }: { readonly made: Made }) {
  const [, go] = useLocation();
  return (
    <div className="flex flex-col gap-4 overflow-y-auto p-4">
      <p>
        The secret is shown only once. The receiver uses it to verify messages, signed in the header{' '}
        <code className="font-mono text-xs">webhook-signature</code>.
      </p>
      <Command label="Secret" text={secret} />
      <Command
        label="JavaScript"
        text={`import { verifyWebhook } from '@tidegate/presign/admin';\nconst event = await verifyWebhook(request, process.env.WEBHOOK_SECRET);`}
      />
      <div className="flex justify-end">
        <Button kind="primary" onClick={() => go(`/settings/webhooks/${id}`)}>
          Show it
        </Button>
      </div>
    </div>
  );
}
